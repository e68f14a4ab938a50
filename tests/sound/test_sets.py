"""Loudness, alignment, dither and width: judged by formulas, and by sounds that were made from one another."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from bridge.audio import Audio
from bridge.sound.align import FARTHEST, align, delays
from bridge.sound.dither import to_pcm16
from bridge.sound.envelope import SILENT
from bridge.sound.level import true_peak
from bridge.sound.loudness import louder, loudness, match
from bridge.sound.wav import wav_bytes
from bridge.sound.width import narrow, narrow_lows, sides


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_full_scale_sine_of_997_hz_in_one_channel_has_minus_3_lufs(rate):
    t = np.arange(rate) / rate
    sine = np.sin(2 * np.pi * 997 * t)
    assert loudness(Audio.of(np.stack([sine, 0 * sine], axis=1), rate)) == pytest.approx(-3.01, abs=0.05)
    assert loudness(Audio.of(sine, rate)) == pytest.approx(0.0, abs=0.05)


def test_loudness_follows_gain_and_needs_no_length(sounds):
    for seconds in (0.02, 0.1, 0.4, 2.0):
        noise = sounds.noise(seconds, decay=8)
        assert loudness(louder(noise, -7.3)) == pytest.approx(loudness(noise) - 7.3, abs=1e-3)
    assert loudness(Audio.of(np.zeros(99), 44_100)) == SILENT
    assert loudness(Audio.of(np.zeros((0, 2)), 44_100)) == SILENT
    assert loudness(Audio.of(np.ones(1), 44_100)) > -30


def test_only_the_loudest_400_ms_count(sounds):
    hit = sounds.snare()
    with_tail = hit.with_samples(np.concatenate([hit.samples, np.zeros((3 * 44_100, 1))]))
    assert loudness(with_tail) == pytest.approx(loudness(hit) - 10 * np.log10(0.4 / 0.3), abs=0.1)


def test_a_set_becomes_equally_loud_and_its_highest_peak_is_at_full_scale(sounds):
    hits = [sounds.snare(seed=1), louder(sounds.snare(seed=2), -9), louder(sounds.kick(), -15), sounds.noise(decay=20)]
    matched = [louder(hit, found.gain) for hit, found in zip(hits, match(hits), strict=True)]
    assert np.ptp([loudness(hit) for hit in matched]) < 0.1
    assert max(true_peak(hit) for hit in matched) == pytest.approx(0, abs=0.01)


def test_a_sharp_click_does_not_push_the_others_down(sounds):
    hits = [sounds.saw(50), Audio.of(np.eye(1, 9_000, 50)[0], 44_100), Audio.of(np.zeros(9_000), 44_100)]
    found = match(hits)
    peaks = [true_peak(louder(hit, one.gain)) for hit, one in zip(hits[:2], found, strict=False)]
    assert min(peaks) == pytest.approx(-12, abs=0.1)
    assert found[1].short > 3
    assert (found[2].gain, match([]), match(hits[2:])[0].gain) == (0, [], 0)


def members(sounds, kind, seed):
    """Returns layers of one hit with known delays in frames: as it is, softer, darker, upside down."""
    random = np.random.default_rng(seed)
    hit = getattr(sounds, kind)(*((40,) if kind in ("boom", "pluck", "bell") else ()))
    made = [hit.samples, 0.2 * hit.samples, sosfilt(butter(1, 5_000, fs=44_100, output="sos"), hit.samples, axis=0)]
    made += [-hit.samples]
    waits = [int(wait) for wait in random.integers(0, 130, len(made))]
    late = [np.concatenate([np.zeros((wait, 1)), wave]) for wait, wave in zip(waits, made, strict=True)]
    return [Audio.of(wave + 1e-5 * random.standard_normal(wave.shape), 44_100) for wave in late], waits


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["kick", "snare", "pluck", "boom", "bell"])
def test_layers_of_one_hit_start_within_a_quarter_of_a_millisecond(sounds, kind, seed):
    sounds_, waits = members(sounds, kind, seed)
    aligned = align(sounds_)
    places = [wait + added * 44_100 for wait, (_, added) in zip(waits, aligned, strict=True)]
    assert np.ptp(places) <= 0.00025 * 44_100
    assert min(added for _, added in aligned) == 0
    again = align([audio for audio, _ in aligned])
    assert max(added for _, added in again) <= 0.0001


def test_different_hits_are_aligned_by_their_envelopes(sounds):
    hits = [sounds.late(sounds.noise(0.2, seed=seed, decay=30), wait) for seed, wait in enumerate((0, 0.001, 0.003))]
    assert delays(hits) == pytest.approx([0, 0.001, 0.003], abs=0.0004)


def test_what_begins_in_another_way_stays_where_it_is(sounds):
    t = sounds.time(0.5)
    slow = sounds.audio(np.sin(2 * np.pi * 200 * t) * np.minimum(1, t / 0.05))
    aligned = align([sounds.snare(), sounds.snare(seed=2), slow])
    assert aligned[2] == (slow, None)
    assert max(added for _, added in aligned[:2]) <= 2 * FARTHEST


@pytest.mark.parametrize(("level", "moved"), [(0.005, True), (0.1, False)])
def test_a_quiet_ghost_before_a_hit_goes_where_the_others_have_none_and_a_loud_one_stays(sounds, level, moved):
    hit, ghost = sounds.snare(), round(0.012 * 44_100)
    loudest = level * np.abs(hit.samples).max()
    before = np.linspace(0, loudest, ghost)[:, None] * np.random.default_rng(1).uniform(-1, 1, (ghost, 1))
    haunted = Audio.of(np.concatenate([before, hit.samples]), 44_100)
    aligned = align([hit, haunted, hit])
    if moved:
        assert aligned[1][1] == pytest.approx(-0.012, abs=0.00025)
        assert np.array_equal(aligned[1][0].samples, haunted.samples[-aligned[1][0].frames :])
    else:
        assert aligned[1] == (haunted, None)
    assert [added for _, added in (aligned[0], aligned[2])] == pytest.approx([0, 0], abs=0.00025)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3_000), max_size=4), st.sampled_from([8_000, 44_100, 192_000]))
def test_any_set_can_be_aligned_and_nothing_loud_is_cut(lengths, rate):
    random = np.random.default_rng(len(lengths))
    sounds_ = [Audio.of(random.uniform(-1, 1, (length, 2)), rate) for length in lengths]
    for audio, (aligned, added) in zip(sounds_, align(sounds_), strict=True):
        assert np.array_equal(aligned.samples[round((added or 0) * rate) :], audio.samples)


def read16(audio):
    file = wav_bytes(to_pcm16(audio), sample_rate=audio.sample_rate, channels=audio.channels, bits=16)
    return soundfile.read(io.BytesIO(file), dtype="float64", always_2d=True)[0]


def test_sixteen_bits_with_dither_have_an_error_that_does_not_know_the_sound(sounds):
    quiet = louder(sounds.sine(69, 2.0, decay=0), -85)  # a few steps high
    error = read16(quiet)[:, 0] - quiet.samples[:, 0]
    step = 1 / 32_768
    assert error.var() == pytest.approx(step**2 * (1 / 12 + 1 / 6), rel=0.05)  # rounding, and TPDF of ±1 step
    assert abs(error.mean()) < 0.02 * step
    spectrum = np.abs(np.fft.rfft(error * np.hanning(len(error)))) ** 2
    third = round(3 * 440 * len(error) / 44_100)
    assert spectrum[third - 3 : third + 4].max() < 12 * spectrum.mean()  # plain rounding: a hundred times the mean


def test_what_has_sixteen_bits_already_is_not_dithered():
    steps = np.random.default_rng(1).integers(-32_768, 32_768, (999, 2))
    assert np.array_equal(read16(Audio.of(steps / 32_768, 44_100)) * 32_768, steps)


def test_the_same_sound_gets_the_same_dither(sounds):
    assert to_pcm16(sounds.snare()) == to_pcm16(sounds.snare())


def test_a_bass_out_of_phase_is_turned_round_not_cancelled(sounds):
    bass = sounds.boom(33).samples
    opposed = Audio.of(np.hstack([bass, -0.9 * bass]), 44_100)
    mono, verdict = narrow(opposed, "phase")
    assert (mono.channels, verdict.rule) == (1, "repair")
    assert np.allclose(mono.samples, 0.95 * bass, atol=1e-6)
    kept, verdict = narrow(opposed)
    assert (kept.channels, verdict.rule) == (2, "pass")
    assert "out of phase" in verdict.text
    wide = Audio.of(np.hstack([sounds.noise(0.2, 1).samples, sounds.noise(0.2, 2).samples]), 44_100)
    assert narrow(wide, "always")[0].channels == 1


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_the_lows_are_mono_and_the_highs_stay_wide(sounds, rate):
    t = np.arange(rate) / rate
    low, high = np.sin(2 * np.pi * 50 * t), np.sin(2 * np.pi * 1_000 * t)
    audio = Audio.of(0.3 * np.stack([low + high, 0.2 * low - high], axis=1), rate)
    narrowed, verdicts = narrow_lows(audio, 120)
    assert [verdict.name for verdict in verdicts] == ["lows"]
    spectrum = np.abs(np.fft.rfft((narrowed.samples[:, 0] - narrowed.samples[:, 1])[rate // 2 :]))
    before = np.abs(np.fft.rfft((audio.samples[:, 0] - audio.samples[:, 1])[rate // 2 :]))
    assert 20 * np.log10(spectrum[25] / before[25]) < -28  # bins of 2 Hz: 50 Hz lies 1.26 octaves under the corner
    assert spectrum[500] == pytest.approx(before[500], rel=0.01)
    middle = narrowed.samples.sum(axis=1) - audio.samples.sum(axis=1)
    assert np.abs(middle).max() < 1e-6


def test_what_is_left_without_sides_becomes_mono(sounds):
    t = sounds.time(1.0)
    low, high = np.sin(2 * np.pi * 50 * t), np.sin(2 * np.pi * 1_000 * t)
    audio = Audio.of(0.3 * np.stack([low + high, 0.8 * low + high], axis=1), 44_100)
    narrowed, _ = narrow_lows(audio, 300)
    assert (audio.channels, narrowed.channels) == (2, 1)
    assert sides(narrowed) == SILENT
    assert narrow_lows(sounds.kick(), 120)[1] == ()
