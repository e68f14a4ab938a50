"""Any controller whose pads light up when it is sent their own note, the velocity being the colour.

The numbers are places in the palette of 128 colours that Novation's and Akai's RGB controllers and Ableton Push share
(5 red, 9 orange, 13 yellow, 21 green, 45 blue); a controller with lights of one colour shows them as on and off. The
bridge does the blinking.
"""

from __future__ import annotations

from bridge.midi.devices import KEY, Device, Template

OFF, RED, ORANGE, YELLOW, GREEN, BLUE = 0, 5, 9, 13, 21, 45


def _note(colour: int) -> Template:
    return (0x90, KEY, colour)


def open_device() -> Device:
    """Returns the table."""
    return Device(
        name="generic",
        lights={
            "idle": _note(OFF), "queued": _note(YELLOW), "rendering": _note(ORANGE), "asking": _note(BLUE),
            "ready": _note(GREEN), "failed": _note(RED),
        },
        off={"queued": _note(OFF), "rendering": _note(YELLOW), "asking": _note(OFF)},
        dark=_note(OFF),
    )
