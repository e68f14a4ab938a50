"""A config that is saved is seen, however it is saved; what is half there is waited for."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager

import pytest

from bridge.config import watch
from bridge.config.load import Source
from bridge.config.watch import Watch
from bridge.errors import ConfigError
from support.patience import PATIENCE_SECONDS, until

DAY = "[budget]\nday = {}\n"


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(watch, "SETTLE_SECONDS", 0.02)
    monkeypatch.setattr(watch, "HEAL_SECONDS", 0.25)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(DAY.format(1))
    return path


class Heard:
    """What a watch has said: for a config its budget of the day, for mistakes their sentences."""

    def __init__(self, watching: Watch) -> None:
        self.watch = watching
        self.all: list[object] = []

    async def listen(self) -> None:
        async for found in self.watch.changes():
            self.all.append(found.problems if isinstance(found, ConfigError) else found.budget.day)

    async def next(self) -> object:
        """Returns what is said next, and nothing else may have been said."""
        await until(lambda: self.all)
        await asyncio.sleep(0.1)
        (found,) = self.all
        self.all.clear()
        return found


@asynccontextmanager
async def watching(path):
    heard = Heard(Watch(Source(path=path)))
    task = asyncio.create_task(heard.listen())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield heard
    finally:
        task.cancel()
        await asyncio.wait([task])


def run(test, path):
    async def scene():
        async with watching(path) as heard:
            assert await heard.next() == 1, "it may have been saved while the daemon started"
            await test(heard)

    asyncio.run(scene())


def in_place(path, text):
    path.write_text(text)


def by_rename(path, text):
    beside = path.with_name(".config.toml.swp")
    beside.write_text(text)
    os.replace(beside, path)


def by_removing_first(path, text):
    path.unlink()
    path.write_text(text)


def by_a_link(path, text):
    target = path.with_name(f"linked-{len(text)}-{abs(hash(text))}.toml")
    target.write_text(text)
    path.unlink()
    path.symlink_to(target)


WAYS = [in_place, by_rename, by_removing_first]
if sys.platform != "win32":
    WAYS.append(by_a_link)


@pytest.mark.parametrize("save", WAYS)
def test_every_way_of_saving_is_seen_once(path, save):
    async def test(heard):
        for day in (2, 3):
            save(path, DAY.format(day))
            assert await heard.next() == day

    run(test, path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no time of the last change of a file's marks")
def test_a_file_of_the_same_size_and_the_same_old_time_is_seen_too(path):
    async def test(heard):
        before = os.stat(path)
        path.write_text(DAY.format(2))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert await heard.next() == 2

    run(test, path)


def test_a_mistake_that_heals_soon_is_told_to_nobody(path):
    async def test(heard):
        path.write_text("[budget\n")
        await asyncio.sleep(0.15)
        path.write_text(DAY.format(2))
        assert await heard.next() == 2

    run(test, path)


def test_a_mistake_that_stays_is_told_once(path):
    async def test(heard):
        path.write_text("[budgt]\n")
        assert await heard.next() == ('budgt: unknown key; did you mean "budget"? (line 1)',)
        await asyncio.sleep(0.4)
        assert not heard.all
        path.write_text(DAY.format(1))
        assert await heard.next() == 1

    run(test, path)


def test_a_file_that_is_written_in_pieces_is_read_when_it_is_whole(path):
    async def test(heard):
        with path.open("w") as file:
            for piece in ("", "[bud", "get]\nda", "y = 2\nmo", "nth = 7\n"):
                file.write(piece)
                file.flush()
                await asyncio.sleep(0.03)
        assert await heard.next() == 2

    run(test, path)


def test_an_emptied_file_is_a_mistake_and_not_a_config_without_pads(path):
    async def test(heard):
        path.write_text("")
        (problem,) = await heard.next()
        assert problem == f"{path}: is empty"

    run(test, path)


def test_a_file_that_goes_is_told_and_one_that_comes_back_counts(path):
    async def test(heard):
        path.unlink()
        (problem,) = await heard.next()
        assert problem == f"{path}: there is no such file"
        path.write_text(DAY.format(2))
        assert await heard.next() == 2

    run(test, path)


def test_a_folder_that_goes_and_comes_back_is_waited_for(tmp_path):
    folder = tmp_path / "synced"
    folder.mkdir()
    path = folder / "config.toml"
    path.write_text(DAY.format(1))

    async def test(heard):
        folder.rename(tmp_path / "away")
        (problem,) = await heard.next()
        assert "there is no such file" in problem
        (tmp_path / "away").rename(folder)
        assert await heard.next() == 1

    run(test, path)


def test_a_nudge_has_the_file_read_though_nothing_changed(path):
    async def test(heard):
        heard.watch.nudge()
        assert await heard.next() == 1

    run(test, path)


def test_what_wins_over_the_file_wins_again_when_it_is_saved(path):
    async def scene():
        heard = Heard(Watch(Source(path=path, options=("budget.day=9",))))
        task = asyncio.create_task(heard.listen())
        assert await heard.next() == 9
        path.write_text(DAY.format(2))
        assert await heard.next() == 9
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(scene())
