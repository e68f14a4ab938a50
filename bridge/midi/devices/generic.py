"""Any controller whose pads light up when it is sent their own note or controller, the value being the colour.

The numbers are places in the palette of 128 colours that Novation's and Akai's RGB controllers and Ableton Push share
(5 red, 9 orange, 13 yellow, 21 green, 45 blue); a controller with lights of one colour shows them as on and off. The
bridge does the blinking.
"""

from __future__ import annotations

from bridge.midi.devices import KEY, Device, Template

OFF, RED, ORANGE, YELLOW, GREEN, BLUE = 0, 5, 9, 13, 21, 45
_NOTE, _CONTROLLER = 0x90, 0xB0


def open_device() -> Device:
    """Returns the table for lights that are notes."""
    return _device("generic", _NOTE)


def open_controllers() -> Device:
    """Returns the table for lights that are controllers: of the pad on note 36 it is controller 36."""
    return _device("generic-cc", _CONTROLLER)


def _device(name: str, status: int) -> Device:
    def light(colour: int) -> Template:
        return (status, KEY, colour)

    return Device(
        name=name,
        lights={
            "idle": light(OFF), "queued": light(YELLOW), "rendering": light(ORANGE), "asking": light(BLUE),
            "ready": light(GREEN), "failed": light(RED),
        },
        off={"queued": light(OFF), "rendering": light(YELLOW), "asking": light(OFF)},
        dark=light(OFF),
    )
