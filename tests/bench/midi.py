"""Measures how long a note takes to become an accepted job, beside the floor, one durable commit; and a flood.

    python tests/bench/midi.py [--notes 200] [--flood 10]

A job is accepted when it is on the disk. Notes come one by one, each when the sound of the last one is made,
into the door itself (what the bridge takes) and through a JACK server with periods of 256 frames where there is one
(what a player gets). The flood sends 1,000 notes a second, more than are accepted, and says what became of them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bridge.app import App, open_bridge
from bridge.config.load import config_of
from bridge.domain.event import Event
from bridge.midi.ports import Port

PORT = Port(name="bench")
NOTES_A_SECOND = 1_000


def config(folder: Path, midi: bool) -> dict:
    pads = {name: {"prompt": name, "pad_note": note} for name, note in (("kick", 36), ("hat", 42), ("snare", 38))}
    return {
        "state_folder": str(folder / "state"), "library": {"folder": str(folder / "library")},
        "osc": {"port": 0}, "control": {"port": 0}, "pads": pads, "kits": {"main": {"pads": list(pads)}},
        "midi": {"api": "jack", "virtual_port": "Bench" if midi else ""},
    }


@asynccontextmanager
async def opened(folder: Path, midi: bool) -> AsyncIterator[App]:
    folder.mkdir()
    async with open_bridge(config_of(config(folder, midi)), doors=True) as app:
        yield app


class Accepted:
    """Counts accepted jobs and remembers when the last one was."""

    def __init__(self, app: App) -> None:
        self.count, self.at, self.event = 0, 0.0, asyncio.Event()
        app.engine.subscribe(self._heard)

    def _heard(self, event: Event) -> None:
        if event.kind == "accepted":
            self.count, self.at = self.count + 1, time.perf_counter()
            self.event.set()


def commits(folder: Path, count: int) -> list[float]:
    """Returns the milliseconds of durable commits of a row."""
    store = sqlite3.connect(folder / "floor.sqlite")
    store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE jobs (id INTEGER, brief TEXT)")
    times = []
    for number in range(count):
        begun = time.perf_counter()
        with store:
            store.execute("INSERT INTO jobs VALUES (?, ?)", (number, "x" * 500))
        times.append(1e3 * (time.perf_counter() - begun))
    store.close()
    return times


async def one_by_one(app: App, count: int, send) -> list[float]:
    """Returns the milliseconds from each note to its accepted job."""
    accepted, times = Accepted(app), []
    for number in range(count):
        accepted.event.clear()
        begun = time.perf_counter()
        send(bytes([0x90 | number % 16, 36, 1 + number % 127]))
        try:
            await asyncio.wait_for(accepted.event.wait(), 2)
            times.append(1e3 * (accepted.at - begun))
        except TimeoutError:
            continue  # a JACK client that is late (xrun) loses events; the count of notes shows how many
        while await app.engine.jobs(unfinished=True, limit=1):
            await asyncio.sleep(0.02)
    return times


async def flood(app: App, seconds: float) -> dict[str, float]:
    accepted, sent, begun = Accepted(app), 0, time.monotonic()
    before = memory_mib()
    assert app.midi_door is not None

    def play() -> None:
        nonlocal sent
        while (now := time.monotonic() - begun) < seconds:
            while sent < now * NOTES_A_SECOND:
                app.midi_door.hear(PORT, bytes([0x90 | sent % 16, (36, 38, 42)[sent % 3], 100]), time.monotonic())
                sent += 1
            time.sleep(0.001)

    await asyncio.to_thread(play)
    while app.midi_door._ear.waits():
        await asyncio.sleep(0.05)
    known = len(await app.engine.jobs(unfinished=True, limit=1_000_000))
    return {"sent": sent, "accepted": accepted.count, "known": known, "MiB more": round(memory_mib() - before, 1)}


def memory_mib() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def row(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[int(0.99 * (len(ordered) - 1))]
    return f"| {name} | {len(times)} | {statistics.median(times):.2f} | {p99:.2f} |"


async def run(options: argparse.Namespace) -> None:
    print("| from a note to its accepted job | notes | median ms | p99 ms |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(row("floor: one durable commit", commits(folder, options.notes)))
        async with opened(folder / "door", midi=False) as app:
            assert app.midi_door is not None
            door = app.midi_door
            print(row("the bridge itself", await one_by_one(
                app, options.notes, lambda note: door.hear(PORT, note, time.monotonic()))))
        if shutil.which("jackd"):
            await through_jack(folder, options.notes)
        async with opened(folder / "flood", midi=False) as app:
            print("\nflood:", await flood(app, options.flood))


async def through_jack(folder: Path, count: int) -> None:
    os.environ.update(JACK_DEFAULT_SERVER="oneshot-bench", JACK_NO_START_SERVER="1")
    server = subprocess.Popen(
        ["jackd", "-n", os.environ["JACK_DEFAULT_SERVER"], "-r", "-d", "dummy", "-r", "48000", "-p", "256"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        subprocess.run(["jack_wait", "-s", os.environ["JACK_DEFAULT_SERVER"], "-w", "-t", "10"], check=True,
                       capture_output=True)
        import rtmidi

        out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="player")
        out.open_virtual_port("out")
        async with opened(folder / "jack", midi=True) as app:
            subprocess.run(["jack_connect", "player:out", "Bench:Bench"], check=True, capture_output=True)
            print(row("through JACK, 256 frames", await one_by_one(app, count, out.send_message)))
        out.close_port()
        out.delete()
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=200)
    parser.add_argument("--flood", type=float, default=10.0)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
