"""Decides which job runs next: the most urgent first, equals in order of arrival, each model within its limit."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from bridge.domain.job import PRIORITIES, Job

log = logging.getLogger(__name__)


class Scheduler:
    """Holds the jobs that wait and runs `walk` for as many at once as their models allow.

    Only ids wait in memory, so a thousand triggers weigh nothing. Stopping cancels the walks where they are: their
    jobs stay in the store as they stand and are taken up again by the next start.
    """

    def __init__(self, walk: Callable[[str], Awaitable[None]], limit_of: Callable[[str, int], int]) -> None:
        """`walk` takes a job's id; `limit_of` tells how many jobs of a model may run when one of a priority is to begin
        (0 is the most urgent)."""
        self._walk = walk
        self._limit_of = limit_of
        self._waiting: dict[str, list[tuple[int, int, str]]] = {}
        self._waiting_ids: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._per_model: Counter[str] = Counter()
        self._open = True

    def add(self, job: Job) -> None:
        """Lets a job run as soon as its turn comes."""
        queue = self._waiting.setdefault(job.brief.model, [])
        heapq.heappush(queue, (PRIORITIES[job.priority], job.number, job.id))
        self._waiting_ids.add(job.id)
        self._start_more(job.brief.model)

    def holds(self, job: str) -> bool:
        """Tells whether a job waits or runs here."""
        return job in self._waiting_ids or job in self._running

    def start_more(self) -> None:
        """Starts what may run now that the limits of the models are others."""
        for model in tuple(self._waiting):
            self._start_more(model)

    def stop(self, job: str) -> None:
        """Ends a job's walk, or drops the job if it waits."""
        self._waiting_ids.discard(job)
        if task := self._running.get(job):
            task.cancel()

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting_ids)

    async def rest(self, seconds: float) -> int:
        """Starts nothing more and lets what runs end, for so many seconds; returns how many walks did not."""
        self._open = False
        if running := set(self._running.values()):
            await asyncio.wait(running, timeout=seconds)
        return len(self._running)

    async def close(self) -> None:
        """Starts nothing more and ends every walk."""
        self._open = False
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start_more(self, model: str) -> None:
        queue = self._waiting.get(model, [])
        while self._open and queue and self._per_model[model] < self._limit_of(model, queue[0][0]):
            _, _, job = heapq.heappop(queue)
            if job not in self._waiting_ids:
                continue
            self._waiting_ids.discard(job)
            self._per_model[model] += 1
            task = asyncio.get_running_loop().create_task(self._run(job, model), name=f"job {job}")
            self._running[job] = task

    async def _run(self, job: str, model: str) -> None:
        try:
            await self._walk(job)
        except asyncio.CancelledError:
            log.debug("the walk of job %s was ended", job)
        except Exception:  # a border: one job's bug never stops the others
            log.exception("job %s stopped on an error in the bridge", job)
        finally:
            if self._running.get(job) is asyncio.current_task():
                del self._running[job]
            self._per_model[model] -= 1
            self._start_more(model)
