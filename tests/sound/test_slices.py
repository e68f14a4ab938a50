from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.errors import SoundError
from bridge.sound.slices import FADE_OUT, PRE_ROLL, bars, best_hits, onsets, slices

RATE = 44_100


@pytest.fixture(scope="session")
def groove(sounds):
    """Returns a maker of loops: drums on the given moments in seconds, in turn kick, hat, snare, hat."""
    hat = sounds.noise(0.08, decay=60.0, seed=5)
    hits = [sounds.kick(0.25), hat, sounds.snare(0.25), hat]
    loud = [1.0, 0.3, 0.8, 0.3]

    def make(moments, seconds, noise_dbfs=-80.0, channels=1):
        wave = np.zeros(round(seconds * RATE))
        for number, moment in enumerate(moments):
            at = round(moment * RATE)
            hit = hits[number % 4].samples[:, 0]
            hit = (hit * np.minimum(1, np.arange(len(hit))[::-1] / 1_000))[:max(0, len(wave) - at)]
            wave[at:at + len(hit)] += loud[number % 4] * hit
        wave += 10 ** (noise_dbfs / 20) * np.random.default_rng(1).standard_normal(len(wave))
        return Audio.of(np.repeat(wave[:, None], channels, axis=1), RATE)

    return make


@given(bpm=st.floats(70, 170), swing=st.floats(0, 0.3), noise=st.floats(-90, -50))
@settings(max_examples=15, deadline=None)
def test_every_hit_of_a_groove_is_found_within_two_milliseconds(groove, bpm, swing, noise):
    step = 30 / bpm
    truth = [0.05 + step * (number + (swing if number % 2 else 0)) for number in range(16)]
    found = onsets(groove(truth, 0.05 + 16 * step, noise))
    assert len(found) == 16
    assert np.abs(np.array(found) / RATE - truth).max() <= 0.002


def test_a_hat_is_heard_over_a_kick_that_still_sounds(sounds):
    boom = sounds.boom(33, seconds=1.0).samples[:, 0].copy()
    hat = 0.25 * sounds.noise(0.08, decay=60.0).samples[:, 0]
    boom[15_000:15_000 + len(hat)] += hat
    found = onsets(Audio.of(boom, RATE))
    assert len(found) == 2
    assert abs(found[1] - 15_000) <= 0.002 * RATE


def test_a_tone_that_wavers_is_one_hit():
    t = np.arange(2 * RATE) / RATE
    phase = 2 * np.pi * 440 * t + 6 * np.sin(2 * np.pi * 6 * t)
    wave = sum(np.sin(k * phase) / k for k in range(1, 8)) * np.exp(-t)
    assert len(onsets(Audio.of(0.3 * wave, RATE))) == 1


def test_silence_and_next_to_nothing_have_no_hits():
    for frames in (1, 100, RATE):
        assert onsets(Audio.of(np.zeros(frames), RATE)) == ()
    assert onsets(Audio.of(np.ones(3), RATE)) == ()


def test_hits_are_found_where_channels_cancel_each_other(groove):
    loop = groove([0.1, 0.4, 0.7], 1.0)
    sides = Audio.of(np.hstack([loop.samples, -loop.samples]), RATE)
    assert onsets(sides) == onsets(loop)


def test_slices_are_the_loop_itself_from_hit_to_hit(groove):
    loop = groove([0.1, 0.35, 0.6, 0.85], 1.2, channels=2)
    cut = slices(loop)
    assert len(cut) == 4
    assert [one.end for one in cut[:-1]] == [one.start for one in cut[1:]]
    assert cut[-1].end == loop.frames
    for one, moment in zip(cut, (0.1, 0.35, 0.6, 0.85), strict=True):
        assert abs(one.start / RATE + PRE_ROLL - moment) <= 0.002
        whole = loop.samples[one.start:one.end]
        inside = slice(20, one.audio.frames - round(FADE_OUT * RATE) - 1)
        assert np.array_equal(one.audio.samples[inside], whole[inside])
        assert not one.audio.samples[[0, -1]].any()


def test_no_slice_is_shorter_than_asked_and_none_is_lost(groove):
    moments = [0.1, 0.2, 0.3, 0.6]
    cut = slices(groove(moments, 0.9), shortest=0.15)
    assert all(one.end - one.start >= 0.15 * RATE for one in cut)
    assert [one.end for one in cut[:-1]] == [one.start for one in cut[1:]]
    assert abs(cut[0].start / RATE - 0.1) < 0.002


def test_what_has_no_hits_has_no_slices():
    assert slices(Audio.of(np.zeros(RATE), RATE)) == ()


@given(bpm=st.floats(60, 200), count=st.integers(1, 3), spare=st.floats(0, 0.9))
@settings(max_examples=15, deadline=None)
def test_bars_have_the_exact_length_of_their_tempo(groove, bpm, count, spare):
    bar = 240 / bpm
    moments = np.arange(0.03, (count + spare) * bar, bar / 8)
    kept = bars(groove(moments, 0.03 + (count + spare) * bar), bpm)
    assert kept.bars == count
    assert kept.audio.frames == round(count * bar * RATE)
    assert kept.verdict.figure == 1.0


def test_bars_begin_with_the_first_hit(groove):
    kept = bars(groove([0.1, 0.6, 1.1, 1.6], 2.2), 120)
    assert kept.bars == 1
    assert abs(onsets(kept.audio)[0]) <= 0.002 * RATE


def test_a_bar_that_lacks_a_moment_at_its_end_is_filled_with_silence(groove):
    kept = bars(groove([0.0, 0.5, 1.0, 1.5], 1.97), 120)
    assert kept.audio.frames == 2 * RATE
    assert not kept.audio.samples[round(1.98 * RATE):].any()


def test_hits_beside_the_grid_of_a_tempo_lower_its_figure(groove):
    moments = np.arange(0, 4, 60 / 120 / 2)
    assert bars(groove(moments, 4.0), 120).verdict.figure == 1.0
    assert bars(groove(moments, 4.0), 103).verdict.figure < 0.7


@pytest.mark.parametrize("bpm", [0.0, -120.0, 1e9, float("nan")])
def test_a_tempo_that_is_none_is_refused(groove, bpm):
    with pytest.raises(SoundError, match="tempo"):
        bars(groove([0.0], 2.0), bpm)


def test_less_than_a_bar_is_refused_by_name(groove):
    with pytest.raises(SoundError) as refused:
        bars(groove([0.0], 1.0), 120)
    assert refused.value.verdict == "too-short"


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 192_000])
def test_any_rate_is_cut(sounds, rate):
    hits = [sounds.noise(0.3, decay=20.0, rate=rate, seed=seed).samples for seed in range(3)]
    found = onsets(Audio.of(np.concatenate(hits), rate))
    assert np.abs(np.array(found) / rate - [0, 0.3, 0.6]).max() <= 0.002


@given(wave=st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=3_000))
@settings(max_examples=15, deadline=None)
def test_any_finite_sound_gives_finite_slices_in_order(wave):
    audio = Audio.of(np.repeat(np.array(wave, dtype=np.float32), 4), RATE)
    cut = slices(audio)
    assert all(0 <= one.start < one.end <= audio.frames for one in cut)
    assert all(np.isfinite(one.audio.samples).all() for one in cut)


def test_the_best_hit_for_a_family_sounds_like_it(sounds):
    gap = np.zeros((4_000, 1))
    kick, hat = sounds.kick().samples[:, :1], sounds.noise(0.1, seed=3, decay=60).samples[:, :1]
    audio = Audio.of(np.concatenate([0.5 * hat, gap, 0.8 * kick, gap, 0.5 * hat, gap]), 44_100)
    best, *others = best_hits(audio, "kick", 3)
    assert len(others) == 2
    spectrum = np.abs(np.fft.rfft(best.samples[:, 0]))
    assert np.argmax(spectrum) * 44_100 / best.frames < 300
    assert best_hits(audio, "kick", 1)[0].samples.tobytes() == best.samples.tobytes()


def test_a_sound_in_which_nothing_begins_twice_stays_whole(sounds):
    audio = sounds.kick()
    assert best_hits(audio, "kick", 4) == (audio,)
