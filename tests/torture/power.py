"""Cuts the power of a daemon at work, hundreds of times, and starts it on what the disk kept.

One life of the real daemon is recorded below Python, SQLite's writes included (`recorder.c`, loaded with LD_PRELOAD;
Linux and a C compiler). Then any moment of it can be cut: `disk.py` writes what was flushed by then, and of the rest
nothing, or as much as the dice say, in any order. A daemon is started on that. What it had answered before the cut is
owed: accepted jobs end, ready ones are there, dropped files make one job each, and the provider is paid once.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pythonosc.osc_message import OscMessage

from support.memory import memory_folder
from support.patience import wait_until
from support.replicate_facade import Facade, facade
from torture.disk import Disk, Record, put_down, records
from torture.leg import Leg, Row
from torture.nest import Nest
from torture.rig import PADS, Asked, Audit, Bridge, Watcher, audit, sounds_of_the_account

CUTS = 300
TRIGGERS = 24
LEFT = {"nothing that was not flushed is left": 0.0, "half of it is left, in any order": 0.5}
HERE = Path(__file__).parent


@dataclass
class Told:
    """Holds after which record something was told: jobs accepted, jobs ready, words sent to the provider, files
    dropped, wishes of a host."""

    accepted: dict[str, int] = field(default_factory=dict)
    ready: dict[str, int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    wished: dict[str, int] = field(default_factory=dict)

    def until(self, at: int) -> Asked:
        """Returns what was asked and answered by then."""
        return Asked(
            accepted={job for job, when in self.accepted.items() if when <= at},
            ready={job for job, when in self.ready.items() if when <= at},
            dropped=[name for name, when in self.dropped.items() if when <= at],
            wished=[name for name, when in self.wished.items() if when <= at],
        )

    def moments(self) -> list[int]:
        return sorted({*self.accepted.values(), *self.ready.values(), *self.paid.values()})


def build(folder: Path) -> Path:
    """Compiles the recorder; raises FileNotFoundError where there is no C compiler."""
    library = folder / "recorder.so"
    subprocess.run(
        ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(HERE / "recorder.c"), "-ldl", "-lpthread"],
        check=True, capture_output=True, timeout=60,
    )
    return library


def record(home: Path, url: str, dice: random.Random, triggers: int) -> tuple[Disk, list[Record], Told]:
    """Lets a daemon live that is asked at every door; returns the disk as it was before, and what happened then."""
    folder, log = home / "bridge", home / "log"
    environment = {"LD_PRELOAD": str(build(home)), "POWER_ROOT": str(folder), "POWER_LOG": str(log)}
    bridge = Bridge(folder, facade=url, module="torture.dying", environment=environment)
    disk = Disk(folder)
    try:
        bridge.start()
        for number in range(triggers):
            _ask(bridge, log, f"p{number}", dice)
            time.sleep(dice.uniform(0.0, 0.4))
        wait_until(lambda: all(bridge.asked.refs.values()), 60.0)
        bridge.drain()
        bridge.kill()
    finally:
        bridge.close()
    happened = list(records(log))
    return disk, happened, _told(happened, bridge)


def _ask(bridge: Bridge, log: Path, ref: str, dice: random.Random) -> None:
    pad = dice.choice(PADS)
    match dice.choice(["free", "paid", "pad", "drop", "wish", "post"]):
        case "free":
            bridge.generate(ref, pad)
        case "paid":
            bridge.generate(ref, "bell", paid=True)
        case "pad":
            bridge.osc(f"/oneshot/pad/{pad}")
        case "drop":
            bridge.drop(f"{ref}.txt", "closed hat", partial(put_down, log))
        case "wish":
            bridge.wish(ref, pad, partial(put_down, log))
        case "post":
            bridge.post(ref, pad)


def _told(happened: Sequence[Record], bridge: Bridge) -> Told:
    told = Told()
    for at, one in enumerate(happened):
        if one.op == "P":
            path = Path(one.first)
            (told.wished if path.parent == bridge.wishes else told.dropped)[path.name] = at
        if one.op != "S":
            continue
        if one.content.startswith(b"/oneshot/job/ready\0"):
            told.ready.setdefault(OscMessage(one.content).params[0], at)
        for job in bridge.asked.accepted - told.accepted.keys():
            if job.encode() in one.content:
                told.accepted[job] = at
        for ref in bridge.asked.refs.keys() - told.paid.keys():
            if b'"input"' in one.content and f" {ref}\"".encode() in one.content:
                told.paid[ref] = at
    return told


def recover(folder: Path, account: Facade, asked: Asked, nest: Nest) -> tuple[Audit, list[str], float]:
    """Starts a daemon on what was left, lets it do what is owed, and looks; the seconds are until it listened."""
    bridge = Bridge(folder, facade=account.url, nest=nest)
    bridge.asked = asked
    watcher = Watcher(bridge.library)
    try:
        bridge.start()
        bridge.drain()
        found = audit(bridge, account.made)
        found.lost += [f"{job} was told to be ready, and is {found.jobs[job]['state']}: {found.jobs[job]['reason']}"
                       for job in asked.ready if job in found.jobs and found.jobs[job]["state"] != "ready"]
        return found, watcher.broken, bridge.started_after
    finally:
        watcher.stop()
        bridge.close()


def _moments(happened: Sequence[Record], told: Told, cuts: int, dice: random.Random) -> list[int]:
    """Returns after which records the power goes: half of the times just after something was told."""
    first = min(told.accepted.values())
    loose = [at for at in range(first, len(happened)) if happened[at].op != "S"]
    tight = told.moments()
    return sorted(dice.choice(loose if number % 2 else tight) for number in range(cuts))


def run(seed: int, size: float) -> Leg:
    dice = random.Random(seed)
    leg, done = Leg(name="power"), 0
    tally = {what: Tally() for what in LEFT}
    with memory_folder() as home, Nest(home) as nest, facade(sounds_of_the_account) as account:
        disk, happened, told = record(home, account.url, dice, max(8, round(TRIGGERS * min(1.0, size * 10))))
        bills = {str(one["input"]["prompt"]).rpartition(" ")[2]: (name, one) for name, one in account.made.items()}
        cuts = _moments(happened, told, max(4, round(CUTS * size)), dice)
        with suppress(KeyboardInterrupt):  # the figures of what was cut so far count
            for number, at in enumerate(cuts):
                while done <= at:
                    disk.do(happened[done])
                    done += 1
                what = list(LEFT)[number % len(LEFT)]
                shutil.rmtree(disk.root)
                disk.write_to(disk.root, dice, LEFT[what])
                account.made = {name: dict(bill) for ref, (name, bill) in bills.items() if told.paid.get(ref, at) < at}
                asked = told.until(at)
                tally[what].count(at, asked, *recover(disk.root, account, asked, nest))
    leg.rows = [one.row(what) for what, one in tally.items()]
    leg.wrong = [text for one in tally.values() for text in one.wrong]
    leg.figures = _figures(happened, told, sum(one.tried for one in tally.values()))
    return leg


def _figures(happened: Sequence[Record], told: Told, cuts: int) -> str:
    kinds = Counter(one.op for one in happened)
    names = sum(kinds[kind] for kind in "CRLUM")
    return (
        f"One life: {len(told.accepted)} jobs answered, {len(told.paid)} of them paid, {len(told.dropped)} files dropped"
        f" into the inbox and {len(told.wished)} put down by a host; {kinds['W'] + kinds['T']:,} writes, {kinds['F']:,}"
        f" flushes, {names:,} changes of names. Cut at {cuts} moments, half of them just after an answer."
    )


@dataclass
class Tally:
    """Counts the cuts of one kind."""

    tried: int = 0
    survived: int = 0
    lost: int = 0
    doubled: int = 0
    recovery: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def count(self, at: int, asked: Asked, found: Audit, broken: Sequence[str], seconds: float) -> None:
        wrong = [*found.lost, *found.doubled, *found.wrong, *broken]
        self.tried += 1
        self.survived += not wrong
        self.lost += len(found.lost)
        self.doubled += len(found.doubled)
        self.recovery.append(seconds)
        self.wrong += [f"cut after record {at}: {text}" for text in wrong]
        print(f"cut after record {at}: {len(asked.accepted)} jobs owed, {len(wrong)} wrong", flush=True)

    def row(self, what: str) -> Row:
        return Row(fault=f"power cut: {what}", tried=self.tried, survived=self.survived, lost=self.lost,
                   doubled=self.doubled, recovery_seconds=self.recovery)
