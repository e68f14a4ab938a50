"""Floods from programs that have gone mad: what was accepted is kept, the refused hear it, and the daemon lives."""

from __future__ import annotations

import random
import socket
import time
from pathlib import Path

import pytest

from support.osc import osc_packet

BURST = 1_000
FLOOD_SECONDS = 0.5
MIB = 1 << 20
ROOM = 90 * MIB
"""How much the daemon may grow by: far more than it does, far less than what it was sent would take."""


def memory(daemon) -> int:
    """Returns the memory of the daemon in bytes, at most so far; 0 where nobody can look it up."""
    status = Path(f"/proc/{daemon.process.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else ["VmHWM: 0"]
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def flood(port: int, packets, sockets: int) -> int:
    """Sends packets in turns from so many ports, as fast as this process can; returns how many it sent."""
    senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(sockets)]
    for sender in senders:
        sender.setblocking(False)
    end, sent = time.monotonic() + FLOOD_SECONDS, 0
    try:
        while time.monotonic() < end:
            for sender in senders:
                try:
                    sender.sendto(packets[sent % len(packets)], ("127.0.0.1", port))
                except BlockingIOError:
                    continue
                sent += 1
    finally:
        for sender in senders:
            sender.close()
    return sent


def test_a_burst_of_a_thousand_triggers_is_accepted_or_refused_aloud_and_survives_a_power_cut(daemon) -> None:
    listener = daemon.start().listener()
    listener._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
    before = memory(daemon)
    for number in range(BURST):
        listener.send("/oneshot/generate", "kick", "ref", f"r{number}", "seconds", 0.2)
    answered: dict[str, str] = {}
    for address, values in listener.hear(8.0):
        if address in ("/oneshot/job/accepted", "/oneshot/job/rejected"):
            answered[values[-1]] = values[0]
        if len(answered) == BURST:
            break
    grown = memory(daemon) - before
    daemon.kill()
    accepted = {job for job in answered.values() if job}
    daemon.start()
    stored = {job["id"] for job in daemon.get("jobs", limit=1_000)}
    assert accepted <= stored, "an accepted trigger was lost"
    assert len(answered) == BURST, "a trigger got no answer"
    assert grown < ROOM


GARBAGE = random.Random(7)
FLOODS = {
    "garbage": ([GARBAGE.randbytes(GARBAGE.randrange(1, 400)) for _ in range(200)], 20),
    "bundles of nothing": ([b"#bundle\0" + bytes(8), b"#bundle\0" + bytes(7) + b"\1" + b"\0\0\0\x10" * 40], 20),
    "another language": ([osc_packet(f"/live/clip/{n}", n) for n in range(200)], 20),
    "pings from many ports": ([osc_packet("/oneshot/ping")], 250),
    "subscriptions from many ports": ([osc_packet("/oneshot/subscribe", port) for port in range(20_000, 20_200)], 100),
    "a pad": ([osc_packet("/oneshot/pad/kick", 100)], 1),
    "pads that are not": ([osc_packet(f"/oneshot/pad/{n}", 100) for n in range(200)], 50),
}


@pytest.fixture(scope="module")
def running(lasting_daemon):
    """A daemon whose kick takes only the newest press: what a flood gets through must not be made for minutes."""
    config = lasting_daemon.config.read_text().replace('"punchy kick"', '"kick"\nbusy = "newest"')
    lasting_daemon.config.write_text(config)
    return lasting_daemon.start()


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_and_then_all_is_as_before(running, name) -> None:
    packets, sockets = FLOODS[name]
    listener = running.listener()
    before = memory(running)
    sent = flood(listener._to[1], packets, sockets)
    assert sent > 1_000
    for _ in range(50):
        listener.send("/oneshot/ping")
        if any(address == "/oneshot/pong" for address, _ in listener.hear(0.2)):
            break
    else:
        raise AssertionError("the daemon does not answer any more")
    listener.send("/oneshot/generate", "hat", "ref", name, "seconds", 0.2, "pad", "hat")
    while True:
        heard = listener.hear_until("/oneshot/job/ready")
        if heard[-1][1][-1] == name:
            break
    assert memory(running) - before < ROOM
