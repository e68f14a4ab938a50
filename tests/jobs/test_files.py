"""A folder that does not answer is told once, and waiting for one's turn is no stall."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bridge.jobs import files
from bridge.jobs.files import FileThread, in_time

pytestmark = pytest.mark.anyio


@pytest.fixture
def thread(monkeypatch):
    monkeypatch.setattr(files, "STALLED_SECONDS", 0.05)
    thread = FileThread()
    yield thread
    thread.close()


async def test_a_call_that_hangs_is_told_once_and_the_loop_goes_on(thread) -> None:
    told, gate = [], threading.Event()
    thread.on_stall = lambda: told.append("stalled")
    hanging = [asyncio.create_task(thread.run(gate.wait)) for _ in range(3)]
    while not told:
        await asyncio.sleep(0.01)
    assert thread.stalled
    await asyncio.sleep(0.2)
    gate.set()
    await asyncio.gather(*hanging)
    assert told == ["stalled"]
    assert not thread.stalled


async def test_many_calls_that_wait_for_their_turn_are_no_stall(thread) -> None:
    told = []
    thread.on_stall = lambda: told.append("stalled")
    pause = threading.Event()
    await asyncio.gather(*(thread.run(pause.wait, 0.01) for _ in range(20)))
    assert told == []


async def test_what_opens_too_late_is_closed_again() -> None:
    gate, closed = threading.Event(), asyncio.Event()

    def opened() -> str:
        gate.wait()
        return "library"

    with pytest.raises(TimeoutError):
        await in_time(opened, 0.02, undo=lambda found: closed.set())
    gate.set()
    await asyncio.wait_for(closed.wait(), 20)
    assert await in_time(lambda: "library", 20.0, undo=lambda _: None) == "library"
