"""Writes files that readers see whole or not at all: a hidden temporary name beside the target, flush, rename."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bridge.disk import settle
from bridge.errors import LibraryError
from bridge.library.plain import read_plain
from bridge.library.problems import still_open

_TEMPORARY = re.compile(r"\..+\.tmp-[0-9a-f]{8}")
_PAUSES_SECONDS = (0.02, 0.04, 0.08, 0.16)
_SECOND_IN_NS = 1_000_000_000
_LEFT: set[Path] = set()
"""Temporary files that could not be deleted: the folder was read-only by then, or away."""
# Windows refuses to rename or delete what a program holds open, and never replaces by a plain rename.
_WINDOWS = os.name == "nt"


def hidden_name(path: Path) -> Path:
    """Returns a temporary name beside a file, hidden from those who list the folder; `sweep` knows it again."""
    return path.with_name(f".{path.name}.tmp-{secrets.token_hex(4)}")


def write_new(path: Path, content: bytes) -> None:
    """Writes a file under a name that was never used.

    The same bytes under this name already are a success: a crash may have come between the file and the note that
    it exists. Other bytes raise LibraryError and stay untouched. Raises OSError where the system refuses.
    """
    hidden = _write_hidden(path, content)
    try:
        _name_for_the_first_time(hidden, path)
    except FileExistsError:
        if not _holds(path, content):
            raise LibraryError(
                f"{path} exists already with another content.", "Move that file away: a sample's name is used once."
            ) from None
    finally:
        _drop(hidden)
    settle(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Writes a file, in place of the one that may be there; raises OSError where the system refuses."""
    _swap_in(_write_hidden(path, content), path)


def replace_watched(path: Path, content: bytes) -> None:
    """Writes a file that players read again when its mtime has grown; the same content is left alone.

    A reload cuts the notes that sound, so none is caused without need. The mtime grows by whole seconds, for sfizz
    (through ghc::filesystem) and others see no fractions: files written faster than that run ahead of the clock,
    which never waits for them, and the clock catches up.
    """
    if _holds(path, content):
        return
    hidden = _write_hidden(path, content)
    try:
        _make_newer(hidden, path)
    except OSError:
        _drop(hidden)
        raise
    _swap_in(hidden, path)


def move(path: Path, to: Path) -> None:
    """Renames a file within its folder and waits a moment for whoever holds it open."""
    _patiently(path, lambda: os.replace(path, to))


def remove(path: Path) -> None:
    """Deletes a file; one that is not there is as good as deleted."""
    _patiently(path, lambda: path.unlink(missing_ok=True))


def sweep(folder: Path) -> None:
    """Deletes the temporary files that a crash left in a folder; call it only where nobody else is writing."""
    with suppress(FileNotFoundError, NotADirectoryError):
        for entry in os.scandir(folder):
            if _TEMPORARY.fullmatch(entry.name):
                Path(entry.path).unlink(missing_ok=True)


def _holds(path: Path, content: bytes) -> bool:
    """Tells whether a plain file with this content is there; it may be one of any size, and is not read whole."""
    try:
        return read_plain(path, len(content) + 1) == content
    except FileNotFoundError:
        return False


def _drop(hidden: Path) -> None:
    """Deletes a temporary file; one that the folder does not give up now goes with the next that is written."""
    try:
        hidden.unlink()
    except FileNotFoundError:
        if not hidden.parent.is_dir():  # away, and the file with it
            _LEFT.add(hidden)
    except OSError:
        _LEFT.add(hidden)


def _write_hidden(path: Path, content: bytes) -> Path:
    for left in tuple(_LEFT):
        _LEFT.discard(left)
        _drop(left)
    hidden = hidden_name(path)
    try:
        with hidden.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as problem:
        _drop(hidden)
        if isinstance(problem, OSError):
            problem.filename = str(path)  # the name that people know
        raise
    return hidden


def _swap_in(hidden: Path, path: Path) -> None:
    try:
        _patiently(path, lambda: os.replace(hidden, path))
    except BaseException:
        _drop(hidden)
        raise
    settle(path.parent)


def _name_for_the_first_time(hidden: Path, path: Path) -> None:
    """Gives a file its name and raises FileExistsError if the name is taken."""
    if _WINDOWS:
        _patiently(path, lambda: os.rename(hidden, path))
        return
    try:
        os.link(hidden, path)
    except FileExistsError:
        raise
    except OSError:
        # FAT and many network folders know no hard links. The library's lock keeps other writers out, so nobody
        # takes the name between the look and the rename.
        if path.exists():
            raise FileExistsError(path) from None
        os.rename(hidden, path)


def _make_newer(hidden: Path, path: Path) -> None:
    """Moves a file's mtime past that of the one it will replace, measured as the file system keeps it."""
    try:
        before = _whole_seconds(path)
    except FileNotFoundError:
        return
    # FAT counts in steps of two seconds and may round down.
    for ahead in range(1, 5):
        if _whole_seconds(hidden) > before:
            return
        newer = (before + ahead) * _SECOND_IN_NS
        os.utime(hidden, ns=(newer, newer))


def _whole_seconds(path: Path) -> int:
    return path.stat().st_mtime_ns // _SECOND_IN_NS


def _patiently(path: Path, action: Callable[[], None]) -> None:
    """Tries an action again while Windows refuses it because a DAW or a virus scanner has the file open."""
    for pause in _PAUSES_SECONDS if _WINDOWS else ():
        try:
            return action()
        except PermissionError:
            time.sleep(pause)
    try:
        return action()
    except PermissionError as problem:
        if _WINDOWS:
            raise still_open(path) from problem
        raise
