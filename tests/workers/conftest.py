"""Real worker processes for the tests, and the little that tests need to watch them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.workers import WorkerPool


@pytest.fixture(autouse=True)
def _task_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the daemon's side find `worker_tasks`; the workers must find it for that reason alone."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def pool() -> Callable[..., object]:
    @asynccontextmanager
    async def opened(count: int = 1, **settings) -> AsyncIterator[WorkerPool]:
        workers = WorkerPool(count, **settings)
        await workers.start()
        try:
            yield workers
        finally:
            await asyncio.wait_for(workers.close(), 10)

    return opened


def alive(pid: int) -> bool:
    """Tells whether a process runs; a dead one that nobody has buried yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def is_gone() -> Callable[[int], bool]:
    def waited(pid: int, seconds: float = 3.0) -> bool:
        end = time.monotonic() + seconds
        while alive(pid) and time.monotonic() < end:
            time.sleep(0.01)
        return not alive(pid)

    return waited


@pytest.fixture
def appears() -> Callable[[Path], object]:
    async def waited(path: Path, seconds: float = 5.0) -> str:
        end = time.monotonic() + seconds
        while not (path.exists() and path.read_text()):
            assert time.monotonic() < end, f"{path.name} did not appear"
            await asyncio.sleep(0.01)
        return path.read_text()

    return waited
