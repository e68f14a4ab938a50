"""The files by which hosts ask: lists them, takes them, and puts away what could not be obeyed.

    deliveries/<host>/asked/<any name>            a wish, put there by renaming
    deliveries/<host>/asked/.taken-<token>-…      one that is being obeyed: a crash leaves it there
    deliveries/<host>/asked/failed/               what was not obeyed, with its reason; the newest few

Links are never followed, and what is no plain file is left alone.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bridge.disk import settle
from bridge.errors import LibraryError, RequestError
from bridge.library import atomic
from bridge.library.deliveries import is_host_name
from bridge.library.mailboxes import ASKED, FAILED
from bridge.library.plain import is_folder, read_plain
from bridge.library.problems import translated
from bridge.triggers.watching import Identity

LARGEST_BYTES = 4_096
MOST_SEEN = 1_000
"""Files of one host that are looked at in one go."""
MOST_FAILED = 20
_TAKEN = re.compile(r"\.taken-([0-9a-f]{16})-(.*)", re.DOTALL)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Holds a file that was taken: the `token` that makes it one of a kind, and what it was called."""

    host: str
    token: str
    name: str


class Box:
    """Reads and moves the files below `root`; every method may wait for a disk, and raises LibraryError where it can't
    be used. `check` raises LibraryError while the library is away."""

    def __init__(self, root: Path, check: Callable[[], None]) -> None:
        self._root = root
        self._check = check

    def places(self) -> dict[Path, Identity]:
        """Returns the folders in which something may appear: those of the wishes, and those in which they appear."""
        self._check()
        with translated(self._root):
            hosts = [self._root / name for name in os.listdir(self._root) if is_host_name(name)]
            folders = [self._root, *hosts, *(host / ASKED for host in hosts)]
            return {folder: here for folder in folders if (here := _identity(folder)) is not None}

    def claims(self) -> Sequence[Claim]:
        """Returns what was taken and is not done, of every host."""
        with translated(self._root):
            found = []
            for host in self._hosts():
                for one in self._entries(host):
                    if taken := _TAKEN.fullmatch(one.name):
                        found.append(Claim(host=host, token=taken[1], name=taken[2]))
        return found

    def take(self, most: int) -> Sequence[Claim]:
        """Takes what lies there, at most so much, in the order in which it was put there."""
        with translated(self._root):
            waiting = []
            for host in self._hosts():
                for one in islice((one for one in self._entries(host) if not one.name.startswith(".")), MOST_SEEN):
                    with suppress(FileNotFoundError):
                        waiting.append((one.stat(follow_symlinks=False).st_mtime_ns, host, one.name))
            return [claim for _, host, name in sorted(waiting)[:most] if (claim := self._claim(host, name))]

    def read(self, claim: Claim) -> bytes:
        """Returns what a claim holds, the first byte too many included; raises RequestError where that is hidden."""
        try:
            with translated(self._root):
                return read_plain(self._path(claim), LARGEST_BYTES + 1)
        except LibraryError as problem:
            if isinstance(problem.__cause__, PermissionError):  # of this one file: the others are not to wait for it
                raise RequestError("What was asked can't be read.", "Let the bridge read it.") from problem
            raise

    def forget(self, claim: Claim) -> None:
        """Deletes what was obeyed."""
        with translated(self._root):
            atomic.remove(self._path(claim))

    def refuse(self, claim: Claim, content: bytes, reason: str) -> None:
        """Puts away what was not obeyed, with one more line that says why, for the script to show."""
        folder = self._root / claim.host / ASKED / FAILED
        whole = content[:LARGEST_BYTES]
        whole += b"" if whole.endswith(b"\n") or not whole else b"\n"
        with translated(self._root):
            folder.mkdir(exist_ok=True)
            if not is_folder(folder):
                raise LibraryError(f"{folder} is a symbolic link.", "Put a folder in its place.")
            path = folder / _plain(claim.name)
            if os.path.lexists(path):
                path = path.with_name(f"{path.name}.{claim.token}")
            atomic.replace(path, whole + f"reason\t{' '.join(reason.split())}\n".encode(errors="replace"))
            atomic.remove(self._path(claim))
            _keep_newest(folder)

    def _hosts(self) -> Iterator[str]:
        for name in sorted(os.listdir(self._root)):
            if is_host_name(name) and all(map(_identity, (self._root / name, self._root / name / ASKED))):
                yield name

    def _entries(self, host: str) -> Iterator[os.DirEntry[str]]:
        with suppress(FileNotFoundError), os.scandir(self._root / host / ASKED) as found:
            yield from (one for one in found if one.is_file(follow_symlinks=False))

    def _claim(self, host: str, name: str) -> Claim | None:
        claim = Claim(host=host, token=secrets.token_hex(8), name=_plain(name))
        try:
            os.rename(self._root / host / ASKED / name, self._path(claim))
            settle(self._root / host / ASKED)  # or a power cut would have it lie there again, and be asked twice
        except (FileNotFoundError, PermissionError):  # gone, or open elsewhere for a moment: the next look takes it
            return None
        return claim

    def _path(self, claim: Claim) -> Path:
        return self._root / claim.host / ASKED / f".taken-{claim.token}-{claim.name}"


def _plain(name: str) -> str:
    """Returns the name if it is harmless wherever it is shown; people may have called a file anything."""
    return name if _PLAIN_NAME.fullmatch(name) else "wish"


def _identity(folder: Path) -> Identity | None:
    """Returns what tells a folder from others; None for one that is not there, and for a link."""
    with suppress(FileNotFoundError, NotADirectoryError):
        found = os.lstat(folder)
        if stat.S_ISDIR(found.st_mode):
            return found.st_dev, found.st_ino
    return None


def _keep_newest(folder: Path) -> None:
    with os.scandir(folder) as found:
        plain = [one for one in found if one.is_file(follow_symlinks=False) and not one.name.startswith(".")]
    plain.sort(key=lambda one: one.stat(follow_symlinks=False).st_mtime_ns, reverse=True)
    for one in plain[MOST_FAILED:]:
        atomic.remove(Path(one.path))
