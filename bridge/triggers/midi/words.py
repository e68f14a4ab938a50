"""Says MIDI in words: what was heard, and what the bridge does about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bridge.midi.messages import Kind, Message
from bridge.midi.ports import Port
from bridge.triggers.midi.bindings import Do, Meaning, Press, Turn
from bridge.triggers.midi.ear import HeardMessage, Tempo
from bridge.triggers.midi.knobs import describe

_SENTENCES: dict[Kind, str] = {
    "note": "note {number} channel {channel} velocity {value}",
    "release": "note {number} channel {channel} released",
    "control": "cc {number} channel {channel} value {value}",
    "program": "program {program} channel {channel}",
    "clock": "clock",
    "start": "start",
    "continue": "continue",
    "stop": "stop",
}


def sentence(port: Port, message: Message) -> str:
    """Returns what was heard where: `note 36 channel 10 velocity 100 (MPK mini)`."""
    said = _SENTENCES[message.kind].format(
        number=message.number, program=message.number + 1, channel=message.channel, value=message.value
    )
    return f"{said} ({port.name})"


def deed(
    meaning: Meaning | Tempo | None, pad_for_note: Callable[[int], str | None], kits: Sequence[str],
    models: Sequence[str],
) -> str:
    """Returns what a message makes the bridge do; empty for nothing."""
    if isinstance(meaning, Press):
        pad = pad_for_note(meaning.note)
        return f"trigger {pad}" if pad else "no pad of the kit"
    if isinstance(meaning, Turn):
        return describe(meaning.parameter, meaning.value, models)
    if isinstance(meaning, Tempo):
        return f"tempo {meaning.bpm:g} bpm"
    if isinstance(meaning, Do):
        if meaning.action.verb == "kit" and not meaning.action.target:
            return f"kit {kits[meaning.program]}" if meaning.program < len(kits) else f"no kit {meaning.program + 1}"
        target = "" if meaning.action.target else " the pad touched last"
        return f"{meaning.action}{target}"
    return ""


def shown(
    heard: HeardMessage, pad_for_note: Callable[[int], str | None], kits: Sequence[str], models: Sequence[str]
) -> dict[str, Any]:
    """Returns a message that was heard as plain values."""
    message = heard.message
    return {
        "port": heard.port.name, "kind": message.kind, "channel": message.channel, "number": message.number,
        "value": message.value, "text": sentence(heard.port, message),
        "does": deed(heard.meaning, pad_for_note, kits, models),
    }
