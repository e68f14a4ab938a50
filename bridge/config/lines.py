"""Finds the line of a setting in the text of a file, for messages: TOML readers keep none.

The reader itself is asked: a setting stands where the text up to there has it, and the text before has not.
"""

from __future__ import annotations

import bisect
import tomllib
from functools import lru_cache
from typing import Any


def line_of(text: str, location: tuple[str | int, ...]) -> int | None:
    """Returns the line, from 1, of a setting, or of the table that lacks it; None where neither stands in the text.

    Of a list the line of its key counts.
    """
    wanted = tuple(part for part in location if isinstance(part, str) and part != "[key]")
    beginnings = _beginnings(text)
    while wanted:
        if (line := beginnings.line_of(wanted)) is not None:
            return line
        wanted = wanted[:-1]
    return None


class _Beginnings:
    """Reads the beginnings of a text that end with a line, each once."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._read: dict[int, dict[str, Any] | None] = {}

    def line_of(self, place: tuple[str, ...]) -> int | None:
        last = len(self._lines)
        end = 1 + bisect.bisect_left(range(1, last + 1), True, key=lambda count: self._has(count, place))
        return end if end <= last else None

    def _has(self, count: int, place: tuple[str, ...]) -> bool:
        """Tells whether a setting stands within so many lines, or within what they begin and the next ones end."""
        while (settings := self._settings(count)) is None:
            if count >= len(self._lines):
                return False
            count += 1
        table: Any = settings
        for part in place:
            if not isinstance(table, dict) or part not in table:
                return False
            table = table[part]
        return True

    def _settings(self, count: int) -> dict[str, Any] | None:
        if count not in self._read:
            try:
                self._read[count] = tomllib.loads("\n".join(self._lines[:count]) + "\n")
            except (ValueError, RecursionError):
                self._read[count] = None
        return self._read[count]


@lru_cache(maxsize=1)
def _beginnings(text: str) -> _Beginnings:
    return _Beginnings(text)
