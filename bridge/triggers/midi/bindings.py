"""What a MIDI message means: the rows of the config against the message, and nothing done about it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.config.midi import Action, Parameter, Source, SourceKind, parse_action, parse_source
from bridge.config.schema import MidiSettings
from bridge.midi.devices import Device
from bridge.midi.messages import Kind, Message
from bridge.midi.ports import Port

PRESSED = 64
"""From here on a controller is a button that is held down (MIDI 1.0: 0–63 is off, 64–127 is on)."""
_KIND_OF: dict[SourceKind, Kind] = {"note": "note", "cc": "control", "program": "program"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Says that a pad's note was played."""

    note: int
    velocity: int
    channel: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Says that an action is asked for; `program` (from 0) for a kit that is not named."""

    action: Action
    velocity: int = 127
    program: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Says that a knob stands at `value`, 0–127."""

    parameter: Parameter
    value: int


Meaning = Press | Do | Turn


class Bindings:
    """Holds the rows of `[midi]`, read once."""

    def __init__(self, settings: MidiSettings, devices: Mapping[str, Device]) -> None:
        self._channel = settings.channel
        self._devices = devices
        self._actions = [(parse_source(text), parse_action(action)) for text, action in settings.actions.items()]
        # The more exact row first: "program 3" goes before "program".
        self._actions.sort(key=lambda row: (row[0].number is None, not row[0].channel, not row[0].port))
        self._controls: list[tuple[Source, Parameter]] = [
            (parse_source(text), parameter) for text, parameter in settings.controls.items()  # type: ignore[misc]
        ]

    def placed(self, port: Port, message: Message) -> Message | None:
        """Returns a message as the rest of the bridge sees it: on a device whose pads lie elsewhere than their notes,
        with the note of the key that was pressed. None for a key that is no pad there."""
        device = self._devices.get(port.word)
        if device is None or message.kind not in ("note", "release"):
            return message
        note = device.note_of(message.number)
        return None if note is None else replace(message, number=note)

    def meaning(self, port: Port, message: Message) -> Meaning | None:
        """Returns what a placed message asks for; None for nothing."""
        for source, action in self._actions:
            if self._fits(source, port, message):
                return Do(action=action, velocity=message.value, program=message.number)
        if message.kind == "control":
            for source, parameter in self._controls:
                if self._fits(source, port, message):
                    return Turn(parameter=parameter, value=message.value)
        if message.kind == "note" and self._channel in (0, message.channel):
            return Press(note=message.number, velocity=message.value, channel=message.channel)
        return None

    def _fits(self, source: Source, port: Port, message: Message) -> bool:
        channel = source.channel or self._channel
        number = message.number + (source.kind == "program")  # programs are counted from 1
        return (
            message.kind == _KIND_OF[source.kind] and source.number in (None, number)
            and channel in (0, message.channel) and source.port.lower() in port.name.lower()
        )


class Buttons:
    """Tells a controller that is a button being pressed from one that is let go, or that is a knob on its way."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int, int], int] = {}

    def pressed(self, port: Port, message: Message) -> bool:
        """Tells whether this is a press: any note or program; a controller that goes up from below the middle, or
        that says the same as before (buttons that never send their release)."""
        if message.kind != "control":
            return True
        key = (port.name, message.channel, message.number)
        before = self._last.get(key, 0)
        self._last[key] = message.value
        return message.value >= PRESSED and (before < PRESSED or before == message.value)
