"""The process of a local model: started when it is needed, watched, ended, and never able to take the daemon with it.

Its runner is a stand-in without a library (`stand_in_runner.py`); those with the real ones are in `tests/local`.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys

import numpy
import pytest
import soundfile

from bridge.errors import ModelError
from bridge.models.errands import Stage
from bridge.models.local import host as hosts
from bridge.models.local.memory import WATCHED
from support.patience import until


def heard(sound: bytes):
    return soundfile.read(io.BytesIO(sound), dtype="float32")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def refused(with_host, prompt: str = "bell", **changes) -> ModelError:
    async def tell(host):
        with pytest.raises(ModelError) as told:
            await host.run({"prompt": prompt}, [1], Stage())
        return told.value

    return with_host(tell, **changes)


def test_a_call_brings_a_take_for_each_seed_and_the_same_seed_the_same_sound(with_host):
    async def tell(host):
        first = await host.run({"prompt": "bell", "seconds": 0.5}, [7, 60], Stage())
        return first, await host.run({"prompt": "bell", "seconds": 0.5}, [60], Stage())

    (one, other), (again,) = with_host(tell)
    samples, rate = heard(one)
    assert (rate, samples.shape) == (44_100, (22_050,))
    strongest = numpy.argmax(numpy.abs(numpy.fft.rfft(samples))) * rate / len(samples)
    assert strongest == pytest.approx(207, abs=2)
    assert other == again != one


def test_nothing_is_started_before_the_first_call_and_the_second_finds_it_loaded(with_host):
    async def tell(host):
        assert host.loaded is None
        stages = []
        for _ in range(2):
            stage = Stage()
            told = stage.set
            stage.set = lambda name, *how, told=told: (stages[-1].append(name), told(name, *how))
            stages.append([])
            await host.run({"prompt": "bell"}, [1], stage)
        return stages, str(host.loaded)

    (cold, warm), loaded = with_host(tell)
    assert cold[:2] == ["starting", "loading on cpu"]
    assert "loading on cpu" not in warm
    assert cold[-1] == "step 3 of 4 on cpu"
    assert loaded.startswith("on cpu, full precision, python ")


def test_what_a_library_prints_breaks_nothing(with_host):
    async def tell(host):
        return await host.run({"prompt": "noise"}, [1], Stage())

    (sound,) = with_host(tell)
    assert heard(sound)[1] == 44_100


def test_a_crash_is_told_with_its_last_words_may_be_tried_again_and_the_next_call_finds_a_new_process(with_host):
    async def tell(host):
        with pytest.raises(ModelError) as told:
            await host.run({"prompt": "crash"}, [1], Stage())
        return told.value, await host.run({"prompt": "bell"}, [1], Stage())

    problem, sounds = with_host(tell)
    assert problem.retryable
    assert "exit code 7" in problem.message
    assert "Segmentation something" in problem.message
    assert len(sounds) == 1


def test_an_error_of_the_library_is_told_and_the_process_lives_on(with_host):
    async def tell(host):
        with pytest.raises(ModelError) as told:
            await host.run({"prompt": "torch"}, [1], Stage())
        process = host._child.pid
        await host.run({"prompt": "bell"}, [1], Stage())
        return told.value, process == host._child.pid

    problem, same = with_host(tell)
    assert "mat1 and mat2 must have the same dtype" in problem.message
    assert not problem.retryable
    assert same


@pytest.mark.skipif(not WATCHED, reason="the memory of a process is looked at on Linux and macOS")
def test_a_process_that_takes_more_memory_than_it_may_is_stopped_and_the_reason_said(with_host):
    problem = refused(with_host, "eat", memory="300 MB")
    assert "more than the 0.3 GB of memory" in problem.message
    assert "[models.tiny] memory" in problem.hint
    assert not problem.retryable


def test_a_cancelled_call_ends_at_its_next_step_and_leaves_the_model_loaded(with_host):
    async def tell(host):
        stage = Stage()
        call = asyncio.create_task(host.run({"prompt": "slow", "steps": 100}, [1], stage))
        await until(lambda: stage.fraction > 0)
        process = host._child.pid
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await host.run({"prompt": "bell"}, [1], Stage())
        return process == host._child.pid

    assert with_host(tell)


def test_a_cancelled_call_that_has_no_next_step_ends_with_its_process(with_host, monkeypatch):
    monkeypatch.setattr(hosts, "GRACE_SECONDS", 0.2)

    async def tell(host):
        stage = Stage()
        call = asyncio.create_task(host.run({"prompt": "hang"}, [1], stage))
        await until(lambda: stage.fraction > 0)
        process = host._child.pid
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await until(lambda: not alive(process))
        return await host.run({"prompt": "bell"}, [1], Stage())

    assert len(with_host(tell)) == 1


def test_a_call_that_is_cancelled_while_the_model_loads_leaves_the_loading_to_the_next(with_host):
    async def tell(host):
        stage = Stage()
        call = asyncio.create_task(host.run({"prompt": "bell"}, [1], stage))
        await until(lambda: stage.name == "loading on cpu")
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        loading = host._loading
        await host.run({"prompt": "bell"}, [1], Stage())
        return loading is not None and loading.result() is host._child

    assert with_host(tell, weights="slow")


def test_a_model_that_nobody_asks_is_unloaded_and_comes_back(with_host):
    async def tell(host):
        await host.run({"prompt": "bell"}, [1], Stage())
        process = host._child.pid
        await until(lambda: host.loaded is None and not alive(process))
        return await host.run({"prompt": "bell"}, [1], Stage())

    assert len(with_host(tell, unload=0.05)) == 1


def test_no_process_and_no_file_is_left_when_it_closes(with_host):
    async def tell(host):
        await host.run({"prompt": "bell"}, [1, 2], Stage())
        folder = host.folder
        assert list(folder.iterdir()) == []
        return host._child.pid, folder

    process, folder = with_host(tell)
    assert not alive(process)
    assert not folder.exists()


def test_a_process_ends_when_the_daemon_is_gone(with_host):
    async def tell(host):
        await host.run({"prompt": "bell"}, [1], Stage())
        process = host._child.pid
        host._child._process.stdin.close()  # as the system does for a daemon that was killed
        await until(lambda: not alive(process))

    with_host(tell)


@pytest.mark.parametrize(("weights", "reason", "cure"), [
    ("not-here", "not on this computer", "oneshot models fetch tiny"),
    ("broken", "header too large", "Fetch the weights again"),
])  # fmt: skip
def test_weights_that_are_missing_or_broken_are_told_with_their_cure(with_host, weights, reason, cure):
    problem = refused(with_host, weights=weights)
    assert reason in problem.message
    assert cure in problem.hint
    assert not problem.retryable


def test_numbers_that_are_no_sound_are_refused(with_host):
    problem = refused(with_host, "nan")
    assert "NaN" in problem.message
    assert "half = false" in problem.hint


def test_an_input_that_the_runner_does_not_know_is_refused_by_name(with_host):
    async def tell(host):
        with pytest.raises(ModelError, match="knows no input 'colour'"):
            await host.run({"prompt": "bell", "colour": "red"}, [1], Stage())

    with_host(tell)


def test_a_device_that_is_not_there_is_refused_and_those_that_are_named(with_host):
    problem = refused(with_host, device="cuda")
    assert "cuda, and there is only cpu" in problem.message


def test_a_python_that_is_not_there_is_told(with_host):
    problem = refused(with_host, python="/nowhere/python")
    assert "/nowhere/python" in problem.message
    assert "[models.tiny] python" in problem.hint


def test_a_program_that_speaks_otherwise_is_no_runner(with_host, tmp_path):
    script = tmp_path / "talker.py"
    script.write_text("print('Hello, I am a program')\n", encoding="utf-8")
    assert refused(with_host, runner=str(script)).retryable


def test_the_process_fetches_nothing_and_knows_no_token(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    found = hosts.environment(sys.executable)
    assert found["HF_HUB_OFFLINE"] == found["TRANSFORMERS_OFFLINE"] == "1"
    assert "HF_TOKEN" not in found
