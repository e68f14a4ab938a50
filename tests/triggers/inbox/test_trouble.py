"""Whatever is in the way, nothing in the inbox is lost or made twice, and the door lives."""

from __future__ import annotations

import asyncio

import pytest

from bridge.domain.event import Event
from bridge.domain.job import JobState
from bridge.errors import BridgeError, LibraryError, StoreError
from bridge.triggers.inbox import door as doors
from support.patience import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio


async def test_a_folder_that_is_removed_is_made_again_and_works_on(scene):
    async with scene.open():
        scene.put("kick/a.txt")
        await until(lambda: scene.files("done"))
        scene.inbox.rename(scene.inbox.with_name("elsewhere"))
        await until(lambda: (scene.inbox / "finish").is_dir())
        scene.put("kick/b.txt", b"second")
        await until(lambda: scene.files("done"))
    assert scene.prompts() == ["deep kick", "second"]


async def test_a_library_that_is_away_gets_no_folder_and_is_used_again_when_it_is_back(scene):
    def away() -> None:
        raise LibraryError("The library is not there any more.", "Connect the drive.", retryable=True)

    scene.check = away
    async with scene.open() as notices:
        assert notices == ["The inbox can't be used: The library is not there any more. Connect the drive."]
        await asyncio.sleep(0.3)
        assert not scene.inbox.exists()
        scene.check = lambda: None
        await until(lambda: (scene.inbox / "finish").is_dir())
        scene.put("a.txt")
        await until(lambda: scene.files("done"))


async def test_on_a_full_disk_a_file_stays_where_it_is_and_is_tried_again(scene, caplog):
    scene.engine.broken = StoreError("A file can't be kept: the disk is full.", "Free some space.", retryable=True)
    async with scene.open():
        scene.put("kick/a.txt")
        await until(lambda: "The inbox waits: A file can't be kept: the disk is full." in caplog.text)
        await until(lambda: scene.files() == ["kick/a.txt"])
        scene.engine.broken = None
        await until(lambda: scene.files("done"))
    assert len(scene.engine.all_jobs) == 1
    assert scene.files("failed") == []


async def test_a_file_that_may_be_a_job_already_is_not_offered_again(scene, monkeypatch, caplog):
    trigger, broken = scene.engine.trigger, StoreError("The store can't be read.")

    async def accepted_without_an_answer(request):
        await trigger(request)
        scene.engine.jobs = unreadable
        raise broken

    async def unreadable(**_):
        raise broken

    jobs = scene.engine.jobs
    with monkeypatch.context() as trouble:
        trouble.setattr(scene.engine, "trigger", accepted_without_an_answer)
        async with scene.open():
            scene.put("a.txt")
            await until(lambda: "The inbox waits: The store can't be read." in caplog.text)
            assert [name.split("/")[0] for name in scene.files()] == [".taken"]
    scene.engine.jobs = jobs
    async with scene.open():
        await until(lambda: scene.files("done"))
    assert len(scene.engine.all_jobs) == 1


async def test_a_crash_between_acceptance_and_putting_away_makes_no_second_job(scene, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(doors.Place, "keep", lambda *_: (_ for _ in ()).throw(SystemError("the process ends here")))
        async with scene.open():
            scene.put("a.txt")
            await until(lambda: scene.engine.all_jobs)
    assert scene.files("done") == []
    async with scene.open():
        await until(lambda: scene.files("done"))
    assert len(scene.engine.all_jobs) == 1
    assert scene.files() == [f"done/a.{next(iter(scene.engine.all_jobs))}.txt"]


async def test_a_worker_that_dies_on_a_file_is_tried_again_but_not_for_ever(scene, monkeypatch):
    tries = []

    async def die(request):
        tries.append(request)
        raise BridgeError("A worker process died.", retryable=True)

    monkeypatch.setattr(scene.engine, "trigger", die)
    async with scene.open():
        scene.put("finish/a.wav")
        await until(lambda: scene.files("failed"))
    assert len(tries) == doors.TRIES
    assert "A worker process died." in scene.reason("a.wav")


async def test_a_mistake_in_the_engine_costs_one_file(scene, monkeypatch):
    trigger = scene.engine.trigger

    async def stumble(request):
        if request.prompt == "bad":
            raise ZeroDivisionError
        return await trigger(request)

    monkeypatch.setattr(scene.engine, "trigger", stumble)
    async with scene.open():
        scene.put("a.txt", b"bad")
        scene.put("b.txt", b"good")
        await until(lambda: scene.files("done") and scene.files("failed"))
    assert "The bridge itself made an error." in scene.reason("a.txt")


async def test_a_file_that_can_not_be_moved_stays_and_stops_no_other(scene, monkeypatch, caplog):
    claim = doors.Place.claim

    def refuse(place, entry):
        if entry.parts == ("a.txt",):
            raise PermissionError(13, "Permission denied")
        return claim(place, entry)

    monkeypatch.setattr(doors.Place, "claim", refuse)
    async with scene.open():
        scene.put("a.txt")
        scene.put("b.txt")
        await until(lambda: scene.files("done"))
        await until(lambda: "a.txt stays in the inbox: Permission denied." in caplog.text)
    assert "a.txt" in scene.files()


async def test_a_dropped_folder_of_no_pad_is_refused_as_one_with_the_nearest_pad(scene, monkeypatch):
    monkeypatch.setattr(doors, "FOLDER_SECONDS", 0.3)
    async with scene.open():
        scene.put("kikc/a.txt")
        scene.put("kikc/deeper/b.txt")
        await until(lambda: scene.files("failed"))
    assert scene.files() == ["failed/kikc/a.txt", "failed/kikc/deeper/b.txt"]
    assert "There is no pad 'kikc'.\nDid you mean kick?" in scene.reason("kikc")


async def test_of_many_files_only_so_many_are_under_way_and_all_are_made_in_order(scene, monkeypatch):
    monkeypatch.setattr(doors, "MOST_SEEN", 50)
    count, most = 300, 0
    for number in range(count):
        scene.put(f"{number:04}.txt", b"%d" % number)
    async with scene.open(), asyncio.timeout(PATIENCE_SECONDS):
        while len(scene.files("done")) < count:
            waiting = [job.id for job in scene.engine.all_jobs.values() if job.state is JobState.QUEUED]
            most = max(most, len(waiting))
            for job in waiting:
                scene.engine.finish(job)
            await asyncio.sleep(0.01)
    assert scene.prompts() == [str(number) for number in range(count)]
    assert 0 < most <= doors.MOST_AT_WORK
    assert scene.files("failed") == []


async def test_jobs_that_ask_their_user_hold_nobody_up(scene, monkeypatch):
    monkeypatch.setattr(doors, "MOST_AT_WORK", 2)
    async with scene.open():
        for number in range(5):
            scene.put(f"{number}.txt")
        await until(lambda: len(scene.files("done")) == 2)
        for job in tuple(scene.engine.all_jobs.values()):
            scene.engine.emit(Event(kind="progress", job=job.id, ref=job.ref, stage=JobState.ASKING))
        await until(lambda: len(scene.files("done")) == 4)
