"""Varispeed keeps its promise to the cent, and tuning claims only what a second measurement found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.sound.pitch import measure
from bridge.sound.tune import tune, varispeed

PLUCK, KICK = (48, 84), (24, 43)


def pitch_in_cents(audio):
    pitch = measure(audio)
    return 100 * pitch.root + pitch.cents


def names(tuned):
    return {verdict.name: verdict for verdict in tuned.verdicts}


@settings(max_examples=30, deadline=None)
@given(note=st.floats(40, 80), cents=st.floats(-700, 700))
def test_up_and_down_again_is_where_it_was(sounds, note, cents):
    audio = sounds.sine(note, 0.5)
    there = varispeed(audio, cents)
    back = varispeed(there, -cents)
    assert pitch_in_cents(there) - pitch_in_cents(audio) == pytest.approx(cents, abs=0.5)
    assert pitch_in_cents(back) == pytest.approx(pitch_in_cents(audio), abs=0.5)
    assert abs(back.frames - audio.frames) <= 2


def test_playing_an_octave_up_halves_the_length_and_keeps_the_beginning_in_place(sounds):
    click = sounds.late(sounds.sine(69, 0.2, decay=40), 0.1)
    up = varispeed(click, 1200)
    assert up.sample_rate == click.sample_rate
    assert up.frames == pytest.approx(click.frames / 2, abs=1)
    assert np.abs(up.samples).argmax() == pytest.approx(np.abs(click.samples).argmax() / 2, abs=3)


@pytest.mark.parametrize("truth", [59.6, 60.0, 60.31, 60.49])
def test_a_tonal_sound_goes_to_the_nearest_semitone(sounds, truth):
    tuned = tune(sounds.pluck(truth), tonal=True, register=PLUCK, note=None)
    assert (tuned.claimed, tuned.pitch.root) == (True, 60)
    assert abs(tuned.pitch.cents) < 1.5
    assert pitch_in_cents(tuned.audio) == pytest.approx(6_000, abs=1.5)
    assert ("tuned" in names(tuned)) == (truth != 60.0)


@pytest.mark.parametrize("truth", [53.2, 57.0, 60.4, 66.8])
@pytest.mark.parametrize("tonal", [True, False])
def test_a_sound_within_a_fifth_of_the_asked_note_is_moved_to_it_exactly(sounds, truth, tonal):
    tuned = tune(sounds.pluck(truth), tonal=tonal, register=KICK, note=60)
    assert (tuned.claimed, tuned.pitch.root) == (True, 60)
    assert abs(tuned.pitch.cents) < 1.5
    assert names(tuned)["asked-note"].figure == pytest.approx(truth - 60, abs=0.02)


@pytest.mark.parametrize(("truth", "root"), [(50.3, 50), (70.7, 71)])
def test_a_sound_too_far_from_the_asked_note_keeps_its_own_and_says_so(sounds, truth, root):
    tuned = tune(sounds.pluck(truth), tonal=True, register=PLUCK, note=60)
    assert tuned.pitch.root == root
    assert abs(tuned.pitch.cents) < 1.5
    assert "too far" in names(tuned)["asked-note"].text


def test_what_is_in_tune_already_is_not_touched(sounds):
    audio = sounds.pluck(60.004)
    assert tune(audio, tonal=True, register=PLUCK, note=None).audio is audio


@pytest.mark.parametrize("note", [None, 60])
def test_noise_is_left_alone_and_called_unpitched(sounds, note):
    audio = sounds.noise(0.4)
    tuned = tune(audio, tonal=True, register=PLUCK, note=note)
    assert tuned.audio is audio
    assert not tuned.claimed
    assert names(tuned)["unpitched"].rule == "pass"


def test_a_chord_is_left_alone_and_called_a_chord(sounds):
    audio = sounds.audio(sum(sounds.saw(50.3 + step, seed=step).samples for step in (0, 4, 7)))
    tuned = tune(audio, tonal=True, register=(48, 84), note=None)
    assert tuned.audio is audio
    assert not tuned.claimed
    assert set(names(tuned)) == {"chord"}


def test_what_chose_a_doubtful_octave_is_said(sounds):
    both = sounds.audio(np.concatenate([sounds.saw(60, 0.4).samples, sounds.saw(48, 0.4).samples]))
    other = {48: (56, 64), 60: (44, 52)}[measure(both).root]
    assert "the family's usual register" in names(tune(both, tonal=True, register=other, note=None))["octave"].text
    asked = [tune(both, tonal=True, register=(24, 36), note=note) for note in (48, 60)]
    assert [tuned.pitch.root for tuned in asked] == [48, 60]
    assert sum("octave" in names(tuned) and "the asked note" in names(tuned)["octave"].text for tuned in asked) == 1


@pytest.mark.parametrize("second", [{"root": 61}, {"kind": "unsure"}, {"kind": "chord"}, {"confidence": 0.3}])
def test_what_a_second_measurement_does_not_find_is_not_claimed_and_not_touched(sounds, monkeypatch, second):
    audio = sounds.pluck(60.3)
    first = measure(audio)
    answers = iter([first, replace(first, **({"root": 60, "cents": 0.0} | second))])
    monkeypatch.setattr("bridge.sound.tune.measure", lambda *_: next(answers))
    tuned = tune(audio, tonal=True, register=PLUCK, note=None)
    assert tuned.audio is audio
    assert not tuned.claimed
    assert "unpitched" in names(tuned)


def test_a_drum_with_a_clear_pitch_keeps_it_and_gets_its_root_noted(sounds):
    audio = sounds.sine(45.3, 0.5, decay=8)
    tuned = tune(audio, tonal=False, register=(36, 57), note=None)
    assert tuned.audio is audio
    assert (tuned.claimed, tuned.pitch.root) == (True, 45)
    assert tuned.pitch.cents == pytest.approx(30, abs=3)
