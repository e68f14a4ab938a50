"""Packets: what goes in comes out, what is broken is refused, and nothing else ever happens."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import RequestError
from bridge.osc.codec import LARGEST_DATAGRAM, MOST_ARGUMENTS, MOST_MESSAGES, Message, decode, encode

SOME = settings(max_examples=100, deadline=None)
NOW = 1_800_000_000.0

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
floats = st.floats(width=32, allow_nan=False)
scalars = st.integers(-(2**31), 2**31 - 1) | floats | texts | st.binary(min_size=1, max_size=20)
messages = st.builds(Message, texts.map(lambda text: f"/{text}"), st.lists(scalars, max_size=10).map(tuple))


def built(address, *typed):
    builder = OscMessageBuilder(address=address)
    for osc_type, value in typed:
        builder.add_arg(value, osc_type)
    return builder.build()


def bundle(at, *contents):
    builder = OscBundleBuilder(at)
    for content in contents:
        builder.add_content(content)
    return builder.build()


def raw_bundle(*elements, tag=1):
    return b"#bundle\0" + struct.pack(">Q", tag) + b"".join(struct.pack(">i", len(e)) + e for e in elements)


@SOME
@given(messages)
def test_a_message_comes_back_as_it_was_sent(message):
    (timed,) = decode(encode(message))
    assert timed.message == message
    assert timed.delay == 0


@SOME
@given(messages)
def test_a_foreign_reader_finds_the_same_arguments_in_the_types_i_f_s_b(message):
    datagram = encode(message)
    read = OscMessage(datagram)
    assert (read.address, tuple(read.params)) == (message.address, message.arguments)
    start = len(message.address.encode()) // 4 * 4 + 4
    assert set(datagram[start:].split(b"\0")[0].decode()) <= set(",ifsb")


@settings(max_examples=250, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"#bundle\0" + tail)
       | st.binary(max_size=200).map(lambda tail: b"/a\0\0," + tail))
def test_random_bytes_are_messages_or_a_request_error(datagram):
    _decode_or_refuse(datagram)


@settings(max_examples=250, deadline=None)
@given(messages, st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6), st.integers(0, 200),
       st.booleans())
def test_mutated_packets_are_messages_or_a_request_error(message, changes, cut, in_bundle):
    packet = bytearray(raw_bundle(encode(message), raw_bundle(encode(message))) if in_bundle else encode(message))
    for place, value in changes:
        packet[place % len(packet)] = value
    _decode_or_refuse(bytes(packet))
    _decode_or_refuse(bytes(packet[: max(0, len(packet) - cut)]))


def _decode_or_refuse(datagram):
    try:
        found = decode(datagram, NOW)
    except RequestError:
        return
    assert all(isinstance(timed.message, Message) and timed.delay >= 0 for timed in found)


def test_the_messages_of_nested_bundles_come_in_their_order():
    inner = bundle(IMMEDIATELY, built("/b"), built("/c"))
    packet = bundle(IMMEDIATELY, built("/a"), inner, built("/d")).dgram
    assert [timed.message.address for timed in decode(packet, NOW)] == ["/a", "/b", "/c", "/d"]


@pytest.mark.parametrize(("at", "delay"), [(IMMEDIATELY, 0), (NOW - 5, 0), (NOW, 0), (NOW + 1.5, 1.5)])
def test_a_time_tag_is_a_delay_and_the_past_is_now(at, delay):
    (timed,) = decode(bundle(at, built("/a")).dgram, NOW)
    assert timed.delay == pytest.approx(delay, abs=1e-3)


@pytest.mark.parametrize("inner", [IMMEDIATELY, NOW - 5, NOW + 1])
def test_an_inner_bundle_is_not_due_before_the_outer_one(inner):
    (timed,) = decode(bundle(NOW + 2, bundle(inner, built("/a"))).dgram, NOW)
    assert timed.delay == pytest.approx(2, abs=1e-3)


@pytest.mark.parametrize("osc_type", ["T", "F"])
def test_true_and_false_are_refused_with_the_cure(osc_type):
    with pytest.raises(RequestError, match="argument 2 is true or false") as caught:
        decode(built("/a", ("i", 1), (osc_type, osc_type == "T")).dgram)
    assert caught.value.hint == "Send 1 or 0 instead."


@pytest.mark.parametrize("osc_type", ["N", "m", "r"])
def test_other_types_are_refused_by_name(osc_type):
    value = {"N": None, "m": (0, 144, 60, 100), "r": 1}[osc_type]
    with pytest.raises(RequestError, match=f"type '{osc_type}'"):
        decode(built("/a", (osc_type, value)).dgram)


def test_the_64_bit_types_are_read():
    (timed,) = decode(built("/a", ("h", 3_000_000_000), ("d", 0.1)).dgram)
    assert timed.message.arguments == (3_000_000_000, 0.1)


@pytest.mark.parametrize(
    "datagram",
    [
        b"", b"hello", b"/a", b"/a\0\0i", b"/a\0\0,i\0\0\0", b"/\xff\xff\0,\0\0\0", b"#bundle\0", b"#bundle\0\0\0\0",
        b"/a\0\0,b\0\0\0\0\0\x09abc\0", b"#bundle\0" + bytes(7) + b"\x01" + b"\0\0\0\x04",
        b"#bundle\0" + bytes(7) + b"\x01" + struct.pack(">i", -4), b"#bundle\0" + bytes(7) + b"\x01" + bytes(4),
        raw_bundle(b"nonsense"),
    ],
)
def test_broken_packets_are_refused(datagram):
    with pytest.raises(RequestError):
        decode(datagram)


def test_limits_are_named():
    deep = encode(Message("/a"))
    for _ in range(1_000):
        deep = raw_bundle(deep)
    for packet, limit in [
        (bytes(LARGEST_DATAGRAM + 1), f"{LARGEST_DATAGRAM:,} bytes"),
        (b"/a\0\0," + b"i" * 70 + bytes(300), f"{MOST_ARGUMENTS} arguments"),
        (raw_bundle(*[encode(Message("/a"))] * (MOST_MESSAGES + 1)), f"{MOST_MESSAGES} messages"),
        (deep, "nested 8 deep"),
    ]:
        with pytest.raises(RequestError, match=limit):
            decode(packet)


@pytest.mark.parametrize("value", [True, 2**31, -(2**31) - 1, b"", "x" * LARGEST_DATAGRAM, 1e39])
def test_what_osc_cannot_carry_is_refused(value):
    with pytest.raises(RequestError, match="/a"):
        encode(Message("/a", (value,)))


def test_nul_and_broken_unicode_do_not_cut_a_message_short():
    (timed,) = decode(encode(Message("/a", ("a\0b\udcff", "next"))))
    assert timed.message.arguments == ("ab?", "next")
