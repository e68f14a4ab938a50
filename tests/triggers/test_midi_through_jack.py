"""MIDI from another program on a real JACK server: notes, actions, knobs, and ports that come and go."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from support.midi import rig
from support.patience import until

pytestmark = pytest.mark.anyio


async def test_notes_through_jack_into_the_virtual_port_trigger_their_pads(jack, keyboard, connect, engine):
    async with rig(engine, virtual_port="Bridge under test", api="jack") as midi:
        assert midi.notices == []
        assert midi.listening == ("Bridge under test",)
        connect("keyboard:keys", "Bridge under test:Bridge under test")
        for message in ([0x90, 36, 127], [0x90, 36, 0], [0x80, 36, 64], [0x95, 40, 1], [0x90, 99, 100], [0xB0, 1, 64],
                        [0xA0, 36, 90], [0xD0, 90], [0xE0, 0, 64], [0xF8], [0xC0, 5], [0xF0, 0x7D, 1, 0xF7],
                        [0x90, 53, 64]):
            keyboard.send_message(message)
        await until(lambda: len(engine.requests) == 3)
    assert [(request.pad, request.energy) for request in engine.requests] == [
        ("kick", 1.0), ("808", 1 / 127), ("bell", 64 / 127),
    ]
    assert {(request.origin, request.priority) for request in engine.requests} == {("midi", "pad")}


async def test_actions_reach_the_pad_touched_last_and_a_program_selects_its_kit(jack, keyboard, connect, engine):
    engine.eager = True
    async with rig(engine, virtual_port="Acts", api="jack"):
        connect("keyboard:keys", "Acts:Acts")
        for message in ([0x90, 53, 100], [0xB0, 102, 127], [0xB0, 102, 0], [0xB0, 103, 127], [0xB0, 104, 127],
                        [0xB0, 105, 127], [0xC0, 1]):
            keyboard.send_message(message)
        await until(lambda: engine.kit == "spare")
    assert engine.calls == [
        ("trigger", "bell"), ("again", "bell", "midi"), ("keep", "bell"), ("discard", "bell"), ("cancel", "bell"),
        ("select_kit", "spare"),
    ]


async def test_only_the_configured_channel_is_heard(jack, keyboard, connect, engine):
    async with rig(engine, virtual_port="Tenth", channel=10, api="jack"):
        connect("keyboard:keys", "Tenth:Tenth")
        for status in (0x90, 0x98, 0x9A, 0x99):
            keyboard.send_message([status, 40 if status == 0x99 else 36, 100])
        await until(lambda: engine.requests)
    assert [request.pad for request in engine.requests] == ["808"]


async def test_a_burst_of_notes_through_jack_is_complete_and_in_order(jack, keyboard, connect, engine):
    burst = [(36 if place % 3 == 0 else 40 if place % 3 == 1 else 53, place // 3) for place in range(48)]
    async with rig(engine, virtual_port="Burst", api="jack"):
        connect("keyboard:keys", "Burst:Burst")
        for _ in range(5):
            late = jack.late_clients()
            engine.requests.clear()
            for place, (note, channel) in enumerate(burst):
                keyboard.send_message([0x90 | channel, note, place + 1])
            await until(lambda: len(engine.requests) == len(burst))
            if jack.late_clients() == late:  # else the machine was too busy for this to prove anything
                break
        else:
            pytest.skip("this machine is too busy for JACK to keep time")
    assert [round(request.energy * 127) for request in engine.requests] == list(range(1, len(burst) + 1))


# --- ports that come and go -----------------------------------------------------------------------------------


async def test_a_part_of_a_name_opens_an_existing_port_and_a_wrong_name_is_a_notice(jack, keyboard, engine):
    async with rig(engine, virtual_port="", ports=["KEYBOARD", "nanoPAD"], api="jack") as midi:
        (notice,) = midi.notices
        assert notice.startswith("There is no MIDI port 'nanoPAD'. Ports: ")
        assert "keyboard:keys" in notice
        assert midi.listening == ("keyboard:keys",)
        keyboard.send_message([0x90, 36, 100])
        await until(lambda: engine.requests)
    assert midi.listening == ()


async def test_a_port_that_comes_later_or_comes_back_is_heard(jack, peer, engine):
    rtmidi = peer.module("rtmidi")
    async with rig(engine, virtual_port="", ports=["nanoPAD"], api="jack") as midi:
        assert "There is no MIDI port 'nanoPAD'" in midi.notices[0]
        for times in (1, 2):
            pads = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="nanoPAD2")
            pads.open_virtual_port("PAD")
            await until(lambda: midi.listening == ("nanoPAD2:PAD",))
            assert midi.ports.view().notices == ()
            pads.send_message([0x90, 36, 100])
            await until(lambda times=times: len(engine.requests) == times)
            pads.close_port()
            pads.delete()
            await until(lambda: midi.listening == ())
            assert "There is no MIDI port 'nanoPAD'" in midi.ports.view().notices[0]


async def test_a_jack_server_that_dies_is_survived_and_found_again(jack, peer, engine):
    rtmidi = peer.module("rtmidi")
    async with rig(engine, virtual_port="Survivor", ports=["keyboard"], api="jack", poll_seconds=0.02) as midi:
        assert midi.listening == ("Survivor",)
        jack.stop()
        await until(lambda: midi.listening == ())
        jack.ensure()
        await until(lambda: midi.listening == ("Survivor",))
        keys = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="keyboard")
        keys.open_virtual_port("keys")
        await until(lambda: midi.listening == ("Survivor", "keyboard:keys"))
        keys.send_message([0x90, 36, 100])
        await until(lambda: engine.requests)
        keys.close_port()
        keys.delete()


async def test_without_alsa_the_ports_find_jack_by_themselves(jack, engine, capfd):
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("this machine has ALSA's sequencer")
    async with rig(engine) as midi:
        assert midi.notices == []
        assert midi.listening == ("Oneshot Bridge",)
    assert capfd.readouterr().err == ""


def test_ports_that_are_closed_in_the_middle_of_a_flood_crash_nothing(jack):
    """In a process of its own, for what would break here is the interpreter."""
    flood = """
import rtmidi, time
out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="flood")
out.open_virtual_port("out")
while True:
    for note in range(20):
        out.send_message([0x90, note, 100])
    time.sleep(0.002)
"""
    opening = """
import time
from bridge.midi.ports import Patchbay, Wanted
heard = []
for _ in range(8):
    ports = Patchbay(Wanted(api="jack", inputs=("flood",), virtual_port="X"), poll_seconds=0.05,
                     heard=lambda port, data, at: heard.append(port))
    ports.start()
    time.sleep(0.1)
    ports.close()
print(len(heard) > 100)
"""
    player = subprocess.Popen([sys.executable, "-c", flood], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        closing = subprocess.run([sys.executable, "-c", opening], capture_output=True, text=True, timeout=60,
                                 check=False)
    finally:
        player.kill()
        player.wait()
    assert (closing.returncode, closing.stdout) == (0, "True\n"), closing.stderr
