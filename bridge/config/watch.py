"""Watches the configuration file, so that what is saved takes effect.

The file is looked at once a second: that sees every way of saving (in place, by rename, by a sync), on every disk, and
costs next to nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from bridge.config.load import Origin, Source
from bridge.config.schema import Config
from bridge.errors import ConfigError

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 0.5
"""How long a file must stay the same: an editor may write it in pieces."""
HEAL_SECONDS = 1.0
"""How long a broken file may take to become whole before anybody is told."""

_Look = os.stat_result | None
_SAME = ("st_mtime_ns", "st_ctime_ns", "st_size", "st_ino", "st_dev")


class Watch:
    """Looks at one source again and again, a first time soon: it may have been saved while the daemon started.

    `check` may find more mistakes in a configuration; it raises ConfigError.
    """

    def __init__(self, source: Source, check: Callable[[Config, Origin], object] = lambda config, origin: None) -> None:
        self._source = source
        self._check = check
        self._nudge = asyncio.Event()
        self._seen: tuple[int, ...] | None = ()

    def nudge(self) -> None:
        """Has the file read now, changed or not."""
        self._nudge.set()

    async def changes(self) -> AsyncIterator[Config | ConfigError]:
        """Yields what the file says, each time it was saved, or all that is wrong with it."""
        while True:
            nudged = await self._pause()
            now = await self._look()
            if _marks(now) == self._seen and not nudged:
                continue
            now = now if nudged else await self._settled(now)
            found = await asyncio.to_thread(self._read, now)
            if isinstance(found, ConfigError) and not nudged:
                await asyncio.sleep(HEAL_SECONDS)
                if _marks(await self._look()) != _marks(now):
                    continue
            self._seen = _marks(now)
            yield found

    async def _pause(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._nudge.wait()
        nudged = self._nudge.is_set()
        self._nudge.clear()
        return nudged

    async def _settled(self, look: _Look) -> _Look:
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            again = await self._look()
            if _marks(again) == _marks(look):
                return look
            look = again

    async def _look(self) -> _Look:
        # On a disk that sleeps or is away, even a look takes its time.
        return await asyncio.to_thread(self._stamp)

    def _stamp(self) -> _Look:
        try:
            return os.stat(self._source.path)
        except OSError:
            return None

    def _read(self, look: _Look) -> Config | ConfigError:
        if look is not None and look.st_size == 0:
            # It is right by the letter, and means that every pad goes: no user saves that, but a sync begins so.
            return ConfigError([f"{self._source.path}: is empty"], "Write what should count, or restore the file.")
        try:
            config, origin = self._source.read()
            self._check(config, origin)
        except ConfigError as problem:
            return problem
        return config


def _marks(look: _Look) -> tuple[int, ...] | None:
    """Returns by what a file that was saved differs from what it was; the time of an access is not among it."""
    return None if look is None else tuple(getattr(look, mark) for mark in _SAME)
