"""Akai's APC mini, both generations (their Communication Protocols): 8 × 8 pads whose keys count from 0 at the bottom
left, row by row.

The first one has three colours and blinks by itself. The second one has the palette of 128 colours, and the channel of
a note is how it lights: 7 is full, 8 to 11 pulse and 12 to 16 blink, the higher the more slowly.
"""

from __future__ import annotations

from bridge.midi.devices import KEY, ROWS, Device, Template, drum_rack
from bridge.midi.devices.generic import BLUE, GREEN, OFF, ORANGE, RED, YELLOW

_NOTE = 0x90
_GREEN, _GREEN_BLINKS, _RED, _RED_BLINKS, _YELLOW_BLINKS = 1, 2, 3, 4, 6
_DIM, _FULL, _PULSES, _BLINKS = 0x90, 0x96, 0x9A, 0x9E
_GREY = 1


def open_mk1() -> Device:
    """Returns the table of the first APC mini. It has no blue: what asks blinks red."""

    def light(colour: int) -> Template:
        return (_NOTE, KEY, colour)

    return Device(
        name="apc-mini",
        lights={
            "idle": light(OFF), "queued": light(_YELLOW_BLINKS), "rendering": light(_GREEN_BLINKS),
            "asking": light(_RED_BLINKS), "ready": light(_GREEN), "failed": light(_RED),
        },
        dark=light(OFF),
        keys=_keys(),
    )


def open_mk2() -> Device:
    """Returns the table of the APC mini mk2."""
    return Device(
        name="apc-mini-mk2",
        lights={
            "idle": (_DIM, KEY, _GREY), "queued": (_PULSES, KEY, YELLOW), "rendering": (_BLINKS, KEY, ORANGE),
            "asking": (_PULSES, KEY, BLUE), "ready": (_FULL, KEY, GREEN), "failed": (_FULL, KEY, RED),
        },
        dark=(_FULL, KEY, OFF),
        keys=_keys(),
    )


def _keys() -> dict[int, int]:
    return drum_rack(lambda row, column: ROWS * row + column)
