"""The small steps: offset, width, rate, fades, level. Judged by physics and by another oversampler."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import firwin, resample_poly

from bridge.audio import Audio
from bridge.sound.envelope import SILENT, decibels, powers
from bridge.sound.fade import fade
from bridge.sound.level import level, true_peak
from bridge.sound.offset import balance, offset_of, remove_offset
from bridge.sound.rate import convert
from bridge.sound.width import draw_in, narrow, sides


def true_peak_by_scipy(audio, factor=16):
    """Returns the true peak in dBTP by a windowed sinc of 2,000 taps a phase: within 0.05 dB of the ideal one."""
    taps = firwin(2 * 1_000 * factor + 1, 1 / factor, window=("kaiser", 5))
    return 20 * np.log10(np.abs(resample_poly(audio.samples.astype(float), factor, 1, axis=0, window=taps)).max())


@pytest.mark.parametrize(
    "kind", ["noise", "stereo noise", "square", "kick", "bell", "snare", "high", "click", "fastest"]
)
def test_the_true_peak_is_one_decibel_under_full_scale(sounds, kind):
    t = sounds.time(0.2)
    audio = {
        "noise": lambda: sounds.noise(0.2),
        "stereo noise": lambda: sounds.noise(0.2, channels=2, decay=20),
        "square": lambda: sounds.audio(np.sign(np.sin(2 * np.pi * 997 * t))),
        "kick": lambda: sounds.kick(0.2),
        "bell": lambda: sounds.bell(90, 0.2),
        "snare": lambda: sounds.snare(0.2),
        "high": lambda: sounds.audio(np.sin(2 * np.pi * 11_025 * t + np.pi / 4)),  # 3 dB between the samples
        "fastest": lambda: sounds.audio(np.hanning(999) * (-1) ** np.arange(999)),  # at half the sample rate
        "click": lambda: sounds.audio(np.eye(1, 400, 100)[0]),
    }[kind]()
    levelled, peak = level(audio)
    assert peak == -1.0
    assert true_peak_by_scipy(levelled) == pytest.approx(-1.0, abs=0.1)
    assert true_peak(levelled) == pytest.approx(-1.0, abs=1e-3)


@pytest.mark.parametrize("frames", [0, 1, 2, 100])
def test_silence_stays_silence(frames):
    audio = Audio.of(np.zeros((frames, 2)), 44_100)
    levelled, peak = level(audio)
    assert peak == SILENT
    assert np.array_equal(levelled.samples, audio.samples)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60))
def test_no_level_makes_a_number_that_is_none(values):
    levelled, _ = level(Audio.of(values, 44_100))
    assert np.isfinite(levelled.samples).all()
    assert np.abs(levelled.samples).max() <= 0.9


@settings(max_examples=60, deadline=None)
@given(
    frames=st.integers(0, 5_000),
    rise=st.sampled_from([0.0, 0.0002, 0.001]),
    rate=st.sampled_from([8_000, 44_100, 192_000]),
)
def test_both_ends_are_zero_and_the_middle_is_untouched(frames, rise, rate):
    audio = Audio.of(np.ones((frames, 2)), rate)
    faded = fade(audio, rise=rise, fall=0.05).samples
    assert faded.shape == audio.samples.shape
    if frames:
        assert not faded[[0, -1]].any()
        assert (np.diff(faded[: frames // 2, 0]) >= 0).all()
        assert (np.diff(faded[frames // 2 :, 0]) <= 0).all()
    if frames > 1_000:
        assert (faded[round(0.001 * rate) : round(0.89 * frames), 0] == 1).all()


@pytest.mark.parametrize(("seconds", "tail"), [(2.0, 0.05), (0.1, 0.01)])
def test_the_tail_fades_for_50_ms_and_at_most_a_tenth(seconds, tail):
    faded = fade(Audio.of(np.ones(round(seconds * 44_100)), 44_100), rise=0.0002, fall=0.05).samples[:, 0]
    assert np.count_nonzero(faded < 1) == pytest.approx((tail + 0.0002) * 44_100, abs=2)


@pytest.mark.parametrize("offset", [0.002, -0.3])
def test_an_offset_goes_and_the_sound_stays(sounds, offset):
    audio = sounds.late(sounds.boom(31), 0.1)
    cleaned = remove_offset(audio.with_samples(audio.samples + np.float32(offset)))
    assert abs(cleaned.samples.mean()) < 0.001
    assert np.abs(cleaned.samples[:4_000]).max() < 0.001
    assert decibels(powers(cleaned.samples, 20_000)[0]) == pytest.approx(
        decibels(powers(audio.samples, 20_000)[0]), abs=0.3
    )


def test_equal_channels_become_one_and_a_wide_sound_stays_wide(sounds):
    left, right = sounds.noise(0.2, 1).samples, sounds.noise(0.2, 2).samples
    same, verdict = narrow(Audio.of(np.hstack([left, left]), 44_100))
    assert (same.channels, verdict.rule) == (1, "repair")
    assert np.allclose(same.samples, left, atol=1e-7)
    assert narrow(Audio.of(np.hstack([left, right]), 44_100))[0].channels == 2
    assert narrow(Audio.of(np.hstack([left, -left]), 44_100))[0].channels == 2
    assert narrow(Audio.of(left, 44_100))[0].channels == 1


@pytest.mark.parametrize(("level_db", "channels"), [(-36.0, 1), (-34.0, 2)])
def test_sides_35_db_under_the_middle_are_empty(sounds, level_db, channels):
    middle, side = sounds.noise(2.0, 1).samples, sounds.noise(2.0, 2).samples
    side = side * np.sqrt(np.square(middle).sum() / np.square(side).sum()) * 10 ** (level_db / 20)
    audio = Audio.of(np.hstack([middle + side, middle - side]), 44_100)
    assert sides(audio) == pytest.approx(level_db, abs=0.2)
    assert narrow(audio)[0].channels == channels


@pytest.mark.parametrize("rate", [8_000, 48_000, 96_000, 192_000])
def test_another_sample_rate_is_the_same_sound_at_the_same_time(sounds, rate):
    audio = sounds.sine(69, 0.5)
    there = convert(audio, rate)
    assert (there.sample_rate, there.frames) == (rate, pytest.approx(0.5 * rate, abs=1))
    again = convert(there, 44_100).samples[400:20_000]
    assert np.abs(again - audio.samples[400:20_000]).max() < 1e-4
    assert convert(audio, 44_100) is audio


@pytest.mark.parametrize("balance_db", [0.5, 3.0, 5.9, 6.1, 20.0, 60.0])
def test_sides_louder_than_the_middle_no_longer_cancel_it(sounds, balance_db):
    middle, side = sounds.noise(seed=1).samples, sounds.noise(seed=2).samples * 10 ** (balance_db / 20)
    wide = Audio.of(np.hstack([middle + side, middle - side]) * 0.1, sounds.rate)
    drawn, (verdict,) = draw_in(wide)
    assert verdict.rule == "repair"
    assert drawn.channels == 1 or np.corrcoef(drawn.samples.T)[0, 1] >= 0
    again, nothing = draw_in(drawn)
    assert again is drawn
    assert nothing == ()


def test_a_channel_turned_round_is_turned_back_and_an_equal_one_is_mono(sounds):
    left = sounds.bell(80, 0.3).samples
    drawn, _ = draw_in(Audio.of(np.hstack([left, -left]), sounds.rate))
    assert drawn.channels == 1
    assert np.allclose(drawn.samples, left, atol=1e-6)


@pytest.mark.parametrize("seconds", [0.013, 0.05, 0.2])
def test_the_mean_that_a_cut_leaves_goes_and_both_ends_stay_zero(sounds, seconds):
    t = sounds.time(seconds)
    cut = fade(sounds.audio(np.sin(2 * np.pi * 1.5 / seconds * t)), rise=0.0002, fall=0.05)
    peak, ends = decibels(np.abs(cut.samples).max()), balance(cut)
    assert offset_of(cut) > -40
    assert offset_of(ends) < -100
    assert np.abs(ends.samples[[0, -1]]).max() < 1e-6
    assert decibels(np.abs(ends.samples).max()) == pytest.approx(peak, abs=4)


def test_a_hat_of_two_summits_near_half_the_rate_is_measured_right(sounds):
    t = np.arange(600) - 300.3
    hat = sounds.audio(np.cos(2 * np.pi * 0.47 * t) * np.exp(-((t / 9) ** 2)) + 0.9 * np.cos(2 * np.pi * 0.39 * t)
                       * np.exp(-(((t - 20.4) / 9) ** 2)))  # fmt: skip
    assert true_peak(hat) == pytest.approx(true_peak_by_scipy(hat, 32), abs=0.05)
