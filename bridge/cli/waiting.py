"""Shows how far the sounds are that a command waits for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Self

from bridge.cli import show
from bridge.cli.meter import Meter
from bridge.cli.show import Shown
from bridge.domain.job import ENDED

if TYPE_CHECKING:
    from bridge.cli.session import Session


class Waiting(Meter):
    """Is a meter for jobs: it hears events and counts each job by its fraction."""

    def __init__(self, jobs: int) -> None:
        super().__init__("queued", total=jobs)
        self._jobs = jobs
        self._fractions: dict[str, float] = {}

    @contextmanager
    def of(self, session: Session) -> Iterator[Self]:
        """Shows what a session tells, where it is shown at all."""
        with self, session.listening(self.hear) if self.is_shown else nullcontext():
            yield self

    def expect(self, job: Shown) -> None:
        """Notes that a job was accepted; others that the daemon makes meanwhile do not count."""
        self._fractions.setdefault(job["id"], 0.0)

    def hear(self, event: Shown) -> None:
        """Takes an event, if it is about how far an expected job is."""
        if event["job"] not in self._fractions or event["kind"] not in (*ENDED, "progress"):
            return
        doing = " ".join(part for part in (event["stage"] or event["kind"], show.left(event["eta_seconds"])) if part)
        self._count(event["job"], 1.0 if event["kind"] in ENDED else event["fraction"], doing)

    def end(self, job: Shown) -> None:
        """Notes that a job needs no more waiting for, whether or not that was heard."""
        if self._fractions[job["id"]] != 1.0:
            self._count(job["id"], 1.0, job["state"])

    def _count(self, job: str, fraction: float, doing: str) -> None:
        self._fractions[job] = fraction
        over = sum(fraction == 1.0 for fraction in self._fractions.values())
        self.show(sum(self._fractions.values()), doing if self._jobs == 1 else f"{over} of {self._jobs} made, {doing}")
