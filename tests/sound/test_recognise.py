"""What the classifier says, and what it must not say."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.domain.family import FAMILIES
from bridge.sound.features import NAMES, features
from bridge.sound.recognise import IMPOSSIBLE, KIN, KINDS, families, kinds, label, support, weights


def hat(sounds):
    return sounds.audio(np.diff(np.diff(sounds.noise(0.25, decay=40).samples[:, 0])))


def test_probabilities_add_up_to_one(sounds):
    found = kinds(features(sounds.kick()))
    assert sum(found.values()) == pytest.approx(1)
    assert sum(families(found).values()) == pytest.approx(1)
    assert list(families(found).values()) == sorted(families(found).values(), reverse=True)


def test_every_kind_belongs_to_a_family_and_every_veto_to_a_kind():
    shipped = set(weights().kinds)
    assert {KINDS.get(kind, kind) for kind in shipped} <= {*FAMILIES, "note"}
    assert set(KIN) <= shipped
    assert set().union(*KIN.values()) <= shipped
    assert weights().slopes.shape == (len(NAMES), len(shipped))


def test_plain_drums_are_recognised(sounds):
    assert label(features(sounds.kick()), note=None) == "kick"
    assert support("hat", kinds(features(hat(sounds)))) > 0.5


def test_a_drum_supports_its_family_and_not_a_far_one(sounds):
    heard = kinds(features(sounds.kick()))
    assert support("kick", heard) > 0.5
    assert support("hat", heard) < IMPOSSIBLE
    assert support("pluck", heard) == support("perc", heard) == 1


def test_a_note_is_labelled_by_its_pitch_and_course(sounds):
    pluck = features(sounds.pluck(60, 1.5))
    assert label(pluck, note=60) in {"pluck", "bell", "lead"}
    assert label(pluck, note=33) in {"bass", None}
    assert label(pluck, note=None) is None
