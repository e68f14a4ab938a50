from __future__ import annotations

import io
import re
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import LibraryError
from bridge.instruments.formats import beside, file_stem, open_formats
from bridge.instruments.formats.sfz import SFZ, write_sfz
from bridge.sound.wav import Smpl, wav_bytes

SFZ_V1 = {
    "sample", "lokey", "hikey", "lovel", "hivel", "pitch_keycenter", "pitch_keytrack", "tune", "loop_mode",
    "loop_start", "loop_end", "amp_veltrack", "ampeg_release", "group", "off_by", "seq_length", "seq_position",
}


def zone(**changes):
    values = {"path": "samples/a/a.wav", "root": 60, "cents": 0.0, "low": 54, "high": 66}
    return Zone(**{**values, **changes})


def opcodes(*zones, name="lead", folder="instruments"):
    """Returns the regions of the file as dictionaries, read by the rules of the format and not by our own."""
    ((_, content),) = write_sfz(Instrument(name=name, mode="keys", zones=zones), folder)
    text = re.sub(r"//[^\n]*", "", content.decode("ascii"))
    before, *regions = text.split("<region>")
    assert before.split() == ["<control>", "hint_ram_based=1"]
    return [dict(line.split("=", 1) for line in region.split("\n") if line) for region in regions]


def test_sfz_is_found_without_an_installed_package_and_by_its_entry_point():
    assert open_formats([]).writers["sfz"] is SFZ
    assert open_formats().writers["sfz"] is SFZ


def test_a_format_that_cannot_be_loaded_is_a_problem_and_stops_nothing():
    broken = EntryPoint(name="tape", value="no_such_package:write", group="oneshot_bridge.formats")
    formats = open_formats([broken])
    assert formats.writers == open_formats([]).writers
    assert "no_such_package" in formats.problems["tape"]


def test_only_the_formats_that_are_asked_for_are_loaded_and_the_others_are_known_by_name():
    broken = EntryPoint(name="tape", value="no_such_package:write", group="oneshot_bridge.formats")
    formats = open_formats([broken], only=["sfz"])
    assert set(formats.writers) == {"sfz"}
    assert not formats.problems
    assert formats.refused(["sfz", "multisampel"]) == {
        "multisampel": "There is no format 'multisampel'. Did you mean multisample?"
    }


def test_regions_have_only_opcodes_of_sfz_v1():
    written = opcodes(zone(choke=1, loop=(10, 20)), zone(follows_keys=False, choke=2, sequence=(2, 3)))
    assert {key for region in written for key in region} <= SFZ_V1


@given(cents=st.floats(-49.999, 50.0))
@settings(max_examples=60, deadline=None)
def test_tune_takes_the_cents_back_to_within_half_a_cent(cents):
    tune = opcodes(zone(cents=cents))[0]["tune"]
    assert -100 <= int(tune) <= 100
    assert abs(int(tune) + cents) <= 0.5


def test_a_drum_is_played_to_its_end_without_pitch_and_a_key_until_it_is_let_go():
    drum, key = opcodes(zone(follows_keys=False, low=36, high=36, root=36), zone())
    assert (drum["loop_mode"], drum["pitch_keytrack"], drum["lokey"], drum["hikey"]) == ("one_shot", "0", "36", "36")
    assert "tune" not in drum
    assert (key["loop_mode"], key["pitch_keycenter"]) == ("no_loop", "60")
    assert float(key["ampeg_release"]) > 0


def test_a_loop_is_written_with_its_inclusive_end():
    region = opcodes(zone(loop=(100, 4_000)))[0]
    assert (region["loop_mode"], region["loop_start"], region["loop_end"]) == ("loop_continuous", "100", "4000")


def test_zones_that_take_turns_say_whose_turn_is_theirs_and_a_single_one_says_nothing():
    one, two, alone = opcodes(zone(sequence=(1, 2)), zone(sequence=(2, 2)), zone())
    assert [(region["seq_position"], region["seq_length"]) for region in (one, two)] == [("1", "2"), ("2", "2")]
    assert "seq_length" not in alone


def test_a_layer_is_written_with_its_velocities():
    region = opcodes(zone(velocity_low=51, velocity_high=95))[0]
    assert (region["lovel"], region["hivel"]) == ("51", "95")


def test_samples_are_named_from_where_the_file_lies():
    assert opcodes(zone())[0]["sample"] == "../samples/a/a.wav"
    assert beside("samples/a/a.wav", "kits/live") == "../../samples/a/a.wav"


def test_a_file_says_who_wrote_it_and_that_it_is_rewritten():
    ((path, content),) = write_sfz(Instrument(name="kick", mode="drum", zones=()), "kits")
    assert path == "kits/kick.sfz"
    assert b"Oneshot Bridge" in content
    assert b"rewritten" in content


@pytest.mark.parametrize("path", [
    "samples/a/<region>.wav", "samples/a/b.wav\n<region>", "samples/a//b.wav", "samples/a/b lokey=3.wav", "/etc/x.wav",
    "../x.wav", "samples/../../x.wav", "samples/$a.wav", "samples\\a.wav", "",
])
def test_a_path_that_sfz_could_read_as_something_else_is_refused(path):
    with pytest.raises(LibraryError):
        opcodes(zone(path=path))


@pytest.mark.parametrize("name", ["", "Kick", "a/b", "../a", "kick\n<region>", "x" * 33, "a b"])
def test_a_name_that_is_no_pad_name_names_no_file(name):
    with pytest.raises(LibraryError):
        opcodes(zone(), name=name)


@pytest.mark.parametrize("name", ["con", "nul", "com1", "lpt9", "aux", "prn"])
def test_names_of_windows_devices_are_put_aside_without_meeting_another_pad(name):
    assert file_stem(name) == f"{name}_"
    with pytest.raises(LibraryError):
        file_stem(f"{name}_")


def test_the_same_instrument_is_the_same_bytes():
    instrument = Instrument(name="kick", mode="drum", zones=(zone(), zone(choke=1)))
    assert list(write_sfz(instrument, "kits")) == list(write_sfz(instrument, "kits"))


@given(root=st.integers(1, 126), cents=st.floats(-49.99, 50.0), start=st.integers(0, 99), length=st.integers(1, 99))
@settings(max_examples=40, deadline=None)
def test_the_preset_and_the_wav_say_the_same_pitch_to_the_cent_and_the_same_loop(peer, root, cents, start, length):
    loop = (start, start + length)
    region = opcodes(zone(root=root, cents=cents, loop=loop))[0]
    wav = wav_bytes(bytes(600), sample_rate=44_100, channels=1, smpl=Smpl(note=root, cents=cents, loop=loop))
    sampler = peer.module("wavinfo").WavInfoReader(io.BytesIO(wav)).smpl
    told = 100 * sampler.midi_note + 100 * (sampler.midi_pitch_detune_cents & 0xFFFF_FFFF) / (1 << 32)
    assert abs(told - (100 * int(region["pitch_keycenter"]) - int(region["tune"]))) <= 0.51
    told_loop = sampler.sample_loops[0]
    assert [str(told_loop.start), str(told_loop.end)] == [region["loop_start"], region["loop_end"]]
