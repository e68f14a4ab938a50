"""Controllers with lights: every table is whole, its bytes are messages, and what plugs in is checked."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import get_args

import pytest

from bridge.errors import BridgeError, NotFoundError
from bridge.midi.devices import GROUP, KEY, STATES, Device, open_device, problems_of
from bridge.midi.devices.generic import open_device as open_generic
from bridge.midi.devices.launchpad import MINI, PRO, X, open_mini, open_pro, open_x
from bridge.ports import PadState

BUILT_IN = [open_generic, open_mini, open_x, open_pro]


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
                    assert message.type == "note_on"
                    assert message.note == device.key_of(note)
    for template in (*device.greeting, *device.farewell):
        assert mido.Message.from_bytes(bytes(template)).type == "sysex"


@pytest.mark.parametrize("opening", BUILT_IN)
def test_every_state_but_idle_looks_different(opening):
    device = opening()
    looks = {(device.light(36, state), device.light(36, state, beat=False)) for state in STATES}
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
