"""The daemon as a user starts it: a process of its own, real ports, real files."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage

from support.disks import CanNotMountError, NetworkFolder, SmallDisk
from support.jack import connect, jack, jack_server, keyboard  # noqa: F401 - fixtures of this folder
from support.osc import osc_packet
from support.patience import PATIENCE_SECONDS

MIDI_PORT = "Daemon under test"
CONFIG = """
state_folder = "{state}"
[library]
folder = "{library}"
[osc]
port = 0
[control]
port = 0
[midi]
enabled = {midi}
api = "jack"
virtual_port = "{midi_port}"
[jobs]
workers = 2
[pads.kick]
prompt = "punchy kick"
pad_note = 36
[pads.hat]
prompt = "short closed hat"
pad_note = 42
[pads.bass]
prompt = "round synth bass"
note = 36
pad_note = 48
[kits.main]
pads = ["kick", "hat", "bass"]
"""


class Listener:
    """A UDP socket that speaks OSC to the daemon and hears what it answers."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._to = ("127.0.0.1", port)
        self.port = self._socket.getsockname()[1]

    def send(self, address: str, *values: Any) -> None:
        self._socket.sendto(osc_packet(address, *values), self._to)

    def hear(self, seconds: float) -> Iterator[tuple[str, list[Any]]]:
        """Yields what is answered within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                message = OscMessage(self._socket.recv(65_536))
            except TimeoutError:
                return
            yield message.address, list(message.params)

    def hear_until(self, address: str, seconds: float = PATIENCE_SECONDS) -> list[tuple[str, list[Any]]]:
        heard = []
        for message in self.hear(seconds):
            heard.append(message)
            if message[0] == address:
                return heard
        raise AssertionError(f"{address} was not heard within {seconds} s, only {heard}")

    def close(self) -> None:
        self._socket.close()


class Daemon:
    """Starts, asks, kills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = folder / "My Sounds"
        self.state = folder / "state"
        self.config = folder / "config.toml"
        self.configure()
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []
        self.environment: dict[str, str] = {}
        self._listeners: list[Listener] = []

    def configure(self, *, midi: bool = False) -> None:
        """Writes the config; with `midi` the daemon opens the port `MIDI_PORT` on the JACK server of the test."""
        self.config.write_text(
            CONFIG.format(state=self.state.as_posix(), library=self.library.as_posix(), midi=str(midi).lower(),
                          midi_port=MIDI_PORT),
            encoding="utf-8",
        )

    def start(self, *, midi: bool = False) -> Daemon:
        """Returns when the daemon says that it is ready; `midi` configures it anew, with MIDI."""
        if midi:
            self.configure(midi=True)
        self.launch()
        self.until_said("Try")
        return self

    def launch(self) -> None:
        """Starts the process, and waits for nothing."""
        with (self.folder / "stderr.txt").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bridge", "--config", str(self.config), "run"], cwd=self.folder, text=True,
                stdout=subprocess.PIPE, stderr=errors, env=os.environ | {"NO_COLOR": "1"} | self.environment,
            )
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(self.process.stdout, self._heard), daemon=True).start()
        self.said = []

    def until_said(self, words: str, *, anew: bool = False) -> str:
        """Returns the first line with these words, when the daemon has said it; `anew` forgets what it said before."""
        if anew:
            self.said = []
        while not (found := [line for line in self.said if words in line]):
            self.said.append(self._heard.get(timeout=PATIENCE_SECONDS))
        return found[0]

    def lines(self) -> list[str]:
        """Returns all that the daemon has said so far."""
        while not self._heard.empty():
            self.said.append(self._heard.get())
        return self.said

    @staticmethod
    def _read(stream, lines) -> None:
        with stream:
            for line in stream:
                lines.put(line)

    def listener(self) -> Listener:
        listener = Listener(int(self.listens("OSC").rpartition(":")[2]))
        self._listeners.append(listener)
        return listener

    def get(self, what: str, **wanted: Any) -> list[dict[str, Any]]:
        """Asks the control channel for jobs, samples …"""
        credentials = json.loads((self.state / "control.json").read_text())
        url = f"{credentials['url']}/v1/{what}?{urllib.parse.urlencode(wanted)}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {credentials['token']}"})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)[what]

    def listens(self, door: str) -> str:
        """Returns where a door (OSC, MIDI, control) listens, as the daemon said when it started."""
        return next(line.strip().removeprefix(door).strip() for line in self.said if line.strip().startswith(door))

    def kill(self) -> None:
        """Ends the process as a power cut would: no goodbye."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the command line with this config."""
        return subprocess.run(
            [sys.executable, "-m", "bridge", "--config", str(self.config), *arguments], cwd=self.folder, text=True,
            capture_output=True, timeout=60, env=os.environ | {"NO_COLOR": "1"}, check=False,
        )

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.close()


@pytest.fixture(scope="module")
def lasting_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that serves all tests of a module, not yet started."""
    daemon = Daemon(tmp_path_factory.mktemp("daemon"))
    yield daemon
    daemon.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    try:
        disk = SmallDisk(tmp_path / "disk")
    except CanNotMountError as problem:
        pytest.skip(str(problem))
    yield disk
    disk.close()


@pytest.fixture
def network_folder(tmp_path: Path, peer) -> Iterator[NetworkFolder]:
    peer("bindfs", "apt install bindfs fuse3")
    try:
        folder = NetworkFolder(tmp_path / "network", tmp_path / "server")
    except CanNotMountError as problem:
        pytest.skip(str(problem))
    yield folder
    folder.close()
