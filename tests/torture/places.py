"""Takes disks and folders away from a daemon at work, and gives them back.

Disks that fill up, folders that may not be written, that are moved away, replaced, or do not answer: with real mounts,
for which it must run as root on Linux; and, as a stand-in, the sharing rules of Windows. The daemon is asked before and
meanwhile. After the end of the fault everything that was accepted is published, once, with no start between.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from support.disks import CanNotMountError, NetworkFolder, SmallDisk, write_protected
from support.osc import osc_packet
from support.patience import wait_until
from torture.leg import Leg, Row
from torture.nest import Nest
from torture.rig import PADS, Bridge, Watcher, audit
from torture.sharing import HELD

TRIES = 25
"""Of every kind."""

Fault = Callable[[Bridge], AbstractContextManager[None]]


@contextmanager
def full(bridge: Bridge, disk: SmallDisk) -> Iterator[None]:
    disk.fill()
    try:
        yield
    finally:
        disk.give_room()


@contextmanager
def away(bridge: Bridge) -> Iterator[None]:
    elsewhere = bridge.folder / "elsewhere"
    bridge.library.rename(elsewhere)
    try:
        yield
    finally:
        assert not bridge.library.exists(), "a library was made in the place of the one that is away"
        elsewhere.rename(bridge.library)


@contextmanager
def replaced(bridge: Bridge) -> Iterator[None]:
    elsewhere, other = bridge.folder / "elsewhere", bridge.folder / "other"
    bridge.library.rename(elsewhere)
    # It has an id of its own before it comes: a copy that has not is the library, and may be written.
    shutil.copytree(elsewhere, other, ignore=shutil.ignore_patterns(".*.tmp-*"))
    (other / ".oneshot-bridge" / "library.json").write_text(json.dumps({"schema": 1, "id": "another"}))
    other.rename(bridge.library)
    before = _names(bridge.library)
    try:
        yield
    finally:
        after = _names(bridge.library)
        shutil.rmtree(bridge.library)
        elsewhere.rename(bridge.library)
        assert before == after, f"the library of somebody else was written: {before ^ after}"


@contextmanager
def synchronised(bridge: Bridge) -> Iterator[None]:
    """Leaves the copies that cloud services make of two versions, and takes presets away to put them back."""
    for file in [*bridge.library.glob("samples/*/*.*"), *bridge.library.glob("*/*.sfz")]:
        with suppress(FileNotFoundError):  # one that is just being written under a hidden name
            shutil.copy(file, file.with_stem(f"{file.stem} (Ada's conflicted copy 2026-11-21)"))
    presets = list(bridge.library.glob("instruments/*.sfz"))
    for file in presets:
        with suppress(FileNotFoundError):
            shutil.copy(file, file.with_name(f".{file.name}.cloud"))
            file.unlink()
    try:
        yield
    finally:
        for file in presets:
            hidden = file.with_name(f".{file.name}.cloud")
            if file.exists():
                hidden.unlink()
            else:
                hidden.rename(file)
        for file in bridge.library.rglob("*conflicted copy*"):
            file.unlink()


@contextmanager
def silent(bridge: Bridge, network: NetworkFolder) -> Iterator[None]:
    network.stall()
    try:
        yield
    finally:
        network.go_on()


@contextmanager
def held(bridge: Bridge) -> Iterator[None]:
    (bridge.folder / HELD).touch()
    try:
        yield
    finally:
        (bridge.folder / HELD).unlink()


@dataclass
class Count:
    """Counts what happened under one kind of fault."""

    tried: int = 0
    survived: int = 0
    lost: int = 0
    doubled: int = 0
    spans: list[float] = field(default_factory=list)
    pongs: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)


def pong(bridge: Bridge) -> float:
    """Returns how long the daemon takes to answer an OSC ping, in seconds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(30)
        began = time.monotonic()
        ear.sendto(osc_packet("/oneshot/ping"), bridge.address)
        ear.recv(65_536)
        return time.monotonic() - began


def trial(bridge: Bridge, fault: Fault, name: str, dice: random.Random, count: Count) -> None:
    """Asks, takes the place away, asks again, gives it back, and sees how long all takes to end."""
    asked = 0

    def ask(most: int) -> None:
        nonlocal asked
        for _ in range(dice.randint(1, most)):
            bridge.generate(f"{name}x{asked}", dice.choice(PADS))
            asked += 1

    ask(3)
    time.sleep(dice.uniform(0.0, 0.6))
    with fault(bridge):
        time.sleep(dice.uniform(0.0, 0.3))
        ask(3)
        for _ in range(3):
            count.pongs.append(pong(bridge))
            time.sleep(dice.uniform(0.1, 1.5))
    ended = time.monotonic()
    count.told.update(bridge.asked.rejected)
    # What was refused, or not heard, is asked for again under the same name.
    for ref, job in list(bridge.asked.refs.items()):
        if not job:
            bridge.post(ref, ref and "kick")
    bridge.drain()
    count.spans.append(time.monotonic() - ended)


def under(kind: str, bridge: Bridge, fault: Fault, seed: int, tries: int) -> Count:
    count = Count()
    dice = random.Random(f"{seed} {kind}")
    steady = not any(word in kind for word in ("replaced", "cloud", "moved", "network"))
    watcher = Watcher(bridge.library) if steady else None
    bridge.start(HELD_LIBRARY=str(bridge.library))
    try:
        bridge.generate("first", "kick")
        wait_until(lambda: all(bridge.asked.refs.values()), 60)
        bridge.drain()
        for number in range(tries):
            before = len(count.wrong)
            trial(bridge, fault, f"t{number}", dice, count)
            found = audit(bridge)
            count.tried += 1
            count.lost += len(found.lost)
            count.doubled += len(found.doubled)
            failed = [f"{name} failed: {job['reason']}" for name, job in found.jobs.items() if job["state"] == "failed"]
            count.wrong += [f"{kind}, try {number}: {text}"
                            for text in (*found.lost, *found.doubled, *found.wrong, *failed)]
            count.survived += len(count.wrong) == before
            if len(count.wrong) > before:
                break  # what is wrong stays wrong
    finally:
        if watcher is not None:
            watcher.stop()
            count.wrong += [f"{kind}: {text}" for text in watcher.broken]
        bridge.close()
    return count


def run(seed: int, size: float) -> Leg:
    leg = Leg(name="places")
    tries = max(1, round(TRIES * size))
    pongs = 0.0
    told: list[str] = []
    with tempfile.TemporaryDirectory() as home, Nest(Path(home)) as nest:
        for kind, scene in SCENES.items():
            folder = Path(home) / kind.replace(" ", "-").replace("'", "")
            try:
                with scene(folder, nest) as (bridge, fault):
                    count = under(kind, bridge, fault, seed, tries)
            except CanNotMountError as problem:
                leg.wrong.append(f"{kind}: not tried, {problem}")
                continue
            leg.rows.append(Row(fault=kind, tried=count.tried, survived=count.survived, lost=count.lost,
                                doubled=count.doubled, recovery_seconds=count.spans))
            leg.wrong += count.wrong
            pongs = max(pongs, *count.pongs)
            told += sorted(count.told)[:1]
    leg.figures = (
        "Recovered means: everything that was accepted before and during the fault is published. Meanwhile the daemon"
        f" answered OSC within {pongs * 1000:.0f} ms at most. The last row is a stand-in: Windows itself was not there."
    )
    return leg


Scene = Callable[[Path, Nest], AbstractContextManager[tuple[Bridge, Fault]]]


@contextmanager
def on_small_disk(place: str, folder: Path, nest: Nest) -> Iterator[tuple[Bridge, Fault]]:
    disk = SmallDisk(folder / place, megabytes=48)
    try:
        yield Bridge(folder, nest=nest), lambda bridge: full(bridge, disk)
    finally:
        disk.close()


@contextmanager
def on_the_network(folder: Path, nest: Nest) -> Iterator[tuple[Bridge, Fault]]:
    network = NetworkFolder(folder / "library", folder / "server")
    try:
        yield Bridge(folder, nest=nest), lambda bridge: silent(bridge, network)
    finally:
        network.close()


@contextmanager
def at_home(fault: Fault, folder: Path, nest: Nest) -> Iterator[tuple[Bridge, Fault]]:
    yield Bridge(folder, nest=nest), fault


@contextmanager
def on_windows(folder: Path, nest: Nest) -> Iterator[tuple[Bridge, Fault]]:
    yield Bridge(folder, module="torture.sharing"), held


def _names(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*")}


SCENES: dict[str, Scene] = {
    "the library's disk full": lambda folder, nest: on_small_disk("library", folder, nest),
    "the store's disk full": lambda folder, nest: on_small_disk("state", folder, nest),
    "the library read-only": lambda folder, nest: at_home(lambda one: write_protected(one.library), folder, nest),
    "the library moved away and back": lambda folder, nest: at_home(away, folder, nest),
    "the library replaced by another": lambda folder, nest: at_home(replaced, folder, nest),
    "a network folder that stalls": on_the_network,
    "a cloud service that copies and renames": lambda folder, nest: at_home(synchronised, folder, nest),
    "files held open, as on Windows (a stand-in)": on_windows,
}
