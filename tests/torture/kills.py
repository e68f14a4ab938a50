"""Kills the daemon, a thousand times: at random, while it starts, and at every border between two steps. Afterwards
what was accepted is published or failed with a reason, once, paid once, whole, and store and folder agree.

The paid model is a façade of Replicate's documented API, which counts what it accepts. Every life of the daemon is
asked at the OSC door, at the control channel (as the command line asks) and in the inbox; what was not answered is
asked again in the next life under the same ref. Each round of lives ends with an audit, and has its own library.
"""

from __future__ import annotations

import random
import tempfile
import threading
import traceback
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from support.memory import memory_folder
from support.replicate_facade import facade
from torture.dying import FEW, KINDS, MOST
from torture.leg import Leg, Row
from torture.nest import Nest
from torture.rig import PADS, Audit, Bridge, Watcher, audit, sounds_of_the_account

KILLS = 1_200
LIVES = 40
"""In a round."""
LANES = 3
"""Rounds at once: a round mostly waits."""
PLACE_SECONDS = 3.0
"""How long a daemon that is to die at a place may take to come there; then it is killed where it is."""


class Round:
    """Kills one daemon so many times."""

    def __init__(self, folder: Path, name: str, dice: random.Random, url: str, nest: Nest) -> None:
        self.bridge = Bridge(folder, facade=url, nest=nest)
        self.tried: Counter[str] = Counter()
        self.recovery: dict[str, list[float]] = defaultdict(list)
        self.kind_of: dict[str, str] = {}
        """In which kind of life a job was accepted."""
        self._dice = dice
        self.name = name
        self._asked = 0
        self._last = ""

    def life(self) -> None:
        """Starts the daemon, asks, and lets it die."""
        kind = self._dice.choice(["at random", "while it starts", *KINDS, *KINDS])
        place = self._dice.choice(KINDS.get(kind, [""]))
        most = MOST.get(place.partition(" ")[2], FEW)
        death = {"DIE_AT": f"{place}:{self._dice.choice([1, self._dice.randint(1, most)])}"} if place else {}
        if kind == "while it starts":
            self._die_starting()
        elif self._start(death):
            self._ask(paid="paid" in kind, dropped="inbox" in kind, wished="wish" in kind)
            if not self.bridge.dies_within(PLACE_SECONDS if place else self._dice.uniform(0.0, 1.2)):
                kind = "at random"
                self.bridge.kill()
        self.tried[kind] += 1
        self._last = kind
        for job in self.bridge.asked.accepted - self.kind_of.keys():
            self.kind_of[job] = kind

    def end(self) -> None:
        """Lets the last daemon live until nothing is owed."""
        self._start({})
        self._ask_again()
        self.bridge.drain()
        self._ask_again()
        self.bridge.drain()

    def _start(self, death: dict[str, str]) -> bool:
        if not self.bridge.start(**death):
            return False
        if self._last:
            self.recovery[self._last].append(self.bridge.started_after)
        return True

    def _die_starting(self) -> None:
        """Kills it some time after its beginning, whether or not it listens by then."""
        self.bridge.process = None

        def kill() -> None:
            if self.bridge.process is not None:
                self.bridge.process.kill()

        killer = threading.Timer(self._dice.uniform(0.0, 0.6), kill)
        killer.start()
        self.bridge.start()
        killer.join()
        self.bridge.kill()

    def _ask(self, *, paid: bool, dropped: bool, wished: bool) -> None:
        self._ask_again()
        bridge, dice = self.bridge, self._dice
        for _ in range(dice.randint(1, 2)):
            bridge.generate(self._ref(), dice.choice(PADS))
        bridge.osc(f"/oneshot/pad/{dice.choice(PADS)}", dice.randint(1, 127))
        if paid or dice.random() < 0.4:
            bridge.generate(self._ref(), "bell", paid=True)
        if dropped or dice.random() < 0.2:
            bridge.drop(f"{self._ref()}.txt", "short closed hat")
        if wished or dice.random() < 0.2:
            bridge.wish(self._ref(), dice.choice(PADS))
        if dice.random() < 0.4:
            bridge.post(self._ref(), dice.choice(PADS))

    def _ask_again(self) -> None:
        """Asks once more for what nobody answered, as a careful program would; the words are those of the ref."""
        for ref, job in list(self.bridge.asked.refs.items()):
            if not job:
                self.bridge.post(ref, "kick")

    def _ref(self) -> str:
        self._asked += 1
        return f"{self.name}x{self._asked}"


@dataclass
class Result:
    """Holds what came of a round."""

    one: Round
    found: Audit
    watcher: Watcher
    paid: int

    def kind_of(self, text: str) -> str:
        """Returns the kind of life in which the job was accepted that a text is about."""
        return next((kind for job, kind in self.one.kind_of.items() if job in text), "at random")

    @property
    def wrong(self) -> list[str]:
        return [*self.found.lost, *self.found.doubled, *self.found.wrong, *self.watcher.broken]


def play(name: str, seed: int, lives: int, nest: Nest) -> Result:
    """Plays a round to its end."""
    with memory_folder() as home, facade(sounds_of_the_account) as account:
        one = Round(home / "bridge", name, random.Random(f"{seed} {name}"), account.url, nest)
        watcher = Watcher(one.bridge.library)
        try:
            for _ in range(lives):
                one.life()
            one.end()
            found = audit(one.bridge, account.made)
        except Exception as problem:  # a border: a round that breaks off is a result like any other
            traceback.print_exc()
            found = Audit(wrong=[f"the round broke off: {problem!r}"])
        finally:
            watcher.stop()
            one.bridge.close()
    result = Result(one, found, watcher, len(account.made))
    print(f"{name}: {lives} kills, {len(found.jobs)} jobs, {len(result.wrong)} wrong", flush=True)
    return result


def run(seed: int, size: float) -> Leg:
    kills = max(12, round(KILLS * size))
    names = [f"round{number}" for number in range(1, -(-kills // LIVES) + 1)]
    results = []
    with tempfile.TemporaryDirectory() as home, Nest(Path(home)) as nest, ThreadPoolExecutor(LANES) as lanes:
        rounds = [lanes.submit(play, name, seed, min(LIVES, kills), nest) for name in names]
        try:
            results += [one.result() for one in as_completed(rounds)]
        except KeyboardInterrupt:  # what was begun ends, and its figures count
            lanes.shutdown(cancel_futures=True)
            results = [one.result() for one in rounds if not one.cancelled()]
    leg = Leg(name="kills", wrong=[f"{result.one.name}: {text}" for result in results for text in result.wrong])
    leg.rows = _rows(results)
    leg.figures = _figures(results)
    return leg


def _rows(results: Sequence[Result]) -> list[Row]:
    tried, lost, doubled = Counter[str](), Counter[str](), Counter[str]()
    recovery: dict[str, list[float]] = defaultdict(list)
    hurt = Counter[str]()
    for result in results:
        tried += result.one.tried
        for kind, spans in result.one.recovery.items():
            recovery[kind] += spans
        lost.update(result.kind_of(text) for text in result.found.lost)
        doubled.update(result.kind_of(text) for text in result.found.doubled)
        hurt.update(result.kind_of(text) for text in result.wrong)
    return [
        Row(fault=f"killed {kind}", tried=tried[kind], survived=max(0, tried[kind] - hurt[kind]), lost=lost[kind],
            doubled=doubled[kind], recovery_seconds=recovery[kind])
        for kind in ("at random", "while it starts", *KINDS) if tried[kind]
    ]


def _figures(results: Sequence[Result]) -> str:
    jobs = [job for result in results for job in result.found.jobs.values()]
    states = Counter(job["state"] for job in jobs)
    reasons = Counter(job["reason"] for job in jobs if job["state"] == "failed")
    wrong = sum(len(result.wrong) for result in results)
    failed = "; ".join(f"{count} times: {reason}" for reason, count in reasons.most_common(5))
    return (
        f"{sum(result.one.tried.total() for result in results):,} kills. {len(jobs):,} jobs were accepted,"
        f" {states['ready']:,} of them published, {states['failed']:,} failed with a reason"
        + (f" ({failed})" if failed else "")
        + f". {sum(len(result.one.bridge.asked.dropped) for result in results):,} files were dropped into the inbox."
        f" The provider accepted {sum(result.paid for result in results):,} calls."
        f" {sum(len(result.watcher.seen) for result in results):,} sounds, and the presets, were read again and again"
        " meanwhile. " + (f"{wrong} things were wrong." if wrong else "Nothing was partial, changed or paid twice.")
    )
