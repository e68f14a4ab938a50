"""Hears a MIDI clock and says the tempo: 24 ticks a beat, whose arrival jitters by whatever lies between the programs.

A JACK server hands over a whole period at once (21 ms with 1,024 frames), USB has its frames, a busy computer is late:
single gaps are worth nothing. The tempo is the slope of a straight line through the ticks of the last seconds (least
squares), and it is believed when both halves of that time agree.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from bridge.midi.messages import Kind

TICKS_A_BEAT = 24
WINDOW_SECONDS = 4.0
"""How much of the past counts. With ticks that jitter by ±10 ms the slope over it is within 0.2 bpm at 120 bpm."""
SHORTEST_SECONDS = 2.0
"""Nothing is said of less than this."""
AGREEMENT_BPM = 0.5
"""How far the tempos of both halves may lie apart; further is a tempo that changes just now."""
NEWS_BPM = 0.5
"""A tempo that differs less from the last one is no news."""
LONGEST_GAP_SECONDS = 0.25
"""Twice the time between two ticks of the slowest tempo, 20 bpm: a longer one is a clock that stood still."""
SILENT_SECONDS = 2.0
"""After so long without a tick another port may give the time."""
MOST_TICKS = 1_024
"""More than the fastest tempo has in the window: a stuck sender fills no memory."""
SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0


class TempoFollower:
    """Follows the clock of one port, the first that ticks, until that falls silent."""

    def __init__(self) -> None:
        self._ticks: deque[float] = deque(maxlen=MOST_TICKS)
        self._since_news = 0
        self._port = ""
        self.bpm: float | None = None
        """The tempo that was told last."""

    def hear(self, port: str, kind: Kind, at: float) -> float | None:
        """Takes a real-time message of a port, `at` in seconds; returns the tempo in bpm when there is a new one.

        Start, continue and stop begin the measuring anew, and the tempo stays; ticks count whether the song runs or
        not, since many senders tick always.
        """
        last = self._ticks[-1] if self._ticks else None
        if port != self._port:
            if last is not None and at - last < SILENT_SECONDS:
                return None
            self._port = port
            self._restart()
        if kind != "clock":
            self._restart()
            return None
        if last is not None and not 0 <= at - last <= LONGEST_GAP_SECONDS:
            self._restart()
        self._ticks.append(at)
        while at - self._ticks[0] > WINDOW_SECONDS:
            self._ticks.popleft()
        self._since_news += 1
        if self._since_news < TICKS_A_BEAT:
            return None
        self._since_news = 0
        return self._news()

    def _restart(self) -> None:
        self._ticks.clear()
        self._since_news = 0

    def _news(self) -> float | None:
        ticks = list(self._ticks)
        if ticks[-1] - ticks[0] < SHORTEST_SECONDS:
            return None
        half = len(ticks) // 2
        before, after = tempo_of(ticks[:half]), tempo_of(ticks[half:])
        if abs(before - after) > AGREEMENT_BPM:
            return None
        bpm = round(tempo_of(ticks), 1)
        if not SLOWEST_BPM <= bpm <= FASTEST_BPM or (self.bpm is not None and abs(bpm - self.bpm) <= NEWS_BPM):
            return None
        self.bpm = bpm
        return bpm


def tempo_of(ticks: Sequence[float]) -> float:
    """Returns the tempo in bpm of at least two ticks at these seconds: 60 / 24 over the slope of the line through them.

    0 where they all came at once.
    """
    middle = (len(ticks) - 1) / 2
    mean = sum(ticks) / len(ticks)
    spread = sum((place - middle) ** 2 for place in range(len(ticks)))
    slope = sum((place - middle) * (at - mean) for place, at in enumerate(ticks)) / spread
    return 60 / TICKS_A_BEAT / slope if slope > 0 else 0.0
