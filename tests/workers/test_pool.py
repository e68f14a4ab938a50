"""The pool of workers, with real processes."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

import pytest

from bridge.errors import BridgeError, ConfigError, RequestError, SoundError
from bridge.workers import WorkerPool, process
from support.patience import PATIENCE_SECONDS, until

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals and no niceness")


def test_start_returns_before_the_workers_are_warm_and_they_warm_up_side_by_side(pool, door):
    async def story():
        async with pool(2, warm=("slow_to_import",)) as workers:
            asked = asyncio.create_task(workers.run("worker_tasks:loaded", "slow_to_import"))
            await until(lambda: len(door.arrived) == 2)
            assert not asked.done()
            door.open()
            assert await asked

    asyncio.run(story())


def test_a_module_that_cannot_be_warmed_is_a_line_in_the_log(pool, caplog):
    async def story():
        async with pool(warm=("no_such_module",)) as workers:
            assert await workers.run("worker_tasks:echo", 1) == (1,)
            await until(lambda: "no_such_module can't be imported" in caplog.text)

    with caplog.at_level(logging.INFO):
        asyncio.run(story())


def test_fifty_megabytes_go_there_and_back(pool):
    sound = os.urandom(1 << 20) * 50

    async def story():
        async with pool() as workers:
            return await workers.run("worker_tasks:echo", sound)

    assert asyncio.run(story()) == (sound,)


def test_stray_prints_land_in_the_log_and_break_nothing(pool, caplog):
    async def story():
        async with pool() as workers:
            assert await workers.run("worker_tasks:chatter") == ""
            assert await workers.run("worker_tasks:echo", "still", "here") == ("still", "here")
            for words in ("a stray print", "the old one", "straight to the file", "a child of the child"):
                await until(lambda words=words: words in caplog.text)

    with caplog.at_level(logging.INFO):
        asyncio.run(story())


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (("worker_tasks:end", 3), "exit code 3"),
        pytest.param(("worker_tasks:be_killed",), "SIGKILL", marks=posix),
    ],
)
def test_a_worker_that_dies_is_a_retryable_error_and_a_new_worker(pool, task, words):
    async def story():
        async with pool() as workers:
            first = await workers.run("worker_tasks:pid")
            with pytest.raises(BridgeError, match=words) as caught:
                await workers.run(*task)
            assert caught.value.retryable
            assert task[0] in caught.value.message
            assert await workers.run("worker_tasks:pid") != first

    asyncio.run(story())


@posix
def test_a_worker_that_dies_while_idle_is_replaced_unasked(pool, door):
    async def story():
        door.open()
        async with pool(warm=("slow_to_import",)) as workers:
            first = await workers.run("worker_tasks:pid")
            os.kill(first, signal.SIGKILL)
            await until(lambda: len(door.arrived) == 2)
            assert await workers.run("worker_tasks:pid") in door.arrived - {first}

    asyncio.run(story())


def test_cancelling_the_caller_ends_the_process_that_works_for_it(pool, tmp_path, appears, is_gone):
    async def story():
        async with pool() as workers:
            caller = asyncio.create_task(workers.run("worker_tasks:spin", str(tmp_path / "began")))
            pid = int(await appears(tmp_path / "began"))
            caller.cancel()
            with pytest.raises(asyncio.CancelledError):
                await caller
            assert await asyncio.to_thread(is_gone, pid)
            assert await workers.run("worker_tasks:pid") != pid

    asyncio.run(story())


def test_a_task_cancelled_while_it_waits_is_never_started(pool, tmp_path, appears):
    async def story():
        async with pool() as workers:
            began, released, never = (tmp_path / name for name in ("began", "released", "never"))
            running = asyncio.create_task(workers.run("worker_tasks:hold", str(began), str(released)))
            pid = int(await appears(began))
            waiting = asyncio.create_task(workers.run("worker_tasks:hold", str(never), str(released)))
            await asyncio.sleep(0)
            waiting.cancel()
            released.touch()
            await running
            assert await workers.run("worker_tasks:pid") == pid
            assert not never.exists()

    asyncio.run(story())


def test_lower_priority_goes_first_and_equals_in_order_of_arrival(pool, tmp_path, appears):
    order = []

    async def story():
        async with pool() as workers:
            began, released = tmp_path / "began", tmp_path / "released"
            blocking = asyncio.create_task(workers.run("worker_tasks:hold", str(began), str(released)))
            await appears(began)

            async def ask(name, priority):
                order.extend(await workers.run("worker_tasks:echo", name, priority=priority))

            asked = [("c", 1), ("e", 2), ("a", 0), ("d", 1), ("b", 0)]
            callers = [asyncio.create_task(ask(*one)) for one in asked]
            await asyncio.sleep(0)
            released.touch()
            await asyncio.gather(blocking, *callers)

    asyncio.run(story())
    assert order == ["a", "b", "c", "d", "e"]


def test_the_next_step_of_something_urgent_goes_before_what_waits(pool):
    order = []

    async def story():
        async with pool() as workers:

            async def ask(name, priority):
                order.extend(await workers.run("worker_tasks:echo", name, priority=priority))

            urgent = asyncio.create_task(ask("first step", 0))
            await asyncio.sleep(0)
            other = asyncio.create_task(ask("a batch", 2))
            await urgent
            await ask("next step", 0)
            await other

    asyncio.run(story())
    assert order == ["first step", "next step", "a batch"]


def test_as_many_tasks_run_at_once_as_there_are_workers(pool, tmp_path, appears):
    async def story():
        async with pool(2) as workers:
            released = tmp_path / "released"
            callers = [
                asyncio.create_task(workers.run("worker_tasks:hold", str(tmp_path / name), str(released)))
                for name in ("one", "two")
            ]
            pids = {await appears(tmp_path / "one"), await appears(tmp_path / "two")}
            released.touch()
            await asyncio.gather(*callers)
            assert len(pids) == 2

    asyncio.run(story())


def test_a_worn_worker_serves_on_until_its_successor_is_warm(pool, door, is_gone):
    async def story():
        door.open()
        async with pool(recycle_after=3, warm=("slow_to_import",)) as workers:
            first = await workers.run("worker_tasks:pid")
            door.shut()
            served = [await workers.run("worker_tasks:pid") for _ in range(3)]
            await until(lambda: len(door.arrived) == 2)
            served += [await workers.run("worker_tasks:pid") for _ in range(3)]
            assert set(served) == {first}, "a caller got another worker than the only warm one"
            door.open()
            assert await asyncio.to_thread(is_gone, first)
            pids = {first}
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(pids) < 3:
                    pids.add(await workers.run("worker_tasks:pid"))

    asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("sound", SoundError("too quiet", "Play louder.", verdict="silence", retryable=True)),
        ("config", ConfigError(["a: wrong", "b: wrong"], "Mend it.")),
        ("request", RequestError("no")),
    ],
)
def test_an_error_of_the_bridge_comes_back_as_it_was_raised(pool, kind, error):
    async def story():
        async with pool() as workers:
            with pytest.raises(type(error)) as caught:
                await workers.run("worker_tasks:fail", kind)
            told = {key: value for key, value in vars(caught.value).items() if key != "__notes__"}
            assert type(caught.value) is type(error)
            assert told == vars(error)
            assert caught.value.args == error.args
            assert str(caught.value) == str(error)
            assert "worker_tasks.py" in caught.value.__notes__[0]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "words", "retryable"),
    [
        ("foreign", "CalledProcessError: Command", False),
        ("exit", "SystemExit: 4", False),
        ("stop", "StopIteration: 5", False),
        ("interrupt", "KeyboardInterrupt", False),
        ("unsendable", "UnsendableError: holds a lambda", True),
        ("stubborn", "230.0 V is too much", True),
    ],
)
def test_any_other_error_is_told_by_its_type_and_the_worker_goes_on(pool, kind, words, retryable):
    async def story():
        async with pool() as workers:
            first = await workers.run("worker_tasks:pid")
            with pytest.raises(BridgeError) as caught:
                await workers.run("worker_tasks:fail", kind)
            assert words in caught.value.message
            assert caught.value.retryable is retryable
            assert await workers.run("worker_tasks:pid") == first

    asyncio.run(story())


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("worker_tasks:nothing", "no function 'nothing' in worker_tasks"),
        ("worker_tasks", "no function '' in worker_tasks"),
        ("no_such_module:f", "No module named 'no_such_module'"),
        ("worker_tasks:unsendable_answer", "can't leave its worker"),
    ],
)
def test_a_task_that_cannot_be_run_or_answered_is_an_error(pool, task, words):
    async def story():
        async with pool() as workers:
            with pytest.raises(BridgeError, match=words):
                await workers.run(task)
            assert await workers.run("worker_tasks:echo", 1) == (1,)

    asyncio.run(story())


@posix
def test_a_worker_stands_back_for_the_music(pool):
    async def story():
        async with pool() as workers:
            return await workers.run("worker_tasks:world")

    world = asyncio.run(story())
    assert world["niceness"] == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5)
    assert world["group"] != os.getpgid(0), "Ctrl-C in the daemon's terminal would reach the worker"
    assert world["interrupt"]
    assert world["threads"] == "1"


def test_closing_ends_running_and_waiting_tasks(pool, tmp_path, appears, is_gone):
    async def story():
        async with pool() as workers:
            running = asyncio.create_task(workers.run("worker_tasks:spin", str(tmp_path / "began")))
            pid = int(await appears(tmp_path / "began"))
            waiting = asyncio.create_task(workers.run("worker_tasks:pid"))
            await asyncio.sleep(0)
            await asyncio.wait_for(workers.close(), PATIENCE_SECONDS)
            for caller in (running, waiting):
                with pytest.raises(BridgeError) as caught:
                    await caller
                assert caught.value.retryable
            assert is_gone(pid)
            with pytest.raises(BridgeError, match="closed"):
                await workers.run("worker_tasks:pid")

    asyncio.run(story())


def test_closing_at_the_very_moment_when_a_worker_is_ready_closes(pool):
    async def story(turns):
        async with pool(warm=("slow_to_import",)) as workers:
            worker = next(iter(workers._alive))
            worker._answer.set_result(b"")  # as if its greeting had just been read, which is still on its way
            for _ in range(turns):
                await asyncio.sleep(0)

    for turns in range(4):
        asyncio.run(story(turns))


def test_workers_that_never_start_are_an_error_for_the_waiting_and_closing_still_works(monkeypatch):
    async def story():
        workers = WorkerPool(1)
        await workers.start()
        with pytest.raises(BridgeError, match=r"No worker process starts: .* \(exit code 1\)") as caught:
            await asyncio.wait_for(workers.run("worker_tasks:pid"), PATIENCE_SECONDS)
        assert caught.value.retryable
        await workers.close()

    # An interpreter that can't find its own modules ends with code 1.
    monkeypatch.setattr(process, "environment", lambda: {**os.environ, "PYTHONHOME": os.devnull})
    asyncio.run(story())


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is for POSIX")
def test_the_daemons_death_ends_even_a_busy_worker(tmp_path, appears, is_gone):
    daemon = f"""
import asyncio
from bridge.workers import WorkerPool

async def main():
    workers = WorkerPool(2)
    await workers.start()
    await asyncio.gather(
        workers.run("worker_tasks:spin", {str(tmp_path / "busy")!r}),
        workers.run("worker_tasks:hold", {str(tmp_path / "idle")!r}, {str(tmp_path / "idle")!r}),
    )

asyncio.run(main())
"""

    async def story():
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folder for folder in sys.path if folder)}
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", daemon, env=environment)
        pids = [int(await appears(tmp_path / name)) for name in ("busy", "idle")]
        assert len(set(pids)) == 2
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        for pid in pids:
            assert await asyncio.to_thread(is_gone, pid)

    asyncio.run(story())
