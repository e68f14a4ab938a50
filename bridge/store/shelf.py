"""The shelf of raw takes: what a model gave, kept as it came, so that no crash makes anyone pay twice."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bridge.disk import make_folder, settle
from bridge.errors import StoreError


class Shelf:
    """Keeps the bytes of takes in a folder beside the store.

    A take's row is committed after its bytes are on the disk, so a row never names a missing or partial file; bytes
    without a row are the remains of a crash and are swept away at the next start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)

    def put(self, take: str, sound: bytes) -> str:
        """Writes a take through to the disk and returns the name of its file."""
        name = f"{take}.take"
        try:
            with (self.folder / name).open("wb") as file:
                file.write(sound)
                file.flush()
                os.fsync(file.fileno())
            settle(self.folder)
        except OSError as problem:
            raise StoreError(
                f"A take can't be kept in {self.folder}: {problem}.", "Free some disk space.", retryable=True
            ) from problem
        return name

    def get(self, file: str) -> bytes:
        """Returns a take's bytes."""
        try:
            return (self.folder / file).read_bytes()
        except OSError as problem:
            raise StoreError(f"The take {file} is gone from {self.folder}: {problem}.") from problem

    def drop(self, files: Iterable[str]) -> None:
        """Forgets takes; what is gone already is no error."""
        for file in files:
            (self.folder / file).unlink(missing_ok=True)

    def sweep(self, known: Iterable[str]) -> int:
        """Removes every file that no row names and returns how many there were."""
        wanted = set(known)
        strays = [path for path in self.folder.iterdir() if path.name not in wanted]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)
