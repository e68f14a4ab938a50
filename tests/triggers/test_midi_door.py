"""The MIDI door: notes from another program on a real JACK server, and machines that have no MIDI at all."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys

import pytest

from bridge.config.controls import parse_action, parse_place
from bridge.errors import RequestError
from bridge.midi.systems import TURN
from bridge.triggers.midi import MOST_WAITING, REPEAT_SECONDS, MidiDoor, Played
from support.patience import until

pytestmark = pytest.mark.anyio


# --- with a real MIDI system ----------------------------------------------------------------------------------


async def test_notes_through_jack_into_the_virtual_port_trigger_their_pads(jack, keyboard, connect, engine):
    door = MidiDoor(engine, virtual_port="Bridge under test", api="jack")
    assert await door.start() == []
    assert door.listening == ("Bridge under test",)
    connect("keyboard:keys", "Bridge under test:Bridge under test")
    for message in ([0x90, 36, 127], [0x90, 36, 0], [0x80, 36, 64], [0x95, 40, 1], [0x90, 99, 100], [0xB0, 1, 64],
                    [0xF8], [0xC0, 5], [0xF0, 0x7D, 1, 0xF7], [0x90, 53, 64]):
        keyboard.send_message(message)
    await until(lambda: len(engine.requests) == 3)
    await door.close()
    assert [(request.pad, request.energy) for request in engine.requests] == [
        ("kick", 1.0), ("808", 1 / 127), ("bell", 64 / 127),
    ]
    assert {(request.origin, request.priority) for request in engine.requests} == {("midi", "pad")}


async def test_a_part_of_a_name_opens_an_existing_port_and_a_wrong_name_is_a_notice(jack, keyboard, engine):
    door = MidiDoor(engine, virtual_port="", ports=["KEYBOARD", "nanoPAD"], api="jack")
    (notice,) = await door.start()
    assert notice.startswith("There is no MIDI port 'nanoPAD'. Ports: ")
    assert "keyboard:keys" in notice
    assert door.listening == ("keyboard:keys",)
    keyboard.send_message([0x90, 36, 100])
    await until(lambda: engine.requests)
    await door.close()
    assert door.listening == ()


async def test_without_alsa_the_door_finds_jack_by_itself(jack, engine, capfd):
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("this machine has ALSA's sequencer")
    door = MidiDoor(engine)
    assert await door.start() == []
    assert door.listening == ("Oneshot Bridge",)
    await door.close()
    assert capfd.readouterr().err == ""


async def test_only_the_configured_channel_is_heard(jack, keyboard, connect, engine):
    door = MidiDoor(engine, virtual_port="Tenth", channel=10, api="jack")
    await door.start()
    connect("keyboard:keys", "Tenth:Tenth")
    for status in (0x90, 0x98, 0x9A, 0x99):
        keyboard.send_message([status, 40 if status == 0x99 else 36, 100])
    await until(lambda: engine.requests)
    await door.close()
    assert [request.pad for request in engine.requests] == ["808"]


async def test_a_burst_of_notes_through_jack_is_complete_and_in_order(jack, keyboard, connect, engine):
    door = MidiDoor(engine, virtual_port="Burst", api="jack")
    await door.start()
    connect("keyboard:keys", "Burst:Burst")
    try:
        for _ in range(5):
            late = jack.late_clients()
            engine.requests.clear()
            for number in range(48):  # on 16 channels, for the same stroke twice at once is one
                keyboard.send_message([0x90 + number % 16, (36, 40, 53)[number // 16], number + 1])
            await until(lambda: len(engine.requests) == 48)
            if jack.late_clients() == late:  # else the machine was too busy for this to prove anything
                break
        else:
            pytest.skip("this machine is too busy for JACK to keep time")
    finally:
        await door.close()
    assert [round(request.energy * 127) for request in engine.requests] == list(range(1, 49))


# --- without one ----------------------------------------------------------------------------------------------


async def test_a_machine_without_midi_gets_one_notice_line_and_nothing_on_stderr(engine, monkeypatch, capfd):
    if sys.platform != "linux" or os.path.exists("/dev/snd/seq"):
        pytest.skip("this machine has MIDI")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "a-server-that-nobody-started")
    door = MidiDoor(engine)
    (notice,) = await door.start()
    await door.close()
    assert notice.startswith("No MIDI: alsa: ")
    assert "jack: " in notice
    assert "\n" not in notice
    assert capfd.readouterr().err == ""
    assert os.environ["JACK_NO_START_SERVER"] == "1"


@pytest.mark.parametrize("missing", ["mido", "rtmidi"])
async def test_a_missing_library_is_a_notice(engine, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "mido.backends.rtmidi", raising=False)
    door = MidiDoor(engine)
    (notice,) = await door.start()
    await door.close()
    assert notice.startswith("No MIDI: ")
    assert missing in notice


async def test_an_unknown_or_foreign_system_is_a_notice(engine):
    for api, text in (("midiroo", "'midiroo' is no MIDI system; the known ones are alsa, jack"), ("winmm", "winmm: ")):
        door = MidiDoor(engine, api=api)
        (notice,) = await door.start()
        await door.close()
        if api == "midiroo" or sys.platform != "win32":
            assert text in notice


def test_importing_the_door_imports_no_midi_library():
    code = "import sys, bridge.triggers.midi; print([m for m in ('mido', 'rtmidi') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def note(channel: int, number: int = 36, velocity: int = 100) -> Played:
    return Played("note", channel, number, velocity)


# --- trouble --------------------------------------------------------------------------------------------------


@pytest.fixture
async def deaf_door(engine):
    """A door whose notes come from the test, not from a MIDI system."""
    door = MidiDoor(engine, api="midiroo")
    await door.start()
    yield door
    await door.close()


async def test_a_refused_or_failing_note_does_not_stop_the_door(deaf_door, engine, caplog):
    for number, broken in enumerate((RequestError("busy"), ZeroDivisionError("oops")), 1):
        engine.broken = broken
        with caplog.at_level(logging.CRITICAL, logger="bridge.triggers.midi"):
            deaf_door._heard(note(number))
            await until(deaf_door._waiting.empty)
            await asyncio.sleep(0)
    engine.broken = None
    deaf_door._heard(note(3))
    await until(lambda: len(engine.requests) == 1)


async def test_a_stuck_sender_fills_a_bounded_queue_and_makes_no_tasks(deaf_door, engine):
    engine.gate = asyncio.Event()
    tasks = asyncio.all_tasks()
    deaf_door._is_repeated = lambda played: False
    for _ in range(10 * MOST_WAITING):
        deaf_door._heard(note(1))
    assert asyncio.all_tasks() == tasks
    engine.gate.set()
    await until(lambda: len(engine.requests) == MOST_WAITING)


# --- actions, controllers, programs, clock ---------------------------------------------------------------------


@pytest.fixture
async def acting_door(engine):
    """A door with a few actions whose messages come from the test."""
    engine.eager = True
    notes = {"96": "keep", "2:97": "discard kick", "98": "trigger bell"}
    controls = {"20": "again", "21": "kit spare", "70": "length", "74": "brightness", "75": "energy", "76": "model"}
    door = MidiDoor(
        engine, api="midiroo", clock=True,
        notes={parse_place(key, notes=True): parse_action(text, notes=True) for key, text in notes.items()},
        controls={parse_place(key, notes=False): parse_action(text, notes=False) for key, text in controls.items()},
    )  # fmt: skip
    await door.start()
    yield door
    await door.close()


async def play(door, *played: Played) -> None:
    for one in played:
        door._heard(one)
    await until(lambda: door._waiting.empty())
    await door._waiting.join()


async def test_notes_and_controllers_act_on_the_pad_that_was_pressed_last(acting_door, engine):
    await play(acting_door, note(1), note(1, 96))
    assert engine.calls[-1][:2] == ("keep", "kick")
    await play(acting_door, Played("control", 1, 20, 127))
    assert engine.calls[-1][:2] == ("again", "kick")
    await play(acting_door, note(1, 97))
    assert engine.calls[-1][0] == "again", "that note acts on channel 2 only"
    await play(acting_door, note(2, 97))
    assert engine.calls[-1][:2] == ("discard", "kick")
    await play(acting_door, note(1, 98, 64))
    assert (engine.requests[-1].pad, engine.requests[-1].energy) == ("bell", 64 / 127)


async def test_a_controller_that_is_held_acts_once_until_it_is_let_go(acting_door, engine):
    press, more, let_go = (Played("control", 1, 20, value) for value in (100, 127, 0))
    await play(acting_door, note(1), press, more, let_go, press)
    assert len([call for call in engine.calls if call[0] == "again"]) == 2


async def test_controllers_turn_what_new_sounds_are_like_and_zero_is_as_usual(acting_door, engine):
    def turn(number, value):
        return Played("control", 1, number, value)

    await play(acting_door, turn(70, 127), turn(74, 10), turn(75, 32), turn(76, 127), note(1, velocity=127))
    request = engine.requests[-1]
    assert (request.seconds, request.more, request.energy) == (5.0, "very dark", 32 / 127)
    assert request.model == engine.models()[-1].name
    await play(acting_door, turn(70, 0), turn(74, 64), turn(75, 0), turn(76, 0), note(2, velocity=127))
    request = engine.requests[-1]
    assert (request.seconds, request.more, request.energy, request.model) == (None, "", 1.0, None)


async def test_programs_and_controllers_select_kits(acting_door, engine):
    await play(acting_door, Played("program", 1, 1))
    assert engine.kit == "spare"
    await play(acting_door, Played("program", 1, 0), Played("program", 1, 99))
    assert engine.kit == "main"
    await play(acting_door, Played("control", 1, 21, 127))
    assert engine.kit == "spare"


async def test_a_clock_sets_the_tempo_and_wakes_nobody_else(acting_door, engine, peer):
    mido = peer.module("mido")
    moment = 0.0
    acting_door._now = lambda: moment
    for _ in range(400):
        acting_door._called(mido.Message("clock"))
        moment += 60 / 24 / 128
    await until(lambda: ("set_song", 128.0) in engine.calls)
    assert [call for call in engine.calls if call[0] == "set_song"] == [("set_song", 128.0)]


async def test_a_stroke_that_comes_twice_at_once_is_one(acting_door, engine):
    moment = 10.0
    acting_door._now = lambda: moment
    await play(acting_door, note(1), note(1), note(2))
    assert len(engine.requests) == 2
    moment += REPEAT_SECONDS + 0.001
    await play(acting_door, note(1))
    assert len(engine.requests) == 3


async def test_a_port_that_is_unplugged_is_opened_again_when_it_is_back(jack, engine, peer, monkeypatch):
    rtmidi = peer.module("rtmidi")
    monkeypatch.setattr("bridge.triggers.midi.LOOK_SECONDS", 0.05)
    door = MidiDoor(engine, virtual_port="", ports=["gadget"], api="jack")
    (notice,) = await door.start()
    assert "There is no MIDI port 'gadget'" in notice
    for count in (1, 2):
        with TURN:
            gadget = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="gadget")
            gadget.open_virtual_port("out")
        await until(lambda: door.listening == ("gadget:out",))
        gadget.send_message([0x90, 36, 100])
        await until(lambda count=count: len(engine.requests) == count)
        with TURN:
            gadget.close_port()
            gadget.delete()
        await until(lambda: door.listening == ())
        await asyncio.sleep(REPEAT_SECONDS)
    await door.close()


async def test_what_was_played_is_triggered_when_the_door_closes(engine):
    door = MidiDoor(engine, api="midiroo")
    await door.start()
    for channel in range(1, 11):
        door._heard(note(channel))
    await door.close()
    assert len(engine.all_jobs) == 10


def test_a_note_that_arrives_after_the_loop_has_ended_is_nothing(engine, peer):
    mido = peer.module("mido")
    door = MidiDoor(engine, api="midiroo")

    async def briefly():
        await door.start()
        await door.close()

    asyncio.run(briefly())
    door._called(mido.Message("note_on", note=36, velocity=1))
