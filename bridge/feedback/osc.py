"""The OSC voice: tells senders and subscribers what becomes of their jobs, pads and deliveries."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from bridge.domain.event import Event, EventKind
from bridge.domain.job import JobState
from bridge.errors import BridgeError
from bridge.instruments.mapping import zone_of
from bridge.osc.addresses import fill
from bridge.osc.outlet import Outlet
from bridge.osc.replies import delivery, sample_ready
from bridge.osc.subscribers import Endpoint, Subscribers, Turn
from bridge.ports import Engine

log = logging.getLogger(__name__)

MOST_WAITING = 4_096
"""Events that wait to be told. One more is dropped: a notice may be lost, the files and deliveries tell the same."""
MOST_DELIVERIES = 1_000
_PATIENCE_AT_CLOSE = 1.0


class OscVoice:
    """Turns the engine's events into OSC messages, in their order, through the door's socket.

    Each listener gets each message once, also one that is both the asker of a job and a subscriber.
    """

    def __init__(self, engine: Engine, subscribers: Subscribers, outlet: Outlet) -> None:
        self._engine = engine
        self._subscribers = subscribers
        self._outlet = outlet
        self._waiting: asyncio.Queue[tuple[Event, Turn | None]] = asyncio.Queue(MOST_WAITING)
        self._unsubscribe: Callable[[], None] | None = None
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to listen to the engine."""
        self._worker = asyncio.create_task(self._work(), name="osc voice")
        self._unsubscribe = self._engine.subscribe(self._heard)

    async def close(self) -> None:
        """Stops listening, and tells what was heard so far (for a second at most)."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._worker is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_AT_CLOSE):
                    await self._waiting.join()
            self._worker.cancel()
            await asyncio.wait([self._worker])
            self._worker = None

    def _heard(self, event: Event) -> None:
        """Takes an event from the engine; never waits and never raises."""
        try:
            self._waiting.put_nowait((event, self._subscribers.turn))
        except asyncio.QueueFull:
            log.warning("The OSC voice dropped the event %s of %s.", event.kind, event.job or event.pad)

    async def _work(self) -> None:
        while True:
            event, turn = await self._waiting.get()
            try:
                # What the door is answering just now is answered first: `accepted` goes before `progress`.
                if turn is not None:
                    await turn.over.wait()
                if tell := TELLERS.get(event.kind):
                    await tell(self, event, turn)
            except BridgeError as problem:
                log.warning("The OSC voice could not tell of %s %s: %s", event.kind, event.job or event.pad, problem)
            except Exception:
                # Whatever goes wrong here must cost one message, not the voice, and never the work it tells of.
                log.exception("The OSC voice failed at the event %s.", event.kind)
            finally:
                self._waiting.task_done()

    # --- what the events sound like ---------------------------------------------------------------------------

    async def _accepted(self, event: Event, turn: Turn | None) -> None:
        # The door itself has told the asker: it knows whom, and it also answers a repeated `ref`, which is no event.
        asker = self._subscribers.asker(event.job)
        told = self._subscribers.answers_to(asker.sender) if asker else ()
        self._outlet.send(fill("job/accepted", job=event.job, pad=event.pad, ref=self._ref(event)), self._others(told))

    async def _progress(self, event: Event, turn: Turn | None) -> None:
        if event.stage == JobState.ASKING:
            reason = f"{event.reason} {event.hint}".strip()
            message = fill("job/asking", job=event.job, reason=reason, ref=self._ref(event))
            self._outlet.send(message, self._subscribers.audience(event.job))
            return
        message = fill("job/progress", job=event.job, stage=event.stage, fraction=event.fraction,
                       eta_seconds=event.eta_seconds, ref=self._ref(event))
        self._outlet.send(message, self._subscribers.audience(event.job))

    async def _ended(self, event: Event, turn: Turn | None) -> None:
        reason = f"{event.reason} {event.hint}".strip()
        message = fill(f"job/{event.kind}", job=event.job, reason=reason, ref=self._ref(event))
        self._outlet.send(message, self._subscribers.audience(event.job))

    async def _rejected(self, event: Event, turn: Turn | None) -> None:
        # A trigger that the door refused in this turn: the door has told its sender.
        told = self._subscribers.answers_to(turn.sender) if turn is not None and turn.refused else ()
        reason = f"{event.reason} {event.hint}".strip()
        self._outlet.send(fill("job/rejected", job=event.job, reason=reason, ref=event.ref), self._others(told))

    async def _sample(self, event: Event, turn: Turn | None) -> None:
        if to := self._subscribers.audience(event.job):
            sample = await self._engine.sample(event.sample)
            self._outlet.send(sample_ready(sample, zone_of(sample), self._engine.absolute, self._ref(event)), to)

    async def _pad(self, event: Event, turn: Turn | None) -> None:
        self._outlet.send(fill("pad/<pad>/state", pad=event.pad, state=event.reason),
                          self._subscribers.audience(event.job))

    async def _delivery(self, event: Event, turn: Turn | None) -> None:
        if to := self._subscribers.of_host(event.host):
            waiting = await self._engine.deliveries(host=event.host, waiting=True, limit=MOST_DELIVERIES)
            for order in waiting:
                if order.seq == event.seq:
                    self._outlet.send(delivery(order, self._engine.absolute), to)

    async def _load_failed(self, event: Event, turn: Turn | None) -> None:
        # Said aloud, because "it said ready and I hear nothing" is the worst thing a bridge can do.
        text = f"{event.host} could not load delivery {event.seq}: {event.reason}"
        self._outlet.send(fill("error", text=text, hint=event.hint), self._subscribers.audience(event.job))

    async def _notice(self, event: Event, turn: Turn | None) -> None:
        self._outlet.send(fill("error", text=event.reason, hint=event.hint), self._subscribers.audience(event.job))

    def _ref(self, event: Event) -> str:
        asker = self._subscribers.asker(event.job)
        return event.ref or (asker.ref if asker else "")

    def _others(self, told: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        return tuple(endpoint for endpoint in self._subscribers.everyone() if endpoint not in told)


TELLERS: dict[EventKind, Callable[[OscVoice, Event, Turn | None], Awaitable[None]]] = {
    "accepted": OscVoice._accepted,
    "progress": OscVoice._progress,
    "ready": OscVoice._ended,
    "failed": OscVoice._ended,
    "cancelled": OscVoice._ended,
    "rejected": OscVoice._rejected,
    "sample": OscVoice._sample,
    "pad": OscVoice._pad,
    "delivery": OscVoice._delivery,
    "load_failed": OscVoice._load_failed,
    "notice": OscVoice._notice,
}
"""What tells of each kind of event; `loaded`, `kit` and `play` have no OSC address."""
