"""A real JACK server without a sound card, and a keyboard on it: MIDI from another program on any Linux machine.

A folder whose `conftest.py` imports these fixtures gets a server of its own for each of its modules that asks for
one. The environment names the server, so a daemon that such a test starts finds it too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from filelock import FileLock

_SECONDS = 30
# One name for every run. JACK keeps a book of eight servers, and strikes out one that was killed only when another
# of its name starts: a name for each run fills the book for good.
_NAME = "oneshot-test"
_BOOK = Path("/dev/shm/jack-shm-registry")


class JackServer:
    """A JACK server of its own name with the dummy driver. One runs at a time: its fixture takes turns."""

    def __init__(self, jackd: str, jack_wait: str, log_path: Path) -> None:
        self.name = _NAME
        self.log_path = log_path
        self._jackd, self._jack_wait = jackd, jack_wait
        self._process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Starts the server, or starts it again: its socket can vanish while it runs."""
        if self._process is None or not self._answers("-c"):
            self.stop()
            # No -S: in synchronous mode a second client of one process can hang the server. A long period, because
            # a client that is late (an xrun in the log) can read stale events: measured with RtMidi alone, 5 of 120
            # bursts of 100 notes at 256 frames, none at 1,024.
            with self.log_path.open("a") as log:
                self._process = subprocess.Popen(
                    [self._jackd, "-n", self.name, "-r", "-d", "dummy", "-r", "48000", "-p", "1024", "-P", "4"],
                    stdout=log, stderr=log,
                )
            assert self._answers("-w", "-t", str(_SECONDS)), self.log_path.read_text()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=_SECONDS)

    def late_clients(self) -> int:
        return self.log_path.read_text().count("XRun")

    def _answers(self, *how: str) -> bool:
        command = [self._jack_wait, "-s", self.name, *how]
        said = subprocess.run(command, timeout=2 * _SECONDS, capture_output=True, check=False).stdout.strip()
        return said in (b"running", b"server is available")


def clear_up() -> None:
    """Ends the server of a run that was killed, and removes JACK's book of servers when no process has it open."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cmdline").read_bytes().split(b"\0")[1:3] == [b"-n", _NAME.encode()]:
                os.kill(int(process.name), signal.SIGKILL)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if _BOOK.name in (process / "maps").read_text():
                return
    _BOOK.unlink(missing_ok=True)


@contextlib.contextmanager
def turn(jackd: str, jack_wait: str, log_path: Path) -> Iterator[JackServer]:
    """Takes the turn of the one server; the environment names it, and `ensure` starts it."""
    server = JackServer(jackd, jack_wait, log_path)
    environment = {"JACK_DEFAULT_SERVER": server.name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}
    # When several servers start in the same moment, some vanish again (seen, not explained): test runs take turns.
    mine = FileLock(Path(tempfile.gettempdir()) / "oneshot-bridge-tests-jack.lock", timeout=120)
    with mine, mock.patch.dict(os.environ, environment):
        clear_up()
        yield server
        server.stop()


@contextlib.contextmanager
def keys() -> Iterator[Any]:
    """Gives another program's MIDI output, `keyboard:keys`; `send_message([status, note, velocity])` plays it."""
    import rtmidi

    out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="keyboard")
    out.open_virtual_port("keys")
    try:
        yield out
    finally:
        out.close_port()
        out.delete()


def plug(source: str, target: str, program: str = "jack_connect") -> None:
    """Connects two ports of the server, each named `client:port`."""
    subprocess.run([program, source, target], check=True, timeout=_SECONDS, capture_output=True)


@pytest.fixture(scope="module")
def jack_server(peer: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JackServer]:
    """Gives a server, which `jack` starts."""
    if sys.platform != "linux":
        pytest.skip("JACK as a test's peer is for Linux")
    peer.module("rtmidi")
    log_path = tmp_path_factory.mktemp("jack") / "log"
    with turn(peer("jackd", "jackd2"), peer("jack_wait", "jackd2"), log_path) as server:
        yield server


@pytest.fixture
def jack(jack_server: JackServer) -> JackServer:
    """Gives the running server."""
    jack_server.ensure()
    return jack_server


@pytest.fixture
def keyboard(jack: JackServer) -> Iterator[Any]:
    """Gives the output of `keys`."""
    with keys() as out:
        yield out


@pytest.fixture
def connect(jack: JackServer, peer: Any) -> Callable[[str, str], None]:
    """Gives `plug`."""
    return partial(plug, program=peer("jack_connect", "jackd2"))
