"""The samplers of the configuration, opened as the daemon opens them."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bridge.config.load import config_of
from bridge.config.schema import SamplerName
from bridge.doors import DOORS, Doors, Hall
from bridge.feedback.samplers import SAMPLERS
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
