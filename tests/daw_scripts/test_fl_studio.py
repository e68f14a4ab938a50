"""The FL Studio script against the bridge's door for hosts: what one says, the other understands."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.brief import Request
from bridge.domain.event import Event
from bridge.midi.lines import LEASE_SECONDS, HostLines
from bridge.midi.ports import Port
from bridge.midi.sysex import Assembler, encode, read_lines, write_lines
from bridge.triggers.midi import HostDoor
from support.engine import FakeEngine
from support.fl_studio import FlStudio
from support.patience import until

pytestmark = pytest.mark.anyio
PORT = Port(name="loopMIDI FL", word="loopMIDI")


class Cable:
    """Carries what the bridge sends to FL Studio, and back."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.fl: FlStudio | None = None

    def send(self, port: str, messages: list[bytes]) -> bool:
        self.sent += [(port, message) for message in messages]
        for message in messages if self.fl is not None else ():
            assert self.fl.hear(message)
        return True


@asynccontextmanager
async def scene(engine: FakeEngine, *, with_fl: bool = True, **more):
    cable = Cable()
    lines = HostLines(["loopMIDI"], cable)
    lines.opened(PORT)
    lines.opened(Port(name="Launchpad", word="Launchpad"))
    door = HostDoor(engine, lines)
    await door.start()
    fl = FlStudio(lambda message: door.hear(PORT, message), **more)
    cable.fl = fl if with_fl else None
    try:
        yield fl, door, cable
    finally:
        await door.close()


def hints(fl):
    return [hint.removeprefix("Oneshot Bridge: ") for hint in fl.hints]


@pytest.fixture
def engine():
    return FakeEngine()


@cache
def running():
    return FlStudio()


# --- the two codecs ----------------------------------------------------------------------------------------------

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=900).map(lambda text: " ".join(text.split()))
PAIRS = st.lists(st.tuples(st.text("abc_", min_size=1, max_size=9), VALUES), max_size=5)


@given(PAIRS)
def test_the_script_understands_any_text_of_the_bridge(pairs):
    parse = running()["parse"]
    *begun, last = [parse(message) for message in encode(write_lines(pairs), 5)]
    assert (last, set(begun) <= {None}) == (pairs, True)


@given(PAIRS)
def test_the_bridge_understands_any_text_of_the_script(pairs):
    assembler = Assembler()
    *_, last = [assembler.feed(message) for message in running()["encode"](pairs)]
    assert list(read_lines(last)) == pairs


@given(st.binary(max_size=60))
def test_the_script_leaves_the_messages_of_others_alone(rest):
    assert not running().hear(b"\xf0\x7e" + rest + b"\xf7")


# --- together ----------------------------------------------------------------------------------------------------


async def test_a_hello_brings_the_pads_and_what_waits_and_that_is_acknowledged(engine):
    engine.deliver("fl-studio", 7)
    engine.deliver("live", 8)
    async with scene(engine) as (fl, _, _):
        fl.idle()
        await until(lambda: ("loaded", "fl-studio", 7) in engine.calls)
    assert fl["state"].notes == {36: "kick", 40: "808", 53: "bell"}
    assert fl["state"].states["kick"] == "idle"
    assert hints(fl)[0].startswith("the bridge ")
    assert hints(fl)[-1] == "kick has a new sound"
    assert [call for call in engine.calls if call[0] == "loaded"] == [("loaded", "fl-studio", 7)]


async def test_a_note_on_the_channel_of_the_pads_asks_for_its_pad_and_is_not_heard_otherwise(engine):
    async with scene(engine) as (fl, _, _):
        fl.idle()
        await until(lambda: fl["state"].notes)
        assert fl.play(0x9F, 53, 64)
        assert not fl.play(0x90, 53, 64)  # another channel
        assert not fl.play(0x9F, 54, 64)  # no pad's note
        assert not fl.play(0x9F, 53, 0)  # a release
        await until(lambda: engine.requests)
    (request,) = engine.requests
    assert (request.pad, request.energy, request.origin) == ("bell", 64 / 127, "host")


async def test_buttons_act_on_the_pad_of_the_selected_channel_when_they_are_pressed(engine):
    engine.eager = True
    async with scene(engine) as (fl, _, _):
        fl.rack.insert(0, ("Bell", ""))
        for controller in (106, 102, 103, 104, 105):
            assert fl.play(0xBF, controller, 127)
            assert fl.play(0xBF, controller, 0)
        assert not fl.play(0xBF, 1, 127)
        await until(lambda: ("cancel", "bell") in engine.calls)
    assert engine.calls == [
        ("trigger", "bell"), ("again", "bell", "host"), ("keep", "bell"), ("discard", "bell"), ("cancel", "bell"),
    ]


async def test_the_states_of_pads_are_shown_as_they_change(engine):
    async with scene(engine) as (fl, _, _):
        fl.idle()
        await until(lambda: fl["state"].states)
        job = await engine.trigger(Request(pad="kick"))
        engine.emit(Event(kind="pad", pad="kick", reason="rendering"))
        engine.fail(job.id, "The model is away.")
        engine.emit(Event(kind="pad", pad="kick", reason="failed"))
        await until(lambda: "kick: failed" in hints(fl))
    assert hints(fl)[1:] == ["kick: rendering", "The model is away.", "kick: failed"]


@pytest.mark.parametrize("global_indexes", [True, False])
async def test_without_a_sampler_a_delivery_fails_with_the_cure(engine, global_indexes):
    async with scene(engine, global_indexes=global_indexes) as (fl, _, _):
        fl.rack = [("Kick", ""), ("Keys", "FLEX")]
        engine.deliver("fl-studio", 1)
        fl.idle()
        await until(lambda: engine.all_deliveries[0].state == "failed")
    assert "load kits/main.sfz out of the library into it once" in engine.all_deliveries[0].reason
    assert "no channel plays sfizz" in hints(fl)[-1]


@pytest.mark.parametrize(("global_indexes", "state"), [(True, "done"), (False, "failed")])
async def test_a_sampler_in_another_group_is_seen_where_fl_studio_shows_it(engine, global_indexes, state):
    async with scene(engine, global_indexes=global_indexes) as (fl, _, _):
        fl.group = 1
        engine.deliver("fl-studio", 1)
        fl.idle()
        await until(lambda: engine.all_deliveries[0].state == state)


async def test_a_delivery_that_comes_later_is_told_and_answered(engine):
    async with scene(engine) as (fl, _, _):
        fl.idle()
        await until(lambda: fl["state"].welcomed)
        engine.deliver("live", 1)
        engine.deliver("fl-studio", 2)
        await until(lambda: engine.all_deliveries[1].state == "done")
    assert engine.all_deliveries[0].state == "waiting"


async def test_what_is_refused_is_shown_with_its_cure(engine):
    async with scene(engine) as (fl, _, _):
        fl.rack[0] = ("Bel", "")
        fl.play(0xBF, 103, 127)
        await until(lambda: fl.hints)
    assert hints(fl) == ["There is no sample or pad 'bel'. List them with: oneshot ls"]


async def test_who_is_silent_for_a_minute_is_told_nothing(engine):
    async with scene(engine, with_fl=False) as (fl, door, cable):
        engine.emit(Event(kind="pad", pad="kick", reason="ready"))
        fl.idle()
        await until(lambda: cable.sent)
        assert {port for port, _ in cable.sent} == {"loopMIDI FL"}
        now = asyncio.get_running_loop().time()
        door._lines.greet("fl-studio", now - LEASE_SECONDS)
        heard = len(cable.sent)
        engine.emit(Event(kind="pad", pad="kick", reason="ready"))
        engine.deliver("fl-studio", 3)
        fl.idle(30.0)
        await until(lambda: len(cable.sent) > heard)
        assert b"welcome" in cable.sent[heard][1]


async def test_a_hello_is_said_every_so_often_and_none_without_an_output(engine):
    said = []
    fl = FlStudio(said.append)
    for _ in range(3_000):  # a minute
        fl.idle()
    assert len(said) == 3
    fl.assigned = False
    fl.idle(60.0)
    assert len(said) == 3
    fl._call("OnInit")
    assert "same port number" in fl.hints[-1]


async def test_a_script_or_a_bridge_that_is_too_old_says_so(engine):
    async with scene(engine) as (fl, _, _):
        for pairs in ([("v", "2"), ("action", "load")], [("v", "1"), ("action", "dance")]):
            head = [("message", "delivery"), ("host", "fl-studio"), ("seq", "9")]
            fl.hear(encode(write_lines([*head, *pairs]), 1)[0])
        await until(lambda: len(engine.calls) == 2)
    assert {call[:3] for call in engine.calls} == {("load_failed", "fl-studio", 9)}
    assert "update the script" in engine.calls[0][3]


@pytest.mark.parametrize(
    "pairs",
    [
        [("message", "hello")], [("message", "hello"), ("host", "../x")], [("message", "ask"), ("v", "1")],
        [("message", "loaded"), ("host", "fl-studio")], [("message", "loaded"), ("host", "fl-studio"), ("seq", "x")],
    ],
)
async def test_what_makes_no_sense_is_answered_with_an_error(engine, pairs):
    async with scene(engine, with_fl=False) as (_, door, cable):
        door.hear(PORT, encode(write_lines(pairs), 0)[0])
        await until(lambda: cable.sent)
    assert b"message\terror\n" in cable.sent[0][1]
    assert engine.calls == []


async def test_the_bridges_own_words_and_those_of_other_ports_are_left_out(engine):
    async with scene(engine) as (fl, door, cable):
        fl.idle()
        await until(lambda: cable.sent)
        for _, message in list(cable.sent):
            door.hear(PORT, message)
        ask = encode("message\task\nv\t1\naction\ttrigger\npad\tkick\n", 0)[0]
        door.hear(Port(name="Launchpad", word="Launchpad"), ask)
        fl.play(0xBF, 106, 127)
        await until(lambda: engine.requests)
    assert len(engine.requests) == 1


async def test_an_error_inside_the_engine_costs_one_message(engine):
    async with scene(engine) as (fl, _, _):
        engine.broken = ZeroDivisionError("oops")
        fl.play(0xBF, 106, 127)
        await until(lambda: engine.calls)
        engine.broken = None
        fl.play(0xBF, 106, 127)
        await until(lambda: engine.requests)


async def test_a_delivery_too_long_for_midi_fails_and_says_why(engine):
    async with scene(engine) as (fl, _, _):
        engine.deliver("fl-studio", 4, path="x" * 200_000)
        fl.idle()
        await until(lambda: engine.all_deliveries[0].state == "failed")
    assert "too many for MIDI" in engine.all_deliveries[0].reason
