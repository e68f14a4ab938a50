"""Hosts without sockets ask by files: once each, whatever happens in between, and hear of what was in vain."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.domain.brief import Request
from bridge.errors import LibraryError, RequestError, StoreError
from bridge.triggers.asked import AskedDoor
from bridge.triggers.asked.box import LARGEST_BYTES, MOST_FAILED, Box
from support.engine import FakeEngine
from support.patience import until


class Scene:
    """Holds the folder of the deliveries and the engine; `open` opens the door, as often as the daemon starts."""

    def __init__(self, folder: Path) -> None:
        self.deliveries = folder / "deliveries"
        self.asked = self.deliveries / "reaper" / "asked"
        self.asked.mkdir(parents=True)
        self.engine = FakeEngine()
        self.away: str = ""
        self.told: list[str] = []
        self.engine.subscribe(lambda event: self.told.append(event.reason) if event.kind == "notice" else None)
        self._names = itertools.count(1)

    @asynccontextmanager
    async def open(self, rescan_seconds: float = 0.05) -> AsyncIterator[AskedDoor]:
        door = AskedDoor(
            self.engine, self.deliveries, check=self._check, rescan_seconds=rescan_seconds, slow_seconds=0.05
        )
        await door.start()
        try:
            yield door
        finally:
            await door.close()

    def _check(self) -> None:
        if self.away:
            raise LibraryError(self.away)

    def ask(self, action: str = "trigger", target: str = "kick", *, name: str = "", host: str = "reaper", **more):
        """Asks as a script does: under a hidden name first."""
        folder = self.deliveries / host / "asked"
        lines = {"v": 1, "action": action, "pad": target, **more}
        path = folder / (name or f"wish {next(self._names)}")
        hidden = folder / f".{path.name}.tmp"
        hidden.write_text("".join(f"{key}\t{value}\n" for key, value in lines.items()), encoding="utf-8")
        hidden.rename(path)
        return path

    def left(self) -> list[str]:
        return sorted(path.name for path in self.asked.iterdir() if path.name != "failed")

    def failed(self) -> dict[str, str]:
        folder = self.asked / "failed"
        return {path.name: path.read_text() for path in folder.iterdir()} if folder.exists() else {}

    async def until_done(self) -> None:
        await until(lambda: not self.left())


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path)


def play(scene, story):
    async def run():
        async with scene.open():
            await story()

    asyncio.run(run())


def test_a_file_presses_a_pad_as_hard_as_it_says_and_is_gone(scene):
    async def story():
        scene.ask(energy=127)
        await scene.until_done()
        scene.ask(target="bell")
        await scene.until_done()

    play(scene, story)
    first, second = scene.engine.requests
    assert (first.pad, first.energy, first.origin, first.priority) == ("kick", 1.0, "host", "pad")
    assert (second.pad, second.energy) == ("bell", None)
    assert first.ref != second.ref
    assert (scene.failed(), scene.told) == ({}, [])


def test_files_are_obeyed_in_the_order_in_which_they_came(scene):
    for place, pad in enumerate(("bell", "kick", "808", "kick")):
        path = scene.ask(target=pad, name=f"z{9 - place}")
        os.utime(path, (1_700_000_000 + place, 1_700_000_000 + place))
    play(scene, scene.until_done)
    assert [request.pad for request in scene.engine.requests] == ["bell", "kick", "808", "kick"]


@pytest.mark.parametrize("action", ["keep", "discard", "cancel", "again"])
def test_a_pad_can_be_kept_discarded_cancelled_and_asked_again(scene, action):
    async def story():
        job = await scene.engine.trigger(Request(pad="kick"))
        if action != "cancel":
            scene.engine.finish(job.id)
        scene.ask(action)
        await until(lambda: (action, "kick") in [call[:2] for call in scene.engine.calls])
        await scene.until_done()

    play(scene, story)
    assert scene.told == []


def test_a_kit_can_be_selected(scene):
    async def story():
        scene.ask("kit", "spare")
        await until(lambda: scene.engine.kit == "spare")

    play(scene, story)


def test_what_was_there_before_the_daemon_and_what_comes_later_are_both_heard(scene):
    scene.ask()

    async def story():
        await until(lambda: len(scene.engine.requests) == 1)
        (scene.deliveries / "studio" / "asked").mkdir(parents=True)
        scene.ask(host="studio")
        await until(lambda: len(scene.engine.requests) == 2)

    play(scene, story)


def test_the_system_tells_of_a_file_without_a_look_at_the_folder(scene):
    async def story():
        async with scene.open(rescan_seconds=3_600):
            await until(lambda: scene.engine.calls == [])
            scene.ask()
            await until(lambda: scene.engine.requests)
            for count in range(2, 5):
                scene.ask()
                await until(lambda count=count: len(scene.engine.requests) == count)

    asyncio.run(story())


def test_hidden_files_links_and_folders_are_left_alone(scene, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("v\t1\naction\ttrigger\npad\tkick\n")
    (scene.asked / ".half.tmp").write_text("v\t1\n")
    (scene.asked / "folder").mkdir()
    os.symlink(secret, scene.asked / "link")
    os.symlink(scene.asked, scene.deliveries / "linked")
    away = tmp_path / "away" / "asked"
    away.mkdir(parents=True)
    (away / "wish").write_text(secret.read_text())
    os.symlink(away.parent, scene.deliveries / "away")
    (scene.deliveries / "other").mkdir()
    os.symlink(scene.asked, scene.deliveries / "other" / "asked")

    async def story():
        scene.ask()
        await until(lambda: len(scene.left()) == 3)

    play(scene, story)
    assert scene.left() == [".half.tmp", "folder", "link"]
    assert len(scene.engine.requests) == 1
    assert secret.exists()
    assert (away / "wish").exists()


# --- what is refused ---------------------------------------------------------------------------------------------


def test_what_can_not_be_obeyed_lies_with_its_reason_where_the_script_finds_it(scene):
    async def story():
        scene.ask(target="kik", name="press")
        await scene.until_done()

    play(scene, story)
    text = scene.failed()["press"]
    assert text.startswith("v\t1\naction\ttrigger\npad\tkik\n")
    assert text.endswith("reason\tThere is no pad 'kik'. Did you mean kick?\n")
    assert scene.told == ["reaper asked in vain: There is no pad 'kik'."]


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"v\t1\n", b"x" * 100_000])
def test_a_damaged_or_endless_file_is_refused_and_the_next_one_obeyed(scene, content):
    (scene.asked / "bad").write_bytes(content)

    async def story():
        scene.ask()
        await scene.until_done()

    play(scene, story)
    assert len(scene.engine.requests) == 1
    assert len((scene.asked / "failed" / "bad").read_bytes()) < LARGEST_BYTES + 200
    assert "\nreason\t" in f"\n{(scene.asked / 'failed' / 'bad').read_text(errors='replace')}"


def test_a_name_that_no_file_should_have_is_not_used_again(scene):
    (scene.asked / "a\nb\\c").write_text("nonsense\n")
    play(scene, scene.until_done)
    assert list(scene.failed()) == ["wish"]


def test_only_the_newest_refusals_are_kept(scene):
    for place in range(MOST_FAILED + 5):
        scene.ask(target="nobody", name=f"n{place:02}")
    play(scene, scene.until_done)
    assert len(scene.failed()) == MOST_FAILED


def test_an_error_inside_the_engine_costs_one_file(scene):
    async def story():
        scene.engine.broken = ZeroDivisionError("oops")
        scene.ask(name="unlucky")
        await until(lambda: scene.failed())
        scene.engine.broken = None
        scene.ask()
        await scene.until_done()

    scene.engine.announce = lambda reason, hint: scene.told.append(reason)
    play(scene, story)
    assert "made an error" in scene.failed()["unlucky"]


# --- trouble -----------------------------------------------------------------------------------------------------


def test_a_crash_between_store_and_file_makes_the_same_job(scene, monkeypatch):
    really = Box.forget

    def dies(box, claim):
        raise LibraryError("The disk is away.")

    async def story():
        monkeypatch.setattr(Box, "forget", dies)
        async with scene.open():
            scene.ask()
            await until(lambda: len(scene.engine.requests) > 1)
        monkeypatch.setattr(Box, "forget", really)
        async with scene.open():
            await scene.until_done()

    asyncio.run(story())
    assert len(scene.engine.all_jobs) == 1
    assert len({request.ref for request in scene.engine.requests}) == 1


def test_a_crash_while_it_is_handed_over_loses_nothing(scene):
    async def story():
        scene.engine.gate = asyncio.Event()
        async with scene.open():
            scene.ask()
            await until(lambda: scene.engine.requests)
        assert scene.engine.all_jobs == {}
        scene.engine.gate = None
        async with scene.open():
            await scene.until_done()

    asyncio.run(story())
    assert len(scene.engine.all_jobs) == 1


def test_a_pad_never_goes_back_twice_for_one_file(scene, monkeypatch):
    done = []

    async def discard(target):
        done.append(target)
        raise StoreError("The disk is full.")

    scene.engine.discard = discard

    async def story():
        async with scene.open():
            scene.ask("discard")
            await until(lambda: done)
            await asyncio.sleep(0.2)

    asyncio.run(story())
    assert done == ["kick"]
    assert scene.left() == []


def test_a_store_or_library_that_is_away_is_waited_for(scene):
    async def story():
        scene.engine.broken = StoreError("The disk is full.")
        scene.ask()
        await until(lambda: scene.engine.calls)
        scene.away = "The drive is unplugged."
        scene.engine.broken = None
        scene.ask(target="bell")
        await asyncio.sleep(0.2)
        scene.away = ""
        await scene.until_done()

    play(scene, story)
    assert [job.brief.pad for job in scene.engine.all_jobs.values()] == ["kick", "bell"]
    assert scene.failed() == {}


def test_what_may_succeed_when_tried_again_is_tried_again(scene):
    troubles = [RequestError("A worker died.", retryable=True)] * 2
    really = scene.engine.trigger

    async def trigger(request):
        if troubles:
            raise troubles.pop()
        return await really(request)

    scene.engine.trigger = trigger

    async def story():
        scene.ask()
        await scene.until_done()

    play(scene, story)
    assert (len(scene.engine.all_jobs), scene.failed()) == (1, {})


def test_a_flood_of_files_becomes_as_many_jobs(scene):
    for _ in range(300):
        scene.ask()
    play(scene, scene.until_done)
    assert len(scene.engine.all_jobs) == 300


def test_links_in_the_way_lead_nothing_out_of_the_library(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    for number in range(2 * MOST_FAILED):
        (outside / f"{number}").write_text("not ours")
    scene = Scene(tmp_path)
    (scene.asked / "failed").symlink_to(outside)
    box = Box(scene.deliveries, lambda: None)
    scene.ask(target="")
    (claim,) = box.take(10)
    with pytest.raises(LibraryError, match="is a symbolic link"):
        box.refuse(claim, b"", "no")
    assert sorted(path.name for path in outside.iterdir()) == sorted(map(str, range(2 * MOST_FAILED)))


def test_a_file_that_somebody_named_like_a_taken_one_is_put_away_under_a_harmless_name(tmp_path):
    scene = Scene(tmp_path)
    token = "0123456789abcdef"
    names = ("..", "x" * 231, "a\nb", "\u202etxt.exe", "")
    for number, name in enumerate(names):
        (scene.asked / f".taken-{number:x}{token[1:]}-{name}").write_text("nonsense")
    os.mkfifo(scene.asked / f".taken-f{token[1:]}-pipe")
    box = Box(scene.deliveries, lambda: None)
    claims = box.claims()
    assert len(claims) == len(names)
    for claim in claims:
        assert box.read(claim) == b"nonsense"
        box.refuse(claim, b"nonsense", "no")
    assert all(path.name.startswith("wish") or set(path.name) <= {*"x."} | {*token}
               for path in (scene.asked / "failed").iterdir())
    assert len(list((scene.asked / "failed").iterdir())) == len(names)
