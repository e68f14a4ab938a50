"""Adjectives move what they speak of: a small part of tests/bench/adjectives.py."""

from __future__ import annotations

import pytest

from bench.adjectives import CLAIMS, moves
from bridge.models.synth.words.vocabulary import ADJECTIVES

SEEDS = range(301, 304)


def test_something_is_claimed_of_every_adjective():
    assert sorted(CLAIMS) == sorted(row.name for row in ADJECTIVES)


@pytest.mark.parametrize("word", list(CLAIMS))
def test_an_adjective_moves_what_it_speaks_of(word):
    found = moves(word, CLAIMS[word].families.split()[0], SEEDS)
    assert (found > 0).sum() >= len(SEEDS) - 1
