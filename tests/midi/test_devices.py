"""Controllers with lights: every table is whole, its bytes are messages, and what plugs in is checked."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import get_args

import pytest

from bridge.errors import BridgeError, NotFoundError
from bridge.midi.devices import GROUP, KEY, STATES, Device, Look, Strips, open_device, problems_of
from bridge.midi.devices.apc_mini import open_mk1, open_mk2
from bridge.midi.devices.generic import open_controllers
from bridge.midi.devices.generic import open_device as open_generic
from bridge.midi.devices.launchpad import MINI, PRO, X, open_mini, open_pro, open_x
from bridge.midi.devices.mcu import open_device as open_mcu
from bridge.ports import PadState

BUILT_IN = [open_generic, open_controllers, open_mini, open_x, open_pro, open_mk1, open_mk2, open_mcu]


def entry(name, value):
    return EntryPoint(name=name, value=value, group=GROUP)


def test_a_light_can_show_every_state_of_a_pad():
    assert set(STATES) == set(get_args(PadState))


@pytest.mark.parametrize("opening", BUILT_IN)
def test_what_a_device_is_sent_are_messages_that_mido_reads(peer, opening):
    mido = peer.module("mido")
    device = opening()
    assert problems_of(device) == []
    for note in range(128):
        for state in STATES:
            for beat in (True, False):
                if (light := device.light(note, state, beat=beat)) is not None:
                    message = mido.Message.from_bytes(light)
                    assert message.type == ("control_change" if opening is open_controllers else "note_on")
                    assert message.bytes()[1] == device.key_of(note)
    for template in (*device.greeting, *device.farewell):
        assert mido.Message.from_bytes(bytes(template)).type == "sysex"


@pytest.mark.parametrize("opening", BUILT_IN)
def test_every_state_but_idle_looks_different(opening):
    device = opening()
    looks = {
        (device.light(36, state), device.light(36, state, beat=False),
         tuple(device.strips.show([Look(24, "kick", state, 0.5)]).values()) if device.strips else ())
        for state in STATES
    }  # fmt: skip
    assert len(looks) == len(STATES)


@pytest.mark.parametrize(("opening", "model"), [(open_mini, MINI), (open_x, X), (open_pro, PRO)])
def test_a_launchpad_is_taken_over_in_programmer_mode_and_given_back(opening, model):
    device = opening()
    header = [0xF0, 0x00, 0x20, 0x29, 0x02, model, 0x0E]
    assert [list(message) for message in device.greeting] == [[*header, 1, 0xF7]]
    assert [list(message) for message in device.farewell] == [[*header, 0, 0xF7]]


def test_the_pads_of_a_launchpad_lie_as_in_a_drum_rack():
    device = open_mini()
    assert [device.key_of(note) for note in (36, 39, 40, 51)] == [11, 14, 21, 44]
    assert [device.key_of(note) for note in (52, 68, 84, 99)] == [51, 15, 55, 88]
    assert device.key_of(35) is None
    assert device.key_of(100) is None
    keys = [device.key_of(note) for note in range(36, 100)]
    assert sorted(keys) == [10 * row + column for row in range(1, 9) for column in range(1, 9)]
    assert [device.note_of(key) for key in keys] == list(range(36, 100))
    assert device.note_of(19) is None


def test_queued_pulses_rendering_flashes_ready_and_failed_stand_still():
    device = open_x()
    channels = {state: device.light(36, state)[0] & 0x0F for state in STATES}
    assert channels == {"idle": 0, "queued": 2, "rendering": 1, "asking": 2, "ready": 0, "failed": 0}


@pytest.mark.parametrize("opening", [open_mk1, open_mk2])
def test_the_pads_of_an_apc_mini_lie_as_in_a_drum_rack(opening):
    device = opening()
    assert [device.key_of(note) for note in (36, 39, 40, 51)] == [0, 3, 8, 27]
    assert [device.key_of(note) for note in (52, 68, 84, 99)] == [32, 4, 36, 63]
    assert sorted(device.key_of(note) for note in range(36, 100)) == list(range(64))
    assert device.note_of(64) is None


def test_the_first_apc_mini_blinks_by_itself_in_the_colours_that_it_has():
    device = open_mk1()
    values = {state: device.light(36, state)[2] for state in STATES}
    assert values == {"idle": 0, "queued": 6, "rendering": 2, "asking": 4, "ready": 1, "failed": 3}
    assert device.off == {}


def test_the_second_apc_mini_pulses_blinks_and_stands_still_by_the_channel():
    device = open_mk2()
    channels = {state: (device.light(36, state)[0] & 0x0F) + 1 for state in STATES}
    assert channels["idle"] == 1
    assert channels["ready"] == channels["failed"] == 7
    assert 8 <= channels["queued"] <= 11
    assert 8 <= channels["asking"] <= 11
    assert 12 <= channels["rendering"] <= 16


def test_the_pads_of_a_mackie_control_are_its_select_mute_and_solo_buttons():
    device = open_mcu()
    assert [device.key_of(note) for note in (36, 43, 44, 51, 52, 59)] == [24, 31, 16, 23, 8, 15]
    assert device.key_of(60) is None
    assert [device.note_of(rec) for rec in range(8)] == [None] * 8


def display_of(mido, messages):
    """Returns the two lines that a Mackie Control shows after these messages, as its display is documented."""
    letters = [" "] * 112
    for message in messages:
        read = mido.Message.from_bytes(message)
        if read.type == "sysex":
            assert read.data[:5] == (0x00, 0x00, 0x66, 0x14, 0x12)
            place, *text = read.data[5:]
            letters[place : place + len(text)] = map(chr, text)
    assert len(letters) == 112
    return "".join(letters[:56]), "".join(letters[56:])


def test_a_mackie_control_names_the_pad_of_each_strip_that_changed_last(peer):
    mido = peer.module("mido")
    looks = [Look(24, "kick", "ready", 0.0), Look(25, "snare", "failed", 0.0), Look(16, "open-hat", "rendering", 0.57),
             Look(31, "bell", "idle", 0.0)]
    shown = open_mcu().strips.show(looks)
    upper, lower = display_of(mido, shown.values())
    assert upper == "open-hasnare  " + 35 * " " + "bell   "
    assert lower == "55 %   failed " + 42 * " "
    assert [shown["alarm", strip][2] for strip in range(8)] == [0, 127, 0, 0, 0, 0, 0, 0]



def test_what_a_display_has_no_letters_for_is_left_out():
    upper = open_mcu().strips.show([Look(24, "Ré☃-nine", "idle", 0.0)])["upper", 0]
    assert upper[7:-1] == b"Re-nine"


def test_a_device_is_found_by_its_entry_point_and_a_wrong_name_names_the_nearest():
    entries = [entry("launchpad-x", "bridge.midi.devices.launchpad:open_x"),
               entry("generic", "bridge.midi.devices.generic:open_device")]
    assert open_device("launchpad-x", entries).name == "launchpad-x"
    with pytest.raises(NotFoundError, match=r"There is no MIDI device 'launchpadx'\. Did you mean launchpad-x\?"):
        open_device("launchpadx", entries)


def broken_device():
    return Device(name="broken", lights={"idle": (0x90, KEY, 200), "ready": (KEY,)}, dark=(0xF0, 1, 2))


def no_device():
    raise OSError("no such thing")


@pytest.mark.parametrize("name", ["broken_device", "no_device", "missing"])
def test_a_broken_device_is_an_error_that_says_so(name, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "broken_plug_in", __import__("types").SimpleNamespace(
        broken_device=broken_device, no_device=no_device))
    with pytest.raises(BridgeError, match="The MIDI device odd can't be used: "):
        open_device("odd", [entry("odd", f"broken_plug_in:{name}")])


def test_what_is_wrong_with_a_table_is_named():
    problems = " ".join(problems_of(broken_device()))
    assert "no light for queued" in problems
    assert "(240, 1, 2) is no MIDI message" in problems
    assert "(-1,) is no MIDI message" in problems


def test_a_table_whose_letters_are_no_message_is_refused():
    strips = Strips(count=1, column_of=lambda key: 0, write=lambda *_: b"\xf0name", alarm=lambda *_: b"\x90\x01\x00")
    device = open_generic()
    named = Device(name="odd", lights=device.lights, dark=device.dark, strips=strips)
    assert any("is no MIDI message" in problem for problem in problems_of(named))
