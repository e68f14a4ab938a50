"""Watches the configuration file, so that what is saved takes effect.

The file is looked at once a second: that sees every way of saving (in place, by rename, by a sync), on every disk, and
costs next to nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress

from bridge.config.load import Source
from bridge.config.schema import Config
from bridge.errors import ConfigError

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 0.2
"""How long a file must stay the same: an editor may write it in pieces."""
HEAL_SECONDS = 1.0
"""How long a broken file may take to become whole before anybody is told."""

_Look = tuple[int, int, int] | None


class Watch:
    """Looks at one source again and again; what it says when the watch is made is known already."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._nudge = asyncio.Event()
        self._seen = self._stamp()

    def nudge(self) -> None:
        """Has the file read now, changed or not."""
        self._nudge.set()

    async def changes(self) -> AsyncIterator[Config | ConfigError]:
        """Yields what the file says, each time it was saved, or all that is wrong with it."""
        while True:
            nudged = await self._pause()
            now = await self._look()
            if now == self._seen and not nudged:
                continue
            now = await self._settled(now)
            found = await asyncio.to_thread(self._read)
            if isinstance(found, ConfigError) and not nudged:
                await asyncio.sleep(HEAL_SECONDS)
                if await self._look() != now:
                    continue
            self._seen = now
            yield found

    async def _pause(self) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._nudge.wait(), LOOK_SECONDS)
        nudged = self._nudge.is_set()
        self._nudge.clear()
        return nudged

    async def _settled(self, look: _Look) -> _Look:
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            again = await self._look()
            if again == look:
                return look
            look = again

    async def _look(self) -> _Look:
        # On a disk that sleeps or is away, even a look takes its time.
        return await asyncio.to_thread(self._stamp)

    def _stamp(self) -> _Look:
        try:
            found = os.stat(self._source.path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> Config | ConfigError:
        try:
            return self._source.load()
        except ConfigError as problem:
            return problem
