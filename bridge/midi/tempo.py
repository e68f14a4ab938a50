"""Reads the tempo of a MIDI clock, which ticks 24 times a beat. Pure: moments in, beats a minute out."""

from __future__ import annotations

from collections import deque
from statistics import median

TICKS = 24
BEATS = 4
"""Over so many beats the tempo is taken: what a USB port shakes a tick about (some ms) is then far under 0.5 %."""
LONGEST_GAP = 0.5
"""Seconds without a tick after which the clock has stopped: the slowest that counts, 20 beats a minute, has 0.125."""
CHANGE = 0.5
"""Beats a minute by which it must move to be told again."""
STEADY = 0.01
"""Share by which the two halves of what was heard may differ: else somebody is turning the tempo just now."""


class Tempo:
    """Hears the ticks of one clock."""

    def __init__(self) -> None:
        self._ticks: deque[float] = deque(maxlen=TICKS * BEATS + 1)
        self._told = 0.0

    def tick(self, moment: float) -> float | None:
        """Takes a tick at `moment` (seconds); returns beats a minute when they are sure and not told yet."""
        if self._ticks and not 0 < moment - self._ticks[-1] < LONGEST_GAP:
            self._ticks.clear()
        self._ticks.append(moment)
        if len(self._ticks) < self._ticks.maxlen:  # type: ignore[operator]
            return None
        bpm = round(60 * BEATS / self._span(), 1)
        if not self._steady() or abs(bpm - self._told) < CHANGE:
            return None
        self._told = bpm
        return bpm

    def stop(self) -> None:
        """Forgets what was heard: the clock was stopped or started anew."""
        self._ticks.clear()

    def _span(self) -> float:
        """Returns the length of all ticks, free of what shook the first and the last one: means of halves are."""
        ticks = list(self._ticks)
        half = len(ticks) // 2
        early, late = ticks[:half], ticks[-half:]
        between = median(after - before for before, after in zip(early, late, strict=True))
        return between * (len(ticks) - 1) / (len(ticks) - half)

    def _steady(self) -> bool:
        ticks = list(self._ticks)
        middle = ticks[len(ticks) // 2]
        first, second = middle - ticks[0], ticks[-1] - middle
        return abs(first - second) <= STEADY * (first + second) + 0.004
