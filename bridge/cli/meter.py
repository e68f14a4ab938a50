"""Shows how far a long work is: on a terminal's standard error, and only where it takes its time."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from bridge.cli import say

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")

SHOWN_AFTER_SECONDS = 0.4
"""What is done sooner needs no bar, and does not wait for rich to be imported."""


class Meter:
    """Shows a bar from its opening to its closing, and nothing where the standard error is no terminal.

    What is said meanwhile (`bridge.cli.say`) comes out above the bar.
    """

    def __init__(self, title: str, total: float | None = None) -> None:
        """`total` is what `done` counts up to; None where nobody can know."""
        self._title, self._total = title, total
        self._done = 0.0
        self._bar: Progress | None = None
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None

    @property
    def is_shown(self) -> bool:
        """Tells whether there is a terminal to show it on."""
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        if self.is_shown:
            self._timer = threading.Timer(SHOWN_AFTER_SECONDS, self._open)
            self._timer.daemon = True
            self._timer.start()
            say.curtains.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is None:
            return
        say.curtains.remove(self)
        self._timer.cancel()
        with self._lock:
            self._timer = None
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def show(self, done: float, title: str = "", total: float | None = None) -> None:
        """Says how much is done, and what is being done now."""
        with self._lock:
            self._done, self._title = done, title or self._title
            self._total = self._total if total is None else total
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=done, description=self._label(), total=self._total)

    def over(self, found: Iterable[T]) -> Iterator[T]:
        """Yields what it is given and counts it."""
        for done, one in enumerate(found, 1):
            yield one
            self.show(done)

    def lift(self) -> None:
        """Takes the bar away for a line that is to be written."""
        self._lock.acquire()
        if self._bar is not None:
            self._bar.stop()

    def lower(self) -> None:
        """Puts the bar back under what was written."""
        if self._bar is not None:
            self._bar.start()
        self._lock.release()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer is None:
                return
            self._bar = Progress(
                TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
                console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False,
            )  # fmt: skip
            self._bar.add_task(self._label(), total=self._total, completed=int(self._done))
            self._bar.start()

    def _label(self) -> str:
        return say.shortened(say.clean(self._title))
