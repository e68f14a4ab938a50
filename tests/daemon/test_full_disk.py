"""A disk that is full: the refused hear why, what was accepted waits, and all goes on when there is room again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

JOBS = 12


class SmallDisk:
    """A file system of a few megabytes that can be filled up and given room again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

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


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a small disk; for that the tests must run as root on Linux, as they do in a container."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted only by root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this container may not mount anything")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("place", ["library", "state"])
def test_a_full_disk_is_named_with_its_cure_and_no_accepted_sound_is_lost(daemon, small_disk, place) -> None:
    setattr(daemon, place, small_disk.folder / place)
    daemon.configure()
    listener = daemon.start().listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    for number in range(JOBS):
        listener.send("/oneshot/generate", "kick", "ref", f"r{number}", "seconds", 0.3)
    heard = listener.hear_until("/oneshot/job/accepted")
    while sum(address == "/oneshot/job/accepted" for address, _ in heard) < JOBS:
        heard += listener.hear_until("/oneshot/job/accepted")
    small_disk.fill()
    told = []
    while not any("disk" in str(values) or "space" in str(values) for address, values in told):
        told = listener.hear_until("/oneshot/error")
    assert str(small_disk.folder) in str(told[-1])
    listener.send("/oneshot/ping")
    listener.hear_until("/oneshot/pong")
    if place == "state":
        listener.send("/oneshot/generate", "kick", "ref", "late")
        rejected = listener.hear_until("/oneshot/job/rejected")[-1][1]
        assert rejected[-1] == "late"
        assert "Free some disk space" in rejected[1]
    small_disk.give_room()
    jobs = daemon.get("jobs", limit=100)
    while any(job["state"] not in ("ready", "failed") for job in jobs):
        list(listener.hear(0.2))
        jobs = daemon.get("jobs", limit=100)
    assert [job["state"] for job in jobs] == ["ready"] * (JOBS + 1)
    assert len(list(daemon.library.glob("samples/*/*.wav"))) == JOBS + 1
    assert daemon.stop() == 0
