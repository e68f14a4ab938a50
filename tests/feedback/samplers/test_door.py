"""The samplers of the configuration, opened as the daemon opens them."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bridge.config.load import config_of
from bridge.config.schema import Sampler as Settings
from bridge.config.schema import SamplerName
from bridge.domain.instrument import Instrument
from bridge.doors import DOORS, Doors, Hall
from bridge.errors import LibraryError
from bridge.feedback.samplers import SAMPLERS, SamplerVoice
from bridge.feedback.samplers.sampler import Part
from support.patience import until

pytestmark = pytest.mark.anyio


def test_every_sampler_that_can_be_named_can_be_driven():
    assert set(SAMPLERS) == set(SamplerName.__args__)


def test_no_two_samplers_listen_at_the_same_place():
    assert len({sampler.port for sampler in SAMPLERS.values()}) == len(SAMPLERS)


async def test_a_sampler_that_is_not_running_is_a_notice_until_it_is_taken_out(engine, library):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    named = config_of({"samplers": {name: {"address": f"127.0.0.1:{port}"} for name in SAMPLERS}})
    hall = Hall(engine=engine, audition=None, state_folder=Path(), status=dict, library=library)
    doors = Doors(named, hall, [row for row in DOORS if row.section == "samplers"])
    await doors.open()
    wanted = {f"{sampler.title} does not answer at 127.0.0.1:{port}." for sampler in SAMPLERS.values()}
    await until(lambda: set(doors.notices) == wanted)
    await doors.renew(config_of({}))
    assert doors.notices == []
    await doors.close()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("sampler")]


async def test_a_link_in_the_place_of_a_samplers_folder_leads_nothing_out_of_the_library(engine, library, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "1-kick.h2drumkit").write_text("not ours")
    (library.root / "deliveries" / "hydrogen").symlink_to(tmp_path / "outside")
    voice = SamplerVoice(engine, library, "hydrogen", SAMPLERS["hydrogen"]("127.0.0.1", 9), Settings())
    with pytest.raises(LibraryError, match="leads out of the library"):
        voice._write(Part(name="kick", channel=1, is_kit=False), Instrument(name="kick", mode="drum", zones=()))
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["1-kick.h2drumkit"]
