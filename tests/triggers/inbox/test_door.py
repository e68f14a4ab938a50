"""The inbox door: real files, real slow copies, and an engine that does as the test says."""

from __future__ import annotations

import asyncio
import io
import os
from functools import partial

import numpy as np
import pytest
import soundfile

from bridge.errors import ModelError
from support.patience import until

pytestmark = pytest.mark.anyio


def wav() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.random.default_rng(1).random(20_000).astype(np.float32) - 0.5, 44_100, format="WAV")
    return file.getvalue()


async def test_a_text_becomes_a_job_and_lies_in_done_with_its_id(scene):
    async with scene.open() as notices:
        scene.put("kick/deep.txt")
        await until(lambda: scene.files("done"))
    (job,) = scene.engine.all_jobs.values()
    assert (job.brief.pad, job.brief.prompt, job.origin, job.priority) == ("kick", "deep kick", "inbox", "batch")
    assert scene.files() == [f"done/deep.{job.id}.txt"]
    assert notices == []


async def test_what_lay_there_before_the_start_is_taken_in_order(scene):
    for name in ("c", "a", "b"):
        scene.put(f"{name}.txt", name.encode())
    async with scene.open():
        await until(lambda: len(scene.files("done")) == 3)
    assert scene.prompts() == ["a", "b", "c"]


async def test_what_is_refused_lies_in_failed_with_reason_and_cure(scene):
    async with scene.open():
        scene.put("a.zip")
        scene.engine.busy.add("kick")
        scene.put("kick/c.txt")
        await until(lambda: len(scene.files("failed")) == 2)
    assert "a.zip is of no kind that is taken." in scene.reason("a.zip")
    assert "Pad kick is busy." in scene.reason("c.txt")
    assert "move the file back into inbox/kick." in scene.reason("c.txt")


async def test_a_sound_that_no_model_takes_is_told_the_way_to_finish(scene, monkeypatch):
    async def refuse(request):
        raise ModelError(f"synth takes no sound: {request.audio}.", "See which do: oneshot models")

    monkeypatch.setattr(scene.engine, "trigger", refuse)
    async with scene.open():
        scene.put("b.wav", wav())
        await until(lambda: scene.files("failed"))
    assert "synth takes no sound: b.wav.\nSee which do: oneshot models\n" in scene.reason("b.wav")
    assert "drop it into inbox/finish" in scene.reason("b.wav")


async def test_a_job_that_fails_in_the_end_takes_its_file_to_failed(scene):
    async with scene.open():
        scene.put("a.txt")
        scene.put("b.txt")
        await until(lambda: len(scene.files("done")) == 2)
        first, second = scene.engine.all_jobs
        scene.engine.fail(first, "The sound is not usable: silence.", "Try other words.")
        await scene.engine.cancel(second)
        await until(lambda: len(scene.files("failed")) == 2)
    assert scene.files() == sorted([f"failed/a.{first}.txt", f"failed/b.{second}.txt"])
    assert "The sound is not usable: silence.\nTry other words.\nJob: " + first in scene.reason(f"a.{first}.txt")
    assert "Its job was cancelled: by you." in scene.reason(f"b.{second}.txt")


async def test_a_job_that_failed_while_nobody_looked_is_found_at_the_next_start(scene):
    async with scene.open():
        scene.put("a.txt")
        await until(lambda: scene.files("done"))
    (job,) = scene.engine.all_jobs
    scene.engine.fail(job, "No.")
    async with scene.open():
        await until(lambda: scene.files("failed") == [f"a.{job}.txt"])


async def test_the_same_file_dropped_again_is_a_new_sound_and_so_is_one_moved_back_from_done(scene):
    async with scene.open():
        for count in (1, 2):
            os.utime(scene.put("a.txt"), (1, 1))
            await until(partial(lambda count: len(scene.files("done")) == count, count))
        done = scene.inbox / "done" / scene.files("done")[0]
        done.rename(scene.inbox / done.name)
        await until(lambda: len(scene.engine.all_jobs) == 3 and len(scene.files("done")) == 2)
    assert all(name.count(".j-") == 1 for name in scene.files("done"))


async def test_what_the_door_writes_itself_triggers_nothing(scene):
    async with scene.open():
        scene.put("a.txt")
        scene.put("b.zip")
        await until(lambda: scene.files("done") and scene.files("failed"))
        await asyncio.sleep(1.0)
    assert len(scene.engine.requests) == 1
