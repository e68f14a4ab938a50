"""The sounds and pictures that briefs refer to: copied when a request is accepted, named by what is in them."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Collection
from pathlib import Path

from bridge.disk import make_folder, settle
from bridge.errors import NotFoundError, RequestError, StoreError

LARGEST_BYTES = 100 * 1024 * 1024
"""The most that a provider takes as a file."""

_AUDIO = {b"RIFF": "wav", b"fLaC": "flac", b"OggS": "ogg", b"ID3": "mp3", b"\xff\xfb": "mp3", b"\xff\xf3": "mp3",
          b"\xff\xfa": "mp3", b"\xff\xf2": "mp3", b"\xff\xe3": "mp3", b"FORM": "aiff", b"RF64": "wav"}
_RECORDINGS = {**_AUDIO, b"caff": "caf", b".snd": "au", b"riff": "w64"}
_IMAGES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"RIFF": "webp"}
_TABLES = {"sound": _AUDIO, "recording": _RECORDINGS, "picture": _IMAGES}
KINDS = {kind: frozenset(table.values()) for kind, table in _TABLES.items()}
_TAKERS = {"sound": "models take", "recording": "can be read", "picture": "models take"}


class ReferenceShelf:
    """Keeps references in a folder beside the store; implements `bridge.ports.References`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)

    def take_in(self, path: Path, kind: str) -> str:
        """Copies a file and returns the reference's name: SHA-256 and the ending that its first bytes tell.

        `kind` is `sound` or `picture`, as models take them, or `recording`, whatever can be decoded here. Raises
        RequestError where it is no such file, or too large.
        """
        try:
            with open(path, "rb", opener=_at_once) as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    raise RequestError(f"{path} is no file.", f"Name a {kind} file.")
                if found.st_size > LARGEST_BYTES:
                    raise RequestError(f"{path} is {found.st_size:,} bytes long; at most {LARGEST_BYTES:,} are taken.")
                content = file.read(LARGEST_BYTES + 1)
        except OSError as problem:
            raise RequestError(f"{path} can't be read: {problem.strerror}.", f"Name a {kind} file.") from problem
        name = f"{hashlib.sha256(content).hexdigest()}.{_ending(content, path, kind)}"
        self._keep(name, content)
        return name

    def path(self, name: str) -> Path:
        """Returns where a reference lies; raises NotFoundError if it is gone."""
        path = self.folder / Path(name).name
        if not path.is_file():
            raise NotFoundError("The sound or picture that this was made from is not kept any more.", "Name it again.")
        return path

    def names(self) -> list[str]:
        """Returns the names of all that is kept."""
        return [path.name for path in self.folder.iterdir()]

    def sweep(self, wanted: Collection[str]) -> int:
        """Removes every reference that is not wanted and returns how many there were."""
        strays = [path for path in self.folder.iterdir() if path.name not in wanted]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)

    def _keep(self, name: str, content: bytes) -> None:
        if (self.folder / name).exists():
            return
        part = self.folder / f".{secrets.token_hex(8)}"
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.folder / name)
            settle(self.folder)
        except OSError as problem:
            raise StoreError(
                f"A file can't be kept in {self.folder}: {problem}.", "Free some disk space.", retryable=True
            ) from problem


def _at_once(path: str, flags: int) -> int:
    """Opens a file without waiting for the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _ending(content: bytes, path: Path, kind: str) -> str:
    if content[:4] == b"RIFF":
        found = {b"WAVE": "wav", b"WEBP": "webp"}.get(content[8:12], "")
    else:
        found = next((ending for start, ending in _TABLES[kind].items() if content.startswith(start)), "")
    if found not in KINDS[kind]:
        known = ", ".join(sorted(KINDS[kind]))
        raise RequestError(f"{path} is no {kind} that {_TAKERS[kind]}.", f"Save it as one of: {known}.")
    return found
