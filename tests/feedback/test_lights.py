"""The lights of a device: what it is sent through a real JACK server, state after state."""

from __future__ import annotations

import pytest

from bridge.domain.event import Event
from bridge.errors import NotFoundError
from bridge.feedback.lights import Lights
from bridge.midi.devices import STATES, devices, open_device
from bridge.midi.systems import TURN
from support.jack import connect, jack, jack_server  # noqa: F401 - fixtures
from support.patience import until

pytestmark = pytest.mark.anyio

KICK, BELL = 36, 53


@pytest.fixture
def device(jack, peer):  # noqa: F811
    """Another program's MIDI input, `pads:in`; `heard` are the messages that came."""
    rtmidi = peer.module("rtmidi")
    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="LPX pads")
    port.ignore_types(sysex=False)
    heard = []
    port.set_callback(lambda event, _: heard.append(event[0]))
    port.open_virtual_port("in")
    yield heard
    port.close_port()
    port.delete()


def pad(state: str) -> Event:
    return Event(kind="pad", pad="kick", reason=state)


async def test_a_launchpad_shows_every_state_and_is_dark_at_the_end(device, engine):
    lights = Lights(engine, open_device("launchpad-mk3"), ports=["LPX"], api="jack")
    assert await lights.start() == []
    await until(lambda: len(device) >= 4)
    assert device[0] == [0xF0, 0x00, 0x20, 0x29, 0x02, 0x0C, 0x0E, 0x01, 0xF7], "first the programmer mode"
    assert {message[1] for message in device[1:]} == {KICK, 40, BELL}
    for state, (channel, colour) in {
        "queued": (3, 13), "rendering": (2, 45), "asking": (3, 53), "ready": (1, 21), "failed": (1, 5),
    }.items():  # fmt: skip
        device.clear()
        engine.emit(pad(state))
        await until(lambda: device)
        assert device == [[0x90 + channel - 1, KICK, colour]], "only what changed is sent"
    device.clear()
    await lights.close()
    await until(lambda: device and device[-1][0] == 0xF0)
    assert [message for message in device if message[0] == 0x90 and message[1:] == [KICK, 0]]
    assert device[-1][-2] == 0x00


async def test_what_works_blinks_on_a_device_that_can_not_do_so_by_itself(device, engine):
    lights = Lights(engine, open_device("notes"), ports=["LPX"], api="jack")
    await lights.start()
    engine.emit(pad("rendering"))
    await until(lambda: [message[2] for message in device if message[1] == KICK].count(127) >= 2)
    assert 0 in [message[2] for message in device if message[1] == KICK]
    await lights.close()


async def test_another_kit_lights_its_own_pads_and_puts_the_others_out(device, engine):
    lights = Lights(engine, open_device("launchpad-mk3"), ports=["LPX"], api="jack")
    await lights.start()
    await until(lambda: len(device) >= 4)
    device.clear()
    await engine.select_kit("spare")
    engine.emit(Event(kind="kit", reason="spare"))
    await until(lambda: [0x90, BELL, 0] in device)
    await lights.close()


async def test_a_device_that_comes_back_is_lit_again(jack, engine, peer, monkeypatch):  # noqa: F811
    rtmidi = peer.module("rtmidi")
    monkeypatch.setattr("bridge.feedback.lights.LOOK_SECONDS", 0.05)
    lights = Lights(engine, open_device("notes"), ports=["gadget"], api="jack")
    (notice,) = await lights.start()
    assert "gadget" in notice
    for _ in range(2):
        heard: list[list[int]] = []
        with TURN:
            gadget = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="gadget")
            gadget.set_callback(lambda event, _, heard=heard: heard.append(event[0]))
            gadget.open_virtual_port("in")
        await until(lambda heard=heard: len(heard) >= 3)
        with TURN:
            gadget.close_port()
            gadget.delete()
        await until(lambda: lights.shining == ())
    await lights.close()


async def test_without_midi_the_lights_are_a_notice(engine):
    lights = Lights(engine, open_device("notes"), api="midiroo")
    (notice,) = await lights.start()
    assert notice.startswith("No MIDI")
    engine.emit(pad("ready"))
    await lights.close()


@pytest.mark.parametrize("name", ["launchpad-mk3", "notes"])
def test_every_device_has_a_light_for_every_state(name):
    assert set(open_device(name).lights) == set(STATES)
    assert name in devices()


def test_an_unknown_device_is_refused_with_the_nearest_name():
    with pytest.raises(NotFoundError, match="launchpad") as problem:
        open_device("launchpad-mk4")
    assert "launchpad-mk3" in problem.value.hint
