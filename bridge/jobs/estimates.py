"""Tells how long a sound will take from how long this machine's last ones took, by each model, cold and warm."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

REMEMBERED = 50
"""How many of a model's last sounds are remembered."""
WARM_SECONDS = 300.0
"""A model that ended a sound so shortly ago is taken to be still loaded at its provider."""


class Estimates:
    """Learns, per model, the seconds from a job's begin to its end; knows nothing before the first has ended.

    All times are in seconds that never jump.
    """

    def __init__(self) -> None:
        self._took: dict[tuple[str, bool], deque[float]] = {}
        self._last: dict[str, float] = {}
        self._begun: dict[str, tuple[float, bool]] = {}

    def learn(self, model: str, spans: Iterable[tuple[float, float]]) -> None:
        """Takes up what earlier processes saw: when sounds of a model began and ended, oldest first."""
        for begun, ended in spans:
            self._add(model, self._is_cold(model, begun), ended - begun)
            self._last[model] = max(ended, self._last.get(model, ended))

    def begin(self, job: str, model: str, now: float) -> None:
        """Notes that a job left the queue; one that goes back for another seed began when it first did."""
        self._begun.setdefault(job, (now, self._is_cold(model, now)))

    def end(self, job: str, model: str, now: float) -> None:
        """Learns from a job that ended well."""
        if job in self._begun:
            begun, cold = self._begun[job]
            self._add(model, cold, now - begun)
            self._last[model] = now

    def left(self, job: str, model: str, now: float) -> float:
        """Returns the seconds that a job will still take; 0 where nobody knows.

        What is usual counts (the median); a job that takes longer is measured by the slowest twentieth.
        """
        begun, cold = self._begun.get(job, (now, self._is_cold(model, now)))
        usual, worst = self.usual(model, cold=cold)
        return max(0.0, (usual if now - begun < usual else worst) - (now - begun))

    def usual(self, model: str, *, cold: bool) -> tuple[float, float]:
        """Returns the median and the 95th percentile of a model's seconds; of warm ones where no cold was seen."""
        took = sorted(self._took.get((model, cold)) or self._took.get((model, not cold)) or ())
        return (took[len(took) // 2], took[min(len(took) - 1, int(0.95 * len(took)))]) if took else (0.0, 0.0)

    def forget(self, job: str) -> None:
        """Lets go of a job, however it ended."""
        self._begun.pop(job, None)

    def _is_cold(self, model: str, now: float) -> bool:
        return now - self._last.get(model, now - WARM_SECONDS - 1) > WARM_SECONDS

    def _add(self, model: str, cold: bool, took: float) -> None:
        self._took.setdefault((model, cold), deque(maxlen=REMEMBERED)).append(took)
