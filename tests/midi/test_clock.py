"""The tempo of a clock: right within half a beat per minute, although the ticks jitter, and told only as news."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.midi.clock import MOST_TICKS, TempoFollower, tempo_of


def ticks(bpm, seconds, *, begin=0.0, jitter=0.0, period=0.0, seed=1):
    """Returns when the ticks of a clock arrive: late by up to `jitter` seconds, or all at the end of a period."""
    dice = random.Random(seed)
    gap = 60 / 24 / bpm
    times = [begin + place * gap for place in range(int(seconds / gap))]
    if period:
        return [(at // period + 1) * period for at in times]
    return sorted(at + dice.uniform(0, jitter) for at in times)


def follow(times, follower=None, port="box"):
    follower = follower or TempoFollower()
    return [bpm for at in times if (bpm := follower.hear(port, "clock", at)) is not None]


@settings(max_examples=60)
@given(bpm=st.floats(40, 240), jitter=st.floats(0, 0.01), seed=st.integers(0, 10**6))
def test_a_known_tempo_with_jitter_is_heard_within_half_a_beat_per_minute(bpm, jitter, seed):
    told = follow(ticks(bpm, 12, jitter=jitter, seed=seed))
    assert told
    assert told[-1] == pytest.approx(bpm, abs=0.5)


@pytest.mark.parametrize("frames", [64, 256, 1024])
@pytest.mark.parametrize("bpm", [60, 92.5, 120, 174])
def test_ticks_that_come_in_periods_of_jack_give_the_tempo(bpm, frames):
    told = follow(ticks(bpm, 15, period=frames / 48_000))
    assert told[-1] == pytest.approx(bpm, abs=0.5)
    assert len(told) == 1


@pytest.mark.parametrize("bpm", [20.5, 300, 399])
def test_the_slowest_and_fastest_tempos_are_heard(bpm):
    assert follow(ticks(bpm, 20)) == [pytest.approx(bpm, abs=0.5)]


def test_a_steady_tempo_is_told_once_and_a_new_one_only_when_it_is_steady_again():
    follower = TempoFollower()
    assert follow(ticks(120, 30, jitter=0.003), follower) == [pytest.approx(120, abs=0.5)]
    change = ticks(120.3, 30, begin=30, jitter=0.003)
    assert follow(change, follower) == []
    told = follow(ticks(140, 30, begin=60, jitter=0.003), follower)
    assert told == [pytest.approx(140, abs=0.5)]


def test_a_ramp_is_not_told_until_it_has_ended():
    follower, at, times = TempoFollower(), 0.0, []
    for place in range(24 * 40):
        at += 60 / 24 / (100 + 50 * place / (24 * 40))
        times.append(at)
    assert follow(times, follower) == []
    assert follow(ticks(150, 10, begin=at + 0.01), follower) == [pytest.approx(150, abs=0.5)]


def test_stop_start_and_a_pause_begin_the_measuring_anew_and_keep_the_tempo():
    follower = TempoFollower()
    follow(ticks(100, 10), follower)
    for kind in ("stop", "start", "continue"):
        assert follower.hear("box", kind, 10.0) is None
    assert follower.bpm == 100
    assert follow(ticks(100, 10, begin=60), follower) == []
    assert follow(ticks(90, 10, begin=300), follower) == [90]


def test_two_clocks_do_not_mix_and_the_second_counts_when_the_first_is_silent():
    follower = TempoFollower()
    both = sorted([(at, "box") for at in ticks(120, 10)] + [(at, "daw") for at in ticks(97, 10)])
    assert [bpm for at, port in both if (bpm := follower.hear(port, "clock", at))] == [120]
    assert follow(ticks(97, 10, begin=20), follower, "daw") == [97]


def test_too_slow_too_fast_and_all_at_once_are_no_tempo():
    assert follow(ticks(700, 10)) == []
    assert follow([1.0] * 1_000) == []
    assert tempo_of([5.0, 5.0, 5.0]) == 0.0


@given(st.lists(st.floats(0, 100), max_size=300))
def test_any_times_are_taken_without_an_error_and_without_growing(times):
    follower = TempoFollower()
    follow(times, follower)


def test_a_sender_that_is_stuck_on_the_clock_fills_no_memory():
    follower = TempoFollower()
    assert follow([place * 1e-5 for place in range(50_000)], follower) == []
    assert len(follower._ticks) <= MOST_TICKS
