"""The service manager hears from the daemon what sd_notify(3) documents, over a stand-in of its socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.service.notify import Notifier
from support.configs import write_config
from support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is Linux's")



class StandIn:
    """Is what systemd opens for a service: a datagram socket, which holds what came."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        self._socket.settimeout(PATIENCE_SECONDS)

    def hear(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self._socket.recv(65_536).decode().split("\n"))

    def hear_until(self, name: str) -> dict[str, str]:
        while name not in (heard := self.hear()):
            pass
        return heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["a path", "an abstract name"])
def systemd(request, tmp_path):
    if request.param == "an abstract name" and sys.platform != "linux":
        pytest.skip("abstract names are Linux's")
    stand_in = StandIn(str(tmp_path / "notify") if request.param == "a path" else f"@oneshot-test-{os.getpid()}")
    yield stand_in
    stand_in.close()


def test_it_is_told_when_the_daemon_is_ready_and_when_it_stops(systemd):
    notifier = Notifier({"NOTIFY_SOCKET": systemd.address})
    notifier.ready("Ready with 13 pads")
    assert systemd.hear() == {"READY": "1", "STATUS": "Ready with 13 pads"}
    notifier.stopping(7.5)
    assert systemd.hear() == {"STOPPING": "1", "EXTEND_TIMEOUT_USEC": "7500000", "STATUS": "Stopping"}


def test_the_watchdog_is_told_twice_in_its_time_while_the_loop_turns(systemd):
    environment = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "40000", "WATCHDOG_PID": str(os.getpid())}
    notifier = Notifier(environment)
    assert notifier.watched_seconds == 0.04

    async def turn() -> None:
        alive = asyncio.create_task(notifier.stay_alive())
        for _ in range(3):
            assert await asyncio.to_thread(systemd.hear) == {"WATCHDOG": "1"}
        alive.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await alive

    asyncio.run(turn())


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "vsock:2:1234"}, {"NOTIFY_SOCKET": "/nowhere/socket"}])
def test_without_a_manager_nothing_is_told_and_nothing_fails(environment):
    notifier = Notifier(environment | {"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"})
    notifier.ready("Ready")
    notifier.stopping(1.0)
    asyncio.run(notifier.stay_alive())
    assert notifier.watched_seconds == 0.0


def test_the_workers_do_not_inherit_the_managers_variables():
    environment = {"NOTIFY_SOCKET": "/run/socket", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "PATH": "/bin"}
    Notifier(environment)
    assert environment == {"PATH": "/bin"}


def test_the_daemon_says_when_it_is_ready_that_it_lives_and_that_it_stops(tmp_path: Path):
    systemd = StandIn(str(tmp_path / "notify"))
    config = write_config(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bridge", "--config", str(config), "run", "--quiet"],
        env=os.environ | {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "200000"}, stdout=subprocess.PIPE,
    )
    try:
        assert systemd.hear_until("READY")["READY"] == "1"
        assert systemd.hear_until("WATCHDOG") == {"WATCHDOG": "1"}
        process.send_signal(signal.SIGTERM)
        assert systemd.hear_until("STOPPING")["STOPPING"] == "1"
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert (process.returncode, said) == (0, b"")
    finally:
        process.kill()
        process.wait()
        systemd.close()
