"""The pool of workers: who works on what, and who replaces whom."""

from __future__ import annotations

import asyncio
import heapq
import logging
import math
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.errors import BridgeError
from bridge.units import Seconds
from bridge.workers.frames import pack
from bridge.workers.process import Worker

log = logging.getLogger(__name__)

START_PATIENCE = Seconds(120.0)
"""How long the imports of a worker may take; the first start on a slow disk under a virus scanner is long."""
HOPELESS = 3
"""So many failed starts in a row mean that a start can't work now: waiting tasks are told so."""
PAUSES = (Seconds(0.1), Seconds(0.5), Seconds(2.0), Seconds(5.0))
"""How long to wait after the first, second … failed start; the last one repeats."""
CLOSE_PATIENCE = Seconds(2.0)
LINGER = Seconds(0.05)
"""How long a worker that is free waits for the next step of what it has just worked on before it takes something less
urgent: between two steps of a sound lie only a few commits, and a task once begun is not broken off."""


@dataclass(slots=True, order=True)
class _Job:
    """Holds a task on its way: lower `priority` first, then the order of arrival."""

    priority: int
    number: int
    task: str = field(compare=False)
    frame: bytes = field(compare=False)
    answer: asyncio.Future[Any] = field(compare=False)
    worker: Worker | None = field(compare=False, default=None)


@dataclass(slots=True)
class _Seat:
    """Holds a free worker, and the least urgent priority that it takes for now."""

    worker: Worker
    least: float = math.inf


class WorkerPool:
    """Runs tasks in `count` processes of their own; implements `bridge.ports.Workers`.

    A process imports the modules `warm` before it takes its first task and is replaced after about
    `recycle_after` tasks: it goes on until its successor is warm. (Its memory was flat over 6,000; a start takes two
    seconds of processor.)
    """

    def __init__(self, count: int, *, warm: Sequence[str] = (), recycle_after: int = 10_000) -> None:
        self._count = max(1, count)
        self._warm = tuple(warm)
        self._recycle_after = recycle_after
        self._waiting: list[_Job] = []
        self._accepted = 0
        self._starting = asyncio.Lock()
        self._closed = False
        self._idle: list[_Seat] = []
        self._alive: set[Worker] = set()
        self._seats: list[asyncio.Task[None]] = []
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def count(self) -> int:
        """Returns how many tasks it works on at once."""
        return self._count

    async def start(self) -> None:
        """Launches the processes and returns; tasks wait until the first of them has warmed up.

        The first task starts a pool that was not started. Raises BridgeError where the system starts no process.
        """
        async with self._starting:
            if not self._seats and not self._closed:
                for worker in await asyncio.gather(*(self._launch() for _ in range(self._count))):
                    self._seats.append(asyncio.create_task(self._keep_seat(worker)))

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        """Calls `package.module:function` with picklable arguments in a worker process and returns its answer.

        Lower `priority` goes first, equals in the order in which they came. An error of the bridge comes back as
        it was raised, any other as a BridgeError that names its type; a worker that died is a retryable
        BridgeError. Cancelling the caller drops the task, and ends its process if it runs already.
        """
        if not self._seats:
            await self.start()
        if self._closed:
            raise BridgeError(f"{task} can't run: the workers are closed.", retryable=True)
        self._accepted += 1
        answer = asyncio.get_running_loop().create_future()
        job = _Job(priority, self._accepted, task, pack((task, arguments)), answer)
        heapq.heappush(self._waiting, job)
        self._dispatch()
        try:
            return await answer
        except asyncio.CancelledError:
            self._abandon(job)
            raise

    async def close(self) -> None:
        """Ends all processes within a few seconds; unfinished tasks get a retryable BridgeError."""
        self._closed = True
        for seat in self._seats:
            seat.cancel()
        await asyncio.gather(*self._seats, return_exceptions=True)
        self._seats.clear()
        self._fail_waiting(BridgeError("The workers are closing.", retryable=True))
        for end in (Worker.dismiss, Worker.kill):
            for worker in self._alive:
                end(worker)
            if ends := [asyncio.create_task(worker.gone.wait()) for worker in self._alive]:
                await asyncio.wait(ends, timeout=CLOSE_PATIENCE)
                for waiting in ends:
                    waiting.cancel()
            self._alive = {worker for worker in self._alive if not worker.gone.is_set()}
        if self._errands:
            await asyncio.wait(self._errands, timeout=CLOSE_PATIENCE)

    # --- tasks ------------------------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        """Brings waiting tasks and idle workers together."""
        while self._waiting and (worker := self._free_for(self._waiting[0].priority)):
            job = heapq.heappop(self._waiting)
            job.worker = worker
            self._errand(self._work(job, worker))

    def _free_for(self, priority: int) -> Worker | None:
        """Returns a worker that takes such a task now, the one that was free last; None where none does."""
        self._idle = [seat for seat in self._idle if not seat.worker.doomed]
        for seat in reversed(self._idle):
            if priority <= seat.least:
                self._idle.remove(seat)
                return seat.worker
        return None

    async def _work(self, job: _Job, worker: Worker) -> None:
        try:
            answer = await worker.ask(job.task, job.frame)
        except BridgeError as problem:
            if not job.answer.done():
                job.answer.set_exception(problem)
        else:
            if not job.answer.done():
                job.answer.set_result(answer)
        job.worker = None
        self._admit(worker, after=job.priority)

    def _abandon(self, job: _Job) -> None:
        """Drops a task that waits; ends the process of one that runs."""
        if job.worker is not None:
            job.worker.kill()
        elif job in self._waiting:
            self._waiting = [other for other in self._waiting if other is not job]
            heapq.heapify(self._waiting)

    def _fail_waiting(self, problem: BridgeError) -> None:
        waiting, self._waiting = self._waiting, []
        for job in waiting:
            if not job.answer.done():
                job.answer.set_exception(problem)

    # --- workers ----------------------------------------------------------------------------------------------

    async def _keep_seat(self, launched: Worker) -> None:
        """Keeps one of the `count` seats taken: one worker after the other."""
        worker = await self._hire(launched)
        while True:
            self._admit(worker)
            await worker.worn.wait()
            # The old one, if it still lives, goes on until the new one is warm.
            successor = await self._hire()
            self._retire(worker)
            worker = successor

    async def _hire(self, launched: Worker | None = None) -> Worker:
        """Returns a warm worker, however many starts it takes."""
        failures = 0
        while True:
            try:
                worker = launched or await self._launch()
                await worker.ready(START_PATIENCE)
                return worker
            except BridgeError as problem:
                log.warning("%s", problem.message)
                launched = None
                failures += 1
                if failures >= HOPELESS and all(worker.doomed for worker in self._alive):
                    self._fail_waiting(
                        BridgeError(f"No worker process starts: {problem.message}", problem.hint, retryable=True)
                    )
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES)) - 1])

    async def _launch(self) -> Worker:
        worker = await Worker.launch(self._warm, self._recycle_after)
        self._alive = {other for other in self._alive if not other.gone.is_set()} | {worker}
        return worker

    def _admit(self, worker: Worker, after: float = math.inf) -> None:
        """Lets a worker take tasks, for a moment only those as urgent as its last one; one that was replaced goes."""
        if worker.doomed:
            worker.dismiss()
            return
        seat = _Seat(worker, after)
        self._idle.append(seat)
        self._dispatch()
        if after != math.inf:
            asyncio.get_running_loop().call_later(LINGER, self._open, seat)

    def _open(self, seat: _Seat) -> None:
        """Lets a worker take any task, if it is still free."""
        seat.least = math.inf
        self._dispatch()

    def _retire(self, worker: Worker) -> None:
        """Lets a worker go: now if it is idle, else after its task."""
        worker.doomed = True
        free = [seat for seat in self._idle if seat.worker is worker]
        for seat in free:
            self._idle.remove(seat)
            worker.dismiss()

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine beside the caller; the loop itself would not keep it from being collected."""
        errand = asyncio.create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
