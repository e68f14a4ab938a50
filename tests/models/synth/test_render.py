"""The task: takes, seeds, and that any brief gives a sane sound."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.family import FAMILIES
from bridge.models.synth.limits import LONGEST, SHORTEST
from bridge.models.synth.render import render, sound, take_seed
from bridge.models.synth.words.vocabulary import ADJECTIVES
from bridge.workers import WorkerPool


def _is_a_record(samples: np.ndarray) -> None:
    assert np.isfinite(samples).all()
    assert 0.85 < np.abs(samples).max() <= 0.9
    assert np.abs(samples.mean(axis=0)).max() < 1e-4
    assert np.abs(samples[-2:]).max() < 1e-3
    assert np.abs(samples[-22:]).max() < 0.05


@pytest.mark.parametrize("family", list(FAMILIES))
def test_twenty_seeds_of_a_family_are_sound(family, lab):
    row = FAMILIES[family]
    for seed in range(101, 121):
        samples = lab.made(family, seed=seed, seconds=min(row.usual, 0.5))
        _is_a_record(samples)
        assert len(samples) == round(min(row.usual, 0.5) * 44_100)


@settings(max_examples=25, deadline=None)
@given(
    family=st.sampled_from([*FAMILIES, "unheard of"]),
    adjectives=st.lists(st.sampled_from([word for row in ADJECTIVES for word in row.en.split(", ")]), max_size=8),
    degree=st.sampled_from(["", "extremely ", "not "]),
    seed=st.integers(1, 2**32 - 1),
    note=st.none() | st.integers(0, 127),
    seconds=st.sampled_from([None, 0.0001, 0.01, 0.05, 0.3, float("nan"), -1.0]),
    energy=st.floats(1e-9, 1.0),
)
def test_any_brief_gives_a_sane_sound(lab, family, adjectives, degree, seed, note, seconds, energy):
    prompt = " ".join(degree + adjective for adjective in adjectives)
    samples = lab.made(family, prompt, seed, note=note, seconds=seconds, energy=energy)
    _is_a_record(samples)
    assert round(SHORTEST * 44_100) <= len(samples) <= round(LONGEST * 44_100)


def test_the_longest_sound_takes_a_bounded_time(lab):
    began = time.process_time()
    samples = lab.made("pad-synth", "huge wide distorted lofi reverb", 3, seconds=100.0)
    assert time.process_time() - began < 8
    assert len(samples) == round(LONGEST * 44_100)
    _is_a_record(samples)


def test_the_first_take_has_the_seed_of_the_call_and_the_others_their_own(lab):
    takes = render(lab.brief("snare", count=4), 77)
    assert len(takes) == 4
    assert takes[0].seed == 77
    assert len({take.seed for take in takes}) == len({take.sound for take in takes}) == 4
    assert all(1 <= take.seed < 2**32 for take in takes)


def test_a_takes_seed_makes_that_take_again(lab):
    brief = lab.brief("clap", "dusty", count=3)
    for take in render(brief, 5):
        assert render(replace(brief, count=1), take.seed)[0].sound == take.sound


def test_at_most_sixteen_takes_are_made(lab):
    assert len(render(lab.brief("hat", count=500), 1)) == 16


def test_seeds_of_takes_are_those_that_were_told_before(lab):
    """Sidecars name the seeds of their takes: the derivation may not change."""
    assert [take_seed(lab.brief("kick"), 1, variation) for variation in range(3)] == [1, 1998678068, 2824513494]


def test_where_a_sound_goes_does_not_change_it(lab):
    brief = lab.brief("hat", "bright")
    elsewhere = replace(brief, pad="hats", pad_note=46, mapping="keys", targets=(("live", "track:x"),), count=3)
    assert sound(brief, 9) == sound(elsewhere, 9)


def test_two_processes_make_the_same_bytes(lab):
    briefs = [lab.brief(family, "wide dusty", energy=0.7) for family in ("kick", "clap", "bell", "hat", "fx")]

    async def story():
        workers = WorkerPool(1)
        await workers.start()
        try:
            return [await workers.run("bridge.models.synth.render:sound", brief, 42) for brief in briefs]
        finally:
            await workers.close()

    assert asyncio.run(story()) == [sound(brief, 42) for brief in briefs]
