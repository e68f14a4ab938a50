"""Limits how often a sender is answered, so that two programs can't keep each other busy with complaints."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from bridge.osc.subscribers import Endpoint


class Limiter:
    """Allows each endpoint `per_second` answers in every second of `monotonic`, and forgets them with the second."""

    def __init__(self, per_second: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._monotonic = monotonic
        self._second = 0
        self._answers: Counter[Endpoint] = Counter()

    def allows(self, endpoint: Endpoint) -> bool:
        """Counts one answer and tells whether it may be given."""
        if (second := int(self._monotonic())) != self._second:
            self._second = second
            self._answers.clear()
        self._answers[endpoint] += 1
        return self._answers[endpoint] <= self._per_second
