"""Novation's Launchpads of the third generation, in programmer mode (Launchpad Mini, X and Pro [MK3]: Programmer's
Reference Manuals, "Programmer / Live mode switch" and "Colouring the surface").

A note on channel 1 is a still colour, on channel 2 it flashes, on channel 3 it pulses: the device does that itself.
The keys of that mode are row × 10 + column from 11, bottom left.
"""

from __future__ import annotations

from bridge.midi.devices import KEY, Device, Template, drum_rack

MINI, X, PRO = 0x0D, 0x0C, 0x0E
"""What tells the models apart in their System Exclusive messages."""
_STILL, _FLASH, _PULSE = 0x90, 0x91, 0x92
_OFF, _GREY, _RED, _ORANGE, _YELLOW, _GREEN, _BLUE = 0, 1, 5, 9, 13, 21, 45


def open_mini() -> Device:
    """Returns the table of the Launchpad Mini [MK3]."""
    return _device("launchpad-mini-mk3", MINI)


def open_x() -> Device:
    """Returns the table of the Launchpad X."""
    return _device("launchpad-x", X)


def open_pro() -> Device:
    """Returns the table of the Launchpad Pro [MK3]."""
    return _device("launchpad-pro-mk3", PRO)


def _device(name: str, model: int) -> Device:
    def mode(programmer: int) -> Template:
        return (0xF0, 0x00, 0x20, 0x29, 0x02, model, 0x0E, programmer, 0xF7)

    return Device(
        name=name,
        lights={
            "idle": (_STILL, KEY, _GREY), "queued": (_PULSE, KEY, _YELLOW), "rendering": (_FLASH, KEY, _ORANGE),
            "asking": (_PULSE, KEY, _BLUE), "ready": (_STILL, KEY, _GREEN), "failed": (_STILL, KEY, _RED),
        },
        dark=(_STILL, KEY, _OFF),
        greeting=(mode(1),),
        farewell=(mode(0),),
        keys=drum_rack(lambda row, column: 10 * (row + 1) + column + 1),
    )
