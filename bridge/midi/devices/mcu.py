"""A Mackie Control, or what speaks its language (X-Touch, iCON, SSL UF8, FaderPort …): eight strips with buttons that
light and a display of two lines of seven letters.

A button's light is its own note on channel 1: 127 is on, 1 blinks, 0 is off. The buttons of the strips count from left
to right: REC from 0, SOLO from 8, MUTE from 16, SELECT from 24. Letters come as System Exclusive with their place
among 2 × 56. Pads lie on SELECT (notes 36 to 43), MUTE (44 to 51) and SOLO (52 to 59); REC, the red one, is no pad: it
is on where a pad of its strip failed.
"""

from __future__ import annotations

import unicodedata

from bridge.midi.devices import KEY, LOWEST_NOTE, Device, Strips, Template

STRIPS, LETTERS = 8, 7
_LINE = STRIPS * LETTERS
_REC, _SOLO, _MUTE, _SELECT = 0, 8, 16, 24
_ON, _BLINKS, _OFF = 127, 1, 0
_DISPLAY = (0xF0, 0x00, 0x00, 0x66, 0x14, 0x12)
"""How a message for the display begins; 0x14 is the Mackie Control itself, and what others pretend to be."""


def open_device() -> Device:
    """Returns the table. The light has one colour, so the display says what goes on."""
    return Device(
        name="mcu",
        lights={
            "idle": _light(_OFF), "queued": _light(_ON), "rendering": _light(_BLINKS), "asking": _light(_BLINKS),
            "ready": _light(_ON), "failed": _light(_OFF),
        },
        off={"queued": _light(_OFF), "asking": _light(_ON)},
        dark=_light(_OFF),
        keys={
            LOWEST_NOTE + STRIPS * row + strip: first + strip
            for row, first in enumerate((_SELECT, _MUTE, _SOLO)) for strip in range(STRIPS)
        },
        strips=Strips(count=STRIPS, column_of=lambda key: key % STRIPS, write=_write, alarm=_alarm),
    )  # fmt: skip


def _light(value: int) -> Template:
    return (0x90, KEY, value)


def _write(strip: int, line: int, text: str) -> bytes:
    return bytes((*_DISPLAY, line * _LINE + strip * LETTERS, *_letters(text), 0xF7))


def _letters(text: str) -> bytes:
    """Returns a text as the display can show it: in ASCII, as long as a strip is wide."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore")
    return plain[:LETTERS].ljust(LETTERS)


def _alarm(strip: int, failed: bool) -> bytes:
    return bytes((0x90, _REC + strip, _ON if failed else _OFF))
