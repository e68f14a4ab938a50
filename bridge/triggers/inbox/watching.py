"""Hears from the system that something happened in a folder; what it was, a look will tell."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)

PATIENCE_AT_END = 2.0


class Watch:
    """Calls `changed`, from a thread of its own, whenever something but reading happens in a folder or below it.

    What lies in the folders `but` is left out: the bridge moves files there itself.
    """

    def __init__(self, folder: Path, changed: Callable[[], None], *, but: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._changed = changed
        self._but = tuple(f"{folder / name}{os.sep}" for name in but)
        self._observer: BaseObserver | None = None

    def start(self) -> str:
        """Begins to listen; returns why that is not possible, empty where it is. May wait for the system."""
        from watchdog.events import (
            DirCreatedEvent,
            DirMovedEvent,
            FileClosedEvent,
            FileCreatedEvent,
            FileModifiedEvent,
            FileMovedEvent,
            FileSystemEvent,
            FileSystemEventHandler,
        )
        from watchdog.observers import Observer

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                watch.heard(str(event.dest_path or event.src_path))

        watch = self
        # Without those that tell of reading: our own looks would wake us again.
        kinds: list[type[FileSystemEvent]] = [
            FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileClosedEvent, DirCreatedEvent, DirMovedEvent,
        ]
        observer = Observer()
        try:
            observer.schedule(Handler(), str(self._folder), recursive=True, event_filter=kinds)
            observer.start()
        except OSError as problem:  # gone again, or the system has no watches left
            log.debug("no watch on %s: %s", self._folder, problem)
            return problem.strerror or str(problem)
        self._observer = observer
        return ""

    def heard(self, path: str) -> None:
        """Passes on that something happened at a path."""
        if not f"{path}{os.sep}".startswith(self._but):
            self._changed()

    def stop(self) -> None:
        """Listens no more; stopping twice is stopping once."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(PATIENCE_AT_END)
            self._observer = None
