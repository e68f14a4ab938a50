"""The lights: every pad of the selected kit shows how it is, on devices that come, go and are slow."""

from __future__ import annotations

import asyncio

import pytest

from bridge.domain.event import Event
from bridge.feedback.midi import BLINK_SECONDS, MidiLights
from bridge.midi.devices.generic import GREEN, OFF, ORANGE, RED, YELLOW, open_device
from bridge.midi.devices.launchpad import open_mini
from bridge.midi.devices.mcu import open_device as open_mcu
from bridge.midi.ports import Port
from support.midi import rig
from support.patience import until

pytestmark = pytest.mark.anyio

PAD = Port(name="MPD218 Port A", word="mpd")
GRID = Port(name="LPMiniMK3 MIDI", word="launchpad")
DESK = Port(name="X-Touch INT", word="x-touch")
DEVICES = {"mpd": open_device(), "launchpad": open_mini(), "x-touch": open_mcu()}
SELECT, REC = 24, 0


class Desk:
    """A fake of the ports and the controllers on them: shows the lights that were sent to each."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.full = False

    def send(self, port, messages):
        if not self.full:
            self.sent += [(port, message) for message in messages]
        return not self.full

    def lights(self, port):
        """Returns channel and colour by key, as the controller shows it now."""
        return {message[1]: (message[0] & 0x0F, message[2]) for to, message in self.sent
                if to == port.name and message[0] & 0xF0 == 0x90}

    def strip(self, port, number):
        """Returns both lines over a strip of a Mackie Control, as it shows them now."""
        letters = [" "] * 112
        for to, message in self.sent:
            if to == port.name and message[0] == 0xF0:
                letters[message[6] : message[6] + 7] = map(chr, message[7:-1])
        lines = "".join(letters)
        return tuple(lines[start : start + 7].strip() for start in (7 * number, 56 + 7 * number))

    def colours(self, port=PAD):
        return {key: colour for key, (_, colour) in self.lights(port).items()}


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
async def lights(engine, desk):
    opened = MidiLights(engine, desk, DEVICES)
    await opened.start()
    yield opened
    await opened.close()


async def test_a_controller_that_comes_shows_every_pad_of_the_kit(lights, desk):
    lights.opened(PAD)
    await until(lambda: desk.colours() == {36: OFF, 40: OFF, 53: OFF})
    assert {message[0] for _, message in desk.sent} == {0x90}


async def test_lights_follow_the_pads(lights, desk, engine):
    lights.opened(PAD)
    await until(desk.colours)
    for state, colour in (("queued", YELLOW), ("rendering", ORANGE), ("ready", GREEN), ("failed", RED), ("idle", OFF)):
        engine.emit(Event(kind="pad", pad="kick", reason=state))
        await until(lambda colour=colour: desk.colours()[36] == colour)
    assert desk.colours() == {36: OFF, 40: OFF, 53: OFF}


async def test_a_launchpad_is_greeted_first_and_pulses_and_flashes_by_itself(lights, desk, engine):
    lights.opened(GRID)
    await until(lambda: len(desk.sent) == 4)
    assert desk.sent[0] == (GRID.name, bytes([0xF0, 0, 0x20, 0x29, 2, 0x0D, 0x0E, 1, 0xF7]))
    for state, channel in (("queued", 2), ("rendering", 1), ("ready", 0), ("failed", 0)):
        engine.emit(Event(kind="pad", pad="kick", reason=state))
        await until(lambda channel=channel, state=state: desk.lights(GRID)[11][0] == channel
                    and desk.lights(GRID)[11][1] == {"failed": 5, "ready": 21}.get(state, desk.lights(GRID)[11][1]))
    before = len(desk.sent)
    await asyncio.sleep(2 * BLINK_SECONDS)
    assert len(desk.sent) == before


async def test_the_bridge_blinks_what_a_controller_can_not(lights, desk, engine):
    lights.opened(PAD)
    await until(desk.colours)
    engine.emit(Event(kind="pad", pad="kick", reason="rendering"))
    await until(lambda: [message[2] for _, message in desk.sent if message[1] == 36][-4:]
                == [ORANGE, YELLOW, ORANGE, YELLOW])
    engine.emit(Event(kind="pad", pad="kick", reason="ready"))
    await until(lambda: desk.colours()[36] == GREEN)


async def test_only_what_changes_is_sent_however_many_events_there_are(lights, desk, engine):
    lights.opened(PAD)
    await until(desk.colours)
    before = len(desk.sent)
    for _ in range(1_000):
        engine.emit(Event(kind="pad", pad="kick", reason="queued"))
        engine.emit(Event(kind="pad", pad="kick", reason="ready"))
    await until(lambda: desk.colours()[36] == GREEN)
    assert len(desk.sent) - before == 1


async def test_another_kit_shows_its_own_pads_and_puts_the_others_out(lights, desk, engine):
    lights.opened(PAD)
    for pad in ("kick", "bell"):
        engine.finish((await engine.trigger(request(pad))).id)
    await until(lambda: desk.colours() == {36: GREEN, 40: OFF, 53: GREEN})
    await engine.select_kit("spare")
    await until(lambda: desk.colours() == {36: GREEN, 40: OFF, 53: OFF})
    engine.emit(Event(kind="pad", pad="bell", reason="failed"))
    await engine.select_kit("main")
    await until(lambda: desk.colours()[53] == GREEN)


def request(pad):
    from bridge.domain.brief import Request

    return Request(pad=pad)


async def test_a_controller_that_comes_back_is_told_everything_again(lights, desk, engine):
    lights.opened(PAD)
    await until(desk.colours)
    engine.emit(Event(kind="pad", pad="kick", reason="failed"))
    await until(lambda: desk.colours()[36] == RED)
    desk.sent.clear()
    lights.opened(PAD)
    await until(lambda: desk.colours() == {36: RED, 40: OFF, 53: OFF})


async def test_what_a_slow_controller_did_not_take_is_sent_later(lights, desk, engine, monkeypatch):
    monkeypatch.setattr("bridge.feedback.midi.RETRY_SECONDS", 0.02)
    lights.opened(PAD)
    await until(desk.colours)
    desk.full = True
    engine.emit(Event(kind="pad", pad="kick", reason="failed"))
    await asyncio.sleep(0.1)
    desk.full = False
    await until(lambda: desk.colours()[36] == RED)


async def test_an_engine_that_breaks_costs_a_look_not_the_lights(lights, desk, engine, monkeypatch):
    monkeypatch.setattr("bridge.feedback.midi.RETRY_SECONDS", 0.02)
    whole = engine.pads

    async def broken():
        monkeypatch.setattr(engine, "pads", whole)
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(engine, "pads", broken)
    lights.opened(PAD)
    await until(desk.colours)


async def test_when_the_bridge_goes_every_light_is_out_and_the_launchpad_is_given_back(engine, desk):
    lights = MidiLights(engine, desk, DEVICES)
    await lights.start()
    lights.opened(PAD)
    lights.opened(GRID)
    await until(lambda: desk.colours() and desk.lights(GRID))
    engine.emit(Event(kind="pad", pad="kick", reason="ready"))
    await until(lambda: desk.colours().get(36) == GREEN and desk.lights(GRID).get(11) == (0, 21))
    await lights.close()
    assert set(desk.colours().values()) == {OFF}
    assert set(desk.colours(GRID).values()) == {0}
    assert desk.sent[-1] == (GRID.name, bytes([0xF0, 0, 0x20, 0x29, 2, 0x0D, 0x0E, 0, 0xF7]))


async def test_a_mackie_control_names_its_pads_and_says_what_goes_on(lights, desk, engine):
    lights.opened(DESK)
    await until(lambda: desk.strip(DESK, 0) == ("kick", ""))
    assert desk.strip(DESK, 4) == ("808", "")
    engine.emit(Event(kind="pad", pad="kick", reason="rendering"))
    engine.emit(Event(kind="progress", pad="kick", job="j-a", stage="generating", fraction=0.43))
    await until(lambda: desk.strip(DESK, 0) == ("kick", "40 %"))
    assert desk.lights(DESK)[SELECT] == (0, 1)
    engine.emit(Event(kind="pad", pad="kick", reason="failed"))
    await until(lambda: desk.strip(DESK, 0) == ("kick", "failed"))
    assert desk.lights(DESK)[REC] == (0, 127)
    engine.emit(Event(kind="pad", pad="kick", reason="ready"))
    await until(lambda: desk.strip(DESK, 0) == ("kick", "ready"))
    assert (desk.lights(DESK)[SELECT], desk.lights(DESK)[REC]) == ((0, 127), (0, 0))


async def test_progress_in_small_steps_is_not_sent(lights, desk, engine):
    lights.opened(DESK)
    await until(lambda: desk.strip(DESK, 0) == ("kick", ""))
    engine.emit(Event(kind="pad", pad="kick", reason="rendering"))
    await until(lambda: desk.strip(DESK, 0) == ("kick", "0 %"))
    written = [message for _, message in desk.sent if message[0] == 0xF0]
    for step in range(50):
        engine.emit(Event(kind="progress", pad="kick", job="j-a", stage="generating", fraction=step / 1_000))
    await asyncio.sleep(0.1)
    assert [message for _, message in desk.sent if message[0] == 0xF0] == written


async def test_a_mackie_control_is_left_dark_and_blank(engine, desk):
    lights = MidiLights(engine, desk, DEVICES)
    await lights.start()
    lights.opened(DESK)
    await until(lambda: desk.strip(DESK, 0) == ("kick", ""))
    engine.emit(Event(kind="pad", pad="kick", reason="failed"))
    await until(lambda: desk.lights(DESK).get(REC) == (0, 127))
    await lights.close()
    assert {desk.strip(DESK, number) for number in range(8)} == {("", "")}
    assert set(desk.lights(DESK).values()) == {(0, 0)}


# --- on a real MIDI system ------------------------------------------------------------------------------------


async def test_a_launchpad_on_jack_is_lit_unplugged_plugged_in_again_and_put_out(jack, peer, engine):
    # What a client sends while it is too late for JACK's clock is lost: on a busy machine, try again.
    late = jack.late_clients()
    try:
        await _lit_and_plugged_in_again(peer, engine)
    except TimeoutError:
        if jack.late_clients() == late:
            raise
        await _lit_and_plugged_in_again(peer, engine)


async def _lit_and_plugged_in_again(peer, engine):
    rtmidi = peer.module("rtmidi")
    heard: list[list[int]] = []

    def plug_in():
        grid = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="Launchpad Mini")
        grid.ignore_types(sysex=False)
        grid.set_callback(lambda event, _: heard.append(event[0]))
        grid.open_virtual_port("MIDI")
        return grid

    green, grey = [0x90, 11, 21], [0x90, 11, 1]
    async with rig(engine, {"launchpad": open_mini()}, virtual_port="Lit", api="jack") as midi:
        grid = plug_in()
        await until(lambda: grey in heard)
        assert heard[0] == [0xF0, 0x00, 0x20, 0x29, 0x02, 0x0D, 0x0E, 0x01, 0xF7]
        assert midi.ports.view().open_outputs == ("Launchpad Mini:MIDI",)
        engine.emit(Event(kind="pad", pad="kick", reason="ready"))
        await until(lambda: green in heard)
        grid.close_port()
        grid.delete()
        await until(lambda: midi.ports.view().open_outputs == ())
        heard.clear()
        grid = plug_in()
        await until(lambda: green in heard)
        heard.clear()
    await until(lambda: heard[-1:] == [[0xF0, 0x00, 0x20, 0x29, 0x02, 0x0D, 0x0E, 0x00, 0xF7]])
    assert [0x90, 11, 0] in heard
    grid.close_port()
    grid.delete()


async def test_the_display_of_a_mackie_control_on_jack_is_written_and_its_select_button_plays(jack, peer, engine):
    late = jack.late_clients()
    try:
        await _written_and_played(peer, engine)
    except TimeoutError:
        if jack.late_clients() > late:
            pytest.skip("this machine is too busy for JACK to keep time: what a late client sends is lost")
        raise


async def _written_and_played(peer, engine):
    rtmidi = peer.module("rtmidi")
    heard: list[list[int]] = []
    display = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="X-Touch")
    display.ignore_types(sysex=False)
    display.set_callback(lambda event, _: heard.append(event[0]))
    display.open_virtual_port("INT")
    buttons = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="X-Touch")
    buttons.open_virtual_port("INT out")

    def written(place, text):
        return [0xF0, 0x00, 0x00, 0x66, 0x14, 0x12, place, *text.ljust(7).encode(), 0xF7]

    async with rig(engine, {"X-Touch": open_mcu()}, virtual_port="Shown", api="jack") as midi:
        await until(lambda: written(0, "kick") in heard and midi.listening)
        buttons.send_message([0x90, SELECT, 127])
        await until(lambda: engine.requests)
        assert engine.requests[0].pad == "kick"
        engine.emit(Event(kind="pad", pad="kick", reason="ready"))
        await until(lambda: written(56, "ready") in heard and [0x90, SELECT, 127] in heard)
        heard.clear()
    await until(lambda: written(0, "") in heard and [0x90, SELECT, 0] in heard)
    for end in (display, buttons):
        end.close_port()
        end.delete()
