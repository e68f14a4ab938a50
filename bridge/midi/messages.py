"""Reads MIDI messages out of bytes, as the MIDI 1.0 specification spells them; what is of no use here is left out.

Running status, real-time bytes in the middle of other messages, and System Exclusive of any length are right: a
sender that leaves a status byte out, or a system that cuts a message in two, loses no note.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["note", "release", "control", "program", "clock", "start", "continue", "stop"]

CHANNELS = 16
_VOICES: dict[int, tuple[int, Kind | None]] = {
    0x8: (2, "release"),
    0x9: (2, "note"),
    0xA: (2, None),  # aftertouch of a key
    0xB: (2, "control"),
    0xC: (1, "program"),
    0xD: (1, None),  # aftertouch of a channel
    0xE: (2, None),  # pitch bend
}
"""How many data bytes follow the upper half of a status byte, and what that is to the bridge."""
_REAL_TIME: dict[int, Kind] = {0xF8: "clock", 0xFA: "start", 0xFB: "continue", 0xFC: "stop"}


@dataclass(frozen=True, slots=True)
class Message:
    """Holds what the bridge understands: `channel` 1–16, `number` and `value` 0–127; real-time messages have none.

    A note of velocity 0 is a release, as the specification says. `number` is the note, controller or program.
    """

    kind: Kind
    channel: int = 0
    number: int = 0
    value: int = 0


class Parser:
    """Reads one port's bytes, in pieces of any size; holds three bytes at most."""

    def __init__(self) -> None:
        self._status = 0
        self._rest: list[int] = []

    def feed(self, piece: Iterable[int]) -> list[Message]:
        """Returns the messages that are whole with this piece, in their order."""
        found = []
        for byte in piece:
            if byte >= 0xF8:
                # Real-time bytes may stand anywhere and change nothing around them.
                if kind := _REAL_TIME.get(byte):
                    found.append(Message(kind))
            elif byte >= 0x80:
                # System messages end running status; the data bytes of System Exclusive then belong to nothing.
                self._status = byte if byte < 0xF0 else 0
                self._rest.clear()
            elif self._status:
                self._rest.append(byte)
                length, kind = _VOICES[self._status >> 4]
                if len(self._rest) == length:
                    if kind is not None:
                        found.append(_message(kind, self._status, self._rest))
                    self._rest.clear()
        return found


def _message(kind: Kind, status: int, rest: list[int]) -> Message:
    value = rest[1] if len(rest) > 1 else 0
    if kind == "note" and value == 0:
        kind = "release"
    return Message(kind, (status & 0x0F) + 1, rest[0], value)
