"""One worker process, seen from the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from bridge.errors import BridgeError
from bridge.units import Seconds
from bridge.workers.frames import GREETING, HEADER, unpack_answer

log = logging.getLogger(__name__)

PIPE_BUFFER = 1 << 20
LINE_LIMIT = 1 << 16
EXIT_PATIENCE = Seconds(2.0)
"""How long a process whose pipe closed may take to be gone."""

# A worker is one core: without this every numerical library would start a thread per core in every worker.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)


class Worker:
    """Holds a process and speaks with it: one task at a time.

    `worn` is set when it wants a successor: after `lifetime` tasks, or because it dies. `doomed` is true from the
    moment when it must take no other task, `gone` is set when the process has ended.
    """

    def __init__(self, process: asyncio.subprocess.Process, lifetime: int) -> None:
        self.pid = process.pid
        self.doomed = False
        self.worn = asyncio.Event()
        self.gone = asyncio.Event()
        self._process = process
        self._left = lifetime
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def launch(cls, warm: Sequence[str], lifetime: int) -> Worker:
        """Starts a process that will import the modules `warm`; raises BridgeError where the system refuses."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "bridge.workers.child", *warm,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                limit=PIPE_BUFFER, env=environment(), **aside(),
            )  # fmt: skip
        except OSError as problem:
            raise BridgeError(f"No worker process can be started: {problem}.", retryable=True) from problem
        return cls(process, lifetime)

    async def ready(self, patience: Seconds) -> None:
        """Returns when the process has imported what it should; raises BridgeError if it dies or takes too long."""
        try:
            # Not wait_for: up to Python 3.11 it forgets a cancellation that comes together with the answer.
            async with asyncio.timeout(patience):
                await self._reply("it started")
        except TimeoutError:
            self.kill()
            raise BridgeError(f"A worker process was not ready after {patience:.0f} s.", retryable=True) from None

    async def ask(self, task: str, frame: bytes) -> Any:
        """Sends a frame and returns the answer or raises what the task raised.

        A process that dies meanwhile is a retryable BridgeError with its exit code.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(frame)
            await self._process.stdin.drain()
        except OSError:
            self.kill()  # its end is what _reply will tell
        payload = await self._reply(f"{task} ran")
        self._left -= 1
        if self._left <= 0:
            self.worn.set()
        return unpack_answer(payload)

    def kill(self) -> None:
        """Ends the process at once, whatever it does."""
        self.doomed = True
        self.worn.set()
        if self._process.returncode is None:
            self._process.kill()

    def dismiss(self) -> None:
        """Closes its input: the process ends by itself."""
        self.doomed = True
        self.worn.set()
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def _reply(self, occasion: str) -> bytes:
        """Waits for the next frame of the process; `occasion` says in an error what it was doing."""
        ends: set[asyncio.Future[Any]] = {self._answer, self._listening}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not self._answer.done():
            raise BridgeError(
                f"A worker process died while {occasion} ({self._end()}).",
                "Trying again is safe; the log has what it wrote.",
                retryable=True,
            )
        payload = self._answer.result()
        self._answer = asyncio.get_running_loop().create_future()
        return payload

    async def _listen(self) -> None:
        """Takes in frames and log lines until the process is gone."""
        pipe, errors = self._process.stdout, self._process.stderr
        assert pipe is not None
        assert errors is not None
        logging_ = asyncio.create_task(log_lines(errors, f"worker {self.pid}"))
        try:
            await pipe.readuntil(GREETING)
            while True:
                size = HEADER.unpack(await pipe.readexactly(HEADER.size))[0]
                self._answer.set_result(await pipe.readexactly(size))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # the end of the pipe is the end of the worker, however it comes
        finally:
            self.dismiss()
            await self._see_off(logging_)
            self.gone.set()

    async def _see_off(self, logging_: asyncio.Task[None]) -> None:
        """Waits for the process's exit code and last words; helps where that takes too long."""
        exiting = asyncio.create_task(self._process.wait())
        await asyncio.wait({exiting}, timeout=EXIT_PATIENCE)
        self.kill()
        await asyncio.wait({exiting, logging_}, timeout=EXIT_PATIENCE)
        for task in (exiting, logging_):
            task.cancel()

    def _end(self) -> str:
        code = self._process.returncode
        if code is None:
            return "its pipe closed"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"exit code {code}, {signal.Signals(-code).name}"
        return f"exit code {code}"


async def log_lines(pipe: asyncio.StreamReader, who: str) -> None:
    """Hands on to the log, line by line, what a process writes to its standard error."""
    rest = b""
    while chunk := await pipe.read(LINE_LIMIT):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) >= LINE_LIMIT:
            lines, rest = [*lines, rest], b""
        for line in lines:
            _log_line(line, who)
    _log_line(rest, who)


def _log_line(line: bytes, who: str) -> None:
    if text := line.decode("utf-8", "replace").rstrip():
        log.info("%s: %s", who, text)


def environment() -> dict[str, str]:
    """Returns the environment of a worker: it finds modules where the daemon does, and has one core."""
    # Not through the current folder: a random.py lying there must not become part of the program.
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8:backslashreplace"}


def aside() -> dict[str, Any]:
    """Returns the arguments that keep a worker out of the way: of Ctrl-C, of the screen, of the DAW's cores."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"process_group": 0}
