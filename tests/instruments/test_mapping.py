from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.family import FAMILIES
from bridge.domain.instrument import Character
from bridge.instruments.mapping import (
    MOST_LAYERS,
    instrument_of,
    instrument_of_roots,
    kit_of,
    layers_of,
    velocities,
    zone_of,
)


def test_a_drum_sits_on_one_key_and_ignores_its_measured_pitch(make_sample):
    zone = zone_of(make_sample(root=31, cents=22.0, mapping="drum", family="kick", pad_note=48))
    assert (zone.low, zone.high, zone.root, zone.cents) == (48, 48, 48, 0.0)
    assert not zone.follows_keys


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_drum_without_a_key_sits_where_general_midi_has_its_family(make_sample, family):
    zone = zone_of(make_sample(mapping="drum", family=family))
    assert zone.low == zone.high == FAMILIES[family].pad_note


def test_hats_choke_each_other_and_kicks_do_not(make_sample):
    closed, opened, kick = (
        zone_of(make_sample(mapping="drum", family=family)) for family in ("hat", "open-hat", "kick")
    )
    assert closed.choke == opened.choke != 0
    assert kick.choke == 0


def test_keys_reach_as_far_as_their_family_or_as_they_are_told(make_sample):
    bass = make_sample(root=40, cents=-12.5, family="bass")
    assert (zone_of(bass).low, zone_of(bass).high) == (33, 47)
    assert (zone_of(bass, reach=24).low, zone_of(bass, reach=24).high) == (16, 64)
    assert (zone_of(bass).root, zone_of(bass).cents) == (40, -12.5)
    assert zone_of(bass).follows_keys


@given(root=st.none() | st.integers(0, 127), reach=st.integers(0, 127), family=st.sampled_from(list(FAMILIES)))
@settings(max_examples=60, deadline=None)
def test_a_zone_of_keys_stays_on_the_keyboard_and_holds_its_root(make_sample, root, reach, family):
    zone = zone_of(make_sample(root=root, family=family), reach=reach)
    assert 0 <= zone.low <= zone.root <= zone.high <= 127


def test_unpitched_keys_are_played_around_their_key_without_correction(make_sample):
    zone = zone_of(make_sample(root=None, cents=0.0, pad_note=72))
    assert (zone.root, zone.cents, zone.low, zone.high) == (72, 0.0, 66, 78)


def test_an_unknown_family_is_mapped_like_an_effect(make_sample):
    assert zone_of(make_sample(mapping="drum", family="hurdy-gurdy")).low == FAMILIES["fx"].pad_note


def test_an_instrument_carries_the_pads_name_and_the_samples_mapping(make_sample):
    instrument = instrument_of("bass-1", make_sample(mapping="keys"))
    assert (instrument.name, instrument.mode, len(instrument.zones)) == ("bass-1", "keys", 1)


def test_a_kit_plays_every_sample_on_its_one_key_as_recorded(make_sample):
    kit = kit_of("live", [
        make_sample(root=64, cents=30.0, family="pluck", pad_note=50),
        make_sample(mapping="drum", family="kick"),
    ])
    assert [(zone.low, zone.high, zone.root, zone.cents, zone.follows_keys) for zone in kit.zones] == [
        (36, 36, 36, 0.0, False), (50, 50, 50, 0.0, False),
    ]


def test_of_two_pads_on_one_key_the_later_has_it(make_sample):
    kit = kit_of("live", [
        make_sample(mapping="drum", family="kick", path="samples/a/a.wav"),
        make_sample(mapping="drum", family="kick", path="samples/b/b.wav"),
    ])
    assert [zone.path for zone in kit.zones] == ["samples/b/b.wav"]


def test_a_kit_of_nothing_has_no_zones():
    assert kit_of("empty", []).zones == ()


shapes = st.lists(st.integers(1, 4), min_size=1, max_size=MOST_LAYERS)
"""How many samples each layer of a root has, softest first."""


@given(
    roots=st.dictionaries(st.integers(0, 127), shapes, min_size=1, max_size=6),
    reach=st.none() | st.integers(0, 127),
    family=st.sampled_from(sorted(FAMILIES)),
)
@settings(max_examples=60, deadline=None)
def test_every_key_in_range_has_one_zone_for_every_velocity_and_turn(make_sample, roots, reach, family):
    instrument = instrument_of_roots("keys", [
        [[make_sample(root=root, family=family)] * members for members in layers] for root, layers in roots.items()
    ], reach=reach)
    width = FAMILIES[family].reach if reach is None else reach
    low, high = max(0, min(roots) - width), min(127, max(roots) + width)
    assert min(zone.low for zone in instrument.zones) == low
    assert max(zone.high for zone in instrument.zones) == high
    assert all(zone.low <= zone.root <= zone.high for zone in instrument.zones)
    for key in range(low, high + 1):
        there = [zone for zone in instrument.zones if zone.low <= key <= zone.high]
        for velocity in (1, 39, 40, 41, 50, 51, 72, 73, 80, 81, 95, 96, 104, 105, 127):
            answering = [zone for zone in there if zone.velocity_low <= velocity <= zone.velocity_high]
            turns = {zone.sequence[1] for zone in answering}
            assert len(turns) == 1
            assert sorted(zone.sequence[0] for zone in answering) == list(range(1, turns.pop() + 1))


def test_neighbouring_roots_meet_in_the_middle(make_sample):
    instrument = instrument_of_roots("keys", [
        [[make_sample(root=root, cents=cents, family="bass", path=f"samples/a/{root}.wav")]]
        for root, cents in ((55, -3.5), (36, 12.0), (48, 0.0))
    ])
    assert [(zone.root, zone.cents, zone.low, zone.high) for zone in instrument.zones] == [
        (36, 12.0, 29, 42), (48, 0.0, 43, 51), (55, -3.5, 52, 62),
    ]


def test_layers_answer_to_their_velocities_and_their_members_take_turns(make_sample):
    soft, hard, harder = (make_sample(mapping="drum", family="snare", path=f"samples/a/{n}.wav") for n in range(3))
    instrument = instrument_of_roots("snare", [[[soft], [hard, harder]]])
    assert instrument.mode == "drum"
    assert [(zone.path[-5], zone.velocity_low, zone.velocity_high, zone.sequence) for zone in instrument.zones] == [
        ("0", 1, 80, (1, 1)), ("1", 81, 127, (1, 2)), ("2", 81, 127, (2, 2)),
    ]
    assert {(zone.low, zone.high) for zone in instrument.zones} == {(38, 38)}


def test_of_two_sets_on_one_root_the_later_has_it(make_sample):
    early, late = (make_sample(path=f"samples/a/{name}.wav") for name in ("early", "late"))
    assert [zone.path for zone in instrument_of_roots("keys", [[[early]], [[late]]]).zones] == [late.path]


def test_one_root_with_one_sample_is_the_pads_plain_instrument(make_sample):
    sample = make_sample(root=70, cents=-8.0, family="lead")
    assert instrument_of_roots("lead", [[[sample]]]) == instrument_of("lead", sample)


def test_hats_choke_each_other_in_every_layer_and_turn(make_sample):
    hats = [make_sample(mapping="drum", family="hat")] * 2
    assert {zone.choke for zone in instrument_of_roots("hat", [[hats, hats]]).zones} == {1}


@pytest.mark.parametrize("roots", [[[]], [[[]]]])
def test_a_root_or_a_layer_of_nothing_is_refused(roots):
    with pytest.raises(ValueError, match="at least one"):
        instrument_of_roots("keys", roots)


def test_drums_and_keys_and_too_many_layers_are_refused(make_sample):
    with pytest.raises(ValueError, match="drums and keys"):
        instrument_of_roots("keys", [[[make_sample(), make_sample(mapping="drum")]]])
    with pytest.raises(ValueError, match="1–4 layers"):
        instrument_of_roots("keys", [[[make_sample()]] * 5])


def test_no_roots_are_an_instrument_that_plays_nothing():
    assert instrument_of_roots("keys", []).zones == ()


def test_velocities_go_from_1_to_127_without_a_gap():
    for count in range(1, MOST_LAYERS + 1):
        ranges = velocities(count)
        assert (ranges[0][0], ranges[-1][1], len(ranges)) == (1, 127, count)
        assert all(after[0] == before[1] + 1 for before, after in pairwise(ranges))


def character(brightness, angle):
    """A sound whose profile lies at an angle: two sounds are as alike as the cosine between theirs."""
    return Character(brightness=brightness, profile=(math.cos(angle), math.sin(angle)))


def test_brighter_variations_answer_to_harder_keys_and_similar_ones_take_turns():
    soft, middle, hard, hardest = (character(hz, at) for hz, at in ((200, 0), (900, 0.5), (4_000, 1), (5_000, 1.1)))
    assert layers_of([hard, soft, hardest, middle]) == ((1,), (3,), (0, 2))


def test_of_too_many_different_variations_the_nearest_share_a_layer():
    angles = [0.0, 0.3, 0.55, 0.9, 1.2, 1.5]
    layers = layers_of([character(100 * number, angle) for number, angle in enumerate(angles, 1)])
    assert len(layers) == MOST_LAYERS
    assert (1, 2) in layers


@given(made=st.lists(st.tuples(st.floats(0, 2e4), st.floats(0, 1.5)), max_size=16))
@settings(max_examples=60, deadline=None)
def test_every_variation_is_in_one_layer_and_none_is_duller_than_those_below(made):
    layers = layers_of([character(*values) for values in made])
    assert sorted(place for layer in layers for place in layer) == list(range(len(made)))
    assert len(layers) <= MOST_LAYERS
    brightness = [made[place][0] for layer in layers for place in layer]
    assert brightness == sorted(brightness)
