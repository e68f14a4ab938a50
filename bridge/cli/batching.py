"""Has the sounds of a plan made: asks for what is missing, a few at a time, and counts what came of it.

Every item is a durable job with a ref that says what the sound is, so whoever runs the same file again, after a crash
or a Ctrl-C, gets only what is missing.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from bridge.cli.meter import Meter
from bridge.cli.show import Shown
from bridge.domain.job import ENDED, JobState
from bridge.errors import BridgeError, RequestError
from bridge.packs.plan import Item, Plan

if TYPE_CHECKING:
    from bridge.cli.session import Session

ASKED_AT_ONCE = 500
"""Refs in one question: a daemon that answers it is not busy for long."""
_WAIT_SECONDS = 20.0


@dataclass
class Batch:
    """Holds a plan and what became of its items so far, by their refs."""

    plan: Plan
    outcomes: dict[str, Shown] = field(default_factory=dict)
    refused: dict[str, BridgeError] = field(default_factory=dict)
    """What was not even accepted."""
    before: set[str] = field(default_factory=set)
    """What was made when the batch began."""
    spent: float = 0.0
    """What has been paid since then, in US dollars."""

    def look(self, session: Session) -> None:
        """Finds out what is there already."""
        for refs in _chunks([item.ref for item in self.plan.items], ASKED_AT_ONCE):
            self._take(session.ask("outcomes", refs=refs)["outcomes"])
        self.before = {ref for ref, outcome in self.outcomes.items() if outcome["state"] == JobState.READY}
        self.spent = 0.0

    def with_samples(self, session: Session) -> dict[str, Shown]:
        """Returns what was made with its samples, which are shown only now: there may be thousands."""
        refs = [ref for ref, outcome in self.outcomes.items() if outcome["state"] == JobState.READY]
        parts = (session.ask("outcomes", refs=part, samples=True) for part in _chunks(refs, ASKED_AT_ONCE))
        return {outcome["ref"]: outcome for part in parts for outcome in part["outcomes"]}

    def missing(self, *, retry: bool) -> list[Item]:
        """Returns the items that are still to be asked for: all but those that are made, ask something or failed; with
        `retry` those that failed, too.

        What was left under way is asked for again: its job goes on.
        """
        left = {JobState.READY, JobState.ASKING, *([] if retry else [JobState.FAILED])}
        return [item for item in self.plan.items
                if item.ref not in self.outcomes or self.outcomes[item.ref]["state"] not in left]  # fmt: skip

    def price(self, session: Session, items: Sequence[Item]) -> tuple[float, str]:
        """Returns what some items cost at most in US dollars, and why the budget would refuse one of them (empty: it
        would not).

        Raises RequestError where one of them can't be made; those that differ only in words are asked about once.
        """
        groups: dict[str, list[Item]] = {}
        for item in items:
            groups.setdefault(item.price_group, []).append(item)
        usd, problem = 0.0, ""
        for alike in groups.values():
            try:
                price = session.ask("price", **alike[0].fields)["price"]
            except RequestError as refused:
                what = alike[0].fields.get("prompt") or alike[0].fields.get("family") or "a sound"
                raise type(refused)(f"{what}: {refused.message}", refused.hint) from refused
            usd += len(alike) * price["usd"]
            problem = problem or price["problem"]
        return usd, problem

    def run(self, session: Session, *, at_once: int, retry: bool) -> None:
        """Asks for what is missing and waits for its end; an interrupt cancels what is under way."""
        waiting = deque(self.missing(retry=retry))
        under_way: set[str] = set()
        total, begun = len(waiting), time.monotonic()
        try:
            with Meter("batch", total) as meter:
                while waiting or under_way:
                    while waiting and len(under_way) < at_once:
                        self._ask(session, waiting.popleft(), under_way)
                    if under_way:
                        refs = list(islice(under_way, ASKED_AT_ONCE))
                        self._take(session.ask("outcomes", refs=refs, wait=_WAIT_SECONDS)["outcomes"])
                        under_way = {ref for ref in under_way if _is_open(self.outcomes[ref])}
                    done = total - len(waiting) - len(under_way)
                    meter.show(done, self._progress(done, total, time.monotonic() - begun))
        except KeyboardInterrupt:
            for ref in under_way:
                with contextlib.suppress(BridgeError):
                    session.ask("cancel", self.outcomes[ref]["id"])
            raise

    def report(self, licences: dict[str, Shown]) -> Shown:
        """Returns what came of it all, as plain values."""
        found = list(self.outcomes.values())
        ready = [outcome for outcome in found if outcome["state"] == JobState.READY]
        failed = [outcome for outcome in found if outcome["state"] == JobState.FAILED]
        names = [licences[outcome["model"]]["id"] if outcome["model"] in licences else "unknown" for outcome in ready]
        return {
            "name": self.plan.name,
            "planned": len(self.plan.items),
            "merged": self.plan.merged,
            "made": sum(outcome["ref"] not in self.before for outcome in ready),
            "there_before": len(self.before),
            "sounds": sum(outcome["sounds"] for outcome in ready),
            "failed": _counted([*(outcome["reason"] for outcome in failed), *(str(e) for e in self.refused.values())]),
            "cancelled": sum(outcome["state"] == JobState.CANCELLED for outcome in found),
            "asking": [outcome["id"] for outcome in found if outcome["state"] == JobState.ASKING],
            "refused_takes": _counted(text for outcome in found for text in outcome["refused"]),
            "usd": sum(outcome["usd"] for outcome in found),
            "usd_now": self.spent,
            "licences": _counted(names),
        }

    def _ask(self, session: Session, item: Item, under_way: set[str]) -> None:
        try:
            job = session.ask("trigger", **item.fields, ref=item.ref, origin="command", priority="batch")["job"]
        except RequestError as refused:
            self.refused[item.ref] = refused
            return
        known = self.outcomes.get(item.ref)
        if known is None or known["id"] != job["id"]:
            self.outcomes[item.ref] = {**job, "sounds": 0, "usd": 0.0, "model": "", "refused": []}
        under_way.add(item.ref)

    def _take(self, outcomes: Iterable[Shown]) -> None:
        for outcome in outcomes:
            known = self.outcomes.get(outcome["ref"])
            self.spent += outcome["usd"] - (known["usd"] if known and known["id"] == outcome["id"] else 0.0)
            self.outcomes[outcome["ref"]] = outcome

    def _progress(self, done: int, total: int, seconds: float) -> str:
        """Returns how far it is: `12 of 300, about 4 min left, $0.26`."""
        left = f"about {_span(seconds / done * (total - done))} left" if done and done < total else ""
        usd = f"${self.spent:.2f}" if self.spent else ""
        return ", ".join(part for part in (f"{done} of {total}", left, usd) if part)


def report_lines(report: Shown) -> Iterator[str]:
    """Yields the report of a batch for people."""
    there = f", {report['there_before']} were there before" if report["there_before"] else ""
    merged = f" ({report['merged']} asked for twice are made once)" if report["merged"] else ""
    yield f"{report['name']}: {report['made']} of {report['planned']} made{there}{merged}; {report['sounds']} sounds."
    for reason, times in report["failed"].items():
        yield f"  failed   {times} × {reason}"
    for reason, times in report["refused_takes"].items():
        yield f"  refused  {times} × {reason}"
    if report["cancelled"]:
        yield f"  {report['cancelled']} were cancelled; the same command again makes them."
    if report["asking"]:
        yield f"  {len(report['asking'])} ask something: oneshot show {report['asking'][0]}"
    if report["usd"]:
        yield f"  cost     ${report['usd_now']:.4g} now, ${report['usd']:.4g} in all"
    for licence, times in report["licences"].items():
        yield f"  licence  {times} × {licence}"


def _is_open(outcome: Shown) -> bool:
    return outcome["state"] not in ENDED and outcome["state"] != JobState.ASKING


def _counted(texts: Iterable[str]) -> dict[str, int]:
    return dict(Counter(text for text in texts if text).most_common())


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


def _chunks(values: Sequence[Any], length: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), length):
        yield values[start : start + length]
