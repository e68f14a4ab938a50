"""What MIDI may be told to do: the words for a message ("cc 20 channel 10") and for an action ("keep kick").

The readers raise ValueError with a sentence that can stand after `midi.actions.cc 20: `.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, ValidationInfo

from bridge.config.fields import MIDDLE_C_OCTAVE, did_you_mean
from bridge.domain.text import NAME, plain_text
from bridge.units import parse_note

SourceKind = Literal["note", "cc", "program"]
Verb = Literal["trigger", "again", "keep", "discard", "cancel", "play", "kit"]
Parameter = Literal["length", "brightness", "energy", "model"]

CHANNELS = 16
_WORD = re.compile(r"(\S+)(?: (?!channel |port )(\S+))?(?: channel (\S+))?(?: port (.+))?")
_NEEDS_TARGET = frozenset({"trigger"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Names messages: `number` None is any (programs only), `channel` 0 those the door listens to, `port` a part of
    a port's name (empty: any).

    Notes and controllers count from 0, programs from 1, as controllers show them.
    """

    kind: SourceKind
    number: int | None = None
    channel: int = 0
    port: str = ""

    def __str__(self) -> str:
        number = "" if self.number is None else f" {self.number}"
        channel = f" channel {self.channel}" if self.channel else ""
        return f"{self.kind}{number}{channel}{f' port {self.port}' if self.port else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Says what to do: a verb, and the pad or kit it is done to; empty for the pad touched last, or for the kit with
    the number of the program."""

    verb: Verb
    target: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.target}".rstrip()


def parse_source(text: str, middle_c_octave: int | None = None) -> Source:
    """Reads "note 48", "cc 20", "program 3", "program"; with " channel 10" and " port NAME" behind it."""
    match = _WORD.fullmatch(plain_text(text))
    kind, number, channel, port = match.groups() if match else (text, None, None, None)
    if kind not in get_args(SourceKind):
        cure = did_you_mean(kind, get_args(SourceKind)) or "; write it like note 48, cc 20, program 3 or program"
        raise ValueError(f"{kind!r} is no kind of message{cure}")
    if number is None and kind != "program":
        raise ValueError(f"which {kind}? Write {kind} and a number")
    return Source(
        kind=kind,  # type: ignore[arg-type]  # it is one of them
        number=None if number is None else _number(kind, number, middle_c_octave),
        channel=_whole("the channel", channel, 1, CHANNELS) if channel is not None else 0,
        port=(port or "").strip(),
    )


def parse_action(text: str) -> Action:
    """Reads "again", "keep kick", "trigger snare", "kit", "kit drums"."""
    verb, _, target = plain_text(text).partition(" ")
    if verb not in get_args(Verb):
        cure = did_you_mean(verb, get_args(Verb)) or f"; there are {', '.join(get_args(Verb))}"
        raise ValueError(f"{verb!r} is no action{cure}")
    if target and not NAME.fullmatch(target):
        raise ValueError(f"{target!r} is no name: they are made of 1 to 32 of the characters a–z, 0–9 and -")
    if verb in _NEEDS_TARGET and not target:
        raise ValueError(f"{verb} which pad? Write {verb} and its name")
    return Action(verb=verb, target=target)  # type: ignore[arg-type]  # it is one of them


def _number(kind: str, text: str, middle_c_octave: int | None) -> int:
    if kind == "note" and not text.lstrip("-").isdecimal():
        if middle_c_octave is None:
            raise ValueError(f"{text!r} may mean one of two notes; write the number of the note, 0 to 127")
        return parse_note(text, middle_c_octave)
    low = 1 if kind == "program" else 0
    return _whole(f"the number of a {kind}", text, low, low + 127)


def _whole(what: str, text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{what} is a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _source_text(text: str, info: ValidationInfo) -> str:
    return str(parse_source(text, (info.context or {}).get(MIDDLE_C_OCTAVE)))


def _controller_text(text: str, info: ValidationInfo) -> str:
    source = parse_source(text, (info.context or {}).get(MIDDLE_C_OCTAVE))
    if source.kind != "cc":
        raise ValueError(f"only a controller can be turned; write it like cc 74, not {text!r}")
    return str(source)


def _action_text(text: str) -> str:
    return str(parse_action(text))


def _parameter(word: Any) -> Any:
    if word not in get_args(Parameter):
        cure = did_you_mean(word, get_args(Parameter)) or f"; there are {', '.join(get_args(Parameter))}"
        raise ValueError(f"{word!r} is nothing that can be turned{cure}")
    return word


SourceText = Annotated[str, AfterValidator(_source_text)]
ControllerText = Annotated[str, AfterValidator(_controller_text)]
ActionText = Annotated[str, AfterValidator(_action_text)]
ParameterText = Annotated[str, AfterValidator(_parameter)]

DEFAULT_ACTIONS = {"program": "kit", "cc 102": "again", "cc 103": "keep", "cc 104": "discard", "cc 105": "cancel"}
"""The controllers 102 to 119 have no meaning in MIDI, so no device sends them by chance."""
DEFAULT_CONTROLS = {"cc 74": "brightness", "cc 75": "length", "cc 76": "energy", "cc 77": "model"}
"""74 and 75 are brightness and decay time in General MIDI 2; many controllers have these four under their knobs."""
