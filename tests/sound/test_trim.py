"""Where a sound begins and ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.sound.trim import shorten, trim

ATTACKS = ("kick", "snare", "pluck", "boom", "bell")


def attack(sounds, kind):
    audio = getattr(sounds, kind)(*((48,) if kind in ("pluck", "boom", "bell") else ()))
    loud = np.abs(audio.samples[:, 0]) > 10 ** (-46 / 20)
    return audio.with_samples(audio.samples[int(loud.argmax()) :])


@pytest.mark.parametrize("noise", [None, -90, -60, -45])
@pytest.mark.parametrize("lead_in", [0.02, 0.137, 0.4])
@pytest.mark.parametrize("kind", ATTACKS)
def test_the_onset_is_found_within_two_milliseconds_at_any_noise_floor(sounds, kind, lead_in, noise):
    late = sounds.late(attack(sounds, kind), lead_in, noise)
    assert trim(late, longest=5).lead_in == pytest.approx(lead_in, abs=0.002)


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_the_onset_does_not_depend_on_the_sample_rate(sounds, rate):
    late = sounds.late(sounds.sine(69, 0.3, rate=rate), 0.25, -60)
    assert trim(late, longest=5).lead_in == pytest.approx(0.25, abs=0.002)


def test_leading_zeros_before_the_noise_hide_nothing(sounds):
    late = sounds.late(attack(sounds, "snare"), 0.3, -45)
    padded = late.with_samples(np.concatenate([np.zeros((5_000, 1)), late.samples, np.zeros((5_000, 1))]))
    assert trim(padded, longest=5).lead_in == pytest.approx(0.3 + 5_000 / 44_100, abs=0.002)


def test_a_sound_that_begins_at_once_loses_nothing_of_its_beginning(sounds):
    for kind in ATTACKS:
        assert trim(attack(sounds, kind), longest=5).lead_in == 0


def test_a_ghost_before_a_drum_is_cut_and_a_swell_is_kept(sounds):
    t = sounds.time(2.0)
    swell = sounds.audio(np.sin(2 * np.pi * 220 * t) * 10 ** (-60 * (1 - t / 2) / 20))  # 30 dB a second
    assert trim(swell, longest=5).lead_in == pytest.approx(2 * (1 - 34 / 60), abs=0.03)
    assert trim(swell, longest=5, swells=True).lead_in < 2 * (1 - 49 / 60)


def test_a_slow_attack_without_noise_is_no_noise(sounds):
    t = sounds.time(3.0)
    pad = sounds.audio(np.sin(2 * np.pi * 220 * t) * np.minimum(1, t) * np.minimum(1, 3 - t))
    assert trim(pad, longest=5, swells=True).lead_in < 0.005
    assert trim(pad, longest=5).lead_in < 0.03


def test_the_tail_ends_60_db_under_the_peak(sounds):
    ringing = sounds.sine(69, 3.0, decay=10)  # 86.9 dB a second
    assert trim(ringing, longest=5).audio.seconds == pytest.approx(60 / 86.86, abs=0.04)


def test_the_tail_ends_where_it_sinks_into_the_noise(sounds):
    ringing = sounds.late(sounds.sine(69, 2.0, decay=10), 0.2, -50, after=0.5)
    # RMS of the sound 3 dB under its amplitude of −6 dBFS; with the noise it stands 6 dB over the noise alone.
    expected = (-9 - (-50 + 4.8)) / 86.86
    assert trim(ringing, longest=5).audio.seconds == pytest.approx(expected, abs=0.06)


def test_a_family_has_a_longest_sample(sounds):
    assert trim(sounds.sine(60, 3.0, decay=0), longest=1.5).audio.frames == round(1.5 * 44_100)
    assert shorten(sounds.sine(60, 3.0), 1.0).seconds == 1.0
    assert shorten(sounds.sine(60, 0.5), 1.0).seconds == 0.5


def test_silence_and_nothing_come_back_untouched():
    for frames in (0, 1, 7, 44_100):
        assert trim(Audio.of(np.zeros((frames, 2)), 44_100), longest=1).audio.frames == frames


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    lead_in=st.floats(0, 0.3),
    attack_seconds=st.floats(0, 0.3),
    decay=st.floats(0, 60),
    noise=st.one_of(st.none(), st.floats(-100, -20)),
    seconds=st.floats(0.001, 0.8),
    rate=st.sampled_from([8_000, 22_050, 44_100]),
    longest=st.floats(0.05, 1.0),
    swells=st.booleans(),
)
@example(  # the first cut, at the longest length, uncovers a stretch of noise that is a tail to be cut
    seed=2076, lead_in=0.28019576786894157, attack_seconds=0.0, decay=0.0, noise=-36.0, seconds=0.5, rate=8_000,
    longest=1.0, swells=False,
)  # fmt: skip
def test_trimming_twice_is_trimming_once(
    sounds, seed, lead_in, attack_seconds, decay, noise, seconds, rate, longest, swells
):
    t = sounds.time(max(seconds, 2 / rate), rate)
    random = np.random.default_rng(seed)
    wave = np.sin(2 * np.pi * random.uniform(30, 3_000) * t) + random.uniform(0, 1) * random.standard_normal(len(t))
    wave[0] += 0.1
    shaped = wave * np.exp(-decay * t) * np.minimum(1, (t + 0.001) / (attack_seconds + 0.001))
    once = trim(sounds.late(sounds.audio(shaped, rate), lead_in, noise, seed=seed), longest=longest, swells=swells)
    twice = trim(once.audio, longest=longest, swells=swells)
    assert np.array_equal(twice.audio.samples, once.audio.samples)
    assert (twice.lead_in, twice.tail) == (0, 0)
    assert once.audio.frames > 0


@pytest.mark.parametrize("lead_in", [0.0, 0.0007, 0.0013, 0.0019, 0.1])
@pytest.mark.parametrize("kind", ["kick", "bell", "snare"])
def test_a_sound_is_heard_within_a_millisecond(sounds, kind, lead_in):
    audio = {"kick": sounds.kick, "bell": lambda: sounds.bell(90, 0.4), "snare": sounds.snare}[kind]()
    before = np.zeros((round(lead_in * audio.sample_rate), audio.channels), dtype=np.float32)
    trimmed = trim(audio.with_samples(np.vstack([before, audio.samples])), longest=4.0).audio
    level = np.abs(trimmed.samples).max(axis=1) / np.abs(trimmed.samples).max()
    assert np.argmax(level > 10 ** (-50 / 20)) <= 0.001 * audio.sample_rate + 1
