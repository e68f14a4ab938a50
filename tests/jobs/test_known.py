"""What is known of a sound reaches the store and the sidecar; a duplicate is noted and published all the same."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from dataclasses import replace

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.domain.sample import Alike, Character
from bridge.errors import NotFoundError, RequestError, SoundError
from bridge.sound.likeness import SIZE
from bridge.units import Decibels, Hz, Seconds
from support.patience import PATIENCE_SECONDS

PATIENCE = Seconds(PATIENCE_SECONDS)
CHARACTER = Character(
    family="kick", share=0.91234, brightness=Hz(50.0), hardness=Decibels(15.0), loudness=Decibels(-9.0)
)


@pytest.fixture
def heard(house, monkeypatch):
    """The house, whose shaper hears something in every sound."""
    plain = house.shaper._shaped

    def shaped(sound):
        outcome = plain(sound)
        analysis = replace(outcome.analysis, seconds=Seconds(0.5), tone="note", glide=2.0, character=CHARACTER)
        return replace(outcome, analysis=analysis)

    monkeypatch.setattr(house.shaper, "_shaped", shaped)
    house.shaper.fingerprint = bytes(range(1, 128)) * 3 + bytes(SIZE - 381)
    return house


def story(house, tell):
    async def main():
        async with house.open() as engine:
            return await tell(engine)

    return asyncio.run(main())


async def made(engine, request: Request):
    job = await engine.wait((await engine.trigger(request)).id, PATIENCE)
    assert job.state is JobState.READY, job
    return list(reversed(await engine.samples(job=job.id)))


def test_what_is_known_stands_in_store_and_sidecar_alike(heard) -> None:
    async def tell(engine):
        (sample,) = await made(engine, Request(pad="kick", prompt="punchy kick, tief"))
        return sample, await engine.sidecar(sample.id)

    sample, sidecar = story(heard, tell)
    assert sample.analysis.character == CHARACTER
    assert (sample.key, sidecar["key"]) == ("C", "C")
    assert sample.tags == ("kick", "dark", "punchy", "tief")
    assert sidecar["tags"] == list(sample.tags)
    assert sidecar["character"] == {
        "family": "kick", "share": 0.912, "brightness": 50.0, "hardness": 15.0, "loudness": -9.0, "tone": "note",
        "glide": 2.0,
    }
    assert base64.b64decode(sidecar["fingerprint"]) == heard.shaper.fingerprint
    assert sidecar["duplicate_of"] == ""
    assert json.loads(heard.wavs()[0].with_suffix(".json").read_text(encoding="utf-8")) == sidecar


def test_a_sound_of_which_nothing_is_known_is_published_and_says_so(house) -> None:
    async def tell(engine):
        (sample,) = await made(engine, Request(pad="kick"))
        return sample, await engine.sidecar(sample.id)

    sample, sidecar = story(house, tell)
    assert sample.analysis.character is None
    assert (sidecar["character"], sidecar["fingerprint"]) == (None, "")
    assert sample.tags == ("kick", "short", "punchy")


def test_samples_are_searched_through_the_engine(heard) -> None:
    async def tell(engine):
        (kick,) = await made(engine, Request(pad="kick"))
        (snare,) = await made(engine, Request(pad="eager", seed=2))
        found = [
            await engine.samples(tag="dark, kick"), await engine.samples(tag="dark,snare", text="SNARE"),
            await engine.samples(longer=Seconds(0.4), shorter=Seconds(0.6), note=36),
            await engine.samples(longer=Seconds(0.6)), await engine.samples(note=37),
            await engine.samples(near=kick.id), await engine.samples(near="kick", family="kick"),
        ]  # fmt: skip
        return kick.id, snare.id, found

    kick, snare, found = story(heard, tell)
    assert [[sample.id for sample in samples] for samples in found] == [
        [kick], [snare], [snare, kick], [], [], [snare], [],
    ]
    (near,) = found[5]
    assert isinstance(near, Alike)
    assert near.likeness == 1.0


def test_near_a_sound_that_nobody_listened_to_is_refused_with_the_cure(house) -> None:
    async def tell(engine):
        (sample,) = await made(engine, Request(pad="kick"))
        with pytest.raises(RequestError) as refused:
            await engine.samples(near=sample.id)
        with pytest.raises(NotFoundError):
            await engine.samples(near="s-aaaaaaaaaaaa")
        return sample.id, refused.value.hint

    sample, hint = story(house, tell)
    assert hint.endswith(f"oneshot again {sample}")


def notes(sample) -> list[str]:
    return [verdict.text for verdict in sample.verdicts if verdict.name == "duplicate"]


def test_the_very_same_sound_again_is_noted_and_published_all_the_same(heard) -> None:
    async def tell(engine):
        (first,) = await made(engine, Request(pad="kick", seed=5))
        (again,) = await made(engine, Request(pad="kick", seed=5))
        (other,) = await made(engine, Request(pad="kick", seed=6))
        return first, again, other, await engine.sidecar(again.id)

    first, again, other, sidecar = story(heard, tell)
    assert (first.duplicate_of, again.duplicate_of, other.duplicate_of) == ("", first.id, "")
    assert (notes(first), notes(again)) == ([], [f"duplicate of {first.id}"])
    assert sidecar["duplicate_of"] == first.id
    assert sidecar["verdicts"][-1]["rule"] == "note"
    assert len(heard.wavs()) == 3
    assert len(heard.shaper.compared) == 1  # the same hash needs no comparing


def test_what_sounds_alike_is_a_duplicate_only_if_the_waves_say_so(heard) -> None:
    async def tell(engine):
        (first,) = await made(engine, Request(pad="kick", seed=5))
        wav = heard.wavs()[0].read_bytes()
        (alike,) = await made(engine, Request(pad="kick", seed=6))
        heard.shaper.same = (0, 0.991)
        (same,) = await made(engine, Request(pad="kick", seed=7))
        return first, wav, alike, same

    first, wav, alike, same = story(heard, tell)
    assert heard.shaper.compared[0] == [wav]
    assert alike.duplicate_of == ""
    assert same.duplicate_of in (first.id, alike.id)
    assert [verdict.figure for verdict in same.verdicts if verdict.name == "duplicate"] == [0.991]


def test_variations_of_one_press_that_are_the_same_are_noted(house, monkeypatch) -> None:
    monkeypatch.setattr(type(house.shaper), "_shaped", lambda self, sound, plain=house.shaper._shaped: plain(b"same"))

    async def tell(engine):
        return await made(engine, Request(pad="bass", count=3))

    first, second, third = story(house, tell)
    assert [sample.duplicate_of for sample in (first, second, third)] == ["", first.id, first.id]


def test_a_comparison_that_fails_keeps_no_sound_back(heard, monkeypatch, caplog) -> None:
    async def broken(*_, **__):
        raise SoundError("the worker died")

    async def tell(engine):
        await made(engine, Request(pad="kick", seed=5))
        heard.wavs()[0].unlink()  # the user tidied up
        await made(engine, Request(pad="kick", seed=6))
        monkeypatch.setattr(heard.shaper, "same_recording", broken)
        return await made(engine, Request(pad="kick", seed=7))

    with caplog.at_level(logging.WARNING):
        (sample,) = story(heard, tell)
    assert sample.duplicate_of == ""
    assert b"" in heard.shaper.compared[0]
    assert "the worker died" in caplog.text
