"""Hosts that speak by System Exclusive through a real JACK server: FL Studio's script on ports of another program."""

from __future__ import annotations

import pytest

from bridge.config.schema import Config
from bridge.doors import Door, Doors, Hall, _open_midi
from support.fl_studio import FlStudio
from support.patience import until

pytestmark = pytest.mark.anyio
NAME = "Bridge of hosts"


@pytest.fixture
def fl(jack, peer):
    """FL Studio with an input and an output of its own, as its settings link them."""
    rtmidi = peer.module("rtmidi")
    out, ear = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="FL out"), rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="FL in")
    out.open_virtual_port("port")
    ear.open_virtual_port("port")
    ear.ignore_types(sysex=False)
    studio = FlStudio(out.send_message)

    def idle():
        while (heard := ear.get_message()) is not None:
            studio.hear(bytes(heard[0]))
        studio.idle()
        return studio

    yield idle
    for handle in (out, ear):
        handle.close_port()
        handle.delete()


def doors_of(engine, tmp_path, **midi):
    config = Config.model_validate({"midi": {"api": "jack", "virtual_port": NAME, **midi}})
    hall = Hall(engine=engine, audition=None, library=None, state_folder=tmp_path, status=dict)
    return Doors(config, hall, [Door(section="midi", open=_open_midi)])


@pytest.fixture
def connected(connect, peer):
    """Connects the bridge's own output, whose client JACK may have given a number."""
    rtmidi = peer.module("rtmidi")

    def connected():
        look = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="look")
        (source,) = [name for name in look.get_ports() if name.startswith(NAME)]
        look.delete()
        connect(source, "FL in:port")

    return connected


@pytest.mark.parametrize("hosts", [[NAME], ["FL in", "FL out"]], ids=["the bridge's own port", "ports of others"])
async def test_a_note_in_fl_studio_is_a_job_and_its_delivery_comes_back_and_is_answered(
    jack, connect, connected, fl, engine, tmp_path, hosts
):
    doors = doors_of(engine, tmp_path, hosts=hosts)
    await doors.open()
    if NAME in hosts:
        assert doors.notices == []
        connect("FL out:port", f"{NAME}:{NAME}")
        connected()
    try:
        await until(lambda: fl()["state"].notes == {36: "kick", 40: "808", 53: "bell"})
        fl().play(0x9F, 36, 127)
        await until(lambda: engine.requests)
        # Longer than one message of System Exclusive, with letters that MIDI can't carry.
        engine.deliver("fl-studio", 3, path=f"samples/kick/{'Über-' * 150}.wav")
        await until(lambda: fl() and ("loaded", "fl-studio", 3) in engine.calls)
    finally:
        await doors.close()
    assert [(request.pad, request.energy, request.origin) for request in engine.requests] == [("kick", 1.0, "host")]
    assert "kick has a new sound" in fl().hints[-1]


async def test_without_hosts_in_the_config_no_system_exclusive_is_heard(jack, connect, fl, engine, tmp_path):
    doors = doors_of(engine, tmp_path)
    await doors.open()
    connect("FL out:port", f"{NAME}:{NAME}")
    try:
        fl()["ask"]("trigger", "bell")
        fl().out([0x90, 36, 127])
        await until(lambda: engine.requests)
    finally:
        await doors.close()
    assert [(request.pad, request.origin) for request in engine.requests] == [("kick", "midi")]
