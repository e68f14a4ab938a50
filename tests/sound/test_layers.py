from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.sound.layers import MOST_CENTS, MOST_DELAY, character, turns, velocity_layers
from bridge.sound.level import true_peak
from bridge.sound.pitch import measure

RATE = 44_100
KINDS = ("kick", "snare", "noise", "pluck", "boom", "bell", "saw")
NOTES = {"pluck": 60, "boom": 31, "bell": 72, "saw": 45}


def make(sounds, kind):
    maker = getattr(sounds, kind)
    if kind == "noise":
        return maker(0.3, decay=30.0)
    return maker(NOTES[kind]) if kind in NOTES else maker()


def share_above(audio, hertz):
    """The share of the power above a frequency: brightness, measured otherwise than the layers do it."""
    power = np.abs(np.fft.rfft(audio.mono())) ** 2
    return power[np.fft.rfftfreq(audio.frames, 1 / audio.sample_rate) > hertz].sum() / power.sum()


def loudest(audio, seconds=0.05):
    frames = round(seconds * audio.sample_rate)
    squares = np.cumsum(np.concatenate([[0.0], audio.mono() ** 2]))
    return 10 * np.log10((squares[frames:] - squares[:-frames]).max() / frames)


def lag(one, other, seconds=0.08):
    """By how many seconds `other` is later, from the correlation of their beginnings at eight times the rate."""
    frames = round(seconds * RATE)
    a, b = (np.pad(audio.mono(), (0, frames))[:frames] for audio in (one, other))
    spectrum = np.conj(np.fft.rfft(a, 2 * frames)) * np.fft.rfft(b, 2 * frames)
    likeness = np.fft.irfft(spectrum, 16 * frames)
    near = 8 * 50
    place = int(np.argmax(np.concatenate([likeness[-near:], likeness[:near]]))) - near
    return place / 8 / RATE


@pytest.mark.parametrize("kind", KINDS)
def test_a_softer_layer_is_duller_and_no_louder_and_the_hardest_is_the_sound_itself(sounds, kind):
    audio = make(sounds, kind)
    layers = velocity_layers(audio)
    assert len(layers) == 3
    assert layers[-1] is audio
    middle = character(audio).brightness
    shares = [share_above(layer, middle) for layer in layers]
    assert shares[0] < shares[1] < shares[2]
    levels = [loudest(layer) for layer in layers]
    assert max(levels) - min(levels) < 1.0 or levels == sorted(levels)
    assert max(true_peak(layer) for layer in layers) <= true_peak(audio) + 0.01
    assert [layer.frames for layer in layers] == [audio.frames] * 3


@pytest.mark.parametrize("kind", ["kick", "snare", "noise", "pluck"])
def test_a_softer_layer_begins_less_sharply(sounds, kind):
    audio = make(sounds, kind)
    first = round(0.001 * RATE)
    shares = [np.square(layer.samples[:first]).sum() / np.square(layer.samples[:8 * first]).sum()
              for layer in velocity_layers(audio)]
    assert shares[0] < shares[2]


@pytest.mark.parametrize("kind", KINDS)
def test_layers_and_turns_start_within_a_quarter_of_a_millisecond(sounds, kind):
    audio = make(sounds, kind)
    for sibling in (*velocity_layers(audio), *turns(audio, 4, "abc")):
        assert abs(lag(audio, sibling)) < 0.00025


@given(key=st.text(max_size=20))
@settings(max_examples=10, deadline=None)
def test_turns_differ_from_each_other_as_little_as_strokes_of_one_hand(sounds, key):
    audio = sounds.pluck(57)
    played = turns(audio, 4, key)
    assert played[0] is audio
    cents = [100 * (measure(one).root - 57) + measure(one).cents for one in played]
    assert all(1.0 < abs(off - cents[0]) <= MOST_CENTS + 0.5 for off in cents[1:])
    assert np.abs(np.diff(cents)).min() > 1.0
    levels = [loudest(one) for one in played]
    assert max(levels) - min(levels) < 2.5
    assert all(true_peak(one) <= true_peak(audio) + 0.01 for one in played)
    assert all(one.frames - audio.frames <= round((MOST_DELAY + 0.003 * audio.seconds) * RATE) for one in played)


def test_the_same_key_makes_the_same_turns_and_another_key_others(sounds):
    audio = sounds.snare()
    once, again, other = (turns(audio, 3, key) for key in ("a", "a", "b"))
    assert all(np.array_equal(one.samples, two.samples) for one, two in zip(once, again, strict=True))
    assert not np.array_equal(once[1].samples, other[1].samples[:once[1].frames])


def test_stereo_stays_stereo_and_both_sides_get_the_same(sounds):
    one = sounds.snare()
    wide = Audio.of(np.hstack([one.samples, 0.5 * one.samples]), RATE)
    for sibling in (*velocity_layers(wide), *turns(wide, 3, "k")):
        assert sibling.channels == 2
        assert np.allclose(0.5 * sibling.samples[:, 0], sibling.samples[:, 1], atol=1e-4)


def test_a_harder_stroke_is_brighter(sounds):
    strokes = [character(layer) for layer in velocity_layers(sounds.snare())]
    assert strokes[0].brightness < strokes[1].brightness < strokes[2].brightness


def cosine(one, other):
    return np.dot(one.profile, other.profile) / np.linalg.norm(one.profile) / np.linalg.norm(other.profile)


def test_strokes_of_one_hand_are_alike_and_other_drums_are_not(sounds):
    snare = [character(one) for one in turns(sounds.snare(), 4, "k")]
    others = [character(make(sounds, kind)) for kind in ("kick", "pluck", "bell", "boom")]
    assert min(cosine(snare[0], one) for one in snare) > 0.99
    assert max(cosine(snare[0], one) for one in others) < 0.97


def test_how_loud_a_sound_is_does_not_change_its_character(sounds):
    audio = sounds.pluck(60)
    quiet = audio.with_samples(0.1 * audio.samples)
    assert cosine(character(audio), character(quiet)) > 0.9999
    assert character(audio).brightness == pytest.approx(character(quiet).brightness, rel=1e-3)


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
@pytest.mark.parametrize("frames", [1, 7, 300, 20_000])
@pytest.mark.parametrize("loud", [0.0, 0.5])
def test_any_finite_sound_has_finite_siblings(rate, frames, loud):
    wave = loud * np.random.default_rng(2).uniform(-1, 1, (frames, 2))
    audio = Audio.of(wave, rate)
    for sibling in (*velocity_layers(audio), *turns(audio, 3, "k")):
        assert np.isfinite(sibling.samples).all()
    found = character(audio)
    assert np.isfinite([found.brightness, *found.profile]).all()
