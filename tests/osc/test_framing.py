"""OSC on a stream: packets come out whole and in order, however the stream is cut, in both framings."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.osc.codec import LARGEST_DATAGRAM
from bridge.osc.framing import Framing


def packets_of(framing):
    found = []
    while (packet := framing.next_packet()) is not None:
        found.append(packet)
    return found


def read(stream, size):
    framing, found = Framing(), []
    for start in range(0, len(stream), size):
        framing.feed(stream[start : start + size])
        found += packets_of(framing)
    return found


def framed(packets, counted):
    framing = Framing()
    framing.feed(b"\0" if counted else b"\xc0")
    return b"".join(framing.framed(packet) for packet in packets)


def test_slip_is_read_as_rfc_1055_and_liblo_write_it():
    # What liblo 0.31 sends for `/oneshot/ping 192` with its two kinds of SLIP and without.
    plain = b"/oneshot/ping\0\0\0,i\0\0\0\0\0\xc0"
    escaped = b"/oneshot/ping\0\0\0,i\0\0\0\0\0\xdb\xdc\xc0"
    for stream in (escaped, b"\xc0" + escaped, b"\0\0\0\x18" + plain):
        assert read(stream * 3, 5) == [plain] * 3
    assert read(b"\xc0/\xdb\xdd\xdc\xc0", 1) == [b"/\xdb\xdc"]


@given(packets=st.lists(st.binary(min_size=1, max_size=60).map(lambda rest: b"/" + rest), max_size=8),
       size=st.integers(1, 50), counted=st.booleans())
def test_what_was_framed_is_read_again_however_it_is_cut(packets, size, counted):
    assert read(framed(packets, counted), size) == packets


@given(stream=st.binary(max_size=300), size=st.integers(1, 50))
def test_any_stream_is_read_or_refused(stream, size):
    with contextlib.suppress(RequestError):
        assert sum(map(len, read(stream, size))) <= len(stream)


@pytest.mark.parametrize("size", [b"\0\0\0\0", b"\0\xff\xff\xff", (LARGEST_DATAGRAM + 1).to_bytes(4, "big")])
def test_a_size_that_no_packet_has_is_refused_before_it_is_waited_for(size):
    framing = Framing()
    framing.feed(size)
    with pytest.raises(RequestError, match="claims a size"):
        framing.next_packet()


def test_a_packet_without_an_end_is_not_kept_for_ever():
    with pytest.raises(RequestError, match="without the end"):
        read(b"/" * 3 * LARGEST_DATAGRAM, 1_000)


def test_the_largest_packet_passes_in_both_framings():
    packet = b"\xdb" * LARGEST_DATAGRAM
    for counted in (True, False):
        assert read(framed([packet], counted), 65_536) == [packet]
