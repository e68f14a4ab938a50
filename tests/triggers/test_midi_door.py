"""The MIDI door by itself: what messages mean, trouble and floods. Bytes come from the test, not from a MIDI system."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from bridge.config.schema import MidiSettings
from bridge.errors import RequestError
from bridge.midi.devices.launchpad import open_mini
from bridge.midi.ports import Port
from bridge.triggers.midi import MidiDoor, door
from bridge.triggers.midi.ear import DOUBLED_SECONDS, MOST_REMEMBERED, MOST_WAITING
from support.patience import until

pytestmark = pytest.mark.anyio

KEYS = Port(name="MPK mini", word="mpk")


class Player:
    """Plays into a door: messages in bytes, a tenth of a second apart."""

    def __init__(self, door: MidiDoor) -> None:
        self.door = door
        self.now = 100.0

    def play(self, *messages: list[int], port: Port = KEYS, apart: float = 0.1) -> None:
        for message in messages:
            self.now += apart
            self.door.hear(port, message, self.now)

    def tick(self, bpm: float, beats: int) -> None:
        for _ in range(beats * 24):
            self.play([0xF8], apart=60 / 24 / bpm)

    async def done(self) -> None:
        await until(lambda: not self.door._ear.waits())
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def opened(engine):
    """Opens doors with some settings, each with its player, and closes them."""
    doors = []

    async def open_door(devices=None, **settings):
        one = MidiDoor(engine, MidiSettings(**settings), devices)
        await one.start()
        doors.append(one)
        return Player(one)

    yield open_door
    for one in doors:
        await one.close()


async def test_clocks_active_sensing_and_system_exclusive_between_the_bytes_of_notes_change_nothing(opened, engine):
    player = await opened(clock=True)
    long, short = [0xF0, *[0x7D] * 5_000, 0xF7], [0xF0, 0x7E, 0x7F, 6, 1, 0xF7]
    noise = [[0xF8], [0xFE], [0xFF], short, [0xF2, 1, 2], long, [0xF6]]
    for number in range(12):
        for _ in range(40):
            player.play(*noise, apart=0.0001)
        player.play([0x90], [0xFE], [36], [0xF8], [100], apart=0.01)  # cut into pieces, real-time bytes between them
        await player.done()
        assert len(engine.requests) == number + 1
    assert {(request.pad, request.energy) for request in engine.requests} == {("kick", 100 / 127)}
    assert len(engine.calls) == 12, "nothing else was done"


# --- what it means --------------------------------------------------------------------------------------------


async def test_a_release_and_a_note_of_another_channel_or_pad_trigger_nothing(opened, engine):
    player = await opened(channel=10)
    player.play([0x99, 36, 0], [0x89, 36, 64], [0x90, 36, 100], [0x99, 37, 100])
    await player.done()
    assert engine.requests == []


async def test_running_status_loses_no_note(opened, engine):
    player = await opened()
    player.play([0x90, 36, 127], [40, 127], [53, 127])
    await player.done()
    assert [request.pad for request in engine.requests] == ["kick", "808", "bell"]


@pytest.mark.parametrize(
    ("actions", "played", "expected"),
    [
        ({"note 1": "keep bell"}, [0x90, 1, 9], ("keep", "bell")),
        ({"cc 20": "again kick"}, [0xB0, 20, 64], ("again", "kick", "midi")),
        ({"cc 20": "trigger 808"}, [0xB0, 20, 64], ("trigger", "808")),
        ({"program 3": "discard 808"}, [0xC0, 2], ("discard", "808")),
        ({"program": "cancel kick"}, [0xC0, 77], ("cancel", "kick")),
        ({"cc 20 channel 3": "kit spare"}, [0xB2, 20, 127], ("select_kit", "spare")),
        ({"note 36 port mpk": "kit spare"}, [0x90, 36, 127], ("select_kit", "spare")),
        ({"program": "kit", "program 1": "kit spare"}, [0xC0, 0], ("select_kit", "spare")),
        ({"program": "kit"}, [0xC0, 1], ("select_kit", "spare")),
    ],
)
async def test_an_action_is_done_to_what_it_names(opened, engine, actions, played, expected):
    player = await opened(actions=actions)
    engine.eager = True
    for pad in ("kick", "808", "bell"):
        engine.finish((await engine.again((await engine.trigger(request(pad))).id)).id)
    engine.calls.clear()
    player.play(played)
    await player.done()
    assert engine.calls == [expected]


def request(pad):
    from bridge.domain.brief import Request

    return Request(pad=pad)


@pytest.mark.parametrize("played", [[0xB1, 20, 127], [0xB0, 21, 127], [0xB0, 20, 63], [0x90, 20, 127], [0xC0, 20]])
async def test_another_message_is_not_the_actions(opened, engine, played):
    player = await opened(actions={"cc 20 channel 1": "kit spare"})
    player.play(played)
    await player.done()
    assert engine.calls == []


async def test_an_action_with_a_channel_of_its_own_is_heard_beside_the_doors_channel(opened, engine):
    player = await opened(channel=10, actions={"cc 20 channel 3": "kit spare", "cc 21": "kit main"})
    player.play([0xB2, 20, 127], [0xB2, 21, 127])
    await player.done()
    assert engine.calls == [("select_kit", "spare")]


async def test_an_action_before_any_pad_was_touched_is_refused_and_one_after_a_pad_goes_to_it(opened, engine):
    player = await opened()
    player.play([0xB0, 102, 127])
    await player.done()
    assert engine.calls == []
    player.play([0x90, 53, 100], [0xB0, 102, 0], [0xB0, 102, 127])
    await player.done()
    assert engine.calls == [("trigger", "bell"), ("again", "bell", "midi")]


async def test_a_button_acts_when_it_is_pressed_and_a_knob_on_its_way_once(opened, engine):
    player = await opened(actions={"cc 20": "kit spare"})
    presses = [([127, 0, 127, 0], 2), ([127, 127, 127], 3), (range(128), 1), ([0, 0, 63], 0)]
    for values, times in presses:
        engine.calls.clear()
        player.play(*([0xB0, 20, value] for value in values), [0xB0, 20, 0])
        await player.done()
        assert len(engine.calls) == times


async def test_a_program_without_a_kit_is_refused(opened, engine):
    player = await opened()
    player.play([0xC0, 9], [0x90, 36, 100])
    await player.done()
    assert engine.calls == [("trigger", "kick")]
    assert engine.kit == "main"


async def test_the_keys_of_a_launchpad_are_the_notes_of_a_drum_rack(opened, engine):
    player = await opened({"launchpad": open_mini()})
    pads = Port(name="LPMiniMK3 MIDI", word="launchpad")
    player.play([0x90, 11, 127], [0x90, 21, 127], [0x90, 36, 127], [0x90, 19, 127], port=pads)
    player.play([0x90, 53, 127])
    await player.done()
    # Key 11 is note 36, key 21 note 40, key 36 note 74, and 19 is no pad; another controller has its own notes.
    assert [request.pad for request in engine.requests] == ["kick", "808", "bell"]


# --- knobs ----------------------------------------------------------------------------------------------------


async def test_knobs_hold_for_the_pads_pressed_afterwards(opened, engine):
    player = await opened(models=["synth", "far"])
    player.play([0x90, 36, 127], [0xB0, 74, 20], [0xB0, 75, 127], [0xB0, 76, 32], [0xB0, 77, 127], [0x90, 36, 127],
                [0x90, 53, 127])
    await player.done()
    before, kick, bell = engine.requests
    assert (before.prompt, before.seconds, before.energy, before.model) == (None, None, 1.0, None)
    # Four times the 0.6 s that a kick usually has is more than the 1.5 s that a kick may have.
    assert (kick.prompt, kick.seconds, kick.family) == ("deep kick, dark", 1.5, "kick")
    assert kick.energy == pytest.approx(32 / 127)
    assert (bell.prompt, bell.seconds, bell.model) == ("glassy bell, dark", 6.0, "far")


async def test_a_knob_in_the_middle_says_nothing_and_energy_zero_is_the_velocity(opened, engine):
    player = await opened()
    player.play([0xB0, 74, 127], [0xB0, 75, 0], [0xB0, 76, 127], [0xB0, 74, 64], [0xB0, 75, 66], [0xB0, 76, 0],
                [0xB0, 77, 99], [0x90, 36, 64])
    await player.done()
    (heard,) = engine.requests
    assert (heard.prompt, heard.seconds, heard.model) == (None, None, None)
    assert heard.energy == pytest.approx(64 / 127)


async def test_a_knob_that_moves_fast_is_one_thing_to_do(opened, engine):
    engine.gate = asyncio.Event()
    player = await opened()
    player.play([0x90, 36, 100])
    await until(lambda: engine.requests)
    player.play(*([0xB0, 74, value % 128] for value in range(20 * MOST_WAITING)), [0x90, 53, 100], apart=0.001)
    assert len(player.door._ear._waiting) == 2
    engine.gate.set()
    await player.done()
    assert [request.pad for request in engine.requests] == ["kick", "bell"]


# --- clock ----------------------------------------------------------------------------------------------------


async def test_a_clock_sets_the_tempo_of_the_song_only_where_the_config_says_so(opened, engine):
    deaf, player = await opened(), await opened(clock=True)
    for one in (deaf, player):
        one.play([0xFA])
        one.tick(128, 16)
        one.play([0xFC])
        one.tick(128.2, 16)
        await one.done()
    assert engine.calls == [("set_song", pytest.approx(128, abs=0.5))]


# --- trouble --------------------------------------------------------------------------------------------------


async def test_a_doubled_note_is_one_stroke_and_a_roll_is_every_stroke(opened, engine):
    player = await opened()
    player.play([0x90, 36, 100], [0x90, 36, 0], [0x90, 36, 100], apart=DOUBLED_SECONDS / 3)
    player.play([0x91, 36, 100], [0x90, 40, 100], apart=0.0)
    await player.done()
    assert len(engine.requests) == 3
    player.play(*[[0x90, 36, 100]] * 20, apart=0.03)
    await player.done()
    assert len(engine.requests) == 23


async def test_a_refused_or_failing_note_does_not_stop_the_door(opened, engine, caplog):
    player = await opened()
    for broken in (RequestError("busy"), ZeroDivisionError("oops")):
        engine.broken = broken
        with caplog.at_level(logging.CRITICAL, logger="bridge.triggers.midi.door"):
            player.play([0x90, 36, 100])
            await player.done()
    engine.broken = None
    player.play([0x90, 36, 100])
    await until(lambda: len(engine.requests) == 1)


async def test_a_stuck_sender_fills_a_bounded_queue_and_is_told_of_once(opened, engine, caplog, monkeypatch):
    monkeypatch.setattr(door, "_TOLD_EVERY_SECONDS", 0.05)
    engine.gate = asyncio.Event()
    player = await opened()
    tasks = asyncio.all_tasks()
    player.play(*([0x90 | place % 16, 36, 100] for place in range(10 * MOST_WAITING)), apart=0.002)
    assert asyncio.all_tasks() == tasks
    assert len(player.door._ear._waiting) <= MOST_WAITING
    assert len(player.door._ear._remembered) <= MOST_REMEMBERED
    await until(lambda: "dropped" in caplog.text)
    engine.gate.set()
    await until(lambda: len(engine.requests) == MOST_WAITING)
    await player.done()
    told = [record for record in caplog.records if "dropped" in record.message]
    assert len(told) == 1
    assert f"{9 * MOST_WAITING} messages were dropped" in told[0].message


async def test_what_was_played_is_triggered_when_the_door_closes(opened, engine):
    player = await opened()
    player.play(*[[0x90, 36, 100]] * 10)
    await player.door.close()
    assert len(engine.all_jobs) == 10


async def test_ports_that_play_at_once_lose_nothing(opened, engine):
    player = await opened()
    names = [Port(name=f"port {number}") for number in range(4)]

    def play(port, channel):
        for place in range(50):
            player.door.hear(port, [0x90 | channel, 36, 100], 100.0 + place)

    threads = [threading.Thread(target=play, args=(port, channel)) for channel, port in enumerate(names)]
    for thread in threads:
        thread.start()
    await until(lambda: len(engine.requests) == 200)
    for thread in threads:
        thread.join()


def test_a_note_that_arrives_after_the_loop_has_ended_is_nothing(engine):
    one = MidiDoor(engine, MidiSettings())

    async def briefly():
        await one.start()
        await one.close()

    asyncio.run(briefly())
    one.hear(KEYS, [0x90, 36, 1], 1.0)


# --- what was heard, for people -------------------------------------------------------------------------------


async def test_whoever_asks_is_told_what_was_heard_and_what_it_does(opened, engine):
    player = await opened(actions={"program": "kit", "cc 20": "keep bell", "cc 21": "again"})
    first = await player.door.heard(None, 0.0)
    assert first == {"heard": [], "last": 0}
    player.play([0x99, 36, 100], [0x99, 36, 0], [0x90, 99, 5], [0xB0, 20, 127], [0xB0, 20, 0], [0xB0, 21, 127],
                [0xB0, 74, 0], [0xB0, 75, 127], [0xB0, 76, 127], [0xB0, 77, 1], [0xB0, 1, 3], [0xC0, 1], [0xC0, 7])
    told = await player.door.heard(0, 5.0)
    assert [(heard["text"].removesuffix(" (MPK mini)"), heard["does"]) for heard in told["heard"]] == [
        ("note 36 channel 10 velocity 100", "trigger kick"),
        ("note 36 channel 10 released", ""),
        ("note 99 channel 1 velocity 5", "no pad of the kit"),
        ("cc 20 channel 1 value 127", "keep bell"),
        ("cc 20 channel 1 value 0", ""),
        ("cc 21 channel 1 value 127", "again the pad touched last"),
        ("cc 74 channel 1 value 0", "brightness very dark"),
        ("cc 75 channel 1 value 127", "4 times the length"),
        ("cc 76 channel 1 value 127", "energy 1.00"),
        ("cc 77 channel 1 value 1", "model as the pad says (name some under midi.models)"),
        ("cc 1 channel 1 value 3", ""),
        ("program 2 channel 1", "kit spare"),
        ("program 8 channel 1", "no kit 8"),
    ]
    assert await player.door.heard(told["last"], 0.0) == {"heard": [], "last": told["last"]}


async def test_who_waits_for_a_message_gets_it_when_it_comes(opened):
    player = await opened()
    waiting = asyncio.create_task(player.door.heard(0, 30.0))
    await asyncio.sleep(0.01)
    player.play([0x90, 36, 100])
    assert len((await waiting)["heard"]) == 1
