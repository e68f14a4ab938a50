"""What the gate lets through, and what it says of the rest."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from bridge.audio import Audio
from bridge.sound.gate import judge


def rules(audio, shortest=0.1):
    return {verdict.name: verdict.rule for verdict in judge(audio, shortest=shortest)}


def figure(audio, name):
    return next(verdict.figure for verdict in judge(audio, shortest=0.1) if verdict.name == name)


def test_a_good_take_passes_every_rule(sounds):
    assert rules(sounds.saw(48)) == dict.fromkeys(("silence", "active", "length", "dc", "clipping"), "pass")


@pytest.mark.parametrize("channels", [3, 6, 8])
def test_more_than_two_channels_fail_by_name(channels):
    assert rules(Audio.of(np.ones((100, channels)) * 0.1, 44_100)) == {"channels": "fail"}


def test_a_take_without_frames_is_worth_another_seed():
    assert rules(Audio.of(np.zeros((0, 2)), 44_100)) == {"empty": "retry"}


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 1e30])
def test_values_that_are_no_sound_are_counted(sounds, poison):
    samples = sounds.saw(48).samples.copy()
    samples[[5, 900]] = poison
    (verdict,) = judge(Audio.of(samples, 44_100), shortest=0.1)
    assert (verdict.name, verdict.rule, verdict.figure) == ("finite", "retry", 2)


@pytest.mark.parametrize(("peak", "rule"), [(-49.0, "pass"), (-51.0, "retry"), (-300.0, "retry")])
def test_a_peak_under_50_db_is_silence(sounds, peak, rule):
    audio = sounds.saw(48)
    quiet = audio.with_samples(audio.samples * (10 ** (peak / 20) / 0.5))
    assert rules(quiet)["silence"] == rule


@pytest.mark.parametrize("value", [0.0, 0.5, -1.0])
def test_a_constant_is_silence_however_loud(value):
    assert rules(Audio.of(np.full((44_100, 2), value), 44_100))["silence"] == "retry"


def test_a_single_click_is_too_little_sound():
    click = np.zeros(44_100)
    click[20_000] = 1.0
    assert rules(Audio.of(click, 44_100))["active"] == "retry"
    assert rules(Audio.of([0.7], 44_100))["active"] == "retry"


@pytest.mark.parametrize(("seconds", "rule"), [(0.19, "retry"), (0.21, "pass")])
def test_less_than_half_of_the_usual_length_broke_off(sounds, seconds, rule):
    held = sounds.sine(48, seconds, decay=0)
    assert rules(sounds.late(held, 0.5), shortest=0.4)["length"] == rule


@pytest.mark.parametrize(("offset", "rule"), [(0.00005, "pass"), (0.002, "repair"), (-0.3, "repair")])
def test_an_offset_from_60_db_under_the_peak_on_is_repaired(sounds, offset, rule):
    audio = sounds.sine(57, 1.0)
    assert rules(audio.with_samples(audio.samples + offset))["dc"] == rule


def test_clipping_is_told_and_passes(sounds):
    audio = sounds.sine(45, 1.0, decay=0)
    clipped = audio.with_samples(np.clip(audio.samples * 4, -1, 1))
    assert figure(audio, "clipping") < 0.05
    assert figure(clipped, "clipping") == pytest.approx(2 * np.arccos(0.5) / np.pi, abs=0.01)
    assert rules(clipped)["clipping"] == "pass"


def test_every_figure_is_a_number_that_json_holds(sounds):
    for audio in (sounds.saw(48), Audio.of(np.zeros(500), 44_100), Audio.of([np.nan], 44_100)):
        for verdict in judge(audio, shortest=0.1):
            json.dumps(asdict(verdict), allow_nan=False)
