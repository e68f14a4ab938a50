"""Tells whoever listens what happened, in the order in which it was committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from bridge.domain.event import Event
from bridge.domain.job import JobState

log = logging.getLogger(__name__)
Listener = Callable[[Event], None]

_ENDS = frozenset({"ready", "failed", "cancelled"})


class Hub:
    """Passes events on to listeners on the loop, and remembers which stage every job under way was last told to be in.

    A listener that raises is logged; it stops nothing.
    """

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._endings: dict[str, asyncio.Event] = {}
        self._stages: dict[str, str] = {}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` for every event from now on; returns the call that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, events: Iterable[Event]) -> None:
        """Passes events on; call it after the commit that holds them."""
        for event in events:
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception:  # a border: a broken light never stops a render
                    log.exception("a listener failed on %s", event)
            if event.kind == "progress":
                self._stages[event.job] = event.stage
            if event.kind in _ENDS or event.stage == JobState.ASKING:
                self._stages.pop(event.job, None)
                self.release(event.job)

    def stage(self, job: str) -> str:
        """Returns the stage that a job under way was last told to be in; empty where nothing was told."""
        return self._stages.get(job, "")

    def ending(self, job: str) -> asyncio.Event:
        """Returns what is set when a job ends; ask the store afterwards, and `release` it if the job had ended."""
        return self._endings.setdefault(job, asyncio.Event())

    def release(self, job: str) -> None:
        """Wakes everyone who waits for a job's end; one that asks waits for its user."""
        if ending := self._endings.pop(job, None):
            ending.set()
