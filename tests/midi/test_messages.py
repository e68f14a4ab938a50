"""Messages out of bytes: what another library writes is read, however it is cut, shortened or interrupted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.messages import Message, Parser

CHANNEL, SEVEN = st.integers(0, 15), st.integers(0, 127)
REAL_TIME = st.sampled_from([0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF, 0xF9, 0xFD])


@st.composite
def voices(draw):
    """Bytes of a channel message, and what the bridge makes of it (None: nothing)."""
    upper, channel = draw(st.integers(0x8, 0xE)), draw(CHANNEL)
    data = [draw(SEVEN) for _ in range(1 if upper in (0xC, 0xD) else 2)]
    kind = {0x8: "release", 0x9: "note", 0xB: "control", 0xC: "program"}.get(upper)
    if kind == "note" and data[1] == 0:
        kind = "release"
    meant = Message(kind, channel + 1, data[0], data[1] if len(data) > 1 else 0) if kind else None
    return [upper << 4 | channel, *data], meant


def read(pieces):
    parser = Parser()
    return [message for piece in pieces for message in parser.feed(piece)]


@pytest.mark.parametrize("kind", ["note_on", "note_off", "control_change", "program_change"])
@given(channel=CHANNEL, number=SEVEN, value=SEVEN)
def test_what_mido_writes_is_read(peer, kind, channel, number, value):
    mido = peer.module("mido")
    named = {
        "note_on": {"note": number, "velocity": value}, "note_off": {"note": number, "velocity": value},
        "control_change": {"control": number, "value": value}, "program_change": {"program": number},
    }
    (message,) = read([mido.Message(kind, channel=channel, **named[kind]).bytes()])
    assert (message.channel, message.number) == (channel + 1, number)
    assert message.value == (0 if kind == "program_change" else value)
    expected = {"note_on": "note", "note_off": "release", "control_change": "control", "program_change": "program"}
    assert message.kind == ("release" if kind == "note_on" and value == 0 else expected[kind])


@given(st.lists(voices(), max_size=30))
def test_running_status_says_the_same_in_fewer_bytes(messages):
    whole = [byte for data, _ in messages for byte in data]
    short, status = [], None
    for data, _ in messages:
        short += data[1:] if data[0] == status else data
        status = data[0]
    meant = [message for _, message in messages if message]
    assert read([whole]) == meant
    assert read([short]) == meant


@given(st.lists(voices(), max_size=20), st.data())
def test_bytes_may_be_cut_anywhere_and_real_time_may_stand_anywhere(messages, data):
    stream = [byte for message, _ in messages for byte in message]
    pieces, ticks = [], 0
    for byte in stream:
        if data.draw(st.booleans()):
            tick = data.draw(REAL_TIME)
            pieces.append([tick])
            ticks += tick in (0xF8, 0xFA, 0xFB, 0xFC)
        pieces.append([byte])
    found = read(pieces)
    assert [message for message in found if message.channel] == [message for _, message in messages if message]
    assert len([message for message in found if not message.channel]) == ticks


@given(st.lists(SEVEN, max_size=200), voices())
def test_system_exclusive_of_any_length_is_nothing_and_ends_running_status(inside, voice):
    data, meant = voice
    found = read([[0x90, 36, 100], [0xF0, *inside, 0xF7], [40, 100], data])
    assert found == [Message("note", 1, 36, 100), *([meant] if meant else [])]


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_any_bytes_are_read_without_an_error_and_without_growing(pieces):
    parser = Parser()
    for piece in pieces:
        for message in parser.feed(piece):
            assert 0 <= message.channel <= 16
            assert 0 <= message.number <= 127
            assert 0 <= message.value <= 127
    assert len(parser._rest) <= 2


def test_aftertouch_and_pitch_bend_are_nothing():
    assert read([[0xA0, 36, 90], [0xD0, 90], [0xE0, 0, 64], [0xF2, 1, 2], [0xF6]]) == []
