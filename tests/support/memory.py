"""A folder in memory, for what dies without a power cut: flushing a real disk would be most of the time it takes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED = Path("/dev/shm")
ENOUGH_BYTES = 200_000_000


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Gives an empty folder, on the disk where the system has no memory for files."""
    with tempfile.TemporaryDirectory(dir=SHARED if _has_room() else None) as folder:
        yield Path(folder)


def _has_room() -> bool:
    if not os.access(SHARED, os.W_OK):
        return False
    found = os.statvfs(SHARED)
    return found.f_bavail * found.f_frsize > ENOUGH_BYTES
