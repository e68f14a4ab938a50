"""The lights of devices: which message shows which state of a pad, a table per device.

A device is a function of nothing that returns a `Device`; packages offer theirs as entry points:

    [project.entry-points."oneshot_bridge.lights"]
    my-box = "my_package:my_box"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from bridge.errors import unknown

GROUP = "oneshot_bridge.lights"

STATES = ("idle", "queued", "rendering", "asking", "ready", "failed")


@dataclass(frozen=True, slots=True)
class Light:
    """Says how a state looks: the velocity of a note-on (a colour, on most devices) on a channel, 1…16.

    `other` is what it changes to and back, twice a second, for devices that can't blink by themselves.
    """

    velocity: int
    channel: int = 1
    other: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Holds the lights of a device by state; every state has one.

    `hello` and `goodbye` are SysEx messages (their bytes between F0 and F7) by a part of the port's name: what puts the
    device into the mode in which its pads are lit by notes, and back.
    """

    lights: Mapping[str, Light]
    hello: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    goodbye: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def notes() -> Device:
    """Returns lights for devices whose pads glow when a note is played to them: velocity 0 is off, others are colours
    or brightness. What waits and works blinks."""
    return Device(lights={
        "idle": Light(0), "queued": Light(5, other=0), "rendering": Light(127, other=0), "asking": Light(3, other=0),
        "ready": Light(1), "failed": Light(3),
    })  # fmt: skip


def launchpad_mk3() -> Device:
    """Returns lights for Novation's Launchpad X, Mini MK3 and Pro MK3 in their programmer mode.

    From the programmer's reference manuals: note-on on channel 1 is a steady colour, on 2 it flashes, on 3 it pulses;
    velocities are colours of the palette. The mode is set by SysEx with each model's own number.
    """
    numbers = {"LPX": 0x0C, "LPMiniMK3": 0x0D, "LPProMK3": 0x0E, "Launchpad X": 0x0C, "Launchpad Mini MK3": 0x0D,
               "Launchpad Pro MK3": 0x0E}  # fmt: skip
    grey, yellow, blue, purple, green, red = 1, 13, 45, 53, 21, 5
    return Device(
        lights={
            "idle": Light(grey), "queued": Light(yellow, channel=3), "rendering": Light(blue, channel=2),
            "asking": Light(purple, channel=3), "ready": Light(green), "failed": Light(red),
        },
        hello={name: (0x00, 0x20, 0x29, 0x02, number, 0x0E, 0x01) for name, number in numbers.items()},
        goodbye={name: (0x00, 0x20, 0x29, 0x02, number, 0x0E, 0x00) for name, number in numbers.items()},
    )  # fmt: skip


def open_device(name: str, found: Iterable[EntryPoint] | None = None) -> Device:
    """Returns an installed device; NotFoundError names the nearest one."""
    points = {point.name: point for point in (entry_points(group=GROUP) if found is None else found)}
    if name not in points:
        raise unknown("device with lights", name, points)
    device: Callable[[], Device] = points[name].load()
    return device()


def devices() -> list[str]:
    """Returns the names of the installed devices."""
    return sorted(point.name for point in entry_points(group=GROUP))
