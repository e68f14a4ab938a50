from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.family import FAMILIES
from bridge.instruments.mapping import instrument_of, kit_of, zone_of


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
