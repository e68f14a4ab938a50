"""The process that runs a model, seen from the daemon: lines of JSON go in and come out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.errors import ModelError
from bridge.models.local.memory import resident_bytes
from bridge.units import Seconds

log = logging.getLogger(__name__)

LONGEST_LINE = 1 << 20
QUIT_SECONDS = Seconds(3.0)
"""How long a process may take to be gone once it was told to."""
WATCH_SECONDS = 0.1
"""How often its memory is looked at."""
LAST_WORDS = 2
"""Lines of its log that are told with a crash, at most."""

RUNNERS = Path(__file__).parent / "runners"

Told = Callable[[Mapping[str, Any]], None]


class Child:
    """Speaks with one process: one question at a time, `cancel` beside it."""

    def __init__(self, process: asyncio.subprocess.Process, name: str, memory: float) -> None:
        self.pid = process.pid
        self.gone = asyncio.Event()
        self.over_memory = False
        self._process, self._name, self._memory = process, name, memory
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._killed = False
        self._tasks = [asyncio.create_task(work()) for work in (self._listen, self._log, self._watch)]

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str], name: str, memory: float) -> Child:
        """Starts a process that may take `memory` gigabytes (0: as much as there is); ModelError where it can't be."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, limit=LONGEST_LINE,
                env=dict(environment), **_aside(),
            )  # fmt: skip
        except OSError as problem:
            raise ModelError(
                f"{name} can't be started with {command[0]}: {problem.strerror}.",
                f"Name the Python that has its library: [models.{name}] python",
            ) from problem
        return cls(process, name, memory)

    def tell(self, message: Mapping[str, Any]) -> None:
        """Sends a line; a process that is gone hears nothing."""
        assert self._process.stdin is not None
        self._last_words.clear()
        if not self._process.stdin.is_closing():
            self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def answer(self, told: Told, *ends: str) -> dict[str, Any]:
        """Returns the next message that is one of `ends`, and tells all before it.

        Raises ModelError if the process ends: retryable where starting it again may help.
        """
        while True:
            message = await self._next()
            if message.get("is") in ends:
                return message
            told(message)

    def kill(self) -> None:
        """Ends the process at once, whatever it does."""
        self._killed = True
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def quit(self) -> None:
        """Has the process end, by itself or by force, and returns when it is gone."""
        assert self._process.stdin is not None
        self._killed = True
        with contextlib.suppress(OSError):
            self.tell({"op": "quit"})
            self._process.stdin.close()
        exiting = asyncio.create_task(self._process.wait())
        await asyncio.wait({exiting}, timeout=QUIT_SECONDS)
        self.kill()
        await exiting
        await asyncio.wait(self._tasks, timeout=QUIT_SECONDS)
        for task in self._tasks:
            task.cancel()

    async def _next(self) -> dict[str, Any]:
        hearing = asyncio.create_task(self._heard.get())
        ending = asyncio.create_task(self.gone.wait())
        try:
            await asyncio.wait({hearing, ending}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                return hearing.result()
            if not self._heard.empty():
                return self._heard.get_nowait()
        finally:
            hearing.cancel()
            ending.cancel()
        raise self._end()

    def _end(self) -> ModelError:
        if self.over_memory:
            return ModelError(
                f"{self._name} took more than the {self._memory:g} GB of memory that it may, and was stopped.",
                f"Ask for less at once (shorter, fewer variations), or raise [models.{self._name}] memory.",
            )
        code = self._process.returncode
        how = f"exit code {code}"
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                how = signal.Signals(-code).name
        if how == "SIGKILL" and not self._killed:
            how += ", as the system does where memory runs out"
        words = f" Its last words: {' / '.join(self._last_words)}" if self._last_words else ""
        return ModelError(f"The process of {self._name} ended ({how}).{words}", retryable=True)

    async def _listen(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            while line := await pipe.readline():
                self._heard.put_nowait(json.loads(line))
        except (ValueError, OSError) as problem:  # a line too long or of something else: it is no runner
            log.warning("%s: what its process says can't be understood: %s", self._name, problem)
            self.kill()
        await self._process.wait()
        # What it said last to its log belongs to the reason of its end.
        await asyncio.wait({self._tasks[1]}, timeout=QUIT_SECONDS)
        self.gone.set()

    async def _log(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        rest = b""
        while chunk := await pipe.read(1 << 16):
            # A bar of progress is one long line with returns in it.
            *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
            rest = rest[-(1 << 16) :]
            for line in lines:
                self._log_line(line)
        self._log_line(rest)

    def _log_line(self, line: bytes) -> None:
        if text := line.decode("utf-8", "replace").strip():
            self._last_words.append(text[:200])
            log.info("%s: %s", self._name, text)

    async def _watch(self) -> None:
        """Stops the process where it takes more memory than it may."""
        while self._memory and self._process.returncode is None:
            taken = await asyncio.to_thread(resident_bytes, self.pid)
            if taken > self._memory * 1e9:
                self.over_memory = True
                self.kill()
                return
            await asyncio.sleep(WATCH_SECONDS)


def environment(python: str, *, offline: bool = True) -> dict[str, str]:
    """Returns the environment of a process: it fetches nothing unless it is to; it finds `wire`."""
    found = {**os.environ, "PYTHONIOENCODING": "utf-8:backslashreplace", "HF_HUB_DISABLE_TELEMETRY": "1",
             "TOKENIZERS_PARALLELISM": "false"}
    if python:
        for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
            found.pop(name, None)
    before = found.get("PYTHONPATH", "")
    found["PYTHONPATH"] = os.pathsep.join(path for path in (str(RUNNERS), before) if path)
    if offline:
        found.update(dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"), "1"))
        found.pop("HF_TOKEN", None)
    return found


def _aside() -> dict[str, Any]:
    """Returns the arguments that keep a process out of the way: of Ctrl-C, of the screen, of the DAW's cores."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"process_group": 0}
