"""The tempo of a MIDI clock: known tempi, shaken as USB shakes them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.tempo import Tempo


def heard(bpm: float, *, shaken: float = 0.0, beats: int = 24, tempo: Tempo | None = None, start: float = 0.0):
    """Returns the tempi that are told of a clock whose ticks come up to so many seconds late."""
    tempo, chance = tempo or Tempo(), random.Random(bpm)
    ticks = [start + number * 60 / bpm / 24 + chance.uniform(0, shaken) for number in range(24 * beats)]
    return [bpm for tick in sorted(ticks) if (bpm := tempo.tick(tick)) is not None]


@given(st.floats(20, 400))
def test_an_even_clock_is_told_once_and_to_a_tenth(bpm):
    assert heard(bpm) == [pytest.approx(bpm, abs=0.06)]


@pytest.mark.parametrize("bpm", [60.0, 90.0, 120.0, 128.0, 174.0])
def test_a_clock_shaken_by_two_milliseconds_is_right_within_half_a_beat(bpm):
    told = heard(bpm, shaken=0.002)
    assert told
    assert all(abs(one - bpm) < 0.5 for one in told)
    assert len(told) < 4, "it is not told again and again"


def test_a_new_tempo_is_told_when_it_holds_still():
    tempo = Tempo()
    assert heard(100.0, tempo=tempo) == [100.0]
    told = heard(140.0, tempo=tempo, start=24 * 60 / 100)
    assert told[-1] == 140.0
    assert len(told) <= 3


def test_a_clock_that_pauses_begins_anew():
    tempo = Tempo()
    assert heard(120.0, tempo=tempo, beats=3) == []
    assert heard(120.0, tempo=tempo, start=60.0, beats=3) == []
    assert heard(120.0, tempo=tempo, start=120.0, beats=5) == [120.0]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=200))
def test_any_moments_are_taken(moments):
    tempo = Tempo()
    for moment in moments:
        told = tempo.tick(moment)
        assert told is None or told > 0
