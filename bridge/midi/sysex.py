"""Carries text by System Exclusive: lines `key<TAB>value`, as in a delivery, for hosts that have no other way out.

A message is `F0 7D 4F 42 serial part part parts parts … F7`: 7D is the manufacturer's number for what is not sold,
4F 42 are "OB". A long text comes in parts, counted from 0, their number and how many there are in two times seven
bits; `serial` (0–127) is that of the text. Between them stands UTF-8 of which every byte that MIDI can't carry, and
the percent sign, is written as `%` and two digits of hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bridge.errors import RequestError

HEAD = bytes((0xF0, 0x7D, 0x4F, 0x42))
_END = 0xF7
_FRONT = len(HEAD) + 5
PART_BYTES = 480
"""Of text in one message: some systems hand over no more than a thousand bytes."""
LARGEST_BYTES = 128 * 1024
_LONGEST = _FRONT + PART_BYTES + 1
_PERCENT = 0x25
_ESCAPED = re.compile(rb"%([0-9A-F]{2})")


def write_lines(pairs: Iterable[tuple[str, str]]) -> str:
    """Returns the text of keys and values; what would break a line is a space."""
    return "".join(f"{key}\t{' '.join(value.split())}\n" for key, value in pairs)


def read_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yields the keys and values of a text; lines of another kind are left out."""
    for line in text.split("\n"):
        key, tab, value = line.partition("\t")
        if tab:
            yield key, value


def encode(text: str, serial: int) -> list[bytes]:
    """Returns the messages that carry a text; raises RequestError for one that is too long."""
    plain = b"".join(bytes((byte,)) if _is_plain(byte) else b"%%%02X" % byte for byte in text.encode())
    if len(plain) > LARGEST_BYTES:
        raise RequestError(f"{len(plain):,} bytes are too many for MIDI.", f"At most {LARGEST_BYTES:,} are sent.")
    pieces = [plain[start : start + PART_BYTES] for start in range(0, len(plain), PART_BYTES)] or [b""]
    parts = _in_sevens(len(pieces))
    return [
        HEAD + bytes((serial % 128,)) + _in_sevens(number) + parts + piece + bytes((_END,))
        for number, piece in enumerate(pieces)
    ]


class Assembler:
    """Joins the parts that come through one port. A text of which a part is missing is left out."""

    def __init__(self) -> None:
        self._serial = -1
        self._pieces: list[bytes] = []

    def feed(self, message: Sequence[int]) -> str | None:
        """Takes a whole message; returns the text that is complete with it. None for others', and meanwhile."""
        if not _FRONT < len(message) <= _LONGEST or bytes(message[: len(HEAD)]) != HEAD or message[-1] != _END:
            return None
        serial, *counts = message[len(HEAD) : _FRONT]
        number, parts = counts[0] << 7 | counts[1], counts[2] << 7 | counts[3]
        if number == 0:
            self._serial, self._pieces = serial, []
        if serial != self._serial or number != len(self._pieces) or parts * PART_BYTES > LARGEST_BYTES + PART_BYTES:
            self._serial = -1
            return None
        self._pieces.append(bytes(message[_FRONT:-1]))
        if len(self._pieces) < parts:
            return None
        self._serial = -1
        plain = _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), b"".join(self._pieces))
        return plain.decode(errors="replace")


def _is_plain(byte: int) -> bool:
    return (byte >= 0x20 or byte in b"\t\n") and byte < 0x7F and byte != _PERCENT


def _in_sevens(number: int) -> bytes:
    return bytes((number >> 7, number & 0x7F))
