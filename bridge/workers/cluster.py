"""The pool of workers on a Ray cluster: the same tasks, on the cores and GPUs of many machines.

What a task gets and returns goes over the network as the same frames that go over a worker's pipes. A machine that goes
away costs time: what it worked on is begun again elsewhere. Ray is an extra, and is imported when a cluster is opened.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bridge import __version__
from bridge.errors import BridgeError
from bridge.workers.child import work
from bridge.workers.frames import HEADER, pack, pack_error, unpack_answer
from bridge.workers.process import ONE_THREAD

log = logging.getLogger(__name__)

HERE = "ray"
"""The address of the cluster that this computer belongs to."""
RETRIES = 5
"""How often a task is begun again whose machine or process went away; after that its job decides."""


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
        self._address = address
        self._count = 1
        self._ray: Any = None
        self._task: Any = None
        self._sent = 0
        self._arrived = 0
        self._turns: list[_Turn] = []

    @property
    def count(self) -> int:
        """Returns how many tasks it sends at once."""
        return self._count

    async def start(self) -> None:
        """Finds the cluster; raises BridgeError where there is no Ray, or no cluster answers."""
        await asyncio.to_thread(self._open)

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        """Calls `package.module:function` on the cluster, as `bridge.ports.Workers.run` says."""
        frame = pack((task, arguments))[HEADER.size :]
        await self._turn(priority)
        try:
            return await self._send(task, frame, gpus)
        finally:
            self._sent -= 1
            self._let_in()

    async def close(self) -> None:
        """Leaves the cluster, which ends what it still works on for this process."""
        if self._ray is not None:
            await asyncio.to_thread(self._ray.shutdown)
            self._ray = None

    # --- the cluster ------------------------------------------------------------------------------------------

    def _open(self) -> None:
        try:
            import ray
        except ImportError as problem:
            raise BridgeError("Ray is not installed here.", "Run: pip install 'oneshot-bridge[ray]'") from problem
        try:
            ray.init(
                address="auto" if self._address == HERE else self._address, log_to_driver=False, logging_level="error",
                runtime_env={"env_vars": ONE_THREAD},
            )
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as problem:
            raise BridgeError(
                f"No Ray cluster answers at {self._address}: {_first_line(problem)}.", "Start one: ray start --head"
            ) from problem
        self._ray = ray
        self._count = max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._task = ray.remote(max_retries=RETRIES, num_cpus=1)(call)
        log.info("the cluster at %s has %d cores", self._address, self._count)

    async def _send(self, task: str, frame: bytes, gpus: float) -> Any:
        errors = self._ray.exceptions
        sent = await asyncio.to_thread(self._task.options(num_gpus=gpus).remote, task, frame, __version__)
        try:
            payload = await asyncio.wrap_future(sent.future())
        except asyncio.CancelledError:
            with suppress(errors.RayError, RuntimeError):
                self._ray.cancel(sent, force=True)
            raise
        except (errors.RayTaskError, errors.RuntimeEnvSetupError) as problem:
            # Its own mistakes come back in a frame: this one was not even begun.
            raise BridgeError(
                f"The cluster can't run {task}: {_first_line(problem.__cause__ or problem)}.",
                f"Every machine of it needs oneshot-bridge {__version__} in the environment that runs Ray.",
            ) from problem
        except errors.RayError as problem:
            raise BridgeError(
                f"The cluster lost {task}: {_first_line(problem)}.", "Trying again is safe.", retryable=True
            ) from problem
        return unpack_answer(payload)

    # --- turns ------------------------------------------------------------------------------------------------

    async def _turn(self, priority: int) -> None:
        """Waits until the cluster has room for one more task, and takes that room."""
        self._arrived += 1
        turn = _Turn(priority, self._arrived, asyncio.get_running_loop().create_future())
        heapq.heappush(self._turns, turn)
        self._let_in()
        try:
            await turn.open
        except asyncio.CancelledError:
            if turn.open.done() and not turn.open.cancelled():
                self._sent -= 1
                self._let_in()
            raise

    def _let_in(self) -> None:
        while self._turns and self._sent < self._count:
            turn = heapq.heappop(self._turns)
            if not turn.open.done():
                self._sent += 1
                turn.open.set_result(None)


def call(task: str, frame: bytes, version: str) -> bytes:
    """Runs on a machine of the cluster: calls the task of a frame and returns the frame of its answer, without its
    length."""
    if version != __version__:
        problem = BridgeError(
            f"A machine of the cluster has oneshot-bridge {__version__}, and this one {version}.",
            f"Run there: pip install oneshot-bridge[ray]=={version}",
        )
        return pack_error(task, problem)[HEADER.size :]
    return work(frame)[HEADER.size :]


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".:")
