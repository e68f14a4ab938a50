"""Values: senders without integers, without floats, or with numbers as text mean the same thing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.osc.kinds import KINDS, LARGEST_SEED, LONGEST_PROMPT

SOME = settings(max_examples=100, deadline=None)
anything = (st.integers() | st.floats(width=32) | st.text(max_size=50) | st.binary(max_size=10)
            | st.sampled_from(["nan", "inf", "1e400", "-0", " 5 ", "0x10", "٣"]))


def read(kind, value):
    return KINDS[kind].read(value)


@SOME
@given(st.sampled_from(sorted(KINDS)), anything)
def test_any_value_of_any_kind_is_read_or_refused_with_a_reason(kind, value):
    try:
        found = read(kind, value)
    except ValueError as problem:
        found = str(problem)
        wordless = not found or len(found) > 200
    else:
        wordless = False
    assert not wordless
    assert not isinstance(found, float) or math.isfinite(found)


@pytest.mark.parametrize("value", [36, 36.0, "36", " 36 ", "36.0"])
def test_a_whole_number_may_come_in_any_type(value):
    found = read("note", value)
    assert found == 36
    assert isinstance(found, int)


@pytest.mark.parametrize("value", [2.5, "2.5", "C2", "", b"\0", math.nan, math.inf, -1, 128, 1e30])
def test_what_is_no_midi_note_is_refused(value):
    with pytest.raises(ValueError):
        read("note", value)


@SOME
@given(st.decimals("0.01", "99", places=3))
def test_a_float_is_what_its_sender_typed_despite_single_precision(typed):
    single = pytest.importorskip("numpy").float32(float(typed)).item()
    assert read("seconds", single) == float(typed)


@pytest.mark.parametrize("value", [3_000_000_000, "3000000000", LARGEST_SEED, float(2**24 + 2)])
def test_large_seeds_are_exact(value):
    assert read("seed", value) == int(value)


@pytest.mark.parametrize("value", [0, -1, LARGEST_SEED + 1])
def test_seeds_outside_32_bits_are_refused(value):
    with pytest.raises(ValueError, match="goes from 1"):
        read("seed", value)


@pytest.mark.parametrize(
    ("value", "energy"),
    [(127, 1.0), (1, 1 / 127), (64, 64 / 127), (1.0, 1.0), (0.5, 0.5), (100.0, 100 / 127), (127.0, 1.0), (0, 0),
     (0.0, 0), ("64", 64 / 127)],
)
def test_velocity_is_an_integer_of_midi_or_a_float_of_energy(value, energy):
    assert read("velocity", value) == pytest.approx(energy)


@pytest.mark.parametrize("value", [-1, 128, -0.1, 127.5, math.nan, "loud"])
def test_a_velocity_outside_its_range_is_refused(value):
    with pytest.raises(ValueError):
        read("velocity", value)


@pytest.mark.parametrize(("value", "text"), [(808, "808"), (808.0, "808"), (float("0.1"), "0.1"), ("  808 ", "808")])
def test_a_number_is_text_where_text_is_wanted(value, text):
    assert read("prompt", value) == text


def test_line_ends_become_spaces_and_other_control_characters_are_refused():
    assert read("prompt", "deep\tkick\r\nin\u2028a hall\n") == "deep kick in a hall"
    for bad in ("\x00", "\x07", "\x1b[31m", "\x7f", "\ud800"):
        with pytest.raises(ValueError, match="control characters"):
            read("prompt", f"kick{bad}!")


def test_prompts_in_every_language_are_read():
    for prompt in ("глубокий бас-барабан", "深いキック", "kick | dry, „roh“ 🥁"):
        assert read("prompt", prompt) == prompt


def test_a_long_prompt_is_refused_with_the_limit():
    assert read("prompt", "x" * LONGEST_PROMPT)
    with pytest.raises(ValueError, match=r"may have 2,000 characters and has 2,001"):
        read("prompt", "x" * (LONGEST_PROMPT + 1))


@pytest.mark.parametrize("value", ["", "Kick", "a/b", "..", "ä", "a b", "x" * 33, "kick\n*", b"kick"])
def test_names_come_from_an_allow_list(value):
    with pytest.raises(ValueError):
        read("name", value)
