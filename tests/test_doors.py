"""The doors: opened in a row, moved while the others stay, never lost by a setting that does not work."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.config.schema import Config
from bridge.doors import Door, Doors, Hall
from bridge.errors import InUseError
from support.engine import FakeEngine


class Street:
    """Fake doors that write down what happens to them. Places that are `taken` can't be opened."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.taken: set[int] = set()

    def row(self, section: str, *, place: str = "") -> Door:
        async def opening(config, hall, opened):
            where = getattr(config, section).port if section != "midi" else config.midi.channel
            if where in self.taken:
                raise InUseError(f"{where} is taken.")
            self.log.append(f"open {section} {where}")
            opened.listening = lambda: [f"{section} {where}"]

            async def close():
                self.log.append(f"close {section} {where}")

            opened.stack.push_async_callback(close)

        return Door(section=section, open=opening, place=place)


def config(osc: int = 1, channel: int = 1, control: int = 3, host: str = "127.0.0.1") -> Config:
    return Config.model_validate({
        "osc": {"port": osc, "host": host}, "midi": {"channel": channel}, "control": {"port": control}
    })


@pytest.fixture
def street():
    return Street()


def act(street, play):
    async def scene():
        hall = Hall(engine=FakeEngine(), state_folder=Path(), status=dict, audition=None, library=None)
        rows = (street.row("osc", place="port"), street.row("midi"), street.row("control", place="port"))
        doors = Doors(config(), hall, rows)
        await doors.open()
        street.log.clear()
        await play(doors)
        street.log.clear()
        await doors.close()
        return street.log

    return asyncio.run(scene())


def test_only_the_door_whose_settings_changed_is_opened_anew(street):
    async def play(doors):
        await doors.renew(config(channel=2))
        assert street.log == ["close midi 1", "open midi 2"]
        assert doors.listening == ["osc 1", "midi 2", "control 3"]

    assert act(street, play) == ["close control 3", "close midi 2", "close osc 1"]


def test_a_door_that_is_shut_stays_shut_while_the_others_are_open(street):
    async def play(doors):
        await doors.shut("midi")
        await doors.shut("midi")
        assert street.log == ["close midi 1"]
        assert doors.listening == ["osc 1", "control 3"]

    assert act(street, play) == ["close control 3", "close osc 1"]


def test_a_door_that_moves_is_open_there_before_it_is_closed_here(street):
    async def play(doors):
        await doors.renew(config(osc=5))
        assert street.log == ["open osc 5", "close osc 1"]

    act(street, play)


def test_a_door_that_changes_in_its_place_is_closed_first(street):
    async def play(doors):
        await doors.renew(config(host="127.0.0.2"))
        assert street.log == ["close osc 1", "open osc 1"]

    act(street, play)


def test_a_door_that_can_not_move_stays_and_moves_when_it_can(street):
    async def play(doors):
        street.taken = {5}
        await doors.renew(config(osc=5))
        assert street.log == []
        assert (doors.listening[0], doors.notices) == ("osc 1", ["osc stays as it was: 5 is taken."])
        street.taken = set()
        await doors.renew(config(osc=5))
        assert (doors.listening[0], doors.notices) == ("osc 5", [])

    act(street, play)


def test_a_setting_that_is_taken_back_takes_its_notice_back(street):
    async def play(doors):
        street.taken = {5}
        await doors.renew(config(osc=5))
        await doors.renew(config())
        assert (street.log, doors.notices) == ([], [])

    act(street, play)


def test_a_door_that_had_to_be_closed_first_is_opened_again_as_it_was(street):
    async def play(doors):
        street.taken = {7}
        await doors.renew(config(channel=7))
        assert street.log == ["close midi 1", "open midi 1"]
        assert doors.notices == ["midi stays as it was: 7 is taken."]

    act(street, play)


def test_a_door_that_can_be_opened_nowhere_is_said_to_be_closed_and_tried_again(street):
    async def play(doors):
        street.taken = {1, 7}
        await doors.renew(config(channel=7))
        assert doors.notices == ["midi is closed: 1 is taken."]
        assert doors.listening == ["osc 1", "control 3"]
        street.taken = set()
        await doors.renew(config())
        assert (doors.listening, doors.notices) == (["osc 1", "midi 1", "control 3"], [])

    assert act(street, play) == ["close control 3", "close midi 1", "close osc 1"]


def test_the_open_daemon_holds_no_library_of_sound_or_numbers(tmp_path):
    program = f"""
import asyncio, sys
from bridge.app import open_bridge
from bridge.config.load import config_of
places = {{"state_folder": {str(tmp_path / "state")!r}, "library": {{"folder": {str(tmp_path / "library")!r}}}}}
ports = {{"osc": {{"port": 0}}, "control": {{"port": 0}}, "midi": {{"enabled": False}}}}
async def look():
    async with open_bridge(config_of(places | ports), doors=True):
        print([name for name in ("numpy", "scipy", "soxr", "soundfile", "sounddevice") if name in sys.modules])
asyncio.run(look())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
