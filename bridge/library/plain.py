"""Reads files that others may have put there: plain ones only. A link is never followed, a pipe or a device never
waited for."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NotPlainError(FileNotFoundError):
    """Says that something has the name of a file and is none: as good as no file."""


def open_plain(path: Path) -> BinaryIO:
    """Opens a plain file for reading; raises NotPlainError for what is none, OSError where it can't be opened."""
    # Looked at before, for opening some devices does something; and after, for it may have been swapped meanwhile.
    _check(os.lstat(path), path)
    descriptor = os.open(path, _FLAGS)
    try:
        _check(os.fstat(descriptor), path)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def read_plain(path: Path, most: int) -> bytes:
    """Returns a plain file's content, at most so many bytes; raises as `open_plain` does."""
    with open_plain(path) as file:
        return file.read(most)


def is_folder(path: Path) -> bool:
    """Tells whether a folder is there itself, not a link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _check(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotPlainError(None, "is no plain file", str(path))
