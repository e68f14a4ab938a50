"""The pool of workers on a Ray cluster: the same tasks, on the cores and GPUs of many machines.

What a task gets and returns goes over the network as the same frames that go over a worker's pipes. A machine that goes
away costs time: what it worked on is begun again elsewhere. `gateway` runs in the process that speaks with Ray.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from bridge.errors import BridgeError
from bridge.units import Seconds
from bridge.workers.frames import GREETING, HEADER, pack, unpack_answer
from bridge.workers.process import PIPE_BUFFER, aside, environment, log_lines

START_PATIENCE = Seconds(120.0)
CLOSE_PATIENCE = Seconds(10.0)
"""How long leaving the cluster may take; its own work for this process ends in any case."""


@dataclass(slots=True, order=True)
class _Turn:
    """Holds a task that waits to be sent: lower `priority` first, then the order of arrival."""

    priority: int
    number: int
    open: asyncio.Future[None] = field(compare=False)


class ClusterPool:
    """Runs tasks on a Ray cluster; implements `bridge.ports.Workers`.

    As many are sent at once as the cluster had cores when it was opened: the others wait here, where the more urgent
    ones pass them. Each takes one core, and as much of a GPU as it says.
    """

    def __init__(self, address: str) -> None:
        """`address` is as the setting `jobs.on` says it."""
        self._address = address
        self._count = 1
        self._numbers = itertools.count(1)
        self._under_way = 0
        self._turns: list[_Turn] = []
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._listening: list[asyncio.Task[None]] = []
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def count(self) -> int:
        """Returns how many tasks it sends at once."""
        return self._count

    async def start(self) -> None:
        """Joins the cluster; raises BridgeError where there is no Ray, or no cluster answers.

        The next task joins it again where the way to it has broken off.
        """
        async with self._starting:
            if self._process is None and not self._closed:
                await self._launch()

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        """Calls `package.module:function` on the cluster, as `bridge.ports.Workers.run` says."""
        frame = pack((task, arguments))[HEADER.size :]
        await self._turn(priority)
        try:
            await self.start()
            return await self._ask(task, frame, gpus)
        finally:
            self._leave()

    async def close(self) -> None:
        """Leaves the cluster, which ends what it still works on for this process."""
        self._closed = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await asyncio.wait(self._listening, timeout=CLOSE_PATIENCE)
            if self._process is not None:
                self._process.kill()
                await asyncio.wait(self._listening, timeout=CLOSE_PATIENCE)

    # --- the way to the cluster -------------------------------------------------------------------------------

    async def _launch(self) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "bridge.workers.gateway", self._address,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                limit=PIPE_BUFFER, env=environment(), **aside(),
            )  # fmt: skip
        except OSError as problem:
            raise BridgeError(f"No process can be started: {problem}.", retryable=True) from problem
        assert process.stdout is not None
        assert process.stderr is not None
        logging = asyncio.create_task(log_lines(process.stderr, "cluster"))
        try:
            async with asyncio.timeout(START_PATIENCE):
                await process.stdout.readuntil(GREETING)
                self._count = unpack_answer(await _frame(process.stdout))
        except BaseException as problem:
            await _end(process)
            await asyncio.wait([logging], timeout=CLOSE_PATIENCE)
            if isinstance(problem, TimeoutError | EOFError | OSError):
                raise BridgeError(
                    f"No Ray cluster answers at {self._address}.", "Look at: ray status", retryable=True
                ) from problem
            raise
        self._process = process
        self._listening = [logging, asyncio.create_task(self._listen(process, process.stdout))]

    async def _listen(self, process: asyncio.subprocess.Process, pipe: asyncio.StreamReader) -> None:
        try:
            while True:
                number, payload = pickle.loads(await _frame(pipe))
                answer = self._answers.pop(number, None)
                if answer is not None and not answer.done():
                    answer.set_result(payload)
        except (EOFError, OSError):
            pass  # the end of the pipe is the end of the way, however it comes
        finally:
            await _end(process)
            self._process = None
            lost, self._answers = self._answers, {}
            for answer in lost.values():
                if not answer.done():
                    answer.set_exception(
                        BridgeError("The way to the cluster broke off.", "Trying again is safe.", retryable=True)
                    )

    async def _ask(self, task: str, frame: bytes, gpus: float) -> Any:
        if self._process is None or self._process.stdin is None:
            raise BridgeError(f"{task} can't run: the cluster was left.", retryable=True)
        pipe, number = self._process.stdin, next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            pipe.write(pack((number, task, frame, gpus)))
            return unpack_answer(await answer)
        except asyncio.CancelledError:
            if self._answers.pop(number, None) is not None:
                pipe.write(pack((number,)))
            raise

    # --- turns ------------------------------------------------------------------------------------------------

    async def _turn(self, priority: int) -> None:
        """Waits until the cluster has room for one more task, and takes that room."""
        turn = _Turn(priority, next(self._numbers), asyncio.get_running_loop().create_future())
        heapq.heappush(self._turns, turn)
        self._let_in()
        try:
            await turn.open
        except asyncio.CancelledError:
            if not turn.open.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        self._under_way -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._turns and self._under_way < self._count:
            turn = heapq.heappop(self._turns)
            if not turn.open.done():
                self._under_way += 1
                turn.open.set_result(None)


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    if process.returncode is None:
        process.kill()
    await process.wait()


async def _frame(pipe: asyncio.StreamReader) -> bytes:
    return await pipe.readexactly(HEADER.unpack(await pipe.readexactly(HEADER.size))[0])
