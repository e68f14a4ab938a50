"""Tells one listener of the control channel what happens, and first what it missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bridge.domain.event import Event
from bridge.ports import Engine
from bridge.web.views import to_json

PAUSE_SECONDS = 10.0
"""After so long without an event the listener is told that the daemon lives."""
MOST_WAITING = 4_096
"""Events that wait for a slow listener. What is beyond is read from the store later; progress is not kept there."""
_PAGE = 500


async def follow(engine: Engine, after: int | None = None) -> AsyncIterator[Event | int]:
    """Yields the stored events after an id (None: none of them) in their order, then every event as it happens.

    A listener that comes back with the last id that it saw misses none but `progress` and the like, which have no id.
    That id alone is yielded first, and whenever nothing has happened for a while.
    """
    heard: asyncio.Queue[Event] = asyncio.Queue(MOST_WAITING)

    def hear(event: Event) -> None:
        if not heard.full():
            heard.put_nowait(event)

    unsubscribe = engine.subscribe(hear)
    try:
        newest = await engine.newest_event()
        # An id from the future is one of another library.
        seen = newest if after is None else min(after, newest)
        yield seen
        async for event in _stored(engine, seen, newest):
            seen = event.id
            yield event
        while True:
            try:
                async with asyncio.timeout(PAUSE_SECONDS):
                    told = await heard.get()
            except TimeoutError:
                told = None
            if told is None:
                yield seen
                newest = await engine.newest_event()  # what did not fit into the queue
            elif told.id == 0:
                yield told
            else:
                newest = told.id
            # In the order of the store, whatever order they were told in.
            async for event in _stored(engine, seen, newest):
                seen = event.id
                yield event
    finally:
        unsubscribe()


async def _stored(engine: Engine, seen: int, newest: int) -> AsyncIterator[Event]:
    """Yields the stored events between two ids, without the first and with the second."""
    while seen < newest and (page := await engine.events(seen, limit=min(_PAGE, newest - seen))):
        for event in page:
            yield event
        seen = page[-1].id


def sent(event: Event | int) -> bytes:
    """Returns an event as a server-sent event (WHATWG HTML, 9.2.6); an id alone is only remembered by the receiver."""
    if isinstance(event, int):
        return f"id: {event}\n\n".encode("ascii")
    number = f"id: {event.id}\n" if event.id else ""
    return f"{number}event: {event.kind}\ndata: {to_json(event)}\n\n".encode("ascii")
