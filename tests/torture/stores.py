"""Damages the store in every way that disks, users and programs that synchronise have, and starts a daemon on it.

A daemon has made sounds, free ones and paid ones, and is killed while others are under way at the provider. On copies
of what it left the store is damaged. Afterwards every sound is known and on its pad, every accepted job has ended or
asks, the caps count what was spent, and the provider was asked for nothing twice.
"""

from __future__ import annotations

import copy
import random
import shutil
import sqlite3
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from support.patience import wait_until
from support.replicate_facade import Facade, facade
from torture.leg import Leg, Row
from torture.nest import Nest
from torture.rig import PADS, Asked, Bridge, audit, sounds_of_the_account

TRIES = 40
"""Of every kind."""
PAGE = 4096
FREE, PAID, HELD, WAITING = 5, 3, 3, 4

Damage = Callable[[Path, random.Random], None]


def _write(store: Path, at: int, content: bytes) -> None:
    with store.open("r+b") as file:
        file.seek(at)
        file.write(content)


def _pages(store: Path, dice: random.Random, content: Callable[[], bytes]) -> None:
    for _ in range(dice.randint(1, 3)):
        _write(store, dice.randrange(store.stat().st_size // PAGE) * PAGE, content())


def zeros(store: Path, dice: random.Random) -> None:
    _pages(store, dice, lambda: bytes(PAGE))


def rubbish(store: Path, dice: random.Random) -> None:
    _pages(store, dice, lambda: dice.randbytes(PAGE))


def no_header(store: Path, dice: random.Random) -> None:
    _write(store, 0, dice.randbytes(PAGE))


def cut_off(store: Path, dice: random.Random) -> None:
    with store.open("r+b") as file:
        file.truncate(dice.randrange(store.stat().st_size))


def deleted(store: Path, _dice: random.Random) -> None:
    for file in store.parent.glob("store.sqlite*"):
        file.unlink()


def older(store: Path, _dice: random.Random) -> None:
    deleted(store, _dice)
    shutil.copy(store.with_name("older"), store)


def no_log(store: Path, _dice: random.Random) -> None:
    for file in store.parent.glob("store.sqlite-*"):
        file.unlink()


def no_state(store: Path, _dice: random.Random) -> None:
    shutil.rmtree(store.parent)


KINDS: dict[str, tuple[Damage, bool]] = {
    "pages of zeros in the store": (zeros, True),
    "pages of rubbish in the store": (rubbish, True),
    "the first page overwritten": (no_header, True),
    "the store cut off anywhere": (cut_off, True),
    "the store deleted": (deleted, True),
    "an older copy of the store put back": (older, True),
    "the store's log deleted": (no_log, False),
    "all of the state deleted, or the library on another computer": (no_state, True),
}
"""What is done, and whether the log of SQLite is written into the store before: else much of it is there still."""


class Scene:
    """A bridge that was killed in the middle, and what it owed; `again` puts everything back as it was then."""

    def __init__(self, home: Path, account: Facade, nest: Nest) -> None:
        self.bridge = Bridge(home / "bridge", facade=account.url, nest=nest)
        self._kept = home / "kept"
        self._play(account)

    def _play(self, account: Facade) -> None:
        bridge = self.bridge
        bridge.start()
        for number in range(FREE + PAID):
            bridge.generate(f"done{number}", PADS[number % len(PADS)], paid=number >= FREE)
        wait_until(lambda: len(bridge.asked.accepted) == FREE + PAID, 120)
        bridge.drain()
        (self.store,) = bridge.state.glob("libraries/*/store.sqlite")
        _into_one_file(self.store, self.store.with_name("older"))
        # What is under way will have cost as much each as what is done.
        self.spent = bridge.ask("budget")["budget"]["month"] * (PAID + HELD) / PAID
        account.hold = True
        for number in range(HELD):
            bridge.generate(f"held{number}", PADS[number % len(PADS)], paid=True)
        wait_until(lambda: len(account.made) == PAID + HELD, 120)
        # Until their tickets are there too: what is looked for at the provider takes its time.
        wait_until(lambda: all(one.get("looked") for one in list(account.made.values())[PAID:]), 120)
        for number in range(WAITING):
            bridge.generate(f"waits{number}", PADS[number % len(PADS)])
        wait_until(lambda: all(bridge.asked.refs.values()), 120)
        bridge.kill()
        self.finished = bridge.asked.ready & {bridge.asked.refs[f"done{number}"] for number in range(FREE + PAID)}
        self.asked = copy.deepcopy(bridge.asked)
        account.hold = False
        shutil.copytree(bridge.folder, self._kept, ignore=shutil.ignore_patterns("stderr.txt"))

    def again(self) -> None:
        for folder in (self.bridge.library, self.bridge.state):
            shutil.rmtree(folder)
            shutil.copytree(self._kept / folder.name, folder)
        self.bridge.asked = copy.deepcopy(self.asked)


def _into_one_file(store: Path, copied: Path) -> None:
    """Copies a store, with all that lies in its log still, into one file."""
    copied.unlink(missing_ok=True)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("VACUUM INTO ?", (str(copied),))


def _drain(bridge: Bridge) -> None:
    """Waits until nothing is owed, also by a daemon that closes once more because it has just found the damage."""
    quiet = 0
    while quiet < 2:
        try:
            bridge.drain()
            bridge.ask("status")
            quiet += 1
        except (OSError, ValueError):
            quiet = 0
            assert bridge.process is not None
            if bridge.process.poll() is not None:
                raise
        time.sleep(0.2)


def trial(
    scene: Scene, kind: str, dice: random.Random, account: Facade
) -> tuple[list[str], list[str], list[str], float]:
    """Returns what was lost, doubled and wrong after one kind of damage, and how long the start took."""
    damage, folded = KINDS[kind]
    scene.again()
    bridge, store = scene.bridge, scene.store
    if folded:
        whole = store.with_name("whole")
        _into_one_file(store, whole)
        deleted(store, dice)
        whole.rename(store)
    damage(store, dice)
    paid = len(account.made)
    if damage is no_state:
        bridge.asked = Asked(accepted=set(scene.finished))
    began = time.monotonic()
    bridge.start()
    _drain(bridge)
    took = time.monotonic() - began
    found = audit(bridge)
    asking = {name for name, job in found.jobs.items() if job["state"] == "asking"}
    lost = [text for text in found.lost if not any(text.startswith(name) for name in asking)]
    doubled = list(found.doubled)
    if len(account.made) != paid:
        doubled.append(f"{len(account.made) - paid} calls were paid that had been paid for before")
    spent = bridge.ask("budget")["budget"]["month"]
    most = scene.spent if damage is not no_state else 0.0
    wrong = list(found.wrong)
    if spent < most - 1e-6:
        wrong.append(f"${spent:.4f} is counted, and ${most:.4f} was spent")
    lost += [f"{job} was ready and is {found.jobs.get(job, {}).get('state')}" for job in scene.finished
             if found.jobs.get(job, {}).get("state") != "ready"]
    bridge.kill()
    return lost, doubled, wrong, took


def run(seed: int, size: float) -> Leg:
    leg = Leg(name="stores")
    tries = max(1, round(TRIES * size))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    spans: dict[str, list[float]] = defaultdict(list)
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as home, facade(sounds_of_the_account) as account, Nest(Path(home)) as nest:
        scene = Scene(Path(home), account, nest)
        try:
            for kind in KINDS:
                for number in range(tries):
                    lost, doubled, wrong, took = trial(scene, kind, random.Random(dice.random()), account)
                    counts[kind] += Counter(tried=1, survived=not (lost or doubled or wrong), lost=len(lost),
                                            doubled=len(doubled))
                    spans[kind].append(took)
                    leg.wrong += [f"{kind}, try {number}: {text}" for text in (*lost, *doubled, *wrong)]
        finally:
            scene.bridge.close()
    leg.rows = [
        Row(fault=kind, tried=count["tried"], survived=count["survived"], lost=count["lost"], doubled=count["doubled"],
            recovery_seconds=spans[kind])
        for kind, count in counts.items()
    ]
    leg.figures = (
        f"The store knew {FREE + PAID} finished sounds, {HELD} paid calls under way and {WAITING} jobs that waited."
        " Recovered means: everything that was owed is done."
    )
    return leg
