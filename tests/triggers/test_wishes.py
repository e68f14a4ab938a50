"""What a host may write, and what is said of anything else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.triggers.wishes import Wish, read_wish


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("action\ttrigger\npad\tkick\n", Wish(action="trigger", target="kick")),
        ("action\ttrigger\npad\tkick\nenergy\t127\n", Wish(action="trigger", target="kick", energy=1.0)),
        ("action\ttrigger\r\npad\tkick\r\nenergy\t1\r\n", Wish(action="trigger", target="kick", energy=1 / 127)),
        ("mood\tgood\nno tab\naction\tagain\ntarget\ts-aaaaaaaaaaaa\n", Wish(action="again", target="s-aaaaaaaaaaaa")),
        ("action\tkit\ntarget\tnight\n", Wish(action="kit", target="night")),
    ],
)
def test_a_wish_is_lines_of_keys_and_values(text, wish):
    assert read_wish(f"v\t1\n{text}".encode()) == wish


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut short"),
        (b"v\t1\naction\ttrigger\npad\tki", "cut short"),
        (b"v\t2\naction\ttrigger\npad\tkick\n", "not of version 1"),
        (b"action\ttrigger\npad\tkick\n", "not of version 1"),
        (b"v\t1\naction\tdelete\npad\tkick\n", "can't ask for 'delete'"),
        (b"v\t1\naction\tkeep\n", "What is to keep"),
        (b"v\t1\naction\ttrigger\npad\t\n", "What is to trigger"),
        (b"v\t1\naction\ttrigger\npad\tkick\nenergy\t0\n", "energy '0'"),
        (b"v\t1\naction\ttrigger\npad\tkick\nenergy\t128\n", "energy '128'"),
        ("v\t1\naction\ttrigger\npad\tkick\nenergy\t٣\n".encode(), "energy '٣'"),
        (b"v\t1\naction\ttrigger\npad\t\xff\n", "no UTF-8"),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(content, reason):
    with pytest.raises(RequestError, match=reason):
        read_wish(content)


@given(st.binary(max_size=200) | st.text(alphabet="v1\taction\n trige", max_size=80).map(lambda t: t.encode() + b"\n"))
def test_no_bytes_do_more_than_be_refused(content):
    with suppress(RequestError):
        assert read_wish(content).target
