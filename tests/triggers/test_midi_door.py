"""The MIDI door: notes from another program on a real JACK server, and machines that have no MIDI at all."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys

import pytest

from bridge.errors import RequestError
from bridge.triggers.midi import MOST_WAITING, MidiDoor, choose_ports, systems_for
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
            for velocity in range(1, 101):
                keyboard.send_message([0x90, 36, velocity])
            await until(lambda: len(engine.requests) == 100)
            if jack.late_clients() == late:  # else the machine was too busy for this to prove anything
                break
        else:
            pytest.skip("this machine is too busy for JACK to keep time")
    finally:
        await door.close()
    assert [round(request.energy * 127) for request in engine.requests] == list(range(1, 101))


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


def test_each_platform_has_its_systems():
    assert [system.name for system in systems_for("", "linux")] == ["alsa", "jack"]
    assert [system.name for system in systems_for("", "darwin")] == ["coremidi"]
    assert [(system.name, system.virtual) for system in systems_for("", "win32")] == [("winmm", False)]
    assert [system.name for system in systems_for("JACK", "darwin")] == ["jack"]


def test_a_whole_name_fits_one_port_and_a_part_every_port_that_has_it():
    there = ["nanoPAD2 PAD", "nanoPAD2 CTRL", "Keys", "Keys 2"]
    assert choose_ports(there, ["keys"]) == (["Keys"], [])
    assert choose_ports(there, ["NANOPAD"]) == (["nanoPAD2 PAD", "nanoPAD2 CTRL"], [])
    assert choose_ports(there, ["ctrl", "nano", "drum"]) == (["nanoPAD2 PAD", "nanoPAD2 CTRL"], ["drum"])


# --- trouble --------------------------------------------------------------------------------------------------


@pytest.fixture
async def deaf_door(engine):
    """A door whose notes come from the test, not from a MIDI system."""
    door = MidiDoor(engine, api="midiroo")
    await door.start()
    yield door
    await door.close()


async def test_a_refused_or_failing_note_does_not_stop_the_door(deaf_door, engine, caplog):
    for broken in (RequestError("busy"), ZeroDivisionError("oops")):
        engine.broken = broken
        with caplog.at_level(logging.CRITICAL, logger="bridge.triggers.midi"):
            deaf_door._heard(1, 36, 100)
            await until(deaf_door._notes.empty)
            await asyncio.sleep(0)
    engine.broken = None
    deaf_door._heard(1, 36, 100)
    await until(lambda: len(engine.requests) == 1)


async def test_a_stuck_sender_fills_a_bounded_queue_and_makes_no_tasks(deaf_door, engine):
    engine.gate = asyncio.Event()
    tasks = asyncio.all_tasks()
    for _ in range(10 * MOST_WAITING):
        deaf_door._heard(1, 36, 100)
    assert asyncio.all_tasks() == tasks
    engine.gate.set()
    await until(lambda: len(engine.requests) == MOST_WAITING)


async def test_what_was_played_is_triggered_when_the_door_closes(engine):
    door = MidiDoor(engine, api="midiroo")
    await door.start()
    for _ in range(10):
        door._heard(1, 36, 100)
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
