"""MusicGen as the library transformers has it, with tiny random weights on the CPU: from words, a melody, a sound."""

from __future__ import annotations

import sys

import numpy
import pytest
import soundfile

from bridge.errors import ModelError
from bridge.models.local.child import RUNNERS

RATE = 8_000
every_kind = pytest.mark.parametrize("name", ["musicgen", "musicgen-melody"])


def tone(path, hz, seconds):
    time = numpy.arange(round(seconds * RATE)) / RATE
    soundfile.write(path, (0.5 * numpy.sin(2 * numpy.pi * hz * time)).astype("f4"), RATE, subtype="FLOAT")
    return path


@every_kind
def test_takes_are_as_long_as_asked_and_a_seed_makes_its_sound_again(model, name):
    (one, rate), (other, _) = model(name).make(7, 8)
    assert rate == RATE
    assert one.shape == other.shape == (RATE // 2,)
    assert numpy.abs(one).max() > 1e-3
    assert not numpy.array_equal(one, other)
    assert numpy.array_equal(one, model(name).make(7)[0][0])
    assert numpy.array_equal(other, model(name).make(8)[0][0])


@every_kind
def test_what_is_asked_for_changes_the_sound(model, name):
    usual = model(name).make(7)[0][0]
    for changed in ({"temperature": 0.3}, {"top_k": 3}, {"guidance": 10.0}, {"prompt": "kick"}):
        assert not numpy.array_equal(usual, model(name).make(7, **changed)[0][0]), changed
    greedy = {"sampling": False}
    assert numpy.array_equal(model(name).make(7, **greedy)[0][0], model(name).make(8, **greedy)[0][0])


def test_a_continuation_has_the_sound_before_it_and_the_length_that_was_asked_for(model, tmp_path):
    given = tone(tmp_path / "a.wav", 440.0, 0.4)
    (one, _), (other, _) = model("musicgen").make(7, 8, seconds=1.0, sound=given)
    assert one.shape == (RATE,)
    before = round(0.35 * RATE)
    assert numpy.allclose(one[:before], other[:before], atol=1e-5)
    assert not numpy.allclose(one[before + 800 :], other[before + 800 :], atol=1e-5)


def test_only_the_told_part_of_a_sound_is_gone_on_from(model, tmp_path):
    given = tone(tmp_path / "long.wav", 440.0, 3.0)
    with pytest.raises(ModelError, match="lasts 3 s, and 1 s are asked for"):
        model("musicgen").make(7, seconds=1.0, sound=given)
    part = {"continuation_start": 1.0, "continuation_end": 1.4}
    assert len(model("musicgen").make(7, seconds=1.0, sound=given, **part)[0][0]) == RATE
    with pytest.raises(ModelError, match="there is nothing of the sound"):
        model("musicgen").make(7, seconds=1.0, sound=given, continuation_start=5.0)


def test_a_melody_changes_what_the_melody_model_plays(model, tmp_path):
    usual = model("musicgen-melody").make(7)[0][0]
    low = model("musicgen-melody").make(7, sound=tone(tmp_path / "a.wav", 440.0, 2.0))[0][0]
    high = model("musicgen-melody").make(7, sound=tone(tmp_path / "d.wav", 587.33, 2.0))[0][0]
    assert low.shape == usual.shape
    assert not numpy.array_equal(usual, low)
    assert not numpy.array_equal(low, high)


@pytest.mark.parametrize(("hz", "pitch_class"), [(261.63, 0), (440.0, 9), (587.33, 2)])
def test_a_tune_is_heard_as_its_pitch_classes(monkeypatch, hz, pitch_class):
    """C is 0, A is 9, D is 2, in every octave; the settings are those of the published weights."""
    monkeypatch.setattr(sys, "path", [str(RUNNERS), *sys.path])
    from transformers_runner import chroma

    hearing = {"n_fft": 16_384, "hop_length": 4_096, "sampling_rate": 32_000, "chunk_length": 30, "num_chroma": 12}
    time = numpy.arange(2 * 32_000) / 32_000
    for octave in (1, 2):
        heard = chroma(0.5 * numpy.sin(2 * numpy.pi * hz * octave * time), hearing)
        assert heard.shape == (1, 16, 12)
        assert heard[0, 2:-2].argmax(dim=-1).unique().tolist() == [pitch_class]
