"""The whole way of a remote sound: a pad, the engine, the client library, a façade of Replicate's API and behind it
real Cog servers that mimic the models; wherever the process dies, one prediction is made and one amount is booked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.app import open_bridge
from bridge.config.schema import Config
from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.models.catalogue.rows import catalogue
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS
from support.replicate_facade import KEY, Facade, facade
from support.workers import WorkersHere

PATIENCE = Seconds(PATIENCE_SECONDS)
MIMICS = {
    "musicgen-looper": "Looper", "flux-music": "FluxMusic", "stable-audio-open": "StableAudioOpen",
    "musicgen": "Musicgen", "musicgen-8songs": "Musicgen", "stable-audio-3": "StableAudio3", "tangoflux": "Several",
    "audiogen": "Several", "stable-audio-2-5": "Several", "lyria-2": "Several", "lyria-3": "Several",
    "riffusion": "Several", "gpt-4o": "Chat",
}  # fmt: skip
"""Which predictor stands for which model: the same inputs and the same shape of the answer."""


def runner(cog, *models: str):
    """Returns what makes predictions of some models: the last asks questions, if it is a chat model."""
    servers = cog(*(MIMICS[model] for model in models))
    knows = [set(server.documents()["components"]["schemas"]["Input"]["properties"]) for server in servers]

    def run(said: dict) -> dict:
        number = -1 if "system_prompt" in said else 0
        known = {key: value for key, value in said.items() if key in knows[number]}
        request = urllib.request.Request(
            f"{servers[number].url}/predictions", json.dumps({"input": known}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = json.load(answer)
        return {"output": found["output"], "error": found["error"], "logs": found["logs"]}

    return run


@pytest.fixture
def account(cog, monkeypatch) -> Iterator[Facade]:
    with facade(runner(cog, "musicgen")) as found:
        found.per_output = {row.reference: row.price.usd for row in catalogue().values() if row.price.by == "output"}
        monkeypatch.setenv("REPLICATE_BASE_URL", found.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
        monkeypatch.setattr("bridge.models.replicate.watch.STEPS", ((1e9, 0.02),))
        monkeypatch.setattr("bridge.models.replicate.model.FIND_DELAYS", (0.0, 0.1))
        yield found


@pytest.fixture
def config(tmp_path) -> Config:
    return Config.model_validate({
        "library": {"folder": str(tmp_path / "library")}, "state_folder": str(tmp_path / "state"),
        "jobs": {"workers": 1}, "budget": {"day": 50.0, "month": 50.0, "job": 5.0},
        "pads": {"bell": {"prompt": "glassy bell", "family": "bell"}},
    })


def story(config, tell):
    async def main():
        async with open_bridge(config, doors=False) as app:
            return await tell(app)

    return asyncio.run(main())


async def made(app, request: Request):
    job = await app.engine.wait((await app.engine.trigger(request)).id, PATIENCE)
    return job, list(await app.engine.samples(job=job.id)), await app.engine.budget()


@pytest.mark.parametrize("model", [name for name in MIMICS if name != "gpt-4o"])
def test_every_model_of_the_catalogue_ends_as_a_sample_like_any_other(model, cog, account, config):
    account.runner = runner(cog, model)

    async def tell(app):
        job, samples, money = await made(app, Request(pad="bell", model=model, seconds=Seconds(1.0)))
        assert job.state is JobState.READY, job.reason
        return samples[0], await app.engine.sidecar(samples[0].id), money

    sample, sidecar, money = story(config, tell)
    assert sample.analysis.sample_rate == 44_100
    assert (config.library.folder / sample.path).exists()
    assert sidecar["cost"] == pytest.approx(account.charged)
    assert money.day == pytest.approx(account.charged)
    assert sidecar["licence_link"].startswith("https://")
    assert sidecar["calls"][0]["ticket"] in account.made
    assert len(account.made) == len(sidecar["calls"])
    assert sidecar["written"]["original"] == "glassy bell"
    assert sidecar["written"]["prompt"].startswith("glassy bell")


def test_the_key_is_in_no_file_that_the_bridge_writes(cog, account, config, tmp_path):
    account.runner = runner(cog, "tangoflux")
    story(config, lambda app: made(app, Request(pad="bell", model="tangoflux", seconds=Seconds(1.0))))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def test_a_loop_is_cut_into_one_shots_and_kept_whole_where_a_loop_was_asked(cog, account, config):
    account.runner = runner(cog, "musicgen-looper")

    async def tell(app):
        _, hits, _ = await made(app, Request(pad="bell", model="musicgen-looper", bpm=120.0, count=3))
        asked = Request(prompt="bells", family="loop", model="musicgen-looper", bpm=120.0, seconds=Seconds(4.0))
        _, loops, _ = await made(app, asked)
        return hits, loops

    hits, loops = story(config, tell)
    assert len(hits) == 3
    assert all(0.2 < sample.analysis.seconds < 0.6 for sample in hits)
    (loop,) = loops
    assert loop.family == "loop"
    assert loop.analysis.seconds == pytest.approx(2.0, abs=1e-9)
    assert loop.analysis.loop == (0, 88_199)
    assert "1 bar at 120 beats a minute" in [verdict.text for verdict in loop.verdicts]


def test_a_picture_becomes_a_sound_and_every_text_on_the_way_is_kept(cog, account, config, tmp_path):
    account.runner = runner(cog, "stable-audio-open", "gpt-4o")
    (tmp_path / "bell.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    request = Request(model="stable-audio-open", image=str(tmp_path / "bell.png"), seconds=Seconds(1.0), family="bell")

    async def tell(app):
        job, samples, _ = await made(app, request)
        assert job.state is JobState.READY, job.reason
        return await app.engine.sidecar(samples[0].id)

    sidecar = story(config, tell)
    assert [step["what"] for step in sidecar["written"]["steps"]] == ["scene", "style"]
    assert "temple bell" in sidecar["written"]["prompt"]
    assert [call["purpose"] for call in sidecar["calls"]] == ["words", "words", "sound"]
    assert len(account.made) == 3
    seen = [made for made in account.made.values() if made["input"].get("image_input")]
    assert len(seen) == 1


class Crash(BaseException):
    """The process dies here: nothing in it may catch this."""


def test_wherever_the_process_dies_one_prediction_is_made_and_booked_once(account, config, monkeypatch):
    """Dies before and after every commit of a remote job, one step further each time."""
    monkeypatch.setattr("bridge.app.WorkerPool", lambda *_, **__: WorkersHere())
    request = Request(pad="bell", model="musicgen", seconds=Seconds(1.0), ref="once")

    def until(number: int, folder: Path) -> bool:
        folder.mkdir()
        here = config.model_copy(update={
            "library": config.library.model_copy(update={"folder": folder / "library"}),
            "state_folder": folder / "state",
        })
        before, charged, steps = len(account.made), account.charged, 0

        async def dying():
            nonlocal steps
            async with open_bridge(here, doors=False) as app:
                write = app.database.write

                async def stepped(transaction):
                    nonlocal steps
                    steps += 1
                    if steps == number:
                        raise Crash
                    answer = await write(transaction)
                    steps += 1
                    if steps == number:
                        raise Crash
                    return answer

                app.database.write = stepped
                job = await app.engine.trigger(request)
                while steps < number and (await app.engine.job(job.id)).state is not JobState.READY:
                    await asyncio.sleep(0.002)

        with contextlib.suppress(Crash):
            asyncio.run(dying())

        async def after(app):
            await app.engine.start()
            jobs = await app.engine.jobs()
            if not jobs:
                return None
            return await app.engine.wait(jobs[0].id, PATIENCE), await app.engine.budget()

        found = story(here, after)
        if found is None:
            return True
        job, money = found
        assert job.state is JobState.READY, job
        assert len(account.made) - before == 1
        assert money.day == pytest.approx(account.charged - charged)
        return steps >= number

    number = 1
    with tempfile.TemporaryDirectory() as folder:
        while until(number, Path(folder) / str(number)):
            number += 1
            assert number < 60
    assert number > 8, "the crashes did not reach the whole way"
