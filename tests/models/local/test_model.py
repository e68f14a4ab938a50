"""A local model as the engine sees it: the whole way of a sound, with a stand-in for the runner."""

from __future__ import annotations

import asyncio

import numpy
import pytest
import soundfile

from bridge.app import open_bridge
from bridge.config.models import Row
from bridge.config.schema import Config
from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.errors import ConfigError, RequestError
from bridge.models.catalogue.rows import known_weights, rows
from bridge.models.local.model import version_of
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS, until

PATIENCE = Seconds(PATIENCE_SECONDS)


@pytest.fixture
def story(tmp_path, row):
    def run(tell, pad=None, **changes):
        config = Config.model_validate({
            "library": {"folder": str(tmp_path / "library")}, "state_folder": str(tmp_path / "state"),
            "jobs": {"workers": 1, "attempts": 1}, "models": {"box": row(**changes).model_dump(exclude_unset=True)},
            "pads": {"bell": {"prompt": "bell", "family": "bell", "model": "box", "seconds": 1.0, **(pad or {})}},
        })  # fmt: skip

        async def main():
            async with open_bridge(config, doors=False) as app:
                return await tell(app)

        return asyncio.run(main())

    return run


async def made(app, request):
    job = await app.engine.wait((await app.engine.trigger(request)).id, PATIENCE)
    assert job.state is JobState.READY, job.reason
    return [await app.engine.sidecar(sample.id) for sample in await app.engine.samples(job=job.id)]


def test_a_pad_gets_its_variations_for_nothing_under_the_licence_of_the_weights(story):
    async def tell(app):
        events = []
        app.engine.subscribe(events.append)
        sidecars = await made(app, Request(pad="bell", count=3, enhance="never"))
        return sidecars, [event for event in events if event.kind == "progress"]

    sidecars, progress = story(tell)
    assert len(sidecars) == 3
    assert {sidecar["cost"] for sidecar in sidecars} == {0}
    assert "CC0-1.0" in sidecars[0]["licence"]
    assert sidecars[0]["calls"][0]["model"] == "box"
    assert "loading on cpu" in [event.stage for event in progress]


def test_what_a_call_asks_for_wrongly_is_refused_before_anything_is_started(story):
    async def tell(app):
        with pytest.raises(RequestError, match="stpes"):
            await app.engine.trigger(Request(pad="bell", inputs={"stpes": 4}))
        with pytest.raises(RequestError, match="from 1 to 100"):
            await app.engine.trigger(Request(pad="bell", inputs={"steps": 400}))
        return app.models.get("box")._host.loaded

    assert story(tell) is None


def test_a_sound_to_start_with_comes_at_the_rate_that_the_model_works_at(story, tmp_path):
    given = tmp_path / "tone.wav"
    time = numpy.arange(22_050) / 22_050
    soundfile.write(given, 0.5 * numpy.sin(2 * numpy.pi * 440 * time) * numpy.exp(-3 * time), 22_050)

    async def tell(app):
        return await made(app, Request(pad="bell", audio=str(given)))

    (sidecar,) = story(tell)
    assert sidecar["root"] == 69
    assert abs(sidecar["cents"]) < 5


def test_a_cancelled_job_makes_no_sound_and_the_next_one_does(story):
    async def tell(app):
        job = await app.engine.trigger(Request(pad="bell", prompt="slow", inputs={"steps": 100}, enhance="never"))
        host = app.models.get("box")._host
        await until(lambda: host.loaded is not None)
        await app.engine.cancel(job.id)
        ended = await app.engine.wait(job.id, PATIENCE)
        assert ended.state is JobState.CANCELLED
        return await made(app, Request(pad="bell"))

    assert len(story(tell)) == 1


def test_where_the_weights_are_missing_the_fallback_plays_on_and_the_cure_is_said(story):
    async def tell(app):
        events = []
        app.engine.subscribe(events.append)
        sidecars = await made(app, Request(pad="bell"))
        return sidecars, [event.hint for event in events if event.kind == "notice"]

    sidecars, notices = story(tell, {"fallback": "synth"}, weights="not-here")
    assert sidecars[0]["calls"][-1]["model"] == "synth"
    assert any("oneshot models fetch box" in notice for notice in notices), notices


def refusal(**row) -> str:
    with pytest.raises(ConfigError) as told:
        rows({"mine": Row.model_validate({"provider": "local", **row})})
    return "\n".join(told.value.problems)


def test_a_row_takes_what_is_known_of_its_weights_by_name_by_like_or_by_the_weights_themselves():
    told = {"provider": "local", "runner": "diffusers"}
    found = rows({
        "audioldm": Row.model_validate(told),
        "mine": Row.model_validate({**told, "like": "audioldm", "weights": "/home/me/tuned"}),
        "other": Row.model_validate({**told, "weights": "cvssp/audioldm"}),
    })  # fmt: skip
    for name in ("audioldm", "mine", "other"):
        assert found[name].licence.id == "CC-BY-NC-SA-4.0"
        assert found[name].output.rate == 16_000
    assert found["mine"].weights == "/home/me/tuned"


def test_a_name_of_the_catalogue_runs_here_with_what_its_runner_knows():
    """`[models.stable-audio-open] provider = "local"` takes nothing from the row of Replicate."""
    row = rows({"stable-audio-open": Row(provider="local", runner="diffusers")})["stable-audio-open"]
    assert row.weights == "stabilityai/stable-audio-open-1.0"
    assert row.price.by == "free"
    assert row.version == ""


def test_every_mistake_of_a_row_is_named():
    assert "says no runner" in refusal(weights="me/x")
    assert 'did you mean "diffusers"' in refusal(runner="difusers", weights="me/x")
    assert 'write like = "stable-audio-open"' in refusal(runner="diffusers", weights="/my/own")
    assert 'did you mean "variant"' in refusal(runner="diffusers", like="audioldm", loading={"varaint": "fp16"})
    assert "true or false" in refusal(runner="diffusers", like="audioldm", loading={"offload": "yes"})
    assert 'did you mean "audioldm"' in refusal(runner="diffusers", like="audiolmd")


@pytest.mark.parametrize(("said", "gigabytes"), [("8 GB", 8.0), ("512MB", 0.512), (1.5, 1.5)])
def test_memory_is_said_as_people_say_it(said, gigabytes):
    assert Row.model_validate({"memory": said}).memory == pytest.approx(gigabytes)


def test_memory_said_otherwise_is_refused():
    with pytest.raises(ValueError, match='write it like "8 GB"'):
        Row.model_validate({"memory": "8 gigs"})


def test_a_version_names_the_weights_and_never_where_the_users_folder_lies():
    assert version_of(Row(weights="me/bells", loading={"revision": "v2"})) == "me/bells@v2"
    assert version_of(Row(weights="/home/ada/secret/bells/")) == "bells"


@pytest.mark.parametrize(
    ("runner", "name"), [
        (runner, name) for runner, known in known_weights().items() for name, row in known.items() if row.weights
    ],
)
def test_all_known_weights_are_whole_rows_with_a_licence(runner, name):
    row = rows({name: Row(provider="local", runner=runner)})[name]
    assert row.licence is not None
    assert row.weights
    assert "prompt" in row.inputs
