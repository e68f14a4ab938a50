"""Hosts that take deliveries by OSC, before the real door: sounds of a known pitch, orders, and an ear for tuning."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from bridge.domain.brief import Request
from bridge.domain.delivery import Delivery
from bridge.domain.event import Event
from bridge.domain.instrument import Zone
from support.osc import Scene
from support.patience import until

RATE = 44_100
ROOT = 57
"""The key nearest to a sample of `tone`; 57 is the A of 220 Hz."""


def free_port() -> int:
    """Returns a UDP port of this machine that nobody has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_recorded(path: Path) -> bool:
    """Tells whether a program has closed the file that it recorded to: only then the file says how long it is."""
    try:
        return soundfile.info(path).frames > 0
    except soundfile.LibsndfileError:
        return False


def hertz(note: float) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def write_tone(path: Path, note: float = ROOT, *, seconds: float = 1.0, channels: int = 1) -> None:
    """Writes a steady sine of a note, at half of full scale."""
    times = np.arange(int(seconds * RATE)) / RATE
    wave = 0.5 * np.sin(2 * np.pi * hertz(note) * times)
    soundfile.write(path, np.tile(wave[:, None], channels), RATE, subtype="PCM_24")


def frequency(samples: NDArray[np.floating], rate: int) -> float:
    """Returns the frequency of the one sine in a recording, silence around it or not: the top of its spectrum."""
    mono = samples.mean(axis=1) if samples.ndim == 2 else samples
    loud = np.flatnonzero(np.abs(mono) > np.abs(mono).max() / 10)
    mono = mono[loud[0] : loud[-1]]
    spectrum = np.log(np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 16 * len(mono))) + 1e-12)
    top = int(spectrum.argmax())
    left, middle, right = spectrum[top - 1 : top + 2]
    return float((top + (left - right) / (left - 2 * middle + right) / 2) * rate / (16 * len(mono)))


def cents_off(samples: NDArray[np.floating], rate: int, note: float) -> float:
    """Returns by how many cents a recording misses a note."""
    return float(1200 * np.log2(frequency(samples, rate) / hertz(note)))


@dataclass
class Orders:
    """Makes sounds in a folder and delivers them to one host through the real door."""

    scene: Scene
    host: str
    folder: Path
    sent: int = field(default=0)

    @property
    def port(self) -> int:
        return int(self.scene.door.address[1])

    def tone(self, name: str, *, cents: float = 0.0, note: int = ROOT, seconds: float = 1.0,
             channels: int = 1) -> str:
        """Writes a tone and returns the path that a delivery gives for it."""
        write_tone(self.folder / name, note + cents / 100, seconds=seconds, channels=channels)
        return name

    def deliver(self, pad: str, *zones: dict[str, Any], mode: str = "keys", action: str = "load") -> int:
        """Delivers zones of files in the folder; what a zone leaves out is that of a tone on its root, over all keys.

        Returns the number of the delivery.
        """
        self.sent += 1
        usual = {"root": ROOT, "cents": 0.0, "low": 0, "high": 127, "follows_keys": mode == "keys"}
        self.scene.engine.all_deliveries.append(Delivery(
            host=self.host, seq=self.sent, sample=f"s-{self.sent:012}" if zones else "", pad=pad, mode=mode,
            action=action, target=f"track:{pad}", path=zones[0]["path"] if zones else "", mtime=1_800_000_000,
            zones=tuple(Zone(**{**usual, **zone}) for zone in zones),
        ))  # fmt: skip
        self.scene.engine.emit(Event(kind="delivery", id=4, host=self.host, seq=self.sent, pad=pad))
        return self.sent

    def told(self, *calls: str) -> list[tuple[Any, ...]]:
        """Returns what the engine was asked, of these calls only."""
        return [call for call in self.scene.engine.calls if call[0] in calls]

    async def pressed(self) -> Request:
        """Returns the one press of a pad that the engine was asked for, as soon as it came."""
        await until(lambda: self.scene.engine.requests)
        (press,) = self.scene.engine.requests
        return press

    async def subscribed(self) -> None:
        await until(lambda: ("attach_host", self.host) in self.scene.engine.calls)

    async def loaded(self, seq: int) -> None:
        """Returns when the host has acknowledged a delivery; fails with its reason if it could not load it."""
        assert await self.answer(seq) == ""

    async def answer(self, seq: int) -> str:
        """Returns the reason of the host's first answer to a delivery, empty if it was loaded."""
        def found() -> list[tuple[Any, ...]]:
            return [call for call in self.told("loaded", "load_failed") if call[1:3] == (self.host, seq)]

        await until(found)
        first = found()[0]
        return first[3] if first[0] == "load_failed" else ""


@pytest.fixture
def orders(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Orders]:
    """Gives what opens the orders of a host, with a library in a folder that trips over quoting and spaces."""
    folder = tmp_path / "Über Café's $(kits) %d"
    folder.mkdir()
    monkeypatch.setattr(scene.engine, "absolute", lambda path: str(folder / path))
    return lambda host: Orders(scene, host, folder)


class Program:
    """A host's process; its lines are kept, and it ends with the test."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, *command: str | Path, folder: Path, **environment: str) -> Program:
        return cls(await asyncio.create_subprocess_exec(
            *map(str, command), cwd=folder, env=os.environ | environment, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        ))

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace").rstrip())

    def type(self, line: str) -> None:
        """Types a line into the program."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")

    async def said(self, words: str, times: int = 1) -> str:
        """Returns the newest line with these words, as soon as it came so many times."""
        try:
            await until(lambda: sum(words in line for line in self.lines) >= times)
        except TimeoutError:
            raise AssertionError(f"{words!r} was not said:\n" + "\n".join(self.lines)) from None
        return [line for line in self.lines if words in line][-1]

    async def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # with the children that it started
        await self.process.wait()
        await self._reader
        print("\n".join(self.lines))  # where a test failed, pytest shows it


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Gives what starts a program, with the test's folder as its home."""
    started: list[Program] = []

    async def start(*command: str | Path, **environment: str) -> Program:
        started.append(await Program.start(*command, folder=tmp_path, **{"HOME": str(tmp_path)} | environment))
        return started[-1]

    yield start
    for one in started:
        await one.close()
