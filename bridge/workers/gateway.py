"""Runs beside the daemon as its way into a Ray cluster: sends tasks there and brings their answers back.

Started as `python -m bridge.workers.gateway ADDRESS`. It is a process of its own because Ray prints where it likes and
ends the process whose cluster is gone: the daemon and its commands must survive both.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, BinaryIO

from bridge import __version__
from bridge.errors import BridgeError
from bridge.workers.child import take_pipes, work_for
from bridge.workers.frames import GREETING, HEADER, pack, pack_answer, pack_error
from bridge.workers.process import ONE_THREAD

HERE = "ray"
"""The address of the cluster that this computer is in."""
RETRIES = 5
"""How often a task is begun again whose machine or process went away; after that its job decides."""


class Gateway:
    """Sends tasks to a cluster and writes their answers, `(number, frame)`, as they come."""

    def __init__(self, ray: Any, answers: BinaryIO) -> None:
        self._ray = ray
        self._answers = answers
        self._task = ray.remote(num_cpus=1, max_retries=RETRIES)(work_for)
        self._sent: dict[int, Any] = {}
        self._writing = threading.Lock()

    def send(self, number: int, task: str, frame: bytes, gpus: float) -> None:
        """Sends a task, given as the frame of its name and arguments without a length."""
        try:
            sent = self._sent[number] = self._task.options(num_gpus=gpus).remote(task, frame, __version__)
        except Exception as problem:  # as in _answer
            self._write(number, pack_error(task, self._told(task, problem)))
        else:
            sent.future().add_done_callback(partial(self._answer, number, task))

    def cancel(self, number: int) -> None:
        """Ends a task, wherever it is."""
        if (sent := self._sent.pop(number, None)) is not None:
            with suppress(self._ray.exceptions.RayError):
                self._ray.cancel(sent, force=True)

    def _answer(self, number: int, task: str, end: Future[bytes]) -> None:
        self._sent.pop(number, None)
        try:
            self._write(number, end.result())
        except Exception as problem:  # whatever Ray says of a task becomes that task's error
            self._write(number, pack_error(task, self._told(task, problem)))

    def _write(self, number: int, answer: bytes) -> None:
        with self._writing, suppress(OSError):  # the daemon is gone: nobody to answer
            self._answers.write(pack((number, answer[HEADER.size :])))
            self._answers.flush()

    def _told(self, task: str, problem: Exception) -> BridgeError:
        errors = self._ray.exceptions
        if isinstance(problem, errors.RayTaskError | errors.RuntimeEnvSetupError):
            # What a task itself raises comes back in its frame: this one was not even begun.
            return BridgeError(
                f"The cluster can't run {task}: {_first_line(problem.__cause__ or problem)}.",
                f"Every machine of it needs oneshot-bridge {__version__} in the environment that runs Ray.",
            )
        return BridgeError(
            f"The cluster lost {task}: {_first_line(problem)}.", "Trying again is safe.", retryable=True
        )


def main(address: str) -> None:
    """Works until standard input closes, which ends the process; first it says how many cores the cluster has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the daemon
    tasks, answers = take_pipes()
    answers.write(GREETING)
    try:
        ray = _open(address)
    except BridgeError as problem:
        answers.write(pack_error("opening the cluster", problem))
        answers.flush()
        return
    answers.write(pack_answer("opening the cluster", max(1, int(ray.cluster_resources().get("CPU", 1)))))
    answers.flush()
    gateway = Gateway(ray, answers)
    while len(header := tasks.read(HEADER.size)) == HEADER.size:
        number, *asked = pickle.loads(tasks.read(HEADER.unpack(header)[0]))
        if asked:
            gateway.send(number, *asked)
        else:
            gateway.cancel(number)
    ray.shutdown()
    os._exit(0)


def _open(address: str) -> Any:
    """Joins the cluster and returns Ray; raises BridgeError where there is no Ray, or no cluster answers."""
    try:
        import ray
    except ImportError as problem:
        raise BridgeError("Ray is not installed here.", "Run: pip install 'oneshot-bridge[ray]'") from problem
    try:
        ray.init(
            address="auto" if address == HERE else address, log_to_driver=False, logging_level="error",
            runtime_env={"env_vars": ONE_THREAD},
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as problem:
        raise BridgeError(
            f"No Ray cluster answers at {address}: {_first_line(problem)}.", "Start one: ray start --head"
        ) from problem
    return ray


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".:")


if __name__ == "__main__":
    main(sys.argv[1])
