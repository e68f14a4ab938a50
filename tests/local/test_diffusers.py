"""The pipelines of diffusers, as the library has them, with tiny random weights on the CPU."""

from __future__ import annotations

import asyncio

import numpy
import pytest
import soundfile

from bridge.errors import ModelError
from bridge.models.errands import Stage
from support.patience import until

PIPELINES = {"stable-audio": (44_100, 2), "audioldm": (16_000, 1), "audioldm2": (16_000, 1), "musicldm": (16_000, 1)}
every_pipeline = pytest.mark.parametrize("name", PIPELINES)
mel_pipelines = pytest.mark.parametrize("name", ["audioldm", "audioldm2", "musicldm"])


@every_pipeline
def test_takes_are_as_long_as_asked_and_a_seed_makes_its_sound_again(model, name):
    rate, channels = PIPELINES[name]
    made = model(name).make(7, 8, steps=2)
    for samples, found in made:
        assert found == rate
        assert samples.shape == ((rate // 2, 2) if channels == 2 else (rate // 2,))
        assert numpy.abs(samples).max() > 1e-3
    (one, _), (other, _) = made
    assert not numpy.allclose(one, other, atol=1e-4)
    (again, _), (too, _) = model(name).make(7, 8, steps=2)
    assert numpy.array_equal(one, again)
    assert numpy.array_equal(other, too)


@every_pipeline
def test_a_variation_sounds_as_it_does_alone(model, name):
    """Each take has its own seed, and no pipeline ranks them: the second of two is that of its seed."""
    alone = model(name).make(8, steps=2)[0][0]
    second = model(name).make(7, 8, steps=2)[1][0]
    assert numpy.allclose(alone, second, atol=1e-3)


@every_pipeline
@pytest.mark.parametrize("changed", [{"negative_prompt": "low quality"}, {"guidance": 1.5}, {"steps": 3},
                                     {"prompt": "kick"}])  # fmt: skip
def test_what_is_asked_for_changes_the_sound(model, name, changed):
    usual = model(name).make(7, steps=2)[0][0]
    other = model(name).make(7, **{"steps": 2, **changed})[0][0]
    assert not numpy.array_equal(usual, other)


@mel_pipelines
def test_another_scheduler_by_name_makes_another_sound_and_only_for_this_call(model, name):
    usual = model(name).make(7, steps=2)[0][0]
    other = model(name).make(7, steps=2, scheduler="DPMSolverMultistep", use_karras_sigmas=True)[0][0]
    assert not numpy.array_equal(usual, other)
    assert numpy.array_equal(usual, model(name).make(7, steps=2)[0][0])


def test_a_scheduler_that_does_not_fit_is_refused_and_those_that_do_are_named(model):
    with pytest.raises(ModelError, match="does not fit StableAudioPipeline") as told:
        model("stable-audio").make(7, scheduler="EulerDiscrete")
    assert "CosineDPMSolverMultistep" in told.value.hint


def test_a_setting_that_a_scheduler_does_not_have_is_refused_by_name(model):
    with pytest.raises(ModelError, match="knows no use_karras_sigmas"):
        model("stable-audio").make(7, use_karras_sigmas=True)
    with pytest.raises(ModelError, match="AudioLDMPipeline knows no transcription"):
        model("audioldm").make(7, transcription="hello")
    with pytest.raises(ModelError, match="AudioLDMPipeline knows no start"):
        model("audioldm").make(7, start=1.0)


def test_stable_audio_starts_where_it_is_told_and_from_the_noise_it_is_told(model):
    usual = model("stable-audio").make(7, steps=2)[0][0]
    later = model("stable-audio").make(7, steps=2, start=0.1)[0][0]
    assert later.shape == usual.shape
    assert not numpy.array_equal(usual, later)
    assert not numpy.array_equal(usual, model("stable-audio").make(7, steps=2, sigma_max=100.0)[0][0])


def test_stable_audio_starts_from_a_sound(model, tmp_path):
    tone = tmp_path / "tone.wav"
    time = numpy.arange(22_050) / 44_100
    soundfile.write(tone, 0.9 * numpy.sin(2 * numpy.pi * 440 * time).astype("f4"), 44_100, subtype="FLOAT")
    usual = model("stable-audio").make(7, 8, steps=2)
    begun = model("stable-audio").make(7, 8, steps=2, sound=tone)
    assert all(not numpy.array_equal(one[0], other[0]) for one, other in zip(usual, begun, strict=True))
    assert numpy.array_equal(begun[0][0], model("stable-audio").make(7, 8, steps=2, sound=tone)[0][0])


def test_a_cancelled_call_ends_between_two_steps_and_the_next_one_finds_the_model_loaded(model):
    asked = model("stable-audio")
    before = asked.make(7, steps=2)[0][0]

    async def story():
        stage = Stage()
        call = asyncio.create_task(asked.host.run({"prompt": "bell", "seconds": 0.5, "steps": 500}, [1], stage))
        await until(lambda: stage.fraction > 0)
        assert stage.name.startswith("step ")
        assert stage.name.endswith(" of 500 on cpu")
        process = asked.host._child.pid
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        return process

    assert asked.run(story()) == asked.host._child.pid
    assert numpy.array_equal(before, asked.make(7, steps=2)[0][0])


def test_a_length_beyond_the_weights_is_told_with_the_longest(model):
    with pytest.raises(ModelError, match="longer than the model maximum"):
        model("stable-audio").make(7, seconds=40.0)


def test_more_than_there_is_memory_for_is_told_as_such_and_the_next_call_works(model):
    with pytest.raises(ModelError, match="allocat") as told:
        model("audioldm").make(7, steps=1, seconds=3e8)
    assert "Ask for less" in told.value.hint
    assert len(model("audioldm").make(7, steps=1)) == 1
