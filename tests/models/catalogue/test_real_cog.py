"""Rows against real Cog servers, whose predictors mimic the listed models: inputs in, sounds out, schema compared."""

from __future__ import annotations

import asyncio
import io
import json
import urllib.error
import urllib.request
from importlib.metadata import EntryPoint

import pytest
import soundfile

from bridge.domain.prompt import Question
from bridge.errors import BridgeError
from bridge.models.catalogue.drift import drift
from bridge.models.catalogue.inputs import inputs_of, question_inputs
from bridge.models.catalogue.outputs import data_bytes, sound_links, text_of
from bridge.models.catalogue.rows import catalogue
from bridge.models.catalogue.takes import takes_of
from bridge.models.cog.schema import schema_of
from bridge.models.registry import SCHEMAS
from bridge.models.registry import schema_of as way_to_ask
from support.cog import CogServer

PREDICTORS = {
    "musicgen-looper": "Looper", "flux-music": "FluxMusic", "stable-audio-open": "StableAudioOpen",
    "musicgen": "Musicgen", "gpt-4o": "Chat",
}  # fmt: skip
NOT_MIMICKED = {"missing"}
"""The predictors leave out inputs that change nothing of the shape; a real server ignores them."""


@pytest.fixture(scope="module")
def servers(cog) -> dict[str, CogServer]:
    return dict(zip(PREDICTORS, cog(*PREDICTORS.values()), strict=True))


def predict(server: CogServer, inputs: dict) -> dict:
    request = urllib.request.Request(
        f"{server.url}/predictions", json.dumps({"input": inputs}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def takes(name: str, server: CogServer, brief, **files: str) -> list[tuple[float, int, int]]:
    """Asks a server by a row and returns the takes: seconds, rate, channels."""
    row = catalogue()[name]
    answer = predict(server, inputs_of(row, brief, brief.seed, files))
    assert answer["status"] == "succeeded", answer
    sounds = tuple(data_bytes(link) for link in sound_links(row, answer["output"]))
    in_a_row = brief.count if row.output.takes == "row" else 1
    infos = [soundfile.info(io.BytesIO(take)) for take in takes_of(sounds, in_a_row, row.output.extra)]
    return [(info.duration, info.samplerate, info.channels) for info in infos]


@pytest.mark.parametrize("name", PREDICTORS)
def test_a_real_server_documents_what_the_row_says(name, servers):
    row = catalogue()[name].model_copy(update={"servers": (servers[name].url,)})
    found = drift(row, asyncio.run(schema_of(row)))
    assert [str(one) for one in found if one.kind not in NOT_MIMICKED] == []


def test_a_real_server_that_answers_in_another_shape_is_told(servers):
    row = catalogue()["flux-music"].model_copy(update={"servers": ("http://127.0.0.1:9", servers["musicgen"].url)})
    assert ("output", "output") in {(one.kind, one.place) for one in drift(row, asyncio.run(schema_of(row)))}


def test_takes_in_a_row_come_apart_at_the_length_that_was_asked(servers, brief):
    found = takes("stable-audio-open", servers["stable-audio-open"], brief(seconds=2.0, count=3))
    assert found == [(2.0, 44_100, 2)] * 3


def test_every_variation_of_a_loop_is_a_take(servers, brief):
    found = takes("musicgen-looper", servers["musicgen-looper"], brief(count=3, bpm=120.0))
    assert found == [(2.0, 32_000, 1)] * 3


def test_the_picture_beside_the_sound_is_no_take(servers, brief):
    assert takes("flux-music", servers["flux-music"], brief()) == [(10.24, 16_000, 1)]


@pytest.mark.parametrize("container", ["wav", "mp3"])
def test_musicgen_answers_in_both_containers(container, servers, brief):
    (found,) = takes("musicgen", servers["musicgen"], brief(seconds=1.0, inputs=(("output_format", container),)))
    assert found[0] == pytest.approx(1.0, abs=0.1)
    assert found[1:] == (32_000, 2)


def test_words_come_whole_from_the_pieces_of_a_chat_model(servers):
    inputs = question_inputs(catalogue()["gpt-4o"], Question(text="a bell", system="Be short."), [])
    assert text_of(predict(servers["gpt-4o"], inputs)["output"]) == (
        "deep temple bell, struck with wood, long shimmering decay"
    )


def test_a_real_server_refuses_what_the_row_would_never_let_through(servers, brief):
    row = catalogue()["musicgen-looper"]
    wrong = {**inputs_of(row, brief(), 7, {}), "bpm": 20}
    with pytest.raises(urllib.error.HTTPError) as caught:
        predict(servers["musicgen-looper"], wrong)
    caught.value.close()
    assert caught.value.code == 422


def test_a_server_that_is_not_there_can_not_be_compared():
    row = catalogue()["musicgen"].model_copy(update={"servers": ("http://127.0.0.1:9", "not a server")})
    with pytest.raises(BridgeError, match="No server told its inputs"):
        asyncio.run(schema_of(row))


def test_the_way_to_ask_a_provider_is_an_entry_point():
    entry = EntryPoint(name="cog", value="bridge.models.cog.schema:schema_of", group=SCHEMAS)
    assert way_to_ask("cog", [entry]) is schema_of
    with pytest.raises(BridgeError, match="'nobody' can't be asked"):
        way_to_ask("nobody", [entry])
