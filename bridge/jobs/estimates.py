"""Tells how long a sound will take from how long this machine's last ones took."""

from __future__ import annotations

WEIGHT_OF_THE_NEWEST = 0.3


class Estimates:
    """Learns, per model, the seconds from a job's begin to its end; knows nothing before the first has ended.

    `now` is in seconds that never jump.
    """

    def __init__(self) -> None:
        self._usual: dict[str, float] = {}
        self._begun: dict[str, float] = {}

    def begin(self, job: str, now: float) -> None:
        """Notes that a job left the queue; one that goes back for another seed began when it first did."""
        self._begun.setdefault(job, now)

    def end(self, job: str, model: str, now: float) -> None:
        """Learns from a job that ended well."""
        if job in self._begun:
            took = now - self._begun[job]
            usual = self._usual.get(model, took)
            self._usual[model] = usual + WEIGHT_OF_THE_NEWEST * (took - usual)

    def left(self, job: str, model: str, now: float) -> float:
        """Returns the seconds that a job will still take; 0 where nobody knows."""
        return max(0.0, self._usual.get(model, 0.0) - (now - self._begun.get(job, now)))

    def forget(self, job: str) -> None:
        """Lets go of a job, however it ended."""
        self._begun.pop(job, None)
