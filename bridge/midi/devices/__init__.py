"""Controllers with lights: a table each of what to send for the state of a pad, and where its pads lie.

An entry point of the group `oneshot_bridge.midi_devices` is a function without arguments that returns a `Device`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from importlib.metadata import EntryPoint
from typing import Final, NamedTuple

from bridge.errors import BridgeError, unknown

GROUP = "oneshot_bridge.midi_devices"
STATES = ("idle", "queued", "rendering", "asking", "ready", "failed")
"""What a light can show: the states of a pad (`bridge.ports.PadState`)."""
KEY: Final = -1
"""Stands in a template for the key of the pad on the device."""

Template = tuple[int, ...]
"""The bytes of a message, status byte included, with KEY where the key goes: a note, a controller or SysEx."""


LOWEST_NOTE, BLOCK, ROWS = 36, 4, 8
"""The note at the bottom left of a grid, and the pads in a row of a block and in a row of the grid."""
_STEP = 5


Slot = int | tuple[str, int]
"""What a device shows at one place: the light of a note, or a part of a strip by its number."""


class Look(NamedTuple):
    """Says how a pad is: its key on the device, its name, its state, and how far its sound is (0…1)."""

    key: int
    pad: str
    state: str
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strips:
    """Describes the columns of a controller that has letters over each: they show the pad of the column that changed
    last, and a light of their own whether one of its pads failed.

    `column_of` finds the column of a key, 0 to `count` − 1. `write` builds the message that writes a line, 0 or 1, into
    a column, and `alarm` the one for its light.
    """

    count: int
    column_of: Callable[[int], int]
    write: Callable[[int, int, str], bytes]
    alarm: Callable[[int, bool], bytes]

    def show(self, looks: Iterable[Look] = ()) -> dict[Slot, bytes]:
        """Returns what shows these pads, those that changed last at the end; without pads: nothing in every column."""
        last: dict[int, Look] = {}
        failed = set()
        for look in looks:
            column = self.column_of(look.key)
            last[column] = look
            if look.state == "failed":
                failed.add(column)
        shown: dict[Slot, bytes] = {}
        for column in range(self.count):
            found = last.get(column)
            shown["upper", column] = self.write(column, 0, found.pad if found else "")
            shown["lower", column] = self.write(column, 1, _word(found) if found else "")
            shown["alarm", column] = self.alarm(column, column in failed)
        return shown


def _word(look: Look) -> str:
    """Returns a state in a word; progress in steps that a cable of MIDI carries."""
    if look.state == "rendering":
        return f"{_STEP * int(100 * look.fraction / _STEP)} %"
    return {"idle": "", "asking": "asks"}.get(look.state, look.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Describes a controller: what to send so that a pad's light shows a state.

    `lights` has a template for each of STATES. What the device can't blink or pulse itself, it does with `off`: in
    those states the bridge sends both in turn, twice a second. `dark` puts a light out. `greeting` and `farewell` are
    messages for taking the lights over and giving them back. `keys` are MIDI note → key of the device, for pads that
    lie elsewhere than their notes; None where the keys are the notes. `strips` are its columns, if it can write.
    """

    name: str
    lights: Mapping[str, Template]
    dark: Template
    off: Mapping[str, Template] = field(default_factory=dict)
    greeting: tuple[Template, ...] = ()
    farewell: tuple[Template, ...] = ()
    keys: Mapping[int, int] | None = None
    strips: Strips | None = None

    def key_of(self, note: int) -> int | None:
        """Returns the key on which a pad lies; None where the device has none for that note."""
        if self.keys is None:
            return note if 0 <= note <= 127 else None
        return self.keys.get(note)

    def note_of(self, key: int) -> int | None:
        """Returns the note of a key that was pressed; None where it is no pad."""
        if self.keys is None:
            return key
        return next((note for note, place in self.keys.items() if place == key), None)

    def light(self, note: int, state: str, *, beat: bool = True) -> bytes | None:
        """Returns what shows a state at a pad's place; `beat` is which half of a blink it is. None: no such place."""
        key = self.key_of(note)
        if key is None:
            return None
        return filled(self.lights[state] if beat else self.off.get(state, self.lights[state]), key)

    def out(self, note: int) -> bytes | None:
        """Returns what puts the light of a pad out."""
        key = self.key_of(note)
        return None if key is None else filled(self.dark, key)


def drum_rack(key_at: Callable[[int, int], int]) -> dict[int, int]:
    """Returns note → key for a grid of 8 × 8 whose keys are `key_at(row, column)`, rows counted from the bottom.

    The pads lie as in a drum rack: in blocks of 4 × 4, the one at the bottom left from note 36 to 51, the one above it
    from 52, the ones on the right from 68 and 84.
    """
    table = {}
    for row in range(ROWS):
        for column in range(ROWS):
            block = row // BLOCK + 2 * (column // BLOCK)
            note = LOWEST_NOTE + BLOCK * BLOCK * block + BLOCK * (row % BLOCK) + column % BLOCK
            table[note] = key_at(row, column)
    return table


def filled(template: Template, key: int = 0) -> bytes:
    return bytes(key if byte == KEY else byte for byte in template)


def problems_of(device: Device) -> list[str]:
    """Returns what is wrong with a device: a state without a light, or bytes that are no message."""
    problems = [f"it has no light for {state}" for state in STATES if state not in device.lights]
    templates = (device.dark, *device.lights.values(), *device.off.values(), *device.greeting, *device.farewell)
    if device.strips is not None:
        templates += tuple(tuple(message) for message in device.strips.show().values())
    problems += [f"{template} is no MIDI message" for template in templates if not _is_message(template)]
    return problems


def _is_message(template: Template) -> bool:
    """Tells whether mido reads one whole message in a template."""
    from mido import Message

    try:
        Message.from_bytes([0 if byte == KEY else byte for byte in template])
    except (ValueError, IndexError, TypeError):
        return False
    return True


def open_device(name: str, entry_points: Iterable[EntryPoint] | None = None) -> Device:
    """Returns the device of that name; raises NotFoundError with the nearest one, BridgeError for a broken one."""
    found = {entry.name: entry for entry in entry_points or metadata.entry_points(group=GROUP)}
    if name not in found:
        raise unknown("MIDI device", name, found)
    try:
        device = found[name].load()()
        problems = problems_of(device)
    except Exception as problem:  # a foreign package is imported and run: anything may come out
        raise BridgeError(f"The MIDI device {name} can't be used: {type(problem).__name__}: {problem}") from problem
    if problems:
        raise BridgeError(f"The MIDI device {name} can't be used: {'; '.join(problems)}.")
    opened: Device = device
    return opened
