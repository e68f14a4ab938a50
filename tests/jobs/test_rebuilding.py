"""A store that is damaged, gone or older than it should be is built anew: sounds, pads and marks come back from what is
there, and nothing is paid twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import BATCH_REF, JobState
from bridge.errors import DamagedError, LibraryError, StoreError
from bridge.jobs.rebuilding import rebuild
from bridge.library.folder import Library
from bridge.store.migrations import MIGRATIONS

pytestmark = pytest.mark.anyio
PATIENCE = 20.0


@pytest.fixture
def store(house):
    return house.folder / "state" / "store.sqlite"


@asynccontextmanager
async def furnished(house):
    """A house that has made sounds: two kicks, three variations of a bass of which one is kept and one discarded …"""
    async with house.open() as engine:
        for request in (Request(pad="kick"), Request(pad="bass"), Request(pad="kick"),
                        Request(pad="struck"), Request(prompt="glass", ref=f"{BATCH_REF}one")):
            job = await engine.trigger(request)
            assert (await engine.wait(job.id, PATIENCE)).state is JobState.READY
            house.clock.advance(10.0)
        variations = await engine.samples(pad="bass")
        await engine.keep(variations[0].id)
        await engine.discard(variations[1].id)
        yield engine


async def picture(engine):
    """What a user sees of a bridge, whatever it was built from."""
    samples = await engine.samples(limit=1000)
    budget = await engine.budget()
    return {
        "samples": sorted((each.id, each.job, each.path, each.pad, each.root, each.tags, each.kept, each.discarded,
                           each.sha256) for each in samples),
        "pads": sorted((pad.name, pad.current) for pad in await engine.pads()),
        "money": round(budget.day, 6),
        "jobs": sorted((job.id, job.state, job.ref, job.brief) for job in await engine.jobs(limit=1000)),
    }  # fmt: skip


async def accepted_are(house, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(house.provider.accepted) < number:
            await asyncio.sleep(0.01)


def ruin(store) -> None:
    with store.open("r+b") as file:
        file.write(b"\xff" * 4096)


async def test_a_store_that_is_no_store_any_more_is_built_anew_from_the_sidecars_and_the_ledger(house, store) -> None:
    async with furnished(house) as engine:
        before = await picture(engine)
    ruin(store)
    async with house.open() as engine:
        assert await picture(engine) == before
        again = await engine.trigger(Request(prompt="glass", ref=f"{BATCH_REF}one"))
        assert again.state is JobState.READY, "a batch would pay for what it has"
        assert (await engine.discard("kick")).id
        left = {pad.name: pad.current for pad in await engine.pads()}
        assert left["kick"], "the sound before did not come back"
    assert "damaged" in house.mended
    kept = next((house.folder / "state" / "damaged").iterdir())
    assert (kept / "store.sqlite").read_bytes().startswith(b"\xff")
    assert house.mended in (kept / "report.txt").read_text()


async def test_a_store_that_is_gone_is_built_anew_and_says_what_it_does_not_know(house, store) -> None:
    async with furnished(house) as engine:
        before = await picture(engine)
    shutil.rmtree(store.parent)
    async with house.open() as engine:
        assert await picture(engine) == before
    assert "no store for this library" in house.mended
    assert "look at your provider's bill" in house.mended
    async with house.open():
        assert house.mended == "", "it is told once"


async def test_whichever_page_is_lost_no_sound_is_lost_and_no_money_forgotten(house, store) -> None:
    async with furnished(house) as engine:
        before = await picture(engine)
    whole = store.read_bytes()
    paid = len(house.provider.accepted)
    found_out = 0
    # A few of the pages; `make torture` tries them by the hundred.
    for page in random.Random(8).sample(range(1, len(whole) // 4096), 6):
        content = bytearray(whole)
        content[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
        store.write_bytes(content)
        for ending in ("-wal", "-shm"):
            store.with_name(store.name + ending).unlink(missing_ok=True)
        async with house.open(start=False):
            found_out += bool(house.mended)
            if not house.mended:
                with contextlib.suppress(DamagedError):
                    await house.database.check()
        async with house.open() as engine:
            after = await picture(engine)
            found_out += bool(house.mended)
        assert after == before, f"page {page}"
        shutil.rmtree(store.parent / "damaged", ignore_errors=True)
    assert found_out >= 3
    assert len(house.provider.accepted) == paid


async def test_an_older_copy_of_the_store_pays_for_nothing_twice(house, store) -> None:
    async with house.open() as engine:
        first = await engine.trigger(Request(pad="kick"))
        await engine.wait(first.id, PATIENCE)
    house.provider.gate = asyncio.Event()
    async with house.open() as engine:
        waiting = await engine.trigger(Request(pad="bass"))
        await accepted_are(house, 2)
        await engine.cancel("bass")
        ended = await engine.budget()
    copy = store.read_bytes()
    async with house.open() as engine:
        running = await engine.trigger(Request(pad="kick"))
        await accepted_are(house, 3)
        reserved = await engine.budget()
    store.write_bytes(copy)
    house.provider.gate.set()
    async with house.open() as engine:
        jobs = {job.id: job for job in await engine.jobs(limit=100)}
        assert set(jobs) >= {first.id, waiting.id, running.id}
        assert (await engine.budget()).day >= reserved.day >= ended.day
        await asyncio.sleep(0.1)
    assert len(house.provider.accepted) == 3
    assert "unfinished job(s) go on" in house.mended


async def test_a_call_that_was_under_way_is_found_again_and_not_sent_again(house, store) -> None:
    house.repeatable = False
    house.provider.gate = asyncio.Event()
    async with house.open() as engine:
        job = await engine.trigger(Request(pad="kick"))
        await accepted_are(house, 1)
        while not (await engine.budget()).reserved:
            await asyncio.sleep(0.01)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("UPDATE jobs SET state = 'queued'")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM calls")
        connection.commit()
    house.provider.gate.set()
    async with house.open() as engine:
        assert (await engine.wait(job.id, PATIENCE)).state is JobState.READY
    assert len(house.provider.accepted) == 1


async def test_a_job_whose_paid_take_is_lost_asks_and_pays_again_only_when_told_to(house, store) -> None:
    house.repeatable = False

    def step(name: str) -> None:
        if name == "check":
            raise asyncio.CancelledError

    house.step = step
    async with house.open() as engine:
        job = await engine.trigger(Request(pad="kick"))
        while (await engine.job(job.id)).state is not JobState.CHECKING:
            await asyncio.sleep(0.01)
    house.step = lambda _name: None
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("DELETE FROM takes")
        connection.commit()
    (store.parent / "store.damaged").touch()
    async with house.open() as engine:
        asking = await engine.wait(job.id, PATIENCE)
        assert asking.state is JobState.ASKING
        assert f"oneshot accept {job.id} --again" in asking.hint
        assert len(house.provider.accepted) == 1
        await engine.accept(job.id, pay=True)
        assert (await engine.wait(job.id, PATIENCE)).state is JobState.READY
    assert len(house.provider.accepted) == 2
    kept = next((house.folder / "state" / "damaged").iterdir())
    assert len(list((kept / "takes").iterdir())) == 1, "a raw take that was paid for was thrown away"


async def test_jobs_that_waited_go_on_though_nothing_of_the_store_is_left(house, store) -> None:
    house.provider.gate = asyncio.Event()
    house.repeatable = False
    async with house.open() as engine:
        jobs = [await engine.trigger(Request(pad="kick", ref=f"r{number}")) for number in range(8)]
        await accepted_are(house, 2)
        await engine.cancel(jobs[-1].id)
    ruin(store)
    house.provider.gate.set()
    async with house.open() as engine:
        for job in jobs[:-1]:
            ended = await engine.wait(job.id, PATIENCE)
            assert ended.state is JobState.READY
            assert ended.brief == job.brief
            assert ended.ref == job.ref
        assert len(await engine.jobs(limit=100)) == 7, "a cancelled job came back"
    assert "7 unfinished job(s) go on" in house.mended
    assert len(house.provider.accepted) == 7
    assert len(house.wavs()) == 7


async def test_an_emptied_pad_stays_empty_and_a_chosen_one_keeps_the_choice(house, store) -> None:
    async with house.open() as engine:
        for pad in ("kick", "bass"):
            await engine.wait((await engine.trigger(Request(pad=pad))).id, PATIENCE)
        await engine.discard("kick")
        chosen = (await engine.samples(pad="bass"))[0]
        await engine.keep(chosen.id)
        before = {pad.name: pad.current for pad in await engine.pads()}
        assert before["kick"] == ""
        assert before["bass"] == chosen.id
    ruin(store)
    async with house.open() as engine:
        assert {pad.name: pad.current for pad in await engine.pads()} == before


async def test_building_anew_may_die_anywhere_and_begins_again_from_the_same_remains(
    house, store, crash, monkeypatch
) -> None:
    async with furnished(house) as engine:
        before = await picture(engine)
    ruin(store)
    ledger = (store.parent / "ledger.jsonl").read_bytes()
    for name in ("salvage", "migrate", "_put_by_takes", "os.replace"):
        with monkeypatch.context() as patch:
            def die(*_):
                raise crash

            library = Library.open(house.library)
            patch.setattr(f"bridge.jobs.rebuilding.{name}", die)
            with pytest.raises(crash):
                rebuild(store.parent, library)
            library.close()
    assert (store.parent / "ledger.jsonl").read_bytes() == ledger
    async with house.open() as engine:
        assert await picture(engine) == before
    remains = list((store.parent / "damaged").iterdir())
    assert len(remains) == 1
    assert (remains[0] / "store.sqlite").read_bytes().startswith(b"\xff")


async def test_nothing_is_built_while_the_library_is_away(house, store) -> None:
    async with furnished(house):
        pass
    ruin(store)
    house.library.rename(house.folder / "away")
    house.library.mkdir()
    (house.library / ".oneshot-bridge").mkdir()
    shutil.copy(house.folder / "away" / ".oneshot-bridge" / "library.json", house.library / ".oneshot-bridge")
    (house.library / "samples").touch()
    with pytest.raises(LibraryError):
        async with house.open():
            pass
    assert not (store.parent / "damaged").exists()


async def test_a_damaged_store_of_a_newer_version_is_left_alone(house, store) -> None:
    async with furnished(house):
        pass
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    (store.parent / "store.damaged").touch()
    before = store.read_bytes()
    with pytest.raises(StoreError, match="newer"):
        async with house.open():
            pass
    assert store.read_bytes() == before


async def test_sidecars_that_somebody_edited_or_copied_tell_nothing_wrong(house, store) -> None:
    async with furnished(house) as engine:
        before = await picture(engine)
    one, two = house.wavs()[:2]
    folder = house.library / "samples" / "kick"
    told = json.loads(one.with_suffix(".json").read_text())
    shutil.copy(one, folder / "aaa (conflicted copy).wav")
    shutil.copy(one.with_suffix(".json"), folder / "aaa (conflicted copy).json")
    (folder / "no-wav.json").write_text(json.dumps(told))
    for number, wrong in enumerate(('{"id": 1}', "[]", "{", json.dumps({**told, "brief": 3}),
                                    json.dumps({**told, "id": "../../etc"}))):
        (folder / f"wrong-{number}.json").write_text(wrong)
        shutil.copy(two, folder / f"wrong-{number}.wav")
    ruin(store)
    async with house.open() as engine:
        assert await picture(engine) == before
