"""What every format says of an instrument, read back by the rules of the format and compared with the zones."""

from __future__ import annotations

import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.domain.instrument import Instrument, Zone
from bridge.errors import LibraryError, RequestError, SoundError
from bridge.instruments.formats import open_formats
from support.presets import READERS

FORMATS = open_formats([]).writers

KEYS = Instrument(name="glass-keys", mode="keys", zones=(
    Zone(path="samples/k/a.wav", root=48, cents=-12.5, low=40, high=53, velocity_high=80, sequence=(1, 2)),
    Zone(path="samples/k/b.wav", root=48, cents=49.75, low=40, high=53, velocity_high=80, sequence=(2, 2)),
    Zone(path="samples/k/c.wav", root=48, cents=3.0, low=40, high=53, velocity_low=81),
    Zone(path="samples/k/d.wav", root=60, cents=-30.25, low=54, high=66, loop=(1_000, 4_095)),
))
DRUMS = Instrument(name="main", mode="drum", zones=tuple(
    Zone(path=f"samples/{name}/{name}.wav", root=key, cents=0.0, low=key, high=key, follows_keys=False, **more)
    for name, key, more in (
        ("kick", 36, {}), ("soft", 38, {"velocity_high": 80}), ("hard", 38, {"velocity_low": 81}),
        ("hat", 42, {"choke": 1}), ("open", 46, {"choke": 1}),
    )
))

HARDEST = {"op-xy", "deluge"}
FIRST_TURNS = {"sf2", "live", "1010music", "xpm"}
"""An MPC's keygroup takes turns or has layers, and the one of KEYS has both."""
WHOLE = {"xrni", "hydrogen", "h2drumkit"}
"""Where all samples of an instrument, or of a key, take turns or none does."""
COARSE = {"xrni": 0.5 / 127, "multisample": 1e-6, "dspreset": 1e-6, "hydrogen": 1e-6, "h2drumkit": 1e-6, "xpm": 1e-6}
"""How far from the truth, in semitones, a format must be that counts its own steps; the others count whole cents."""


def written(name, instrument, sounds):
    return dict(FORMATS[name].write(instrument, "instruments", sounds))


def read(name, instrument, sounds):
    return READERS[name](written(name, instrument, sounds))


def expected(name, instrument):
    """Returns the zones that a sampler of a format can play."""
    zones = list(instrument.zones)
    if name in FIRST_TURNS | HARDEST:
        zones = [zone for zone in zones if zone.sequence[0] == 1]
    if name in HARDEST or (name == "1010music" and instrument.mode == "drum"):
        zones = [zone for zone in zones if zone.velocity_high == 127]
    return zones


def agree(found, zone, name):
    stem = zone.path.rsplit("/", 1)[1].removesuffix(".wav")
    assert stem in str(found["sound"]) or name == "sf2"
    if "velocities" in found:
        assert found["velocities"] == (zone.velocity_low, zone.velocity_high)
    if "low" in found and name not in ("op-xy", "deluge"):
        assert (found["low"], found["high"]) == (zone.low, zone.high)
    if "fixed" in found:
        assert found["fixed"] == (not zone.follows_keys)
    if zone.follows_keys and "natural" in found:
        assert abs(found["natural"] - (zone.root + zone.cents / 100)) <= COARSE.get(name, 0.005) + 1e-9
    if "root" in found:
        assert found["root"] == zone.root
    if "loop" in found:
        assert found["loop"] == (zone.loop and (zone.loop[0], zone.loop[1] + 1))
    if "turn" in found:
        assert found["turn"] == zone.sequence
    if "takes turns" in found:
        turns = zone.sequence[1] > 1 and name not in FIRST_TURNS
        assert found["takes turns"] == turns or name in WHOLE
    if "choke" in found:
        assert found["choke"] == zone.choke
    if "frames" in found:
        assert found["frames"] == 44_100


def test_every_format_has_a_reader_of_its_own_rules():
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("instrument", [KEYS, DRUMS], ids=["keys", "drums"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_the_zones_say(name, instrument, tone_sounds):
    found = read(name, instrument, tone_sounds())
    zones = sorted(expected(name, instrument), key=lambda zone: (zone.low, zone.velocity_low, zone.sequence))
    if "low" in found[0]:
        found.sort(key=lambda one: (one["low"], one.get("velocities")))
    assert len(found) == len(zones)
    for one, zone in zip(found, zones, strict=True):
        agree(one, zone, name)


@pytest.mark.parametrize("name", ["dspreset", "sf2", "xrni", "xpm", "1010music"])
def test_a_drum_sounds_to_its_end_and_a_key_until_it_is_let_go(name, tone_sounds):
    def held(zone):
        return zone["release"] > 60 if "release" in zone else zone.get("held", False)

    assert all(held(zone) for zone in read(name, DRUMS, tone_sounds()))
    assert not any(held(zone) for zone in read(name, KEYS, tone_sounds()))


def test_the_deluge_plays_drums_once_and_loops_only_what_has_a_loop(tone_sounds):
    plain = replace(KEYS, zones=KEYS.zones[2:3])
    assert {zone["mode"] for zone in read("deluge", DRUMS, tone_sounds())} == {1}
    assert {zone["mode"] for zone in read("deluge", KEYS, tone_sounds())} == {2}
    assert {zone["mode"] for zone in read("deluge", plain, tone_sounds())} == {0}


@pytest.mark.parametrize("name", ["multisample", "xrni", "xpm", "hydrogen"])
def test_zones_of_one_range_take_turns(name, tone_sounds):
    turns = replace(KEYS, zones=tuple(replace(zone, velocity_high=127) for zone in KEYS.zones[:2]))
    alone = replace(KEYS, zones=KEYS.zones[2:])
    assert [zone["takes turns"] for zone in read(name, turns, tone_sounds())] == [True, True]
    assert not any(zone["takes turns"] for zone in read(name, alone, tone_sounds()))


def test_an_op_xy_has_its_drums_on_its_own_keys_and_its_zones_without_a_gap(tone_sounds):
    assert [(zone["low"], zone["high"]) for zone in read("op-xy", DRUMS, tone_sounds())] == [
        (key, key) for key in range(53, 57)
    ]
    assert [(zone["low"], zone["high"]) for zone in read("op-xy", KEYS, tone_sounds())] == [(0, 53), (54, 127)]


def test_a_deluge_reaches_from_one_range_to_the_next(tone_sounds):
    assert [(zone["low"], zone["high"]) for zone in read("deluge", KEYS, tone_sounds())] == [(0, 53), (54, 127)]


def test_an_op_xy_gets_44_100_hz_and_the_loop_at_its_place_in_time(tone_sounds):
    high = Audio.of(0.5 * np.sin(np.arange(96_000) / 20), 96_000)
    sounds = tone_sounds({"samples/k/d.wav": high})
    (zone,) = read("op-xy", replace(KEYS, zones=KEYS.zones[3:]), sounds)
    assert zone["rate"] == 44_100
    assert np.allclose(np.array(zone["loop"]) / 44_100, np.array([1_000, 4_096]) / 96_000, atol=0.5 / 44_100)


def test_a_loop_up_to_the_end_ends_a_frame_before_it_on_the_op_xy(tone_sounds):
    whole = replace(KEYS.zones[3], loop=(0, 44_099))
    (zone,) = read("op-xy", replace(KEYS, zones=(whole,)), tone_sounds())
    assert zone["loop"] == (0, 44_099)


def test_stereo_is_a_left_and_a_right_sample_in_a_sound_font(tone_sounds):
    t = np.arange(1_000) / 1_000
    stereo = Audio.of(np.stack([t, -t / 2], axis=1), 44_100)
    left, right = read("sf2", replace(KEYS, zones=KEYS.zones[3:]), tone_sounds({"samples/k/d.wav": stereo}))
    assert [(zone["kind"], zone["pan"]) for zone in (left, right)] == [(4, -500), (2, 500)]
    pcm = np.array([np.frombuffer(zone["pcm"], "<i2") for zone in (left, right)])
    assert np.abs(pcm / 32_768 - stereo.samples.T).max() <= 0.5 / 32_768 + 1e-6


def test_a_sound_used_twice_is_stored_once_in_a_sound_font(tone_sounds):
    twice = replace(KEYS, zones=(KEYS.zones[3], replace(KEYS.zones[3], low=67, high=70)))
    once = replace(KEYS, zones=KEYS.zones[3:])
    (a,), (b,) = (written("sf2", instrument, tone_sounds()).values() for instrument in (twice, once))
    assert len(a) - len(b) < 100


def test_sounds_of_one_name_are_told_apart_though_a_system_takes_capitals_for_small_letters(tone_sounds):
    zones = tuple(replace(zone, path=path) for zone, path in
                  zip(KEYS.zones, ("samples/a/x.wav", "samples/b/X.wav", "samples/c/x.wav", "x.wav"), strict=True))
    names = [zone["sound"] for zone in read("multisample", replace(KEYS, zones=zones), tone_sounds())]
    assert names == ["x.wav", "X-2.wav", "x-3.wav", "x-4.wav"]


@pytest.mark.parametrize(("name", "count", "cure"), [
    ("op-xy", 25, "24 sounds"), ("1010music", 17, "16 pads"), ("hydrogen", 17, "16 layers"), ("xpm", 5, "4 layers"),
    ("xrni", 256, "255 samples"),
])
def test_more_than_a_format_holds_is_refused_with_its_limit(name, count, cure, tone_sounds):
    def zone(n):
        if name in ("hydrogen", "xpm"):
            return replace(DRUMS.zones[0], velocity_low=7 * n + 1, velocity_high=7 * n + 7)
        return replace(DRUMS.zones[0], low=n % 100, high=n % 100, velocity_low=1 + n // 100)

    instrument = replace(DRUMS, zones=tuple(map(zone, range(count))))
    with pytest.raises(RequestError, match=cure) as refused:
        written(name, instrument, tone_sounds())
    assert refused.value.hint
    written(name, replace(instrument, zones=instrument.zones[:count - 1]), tone_sounds())


def test_a_sound_that_is_too_long_for_the_op_xy_is_named_with_its_length(tone_sounds):
    long = Audio.of(np.zeros(8_000 * 21), 8_000)
    with pytest.raises(RequestError, match=r"d\.wav lasts 21\.0 s"):
        written("op-xy", KEYS, tone_sounds({"samples/k/d.wav": long}))


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.sounds != "apart"])
def test_an_emptied_pad_is_a_file_that_plays_nothing(name, tone_sounds):
    assert read(name, Instrument(name="kick", mode="drum", zones=()), tone_sounds()) == []


def test_keys_above_renoises_keyboard_are_left_out_and_a_root_there_is_reached_from_below(tone_sounds):
    high = replace(KEYS, zones=(
        replace(KEYS.zones[3], root=122, low=110, high=127), replace(KEYS.zones[3], root=125, low=120, high=127),
    ))
    (zone,) = read("xrni", high, tone_sounds())
    assert (zone["low"], zone["high"]) == (110, 119)
    assert abs(zone["natural"] - (122 - 0.3025)) < 0.5 / 127


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("sfz", "sf2")])
@pytest.mark.parametrize("path", [
    "samples/a/..", "samples/a/<x>.wav", "samples/a/b c.wav", "a\\b.wav", "samples/a/.wav", "",
])
def test_a_sound_whose_name_could_lead_elsewhere_is_refused(name, path, tone_sounds):
    with pytest.raises(LibraryError):
        written(name, replace(KEYS, zones=(replace(KEYS.zones[2], path=path),)), tone_sounds())


@pytest.mark.parametrize("name", ["sf2", "op-xy"])
def test_a_sound_with_nan_is_refused(name, tone_sounds):
    broken = Audio.of(np.array([0.0, np.nan]), 44_100)
    with pytest.raises(SoundError):
        written(name, KEYS, tone_sounds({zone.path: broken for zone in KEYS.zones}))


PATHS = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=12).map(
    lambda name: f"samples/pad/{name}.wav"
)


@st.composite
def keys_zones(draw):
    """Zones over the keys: ranges that do not overlap, each with its layers and turns."""
    borders = sorted(draw(st.sets(st.integers(0, 127), min_size=1, max_size=6)))
    zones = []
    for low, behind in zip(borders, [*borders[1:], 128], strict=True):
        tops = [*sorted(draw(st.sets(st.integers(1, 126), max_size=3))), 127]
        turns = draw(st.integers(1, 2))
        high = draw(st.integers(low, behind - 1))
        for bottom, top in zip([1, *(top + 1 for top in tops)], tops, strict=False):
            zones += [
                Zone(
                    path=draw(PATHS), root=draw(st.integers(0, 127)), cents=draw(st.floats(-49.99, 50.0)), low=low,
                    high=high, velocity_low=bottom, velocity_high=top, sequence=(turn, turns),
                    choke=draw(st.integers(0, 3)),
                    loop=draw(st.none() | st.tuples(st.integers(0, 2_000), st.integers(2_001, 3_999))),
                )
                for turn in range(1, turns + 1)
            ]
    return tuple(zones)


@st.composite
def drum_zones(draw):
    keys = draw(st.sets(st.integers(0, 127), min_size=1, max_size=16))
    return tuple(
        Zone(
            path=draw(PATHS), root=key, cents=0.0, low=key, high=key, follows_keys=False, choke=draw(st.integers(0, 3))
        )
        for key in sorted(keys)
    )


@given(
    name=st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True), zones=keys_zones() | drum_zones(),
    format_name=st.sampled_from(sorted(FORMATS)), folder=st.sampled_from(["instruments", "kits"]),
)
@settings(max_examples=100)
def test_any_instrument_is_a_valid_file_the_same_each_time_and_inside_its_folder(
    tone_sounds, name, zones, format_name, folder
):
    kind = FORMATS[format_name]
    instrument = Instrument(name=name, mode="drum" if not zones[0].follows_keys else "keys", zones=zones)
    sounds = tone_sounds(sample_rate=4_000)
    files = dict(kind.write(instrument, folder, sounds))
    assert files == dict(kind.write(instrument, folder, sounds))
    for path in files:
        parts = path.split("/")
        assert not set(parts) & {"", ".", ".."}
        assert "\\" not in path
        assert kind.sounds == "apart" or parts[0] == folder
    assert len({path.lower() for path in files}) == len(files)
    found = READERS[format_name](files)
    possible = {(zone.low, zone.high) for zone in zones}
    assert found or format_name == "xrni"
    assert kind.sounds == "apart" or format_name == "h2drumkit" or all(
        (zone["low"], zone["high"]) in possible or (zone["high"] == 119 and format_name == "xrni") for zone in found
    )
