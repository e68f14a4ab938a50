"""The folder on the disk: lists what lies there, takes it out of people's hands, and puts it where it belongs.

    inbox/                what is dropped here becomes a sound; in a folder with the name of a pad, a sound of that pad
    inbox/finish/         sounds to be finished as they are; it may have folders of pads too
    inbox/done/           what became a job, with the job's id in its name
    inbox/failed/         what brought no sound, with the reason beside it
    inbox/.taken/         what is being handed over: a crash leaves it there, and the next start goes on with it

Nothing is ever deleted or written over, and no link is followed.
"""

from __future__ import annotations

import errno
import heapq
import os
import secrets
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bridge.disk import make_folder, settle
from bridge.domain.text import shown_name
from bridge.errors import LibraryError
from bridge.library import atomic
from bridge.library.plain import is_folder
from bridge.library.problems import translated
from bridge.triggers.inbox.names import is_passing, job_in, marked
from bridge.triggers.inbox.settling import Entry, Nature
from bridge.triggers.inbox.whole import HEAD_BYTES, TAIL_BYTES, is_cut_short

FINISH, DONE, FAILED, TAKEN = "finish", "done", "failed", ".taken"
REASON = ".reason.txt"
PATIENCE = 30.0
"""Seconds that a quiet file whose end is missing is given; then it is taken as it is."""
MOST_COUNTED = 1_000
"""Entries of a dropped folder that are looked at to see whether it is quiet."""

_PLACEHOLDER_FLAG = 0x40000000
"""SF_DATALESS of macOS: the file's content is still in the cloud."""
_PLACEHOLDER_ATTRIBUTES = 0x1000 | 0x40000 | 0x400000
"""FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS of Windows: the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Holds what was taken out of the inbox: the `token` that makes it one of a kind, and the `parts` where it lay."""

    token: str
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.parts[-1]


class Place:
    """Reads and moves what lies in `root`; every method may wait for a disk, and raises LibraryError where the folder
    as a whole can't be used. `check` raises LibraryError while the library is away.
    """

    def __init__(self, root: Path, check: Callable[[], None]) -> None:
        self.root = root
        self._check = check

    def prepare(self, pads: Collection[str]) -> dict[Path, tuple[int, int]]:
        """Makes the folders that are missing; returns those in which files may be dropped, each with its device and
        inode."""
        self._check()
        with translated(self.root):
            for folder in (self.root, *(self.root / name for name in (FINISH, DONE, FAILED))):
                make_folder(folder)
                _check_folder(folder)
            self._check_taken()
            places = [self.root, self.root / FINISH]
            places += [folder / name for folder in places for name in os.listdir(folder) if name.casefold() in pads]
            found = [(place, os.lstat(place)) for place in places]
        return {place: (one.st_dev, one.st_ino) for place, one in found if stat.S_ISDIR(one.st_mode)}

    def sweep(self) -> None:
        """Deletes half-written reasons of a crash."""
        atomic.sweep(self.root / FAILED)

    # --- looking ----------------------------------------------------------------------------------------------

    def entries(self, pads: Collection[str], most: int) -> Sequence[Entry]:
        """Returns what lies in the inbox, at most so much, in the order of its names.

        A folder that is no pad's is one entry, unless it is empty.
        """
        with translated(self.root):
            found = heapq.nsmallest(most, self._names(pads), key=lambda one: one[0])
        return [entry for parts, one in found if (entry := _entry(parts, one)) is not None]

    def _names(self, pads: Collection[str]) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
        yield from _inside(self.root, (), pads, but=(FINISH, DONE, FAILED))
        yield from _inside(self.root / FINISH, (FINISH,), pads)

    def is_unfinished(self, entry: Entry, quiet: float) -> bool:
        """Tells whether a file is being written, as far as that can be seen, or lacks its end after being quiet for
        so many seconds."""
        path = self.root.joinpath(*entry.parts)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
                                 | getattr(os, "O_BINARY", 0))
        except OSError:
            return os.name == "nt"  # there a file that a program writes can't be opened; elsewhere the refusal says why
        try:
            return _has_writer(descriptor) or (quiet < PATIENCE and _lacks_end(descriptor))
        except OSError:
            return False
        finally:
            os.close(descriptor)

    # --- taking -----------------------------------------------------------------------------------------------

    def claim(self, entry: Entry) -> Claim | None:
        """Takes an entry out of the inbox; None where it has changed or is gone. Raises OSError where it can't be
        moved, LibraryError where nothing can."""
        path = self.root.joinpath(*entry.parts)
        # How deep it lies stands in the token: a folder may be the claim itself, or lead to it.
        claim = Claim(token=f"{secrets.token_hex(8)}{len(entry.parts)}", parts=entry.parts)
        with translated(self.root):
            self._check_taken()
            make_folder(self.path(claim).parent)
        try:
            if entry.nature == "file" and _signature(os.lstat(path)) != entry.signature:
                return None
            os.rename(path, self.path(claim))
            settle(self.path(claim).parent)  # or a power cut would have it lie in the inbox again, and be made twice
            settle(path.parent)
        except FileNotFoundError:
            return None
        finally:
            self._tidy(claim)
        return claim

    def _check_taken(self) -> None:
        if os.path.lexists(self.root / TAKEN):  # made when something is taken
            _check_folder(self.root / TAKEN)

    def claims(self) -> Sequence[Claim]:
        """Returns what was taken and went nowhere yet."""
        with translated(self.root):
            try:
                tokens = sorted(os.listdir(self.root / TAKEN))
            except FileNotFoundError:
                return []
            return [claim for token in tokens if (claim := self._claim_of(token)) is not None]

    def _claim_of(self, token: str) -> Claim | None:
        """Returns the claim in a folder of `TAKEN`, whose name ends in how deep it lies; None where there is none."""
        depth = int(token[-1]) if token[-1:].isdecimal() else 0
        folder, parts = self.root / TAKEN / token, list[str]()
        for _ in range(depth):
            names = os.listdir(folder) if folder.is_dir() and not folder.is_symlink() else []
            name = next((name for name in names if not is_passing(name)), "")
            if not name:
                break
            parts.append(name)
            folder /= name
        claim = Claim(token=token, parts=tuple(parts))
        if depth and len(parts) == depth:
            return claim
        if depth:
            self._remove_empty(folder)
        return None

    def path(self, claim: Claim) -> Path:
        """Returns where a claim lies."""
        return (self.root / TAKEN / claim.token).joinpath(*claim.parts)

    def put_back(self, claim: Claim) -> bool:
        """Puts a claim where it lay; tells whether that was possible, for something else may lie there now."""
        path = self.root.joinpath(*claim.parts)
        with suppress(OSError, LibraryError):
            for depth in range(len(claim.parts)):
                _make_own(self.root.joinpath(*claim.parts[:depth]))
            _move(self.path(claim), path)
            self._tidy(claim)
            return True
        return False

    # --- putting away -----------------------------------------------------------------------------------------

    def keep(self, claim: Claim, job: str) -> None:
        """Moves what became a job to `done/`, with the job's id in its name."""
        with translated(self.root):
            _move(self.path(claim), _free(self.root / DONE, claim.name, job))
            self._tidy(claim)

    def refuse(self, claim: Claim, text: str, job: str = "") -> None:
        """Moves what became nothing to `failed/`, with a text that says why."""
        with translated(self.root):
            self._fail(self.path(claim), claim.name, text, job)
            self._tidy(claim)

    def give_up(self, jobs: Collection[str], text_of: Callable[[str, str], str]) -> None:
        """Moves what became these jobs from `done/` to `failed/`; `text_of` says why, given the name and the job."""
        with translated(self.root):
            with os.scandir(self.root / DONE) as found:
                names = [one.name for one in found if job_in(one.name) in jobs]
            for name in names:
                job = job_in(name)
                self._fail(self.root / DONE / name, name, text_of(name, job), job)

    def _fail(self, path: Path, name: str, text: str, job: str) -> None:
        file = _free(self.root / FAILED, name, job)
        atomic.replace(file.with_name(f"{file.name}{REASON}"), text.encode(errors="replace"))
        _move(path, file)

    def _tidy(self, claim: Claim) -> None:
        """Removes the empty folders of a claim."""
        self._remove_empty(self.path(claim).parent)

    def _remove_empty(self, folder: Path) -> None:
        """Removes a folder of `TAKEN` and those that lead to it, as far as they are empty."""
        while folder not in (self.root / TAKEN, self.root):
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass
            except OSError:  # something lies in it
                return
            folder = folder.parent


def _check_folder(folder: Path) -> None:
    """Raises LibraryError for a link: what is moved there would leave the library."""
    if not is_folder(folder):
        raise LibraryError(f"{folder} is a symbolic link, or no folder.", "Put a folder in its place.")


def _make_own(folder: Path) -> None:
    """Makes a folder if it is gone; raises LibraryError where a link has its place."""
    folder.mkdir(exist_ok=True)
    _check_folder(folder)


def _inside(
    folder: Path, parts: tuple[str, ...], pads: Collection[str], but: Collection[str] = ()
) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
    """Yields what lies in a folder and in the folders of pads in it, without what is not meant for the bridge."""
    try:
        with os.scandir(folder) as found:
            for one in found:
                if one.name in but or is_passing(one.name):
                    continue
                if one.name.casefold() in pads and one.is_dir(follow_symlinks=False):
                    yield from _inside(folder / one.name, (*parts, one.name), ())
                else:
                    yield (*parts, one.name), one
    except FileNotFoundError:
        return  # removed this moment; the next look makes it again


def _entry(parts: tuple[str, ...], one: os.DirEntry[str]) -> Entry | None:
    try:
        found = os.lstat(one.path)
        nature = _nature(found.st_mode)
        if nature == "file" and _is_placeholder(found):
            return None
        signature = _folder_signature(one.path) if nature == "folder" else _signature(found)
    except OSError:  # it has just gone
        return None
    return Entry(parts=parts, nature=nature, signature=signature) if signature else None


def _nature(mode: int) -> Nature:
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"


def _signature(found: os.stat_result) -> tuple[int, ...]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _folder_signature(path: str) -> tuple[int, ...]:
    """Returns what changes while a folder is being filled; nothing for one without a file in it."""
    files, size, newest, looked, folders = 0, 0, 0, 0, [path]
    while folders and looked < MOST_COUNTED:
        with suppress(OSError), os.scandir(folders.pop()) as inside:
            for one in islice(inside, MOST_COUNTED):
                looked += 1
                if one.is_dir(follow_symlinks=False):
                    folders.append(one.path)
                    continue
                found = one.stat(follow_symlinks=False)
                files, size, newest = files + 1, size + found.st_size, max(newest, found.st_mtime_ns)
    return (files, size, newest) if files else ()


def _is_placeholder(found: os.stat_result) -> bool:
    """Tells whether a file's content is still in the cloud."""
    flags, attributes = getattr(found, "st_flags", 0), getattr(found, "st_file_attributes", 0)
    return bool(flags & _PLACEHOLDER_FLAG or attributes & _PLACEHOLDER_ATTRIBUTES)


def _lacks_end(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    head = os.read(descriptor, HEAD_BYTES)
    os.lseek(descriptor, max(0, size - TAIL_BYTES), os.SEEK_SET)
    return is_cut_short(head, os.read(descriptor, TAIL_BYTES), size)


def _has_writer(descriptor: int) -> bool:
    """Tells whether any program has the file open for writing; False where the system does not show it.

    Linux grants a lease on reading only while nobody writes (fcntl(2), F_SETLEASE); it is given back at once.
    """
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        # Whoever opens the file this very moment makes the kernel send a signal, and SIGIO would end the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as problem:
        return problem.errno == errno.EAGAIN
    return False


def _free(folder: Path, name: str, job: str) -> Path:
    """Returns a path that nothing has, nor a reason; makes the folder if it is gone.

    Raises LibraryError where a link has taken its place since the last look.
    """
    _make_own(folder)
    path = folder / marked(name, job)
    while os.path.lexists(path) or os.path.lexists(f"{path}{REASON}"):
        token = secrets.token_hex(4)
        path = folder / marked(name, f"{token}.{job}" if job else token)
    return path


def _move(path: Path, to: Path) -> None:
    """Renames, and never over anything."""
    if os.path.lexists(to):
        raise FileExistsError(errno.EEXIST, "exists already", str(to))
    os.rename(path, to)
    settle(to.parent)


def described_link(path: Path) -> str:
    """Returns where a symbolic link leads, as text; empty where that can't be read."""
    with suppress(OSError):
        return shown_name(os.readlink(path))
    return ""
