"""A disk that is full: the refused hear why, what was accepted waits, and all goes on when there is room again."""

from __future__ import annotations

import pytest

JOBS = 12


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
