"""Real worker processes for the tests, and the little that tests need to watch them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.workers import WorkerPool
from support.patience import PATIENCE_SECONDS, until, wait_until


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
            await asyncio.wait_for(workers.close(), PATIENCE_SECONDS)

    return opened


def alive(pid: int) -> bool:
    """Tells whether a process runs; a dead one that nobody has buried yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc/self/stat").exists():
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone while it was looked at
        return False


@pytest.fixture
def is_gone() -> Callable[[int], bool]:
    def waited(pid: int) -> bool:
        wait_until(lambda: not alive(pid))
        return True

    return waited


@pytest.fixture
def appears() -> Callable[[Path], object]:
    async def waited(path: Path) -> str:
        await until(lambda: path.exists() and path.read_text())
        return path.read_text()

    return waited


class Door:
    """What the module `slow_to_import` waits at, in every worker that has it among its warm modules."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sign = folder / "open"

    @property
    def arrived(self) -> set[int]:
        """Returns the processes that have begun to import it."""
        return {int(name.name) for name in self._folder.iterdir() if name != self._sign}

    def open(self) -> None:
        self._sign.touch()

    def shut(self) -> None:
        self._sign.unlink()


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    folder = tmp_path / "door"
    folder.mkdir()
    monkeypatch.setenv("SLOW_TO_IMPORT", str(folder))
    return Door(folder)
