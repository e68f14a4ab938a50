"""Reads what a note or a controller of a MIDI device means: `"36" = "keep"`, `"10:74" = "brightness"`."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.config.fields import did_you_mean
from bridge.units import parse_note

ACTIONS = {
    "trigger": "makes a new sound for the pad that is named",
    "again": "makes one more of the sound of a pad",
    "keep": "keeps it",
    "discard": "discards it; the pad gets the one before back",
    "cancel": "cancels what is under way",
    "play": "lets it be heard",
    "kit": "selects the kit that is named",
}
PARAMETERS = {
    "length": "how long new sounds are: 1 is 0.1 s, 127 is 5 s, 0 as usual",
    "brightness": "how bright they are: 64 as usual",
    "energy": "how hard they are played, instead of the velocity; 0 is the velocity",
    "model": "which model makes them, spread over all there are; 0 the pad's own",
}
NEEDS_NAME = frozenset({"trigger", "kit"})
HIGHEST = 127
CHANNELS = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Names a note or a controller, 0…127, on a channel, 1…16, or on any (0)."""

    channel: int
    number: int


@dataclass(frozen=True, slots=True)
class Action:
    """Says what is done, and to which pad or kit; without one, to the pad that was pressed last."""

    name: str
    target: str = ""


def parse_place(text: str, *, notes: bool) -> Place:
    """Reads `74`, `10:74` and, of a note, `C1` or `10:C1`; raises ValueError with a sentence for the user."""
    channel, colon, number = text.rpartition(":")
    if colon and not (channel.strip().isdecimal() and 1 <= int(channel) <= CHANNELS):
        raise ValueError(f"{channel!r} is no MIDI channel: they go from 1 to {CHANNELS}")
    if notes:
        value = int(parse_note(number.strip()))
    elif number.strip().isdecimal() and int(number) <= HIGHEST:
        value = int(number)
    else:
        raise ValueError(f"{number!r} is no controller: they go from 0 to {HIGHEST}")
    return Place(int(channel) if colon else 0, value)


def parse_action(text: str, *, notes: bool) -> Action:
    """Reads `keep`, `keep kick`, `kit main` and, of a controller, a parameter; raises ValueError with a sentence."""
    name, _, target = " ".join(text.split()).partition(" ")
    known = ACTIONS if notes else {**ACTIONS, **PARAMETERS}
    if name not in known:
        cure = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise ValueError(f"there is no action {name!r}{cure}")
    if name in NEEDS_NAME and not target:
        raise ValueError(f"{name!r} needs the name of a {'kit' if name == 'kit' else 'pad'} behind it")
    if name in PARAMETERS and target:
        raise ValueError(f"{name!r} stands alone: it counts for every pad")
    return Action(name, target)
