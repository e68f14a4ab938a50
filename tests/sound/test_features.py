"""What is measured of a sound, held against what it was made to be."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.sound.features import FIGURES, NAMES, features, loudness
from bridge.sound.similar import SAME, agreement, correlation, fingerprint, likeness, same_recording


def bs1770(audio):
    """Loudness of the loudest 400 ms by the filters of BS.1770-4 as printed there for 48 kHz; mono counts twice."""
    shelf = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
    high_pass = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    wave = audio.samples.astype(np.float64)
    for numerator, denominator in (shelf, high_pass):
        wave = scipy.signal.lfilter(numerator, denominator, wave, axis=0)
    power = (wave**2).sum(axis=1) * 2 / audio.channels
    sums = np.concatenate([[0], np.cumsum(power)])
    length = min(19_200, len(power))
    return -0.691 + 10 * np.log10((sums[length:] - sums[:-length]).max() / length)


def test_loudness_is_that_of_the_standard(sounds):
    for audio in (
        sounds.sine(69, 2.0, decay=0, rate=48_000),
        sounds.sine(33, 1.0, decay=2, rate=48_000),
        sounds.noise(1.0, decay=3, channels=2, rate=48_000),
        sounds.noise(0.2, decay=10, rate=48_000),
    ):
        assert loudness(audio) == pytest.approx(bs1770(audio), abs=0.35)


def test_a_full_scale_sine_of_a_kilohertz_has_minus_3_lufs_in_one_channel():
    wave = np.sin(2 * np.pi * 997 * np.arange(48_000) / 48_000)
    stereo = Audio.of(np.stack([wave, np.zeros(48_000)], axis=1), 48_000)
    assert loudness(stereo) == pytest.approx(-3.01, abs=0.15)


@pytest.mark.parametrize("note", [45, 69, 93])
def test_brightness_of_a_sine_is_its_pitch(sounds, note):
    heard = features(sounds.sine(note, 1.0, decay=2))
    assert heard.brightness == pytest.approx(440 * 2 ** ((note - 69) / 12), rel=0.12)
    assert heard.tonality > 0.9


def test_noise_is_flat_and_has_no_lines(sounds):
    heard = features(sounds.noise(1.0))
    assert heard.flatness > 0.9
    assert heard.tonality < 0.15
    assert heard.bandwidth > 21_000


@pytest.mark.parametrize("decay", [3.0, 10.0, 30.0])
def test_decay_times_are_those_of_an_exponential(sounds, decay):
    heard = features(sounds.sine(69, 3.0, decay=decay))
    assert heard.t20 == pytest.approx(np.log(10) / decay, rel=0.06)
    assert heard.t60 == pytest.approx(min(3 * np.log(10) / decay, 3.0), rel=0.06)


@pytest.mark.parametrize("seconds", [0.002, 0.05, 0.3])
def test_attack_is_how_long_it_rises(sounds, seconds):
    t = sounds.time(1.0)
    audio = sounds.audio(np.sin(2 * np.pi * 1_000 * t) * np.minimum(1, t / seconds))
    assert features(audio).attack == pytest.approx(790 * seconds, abs=3)


@pytest.mark.parametrize("edge", [3_000, 8_000])
def test_bandwidth_ends_where_the_sound_was_cut(sounds, edge):
    steep = scipy.signal.ellip(12, 0.1, 100, edge, fs=44_100, output="sos")
    cut = scipy.signal.sosfilt(steep, sounds.noise(1.0, decay=9).samples[:, 0])
    assert features(sounds.audio(cut)).bandwidth == pytest.approx(edge, rel=0.15)


def test_a_clap_flutters_and_a_snare_does_not(sounds):
    clap = np.zeros(22_050)
    for at in (0.0, 0.012, 0.024):
        burst = sounds.noise(0.4, decay=250).samples[:, 0]
        clap[round(at * 44_100) :][: len(burst)] += burst
    assert features(sounds.audio(clap)).flutter == 3
    assert features(sounds.snare()).flutter <= 2


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(-40, 0))
def test_the_level_changes_nothing_that_the_classifier_sees(sounds, gain):
    audio = sounds.snare()
    one, other = features(audio), features(audio.with_samples(audio.samples * 10 ** (gain / 20)))
    assert other.vector == pytest.approx(one.vector, abs=0.01)
    assert other.loudness == pytest.approx(one.loudness + gain, abs=0.01)


@pytest.mark.parametrize("lead", [100, 4_410, 20_000])
def test_a_lead_in_changes_little_of_the_fingerprint(sounds, lead):
    audio = sounds.snare()
    late = Audio.of(np.pad(audio.samples, ((lead, 0), (0, 0))), 44_100)
    assert likeness(fingerprint(features(audio)), fingerprint(features(late))) > 0.9


@pytest.mark.parametrize("wave", [[0.0], [0.5], [0.0] * 44_100, [0.1, -0.1] * 8])
@pytest.mark.parametrize("rate", [4_000, 44_100, 192_000])
def test_next_to_nothing_has_finite_features(wave, rate):
    heard = features(Audio.of(np.array(wave), rate))
    assert np.isfinite(heard.vector).all()
    assert np.isfinite(heard.patch).all()
    assert heard.vector.shape == (len(NAMES),)
    assert set(heard.figures()) == set(FIGURES)


def test_a_copy_is_the_same_recording_and_another_take_is_not(sounds):
    audio = sounds.snare()
    copy = Audio.of(np.pad(0.3 * audio.samples, ((90, 0), (0, 0))), 44_100)
    assert same_recording(audio, copy)
    assert not same_recording(audio, sounds.snare(seed=2))
    assert correlation(audio, sounds.noise(0.3)) < 0.9
    assert len(fingerprint(features(audio))) == 432


@given(
    gain=st.floats(0.05, 20.0), late=st.integers(-441, 441), noise=st.floats(0.0, 0.3), frames=st.integers(1, 30_000),
    attack=st.floats(0.0, 0.5), seed=st.integers(0, 99),
)
def test_a_look_at_the_loudest_piece_rules_out_nothing_that_is_the_same(gain, late, noise, frames, attack, seed):
    dice = np.random.default_rng(seed)
    wave = dice.standard_normal(frames) * np.minimum(1, np.arange(frames) / (1 + attack * frames))
    copy = gain * np.pad(wave, (max(late, 0), max(-late, 0)))[max(-late, 0) :][: max(frames, 1)]
    copy = copy + noise * gain * dice.standard_normal(len(copy))
    one, other = Audio.of(wave, 44_100), Audio.of(copy, 44_100)
    whole = correlation(one, other)
    assert agreement(one, other) in ((whole,) if whole >= SAME else (whole, 0.0))


def test_a_snare_is_more_like_a_snare_than_like_a_bass(sounds):
    three = (sounds.snare(), sounds.snare(seed=2), sounds.boom(30))
    one, other, bass = (fingerprint(features(audio)) for audio in three)
    assert likeness(one, other) > 0.95 > likeness(one, bass) + 0.3
