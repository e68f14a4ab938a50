"""A sound that the user brought is finished whatever it is, as long as it is one."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from bridge.domain.brief import FINISH, Brief
from bridge.errors import SoundError
from bridge.models.synth.render import render
from bridge.shaping import tasks

RATE = 44_100
RANDOM = np.random.default_rng(3)
STOPS = {"retry", "fail", "doubt"}


def file(wave, *, rate=RATE, form="WAV", subtype=None) -> bytes:
    found = io.BytesIO()
    soundfile.write(found, wave, rate, format=form, subtype=subtype)
    return found.getvalue()


def brief(family: str, **changes) -> Brief:
    return Brief(prompt="mine", model="file", seed=1, family=family, mapping="drum", audio="x.wav",
                 audio_use=FINISH, **changes)


def tone(seconds=1.0, hz=220.0):
    t = np.arange(round(seconds * RATE)) / RATE
    return 0.5 * np.sin(2 * np.pi * hz * t) * np.exp(-2 * t)


def music():
    """Chords that follow each other without a gap: what the gate calls a bed."""
    return np.concatenate([np.tile(tone(0.25, hz) + tone(0.25, 1.5 * hz), 1) for hz in (220, 262, 330, 294) * 3])


ODD = {
    "a click of 3 ms as a kick": (RANDOM.standard_normal(130) * 0.3, "kick"),
    "a steady hiss as a snare": (RANDOM.standard_normal(RATE) * 0.1, "snare"),
    "noise as a bell": (RANDOM.standard_normal(RATE) * 0.1, "bell"),
    "a bell as a kick": (tone(2.0, 1_760.0), "kick"),
    "music as a clap": (music(), "clap"),
    "a brick of clipped sound as a tom": (np.clip(tone(1.0, 90.0) * 40, -1, 1), "tom"),
    "one single wave as a bass": (np.sin(np.linspace(0, 2 * np.pi, 200)), "bass"),
    "ten seconds as a hat": (tone(10.0, 5_000.0), "hat"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_a_model_would_have_to_make_again_is_only_noted(name):
    wave, family = ODD[name]
    sound = file(wave)
    verdicts = tasks.check(sound, brief(family))
    assert not STOPS & {verdict.rule for verdict in verdicts}
    (shaped,) = tasks.shape_set([sound], brief(family), RATE)
    assert not isinstance(shaped, SoundError), shaped
    assert shaped.frames > 0


def test_of_the_same_sounds_a_model_has_to_answer_for_some():
    asked = Brief(prompt="x", model="synth", seed=1, family="clap", mapping="drum")
    assert STOPS & {verdict.rule for verdict in tasks.check(file(music()), asked)}


@pytest.mark.parametrize(
    ("sound", "verdict", "words"),
    [
        (file(np.zeros(RATE)), "silence", "peak"),
        (file(RANDOM.standard_normal((RATE, 6)) * 0.1), "channels", "6 channels"),
        (file(np.full(RATE, np.nan), subtype="FLOAT"), "finite", "NaN"),
        (file(np.zeros(0)), "empty", "no frames"),
        (b"this is no sound", "undecodable", "no sound that can be read"),
        (file(np.zeros(601 * 8_000), rate=8_000), "undecodable", "lasts 601 s; at most 600 s"),
    ],
)
def test_what_is_no_sound_is_refused_for_good_and_by_name(sound, verdict, words):
    last = tasks.check(sound, brief("kick"))[-1]
    assert (last.name, last.rule) == (verdict, "fail")
    assert words in last.text


@pytest.mark.parametrize("form", ["WAV", "AIFF", "FLAC", "OGG", "MP3", "CAF", "AU", "W64", "RF64"])
def test_every_format_that_is_taken_can_be_finished(form):
    (shaped,) = tasks.shape_set([file(tone(), form=form)], brief("bell"), RATE)
    assert not isinstance(shaped, SoundError)
    assert shaped.analysis.root == 57


def test_a_sound_that_nobody_named_is_named_by_ear_or_not_at_all():
    for family in ("kick", "snare"):
        asked = Brief(prompt=family, model="synth", seed=1, family=family, mapping="drum")
        assert tasks.recognise(render(asked, 1)[0].sound) == family
    assert tasks.recognise(file(np.zeros(RATE))) is None
    assert tasks.recognise(file(np.zeros(0))) is None
    assert tasks.recognise(file(RANDOM.standard_normal((RATE, 6)) * 0.1)) is None
    with pytest.raises(SoundError):
        tasks.recognise(b"this is no sound")
