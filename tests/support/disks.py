"""Disks that misbehave: one that is small and fills up, a folder that does not answer, folders that may not be written.

The first two are mounted, for which the tests must run as root on Linux, as they do in a container.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.patience import wait_until


class CanNotMountError(Exception):
    """Says why nothing can be mounted here."""


def may_mount(program: str) -> None:
    """Raises CanNotMountError where a program has no right to mount anything, or is not there."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which(program) is None:
        raise CanNotMountError("only root can mount a disk")


class SmallDisk:
    """A file system of a few megabytes that can be filled up and given room again, and made read-only."""

    def __init__(self, folder: Path, megabytes: int = 16) -> None:
        may_mount("mount")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._ballast = folder / "ballast"
        _mount(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)])

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                while True:
                    try:
                        if file.write(bytes(size)) < size:
                            break
                    except OSError:
                        break

    def give_room(self) -> None:
        self._ballast.unlink()

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


@contextmanager
def write_protected(folder: Path) -> Iterator[None]:
    """Forbids to write into a folder and all below it, also to root, whom rights alone do not stop."""
    folders = [str(folder), *(str(found) for found in folder.rglob("*") if found.is_dir())]
    for_root = hasattr(os, "geteuid") and os.geteuid() == 0
    forbid, allow = (["chattr", "+i"], ["chattr", "-i"]) if for_root else (["chmod", "a-w"], ["chmod", "u+w"])
    if shutil.which(forbid[0]) is None or subprocess.run([*forbid, *folders], check=False).returncode != 0:
        raise CanNotMountError("nothing can be write-protected here")
    try:
        yield
    finally:
        subprocess.run([*allow, *folders], check=True)


class NetworkFolder:
    """A folder that another process serves (bindfs), and that does not answer while that process is stopped."""

    def __init__(self, folder: Path, behind: Path) -> None:
        may_mount("bindfs")
        folder.mkdir(parents=True, exist_ok=True)
        behind.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._server = subprocess.Popen(["bindfs", "-f", str(behind), str(folder)], stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: os.path.ismount(folder) or self._server.poll() is not None, seconds=10)
        except TimeoutError:
            self._server.kill()
        if self._server.poll() is not None:
            raise CanNotMountError("this container knows no FUSE")

    def stall(self) -> None:
        self._server.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._server.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.go_on()
        subprocess.run(["umount", "-l", str(self.folder)], check=False)
        self._server.terminate()
        self._server.wait(10)


def _mount(command: list[str]) -> None:
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        raise CanNotMountError("this container may not mount anything")
