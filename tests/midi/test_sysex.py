"""Text goes through System Exclusive and comes out as it went in; what is broken or of others is left out."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.midi.sysex import HEAD, LARGEST_BYTES, PART_BYTES, Assembler, encode, read_lines, write_lines

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=1_500)


@given(TEXTS, st.integers(0, 127))
def test_any_text_comes_out_as_it_went_in(text, serial):
    assembler = Assembler()
    *begun, last = [assembler.feed(message) for message in encode(text, serial)]
    assert last == text
    assert set(begun) <= {None}


@given(TEXTS)
def test_midi_can_carry_every_message_and_no_system_has_to_cut_it(text):
    for message in encode(text, 127):
        assert (message[0], message[1], message[-1]) == (0xF0, 0x7D, 0xF7)
        assert max(message[1:-1]) < 0x80
        assert len(message) <= PART_BYTES + 10


@given(st.lists(st.tuples(st.text("abc_", min_size=1, max_size=9), TEXTS), max_size=6))
def test_keys_and_values_are_lines(pairs):
    assert list(read_lines(write_lines(pairs))) == [(key, " ".join(value.split())) for key, value in pairs]


@given(st.integers(0, 4), st.randoms(use_true_random=False))
def test_a_text_without_one_of_its_parts_is_left_out_and_the_next_one_heard(lost, dice: random.Random):
    messages = encode("x" * (4 * PART_BYTES + 1), 5)
    del messages[lost]
    assembler = Assembler()
    assert [assembler.feed(message) for message in messages] == [None] * 4
    assert assembler.feed(encode("next", 6)[0]) == "next"


def test_parts_of_two_texts_do_not_mix():
    one, other = encode("a" * (PART_BYTES + 1), 1), encode("b" * (PART_BYTES + 1), 2)
    assembler = Assembler()
    assert [assembler.feed(message) for message in (one[0], other[1])] == [None, None]


@given(st.lists(st.integers(0, 255), max_size=40) | st.lists(st.integers(0, 127), max_size=20).map(
    lambda rest: [*HEAD, *rest, 0xF7]
))
def test_no_message_does_harm(message):
    assembler = Assembler()
    assembler.feed(message)
    assert assembler.feed(encode("still here", 9)[0]) == "still here"


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(RequestError, match="too many for MIDI"):
        encode("x" * (LARGEST_BYTES + 1), 0)


def test_a_part_that_is_longer_than_any_we_send_is_not_kept():
    assembler = Assembler()
    message = [*HEAD, 1, 0, 0, 0, 2, *[0x20] * (PART_BYTES + 1), 0xF7]
    assert assembler.feed(message) is None
    assert assembler._pieces == []
