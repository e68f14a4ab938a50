"""Makes names last: an fsync of a file keeps its bytes through a power cut, not yet the name that leads to them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def settle(folder: Path) -> None:
    """Makes the names that were given in a folder survive a power cut; systems that can't do that for a folder do it
    by themselves."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, to last; one that is there is as good as made.

    Raises OSError where the system refuses.
    """
    missing = [folder]
    while not missing[-1].is_dir() and not missing[-1].parent.is_dir():
        missing.append(missing[-1].parent)
    for one in reversed(missing):
        if not one.is_dir():
            one.mkdir(exist_ok=True)
            settle(one.parent)
