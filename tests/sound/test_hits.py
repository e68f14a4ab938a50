"""Where something begins, and what only looks as if it did."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.sound.hits import apart, course_of, find_hits, keep
from bridge.sound.picture import picture


def placed(sounds, pieces, seconds=2.0, rate=44_100):
    """Sounds at their times: (seconds, gain, audio)."""
    out = np.zeros(round(seconds * rate))
    for at, gain, audio in pieces:
        first = round(at * rate)
        wave = audio.samples[: len(out) - first, 0]
        out[first : first + len(wave)] += gain * wave
    return Audio.of(out, rate)


def starts(audio):
    return [hit.start / audio.sample_rate for hit in find_hits(picture(audio))]


@settings(max_examples=25, deadline=None)
@given(gaps=st.lists(st.floats(0.2, 0.6), min_size=0, max_size=3), seed=st.integers(0, 99))
def test_hits_are_found_where_they_were_put(sounds, gaps, seed):
    times = (0.1 + np.cumsum([0.0, *gaps])).tolist()
    found = starts(placed(sounds, [(at, 1, sounds.snare(seed=seed)) for at in times], seconds=2.5))
    assert found == pytest.approx(times, abs=0.008)


@pytest.mark.parametrize("note", [28, 36, 48, 60])
def test_one_sound_is_one_hit(sounds, note):
    for audio in (sounds.boom(note), sounds.pluck(note), sounds.bell(note), sounds.kick(), sounds.snare()):
        assert len(find_hits(picture(audio))) == 1


def test_beating_and_tremolo_are_no_hits(sounds):
    t = sounds.time(2.0)
    beating = sum(np.sin(2 * np.pi * k * f * t) / k for f in (110, 113) for k in range(1, 30))
    trembling = sounds.pluck(60, 2.0).samples[:, 0] * (1 + 0.5 * np.sin(2 * np.pi * 6 * t))
    assert len(find_hits(picture(sounds.audio(beating)))) <= 1
    assert len(find_hits(picture(sounds.audio(trembling)))) == 1


def test_a_sound_that_breaks_off_does_not_begin_there(sounds):
    assert len(starts(sounds.late(sounds.sine(60, 0.3, decay=0), 0.2))) == 1


def test_a_soft_echo_belongs_to_its_hit(sounds):
    assert len(starts(placed(sounds, [(0.1, 1, sounds.snare()), (0.6, 0.1, sounds.snare())]))) == 1
    assert len(starts(placed(sounds, [(0.1, 1, sounds.snare()), (0.6, 0.5, sounds.snare())]))) == 2


def test_the_loudest_hit_with_the_most_room_is_kept(sounds):
    snare = sounds.snare()
    audio = placed(sounds, [(0.1, 0.4, snare), (0.5, 1.0, snare), (0.9, 0.9, snare)], seconds=1.6)
    view = picture(audio)
    first, last = keep(find_hits(view), view, usual=0.5)
    assert first / 44_100 == pytest.approx(0.9, abs=0.010)
    assert last == audio.frames


def test_the_same_drum_again_is_alike_and_other_drums_are_not(sounds):
    hat = sounds.audio(np.diff(sounds.noise(0.2, decay=30).samples[:, 0]))
    same = picture(placed(sounds, [(at, 1, sounds.snare()) for at in (0.1, 0.6, 1.1)]))
    other = picture(placed(sounds, [(0.1, 1, sounds.snare()), (0.6, 1, sounds.kick()), (1.1, 1, hat)]))
    assert apart(find_hits(same), same) < 1 < 3 < apart(find_hits(other), other)


def test_a_one_shot_has_no_syllables(sounds):
    for audio in (sounds.pluck(50), sounds.snare(), sounds.boom(33)):
        assert course_of(picture(audio)).syllables == 0
