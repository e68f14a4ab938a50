"""Hears from the system that something happened in a folder; what it was, a look will tell."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

log = logging.getLogger(__name__)

PATIENCE_AT_END = 2.0
Identity = tuple[int, int]
"""What tells a folder from another one that comes into its place: device and inode."""


class Alarm:
    """Wakes the worker of a door, from any thread. Make it where the loop runs."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Has the worker look; a copy of a large file is told in a thousand pieces, and one of them is enough."""
        if not self._rung.is_set():
            with suppress(RuntimeError):  # the loop may have ended while the news was on its way
                self._loop.call_soon_threadsafe(self._rung.set)

    def reset(self) -> None:
        """Begins a look: what rings from now on is another one's."""
        self._rung.clear()

    async def wait(self, seconds: float) -> None:
        """Returns when it rings, or after so many seconds."""
        # No wait_for: before Python 3.12 it may swallow the cancel that ends a door.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()


class Watch:
    """Calls `changed`, from threads of its own, whenever something but reading happens in one of some folders.

    What happens in folders below them is not told. Every method may wait for the system, and for the other: a door that
    closes does not wait for the thread that is just about to listen.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._observer: BaseObserver | None = None
        self._watches: dict[Path, tuple[Identity, ObservedWatch]] = {}
        self._turn = threading.Lock()
        self._stopped = False

    def follow(self, folders: Mapping[Path, Identity]) -> bool:
        """Listens to these folders from now on and to no others; tells whether the system lets it listen to all."""
        with self._turn:
            return self._stopped or self._follow(folders)

    def _follow(self, folders: Mapping[Path, Identity]) -> bool:
        if {path: identity for path, (identity, _) in self._watches.items()} == folders:
            return True
        observer = self._started()
        for path in [path for path, (identity, _) in self._watches.items() if folders.get(path) != identity]:
            with suppress(KeyError, OSError):  # a folder that is gone took its watch along
                observer.unschedule(self._watches[path][1])
            del self._watches[path]
        for path in [path for path in folders if path not in self._watches]:
            try:
                self._watches[path] = folders[path], self._listen(observer, path)
            except OSError as problem:  # gone again, or the system has no watches left
                log.debug("no watch on %s: %s", path, problem)
        return len(self._watches) == len(folders)

    def stop(self) -> None:
        """Listens no more, whoever asks; stopping twice is stopping once."""
        with self._turn:
            self._stopped = True
            if self._observer is not None:
                self._observer.stop()
                self._observer.join(PATIENCE_AT_END)
                self._observer = None
                self._watches.clear()

    def _started(self) -> BaseObserver:
        if self._observer is None:
            from watchdog.observers import Observer  # comes late: it takes its time

            # It calls it an error when a folder goes while it listens; the next look sees that anyway.
            logging.getLogger("watchdog").setLevel(logging.CRITICAL)
            self._observer = Observer()
            self._observer.start()
        return self._observer

    def _listen(self, observer: BaseObserver, path: Path) -> ObservedWatch:
        from watchdog import events

        changed = self._changed

        class Handler(events.FileSystemEventHandler):
            def on_any_event(self, event: events.FileSystemEvent) -> None:
                changed()

        # Without those that tell of reading: the bridge's own looks would wake it again.
        kinds = [
            events.FileCreatedEvent, events.FileModifiedEvent, events.FileMovedEvent, events.FileClosedEvent,
            events.DirCreatedEvent, events.DirMovedEvent,
        ]
        return observer.schedule(Handler(), str(path), recursive=False, event_filter=kinds)
