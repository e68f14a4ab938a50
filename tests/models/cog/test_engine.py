"""A pad on one's own server: through the whole engine, with a real Cog server behind it."""

from __future__ import annotations

import asyncio

import pytest

from bridge.app import open_bridge
from bridge.config.schema import Config
from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS, until

PATIENCE = Seconds(PATIENCE_SECONDS)


@pytest.fixture
def config(tmp_path):
    def of(*servers: str, **pad) -> Config:
        return Config.model_validate({
            "library": {"folder": str(tmp_path / "library")}, "state_folder": str(tmp_path / "state"),
            "jobs": {"workers": 1, "attempts": 1},
            "models": {"box": {"provider": "cog", "like": "stable-audio-open", "servers": list(servers)}},
            "pads": {"bell": {"prompt": "glassy bell", "family": "bell", "model": "box", "seconds": 1.0, **pad}},
        })

    return of


def story(config, tell):
    async def main():
        async with open_bridge(config, doors=False) as app:
            return await tell(app)

    return asyncio.run(main())


async def made(app, request=None):
    request = request or Request(pad="bell")
    job = await app.engine.wait((await app.engine.trigger(request)).id, PATIENCE)
    return job, list(await app.engine.samples(job=job.id))


def test_a_pad_gets_its_sound_from_the_box_for_nothing(cog, config):
    (server,) = cog("StableAudioOpen")

    async def tell(app):
        job, samples = await made(app)
        assert job.state is JobState.READY, job.reason
        return await app.engine.sidecar(samples[0].id), await app.engine.budget()

    sidecar, money = story(config(server.url), tell)
    assert sidecar["cost"] == 0
    assert money.month == 0
    assert "Stability" in sidecar["licence"]
    assert sidecar["brief"]["model"] == "box"


def test_a_call_that_the_daemon_left_behind_is_made_again_and_the_server_is_free_for_it(cog, config):
    (server,) = cog("StableAudioOpen")

    async def begun(app):
        events = []
        app.engine.subscribe(events.append)
        job = await app.engine.trigger(Request(pad="bell", prompt="wait 1 bell"))
        await until(lambda: any(event.stage == "running" for event in events))
        return job.id

    job = story(config(server.url), begun)

    async def later(app):
        await app.engine.start()
        return await app.engine.wait(job, PATIENCE)

    ended = story(config(server.url), later)
    assert ended.state is JobState.READY, ended.reason


def test_where_no_server_is_left_the_fallback_makes_the_sound_and_says_why(config):
    async def tell(app):
        events = []
        app.engine.subscribe(events.append)
        job, samples = await made(app)
        return job, samples, [event.hint for event in events if event.kind == "notice"]

    job, samples, notices = story(config("http://127.0.0.1:9", fallback="synth"), tell)
    assert job.state is JobState.READY, job.reason
    assert len(samples) == 1
    assert any("http://127.0.0.1:9 can't be reached" in notice for notice in notices), notices
