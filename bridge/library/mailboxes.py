"""Hands deliveries to hosts through folders: `deliveries/<host>/{new,claimed,done,failed}/<seq>`.

A host claims a delivery by renaming it from `new` to `claimed`, and acknowledges by renaming it to `done` or by
writing it, with a `reason` line, to `failed`. So a delivery only ever moves forward in `STATES`.

Folders that are links are none, and a link in the place of a delivery is not followed: what lies outside is left
alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from bridge.errors import LibraryError
from bridge.library import atomic
from bridge.library.deliveries import Acknowledgement, checked_host, file_name, is_host_name, reason_of, seq_of
from bridge.library.plain import is_folder, read_plain

NEW, CLAIMED, DONE, FAILED = STATES = ("new", "claimed", "done", "failed")

ASKED = "asked"
"""Where a host without sockets asks for sounds; `bridge.triggers.asked` takes what lies there."""

_READ_AT_MOST = 65_536


def hosts(deliveries: Path) -> list[str]:
    """Returns the hosts that have made themselves a `new` folder; folders with other names are no hosts."""
    found = (folder.name for folder in deliveries.iterdir() if is_host_name(folder.name))
    return sorted(host for host in found if _is_box(deliveries / host))


def last_contact(deliveries: Path, host: str) -> float:
    """Returns when a host last moved something (seconds since 1970): its folders change when it claims, acknowledges
    or asks. The bridge itself writes to `new`, so that one says nothing."""
    moved = []
    for state in (CLAIMED, DONE, FAILED, ASKED):
        with suppress(FileNotFoundError):
            moved.append((deliveries / checked_host(host) / state).stat().st_mtime)
    return max(moved, default=0.0)


def put(deliveries: Path, host: str, seq: int, content: bytes) -> None:
    """Puts a delivery into a host's `new`, unless this very delivery is there, or on its way, already.

    A file of the same number with another content is left from another life of the library and gives way. Raises
    LibraryError for a host that is not registered.
    """
    box, name = deliveries / checked_host(host), file_name(seq)
    if not _is_box(box):
        raise LibraryError(
            f"The host {host} is not registered: {box / NEW} is missing.", "Start the bridge's script in that host."
        )
    for folder in _folders(box, STATES):  # forward, as a delivery moves: none slips through between two looks
        with suppress(FileNotFoundError):
            if read_plain(folder / name, len(content)) == content:
                return
    for folder in _folders(box, STATES):
        atomic.remove(folder / name)
    atomic.write_new(box / NEW / name, content)


def withdraw(deliveries: Path, host: str, seq: int) -> bool:
    """Takes back a delivery that no host has claimed; False if it is claimed, acknowledged or unknown.

    It is renamed away first: either this rename or the host's claim finds the file, never both.
    """
    box = deliveries / checked_host(host)
    waiting = box / NEW / file_name(seq)
    if not _is_box(box):
        return False
    withdrawn = atomic.hidden_name(waiting)
    try:
        atomic.move(waiting, withdrawn)
    except FileNotFoundError:
        return False
    atomic.remove(withdrawn)
    return True


def acknowledgements(deliveries: Path) -> list[Acknowledgement]:
    """Returns what the hosts have acknowledged and nobody pruned, by host and number."""
    return [found for host in hosts(deliveries) for found in _acknowledged(deliveries / host, host)]


def prune(deliveries: Path, host: str, seq: int) -> None:
    """Deletes what is left of a delivery that was acknowledged or given up, the acknowledgement last."""
    for folder in _folders(deliveries / checked_host(host), (CLAIMED, FAILED, DONE)):
        atomic.remove(folder / file_name(seq))


def _acknowledged(box: Path, host: str) -> Iterator[Acknowledgement]:
    done, failed = _numbers(box / DONE), _numbers(box / FAILED)
    for seq in sorted(done | failed):
        if seq in done:
            yield Acknowledgement(host=host, seq=seq, loaded=True)
            continue
        with suppress(FileNotFoundError):
            reason = reason_of(read_plain(box / FAILED / file_name(seq), _READ_AT_MOST))
            yield Acknowledgement(host=host, seq=seq, loaded=False, reason=reason or "The host gave no reason.")


def _numbers(folder: Path) -> set[int]:
    if not is_folder(folder):
        return set()
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        return {seq for one in found
                if (seq := seq_of(one.name)) is not None and one.is_file(follow_symlinks=False)}
    return set()


def _is_box(box: Path) -> bool:
    return is_folder(box) and is_folder(box / NEW)


def _folders(box: Path, states: Iterable[str]) -> list[Path]:
    return [box / state for state in states if is_folder(box) and is_folder(box / state)]
