"""Sees to it that one daemon at a time writes a library, and says which one does."""

from __future__ import annotations

import json
import os
import platform
from contextlib import suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from bridge.errors import InUseError, LibraryError
from bridge.library import atomic

_LOCK = "lock"
_OWNER = "owner.json"


def take_lock(library: Path, private: Path) -> BaseFileLock:
    """Takes the lock in the folder `private` of a library until it is released or the process ends.

    Raises InUseError, naming the holder, if it is taken; LibraryError where the file system has no locks.
    """
    # The daemon may close the library from another thread than the one that opened it.
    lock = FileLock(private / _LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InUseError(
            f"The library {library} is in use by {_owner(private)}.",
            "Stop that Oneshot Bridge, or give this one a folder of its own in the config: [library] folder = \"…\"",
        ) from None
    except NotImplementedError as problem:
        raise LibraryError(
            f"The file system of {library} has no locks.", "Choose a folder on a local disk."
        ) from problem
    # Beside the lock, for Windows lets nobody read a locked file.
    owner = {"pid": os.getpid(), "computer": platform.node()}
    atomic.replace(private / _OWNER, json.dumps(owner).encode())
    return lock


def _owner(private: Path) -> str:
    with suppress(OSError, ValueError, TypeError, KeyError):
        owner = json.loads((private / _OWNER).read_bytes())
        return f"process {int(owner['pid'])} on {str(owner['computer']) or 'this computer'}"
    return "another process"
