"""Waits until files are quiet: nothing about them has changed for a while, by the clock of this process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Nature = Literal["file", "folder", "link", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Holds what lies in the inbox: its `parts` (the path from there), and a `signature` that changes when it does."""

    parts: tuple[str, ...]
    nature: Nature
    signature: tuple[int, ...]


class Settling:
    """Remembers since when each entry has been as it is; memory is that of the entries last shown."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[tuple[str, ...], tuple[tuple[int, ...], float]] = {}

    def quiet(self, entries: Iterable[Entry], now: float) -> Sequence[tuple[Entry, float]]:
        """Returns the entries that have been quiet for long enough, in their order, and for how many seconds.

        Entries that are not shown any more are forgotten.
        """
        since: dict[tuple[str, ...], tuple[tuple[int, ...], float]] = {}
        found = []
        for entry in entries:
            signature, begun = self._since.get(entry.parts, (None, now))
            begun = begun if signature == entry.signature else now
            since[entry.parts] = (entry.signature, begun)
            if now - begun >= self._seconds:
                found.append((entry, now - begun))
        self._since = since
        return found

    def put_off(self, entry: Entry, until: float) -> None:
        """Lets an entry wait, though nothing about it changes."""
        self._since[entry.parts] = (entry.signature, until)
