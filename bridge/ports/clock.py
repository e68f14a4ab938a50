"""Time, real and by hand."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time: `now` in seconds since 1970, `monotonic` in seconds that never jump."""

    def now(self) -> float: ...
    def monotonic(self) -> float: ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move; for tests and dry runs."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = self._monotonic = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += seconds
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Sets the time of day, forwards or back, as a user, a time server or a computer that slept does."""
        self._now += seconds
