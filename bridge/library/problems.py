"""Turns what the operating system says about files into errors with a cure."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import LibraryError

_GONE = "is not there any more", "Connect the drive, or put the folder back where it was.", True
_LOCKED = (
    "may not be changed",
    "Give yourself write permission, or choose another folder in the config: [library] folder = \"…\"",
    True,
)
_FULL = "is on a disk that is full", "Free some space.", True
_BUSY = "is held open by another program", "Close the program that uses it.", True
_LONG = "has a name that is too long", "Move the library to a folder with a shorter path.", False

_MEANINGS: dict[int, tuple[str, str, bool]] = {
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
    errno.ESTALE: _GONE,
    errno.EIO: ("can't be read or written by the disk", "Check the disk and its cable.", True),
    errno.EACCES: _LOCKED,
    errno.EPERM: _LOCKED,
    errno.EROFS: _LOCKED,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EBUSY: _BUSY,
    errno.ENAMETOOLONG: _LONG,
}
"""What is wrong with a path, its cure, and whether the same call may succeed later."""


def library_error(path: Path | str, problem: OSError) -> LibraryError:
    """Returns the error that says what is wrong with a path, as the system reported it."""
    meaning = _MEANINGS.get(problem.errno or 0)
    if meaning is None:
        return LibraryError(f"{path} can't be used: {problem.strerror or problem}.", retryable=True)
    fault, cure, retryable = meaning
    return LibraryError(f"{path} {fault}.", cure, retryable=retryable)


def still_open(path: Path) -> LibraryError:
    """Returns the error for a file that stayed locked by another program however often it was tried."""
    fault, cure, retryable = _BUSY
    return LibraryError(f"{path} {fault}.", cure, retryable=retryable)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raises LibraryError for every OSError inside, naming the file that the system named, or else `path`."""
    try:
        yield
    except OSError as problem:
        # Of a rename the second name is the one that people know.
        raise library_error(problem.filename2 or problem.filename or path, problem) from problem
