from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.sound.loop import FADE, SHORTEST, SIMILAR, loop
from bridge.units import hz_of

RATE = 44_100


def tone(note, seconds=2.0, rate=RATE, fall=0.0, partials=5, seed=1):
    """A steady tone with an attack of 20 ms and a fade-out of 50 ms; `fall` is in dB a second."""
    t = np.arange(round(seconds * rate)) / rate
    random = np.random.default_rng(seed)
    count = max(1, min(partials, int(0.45 * rate / hz_of(note))))
    wave = sum(np.sin(2 * np.pi * k * hz_of(note) * t + random.uniform(0, 6)) / k for k in range(1, count + 1))
    envelope = np.minimum(1, t / 0.02) * 10 ** (-fall * t / 20) * np.minimum(1, (seconds - t) / 0.05)
    return Audio.of(0.3 * wave * envelope, rate)


def looped(audio, note, periodicity=0.99):
    return loop(audio, frequency=hz_of(note), periodicity=periodicity)


def played(result, seconds, rate=RATE):
    """What a sampler plays while the key is held: the loop's last frame is followed by its first."""
    start, last = result.loop
    body = result.audio.samples[start:last + 1]
    rounds = 1 + int(seconds * rate / len(body))
    return np.concatenate([result.audio.samples[:last + 1], *[body] * rounds])[:round(seconds * rate)]


def frequency(wave, rate=RATE):
    """The strongest frequency of a long stretch, refined by a parabola."""
    spectrum = np.log(np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 18)) + 1e-30)
    peak = int(spectrum.argmax())
    left, middle, right = spectrum[peak - 1:peak + 2]
    return (peak + (left - right) / (2 * (left - 2 * middle + right))) * rate / (1 << 18)


@given(note=st.floats(28, 100), seed=st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_a_held_note_goes_on_at_its_pitch_for_ever(note, seed):
    result = looped(tone(note, seed=seed), note)
    assert result.loop is not None
    held = played(result, 5.0)[3 * RATE:, 0].astype(float)
    assert abs(1_200 * np.log2(frequency(held) / hz_of(note))) < 2.0


@given(note=st.floats(28, 90), seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_a_steady_tone_that_goes_round_is_the_steady_tone(note, seed):
    result = looped(tone(note, seed=seed), note)
    truth = tone(note, seconds=6.0, seed=seed).samples[:, 0]
    held = played(result, 5.0)[:, 0]
    levels = [np.sqrt(np.mean(wave[RATE:5 * RATE].reshape(-1, RATE // 10) ** 2, axis=1)) for wave in (held, truth)]
    assert np.abs(20 * np.log10(levels[0] / levels[1])).max() < 0.5
    assert np.abs(np.diff(held)).max() < 1.1 * np.abs(np.diff(truth)).max()


def test_the_points_are_inside_the_sound_and_the_last_frame_is_played():
    audio = tone(57)
    result = looped(audio, 57)
    start, last = result.loop
    assert 0 < start < last < audio.frames
    assert last + 1 - start >= SHORTEST * RATE
    periods = (last + 1 - start) * hz_of(57) / RATE
    assert abs(periods - round(periods)) < 0.02
    assert result.verdict.figure >= SIMILAR


def test_only_the_surroundings_of_the_seam_are_changed():
    audio = tone(50)
    result = looped(audio, 50)
    _, last = result.loop
    fade = round(FADE * RATE)
    changed = np.flatnonzero((result.audio.samples != audio.samples).any(axis=1))
    assert last + 1 - fade <= changed.min() <= changed.max() < last + 1 + fade
    assert result.audio.frames == audio.frames


def test_played_once_through_the_blended_sound_has_no_click():
    audio = tone(45, partials=3)
    result = looped(audio, 45)
    assert np.abs(np.diff(result.audio.samples[:, 0])).max() < 1.05 * np.abs(np.diff(audio.samples[:, 0])).max()


def test_both_channels_share_their_points():
    left, right = tone(48, seed=1).samples, tone(48, seed=2).samples
    result = looped(Audio.of(np.hstack([left, right]), RATE), 48)
    start, last = result.loop
    for channel in result.audio.samples.T:
        jump = abs(channel[start] - channel[last])
        assert jump < 1.1 * np.abs(np.diff(channel[RATE // 2:RATE])).max()


def test_channels_that_cancel_each_other_are_looped_too():
    left = tone(48).samples
    assert looped(Audio.of(np.hstack([left, -left]), RATE), 48).loop is not None


@pytest.mark.parametrize(("audio", "periodicity", "reason"), [
    (tone(60), 0.84, "pitch"),
    (tone(60, seconds=0.5), 0.99, "sustains"),
    (tone(60, fall=20.0), 0.99, "dies"),
    (Audio.of(np.zeros(RATE), RATE), 0.99, "sustains"),
    (Audio.of(0.3 * np.random.default_rng(1).standard_normal(2 * RATE), RATE), 0.99, "alike"),
])
def test_what_does_not_sustain_a_clear_pitch_stays_a_one_shot_and_says_why(audio, periodicity, reason):
    result = loop(audio, frequency=hz_of(60), periodicity=periodicity)
    assert result.loop is None
    assert result.audio is audio
    assert reason in result.verdict.text


def test_a_sound_whose_end_is_another_sound_is_not_looped_into_it():
    two = np.concatenate([tone(60, seconds=1.0).samples, tone(66.5, seconds=0.5).samples])
    result = looped(Audio.of(two, RATE), 60)
    if result.loop is not None:  # each part may go round in itself
        start, last = result.loop
        assert (start < RATE) == (last < RATE)


def test_a_loop_keeps_out_of_the_fade_at_the_end():
    audio = tone(52, seconds=1.0)
    _, last = looped(audio, 52).loop
    assert last + 1 <= audio.frames - round(0.05 * RATE)


@pytest.mark.parametrize("rate", [8_000, 48_000, 192_000])
def test_any_rate_is_looped(rate):
    assert loop(tone(57, rate=rate, partials=4), frequency=hz_of(57), periodicity=0.99).loop is not None


@pytest.mark.parametrize("frames", [1, 2, 441, 8_192, 30_000])
def test_a_sound_of_any_length_is_answered_with_finite_samples(frames):
    wave = np.random.default_rng(3).uniform(-1, 1, (frames, 2))
    result = loop(Audio.of(wave, RATE), frequency=hz_of(40), periodicity=0.95)
    assert np.isfinite(result.audio.samples).all()
    assert np.isfinite(result.verdict.figure)
