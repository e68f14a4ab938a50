"""Tells what became of requests that carry a ref, however many they are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial

from bridge.domain.event import Event
from bridge.domain.job import ENDED, JobState
from bridge.jobs.hub import Hub
from bridge.ports import Outcome
from bridge.store.database import Database
from bridge.store.outcomes import outcomes_of
from bridge.units import Seconds


async def outcomes(
    database: Database, hub: Hub, refs: Sequence[str], samples: bool, patience: Seconds
) -> Sequence[Outcome]:
    """Returns what became of those requests that were accepted; see `bridge.ports.Engine.outcomes`."""
    wanted, over = frozenset(refs), asyncio.Event()

    def hear(event: Event) -> None:
        if event.ref in wanted and (event.kind in ENDED or event.stage == JobState.ASKING):
            over.set()

    look = partial(outcomes_of, refs=refs, samples=samples)
    unsubscribe = hub.subscribe(hear)
    try:
        found = await database.read(look)
        if not patience or any(one.state in ENDED or one.state is JobState.ASKING for one in found):
            return found
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await over.wait()
        return await database.read(look)
    finally:
        unsubscribe()
