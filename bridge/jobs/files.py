"""The one thread that touches the library: files are written in the order in which they were asked for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from bridge.units import Seconds

P = ParamSpec("P")
T = TypeVar("T")

STALLED_SECONDS = Seconds(10.0)
"""For so long a call may take before the folder is said not to answer: a network folder may stall for ever."""


class FileThread:
    """Runs calls one after the other away from the loop. A caller that is cancelled does not stop its call.

    `on_stall` is called, in the loop, when calls begin to hang; `stalled` says whether they do.
    """

    def __init__(self, on_stall: Callable[[], None] = lambda: None) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="library")
        self.on_stall = on_stall
        self.stalled = False
        self._began = 0.0

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `call` after everything that was asked for before, and returns its answer."""
        loop = asyncio.get_running_loop()

        def begin() -> T:
            self._began = time.monotonic()
            return call(*args, **kwargs)

        work = loop.run_in_executor(self._executor, begin)
        bell = loop.call_later(STALLED_SECONDS, self._look, work)
        try:
            answer = await work
        finally:
            bell.cancel()
        self.stalled = False
        return answer

    def close(self) -> None:
        """Waits for what was asked for."""
        self._executor.shutdown(wait=True)

    def _look(self, work: asyncio.Future[Any]) -> None:
        """Looks whether it is one call that takes so long, or many that wait for their turn."""
        if work.done() or self.stalled:
            return
        left = self._began + STALLED_SECONDS - time.monotonic()
        if left > 0:
            asyncio.get_running_loop().call_later(left, self._look, work)
        else:
            self.stalled = True
            self.on_stall()


async def in_time(call: Callable[[], T], seconds: float | None, *, undo: Callable[[T], object]) -> T:
    """Returns the answer of a call that may hang; raises TimeoutError after so many seconds, if that is bounded.

    What it answers later is undone. It has a thread that nobody waits for, not even the end of the process.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def take(result: T | None, problem: BaseException | None) -> None:
        if answer.done():
            if problem is None:
                undo(result)  # type: ignore[arg-type]
        elif problem is not None:
            answer.set_exception(problem)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, problem = None, None
        try:
            result = call()
        except BaseException as raised:  # a border between threads: whoever asked gets it
            problem = raised
        with suppress(RuntimeError):  # the loop has ended, and with it the process
            loop.call_soon_threadsafe(take, result, problem)

    threading.Thread(target=work, daemon=True, name="opening").start()
    async with asyncio.timeout(seconds):
        return await answer
