"""The kinds of values in a configuration, each with its check and the sentence for whoever gets it wrong.

The checks raise ValueError with a sentence that can stand after `pads.kick.note: `. TOML has types, so a number in
quotes is a mistake, not a number.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from bridge.domain.brief import FASTEST_BPM, SLOWEST_BPM
from bridge.domain.family import FAMILIES
from bridge.domain.ids import is_id
from bridge.domain.recipe import parse_recipe, parse_step, split_steps
from bridge.domain.text import LONGEST_PROMPT, LONGEST_WORD, NAME, plain_text
from bridge.units import MidiNote, parse_note

MIDDLE_C_OCTAVE = "middle_c_octave"
"""The key of the validation context under which note names find the octave that middle C is in."""

_CLUSTER = re.compile(r"ray://[^\s/:]+:\d{1,5}")
_LAST_PORT = 65_535


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Returns `; did you mean "busy"?` where a known word is near, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _words(text: str) -> str:
    tidy = plain_text(text)
    if len(tidy) > LONGEST_PROMPT:
        raise ValueError(f"has {len(tidy):,} characters; at most {LONGEST_PROMPT:,} are read")
    return tidy


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("is empty; say what the sound is, in words")
    return text


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("names are made of 1 to 32 of the characters a–z, 0–9 and -")
    if name.startswith("-"):
        raise ValueError("a name can't begin with - (a command would take it for an option)")
    if any(is_id(name, kind) for kind in ("j", "c", "t", "s")):
        raise ValueError("looks like the id of a job or sample; choose another name")
    return name


def _note(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    octave = (info.context or {}).get(MIDDLE_C_OCTAVE)
    if octave is None and not value.lstrip("-").isdecimal():
        # Guessing the octave would put a sound twelve keys beside where the user wants it.
        raise ValueError(f"{value!r} may mean one of two notes; write the number of the note, 0 to 127")
    return parse_note(value, octave or 4)


def _family(name: str) -> str:
    if name not in FAMILIES:
        cure = did_you_mean(name, FAMILIES) or f"; there are {', '.join(FAMILIES)}"
        raise ValueError(f"there is no family {name!r}{cure}")
    return name


def _steps_of_text(value: Any) -> Any:
    """Takes one text with commas too: that is how a recipe comes in an OSC message."""
    return split_steps(value) if isinstance(value, str) else value


def _step(text: str) -> str:
    return str(parse_step(plain_text(text)))


def _recipe(steps: tuple[str, ...]) -> tuple[str, ...]:
    parse_recipe(steps)
    return steps


def _target(target: str) -> str:
    kind, _, rest = plain_text(target).partition(":")
    if kind == "selected" and not rest:
        return "selected"
    if len(target) > LONGEST_WORD:
        raise ValueError(f"has {len(target)} characters; at most {LONGEST_WORD} are read")
    if kind == "track" and rest.strip():
        if "|" in rest or set(rest.replace("{pad}", "")) & {"{", "}"}:
            raise ValueError("a track's name can't contain | or braces, other than {pad} for the name of the pad")
        return f"track:{rest.strip()}"
    if target == "pad:{pad_note}":
        return target
    if kind == "pad" and rest:
        return f"pad:{parse_note(rest)}" if rest.strip().isdecimal() else _refuse_target(target)
    return _refuse_target(target)


def _refuse_target(target: str) -> str:
    cure = "write track:NAME, pad:NOTE (a number, or {pad_note} for the pad's own) or selected"
    raise ValueError(f"{target!r} is no target; {cure}")


def _tempo(bpm: float) -> float:
    if bpm and not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise ValueError(f"must be from {SLOWEST_BPM} to {FASTEST_BPM}, or 0 for none (it is {bpm:g})")
    return bpm


def _folder(path: Path) -> Path:
    path = path.expanduser()
    if not path.is_absolute():
        raise ValueError(f"{str(path)!r} is not a whole path; begin it with ~ or with the root of the disk")
    return path


def _folder_text(value: Any) -> Any:
    if isinstance(value, str):
        return Path(plain_text(value))
    return value


def _address(host: str) -> str:
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError(f"{host!r} is no IP address; 127.0.0.1 is this computer") from None
    return host


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no IP address or network, like 192.168.1.20 or 192.168.1.0/24") from None
    return text


def _endpoint(text: str) -> str:
    if text:
        host, colon, port = text.rpartition(":")
        if not colon or not port.isascii() or not port.isdecimal() or not 1 <= int(port) <= _LAST_PORT:
            raise ValueError(f"{text!r} is no ADDRESS:PORT, like 127.0.0.1:{_LAST_PORT}")
        _address(host.removeprefix("[").removesuffix("]"))
    return text


def _cluster(text: str) -> str:
    if text and text != "ray" and not _CLUSTER.fullmatch(text):
        raise ValueError(f'{text!r} is neither "ray" nor like "ray://HOST:10001"')
    return text


Name = Annotated[str, AfterValidator(_name)]
Text = Annotated[str, AfterValidator(plain_text)]
Cluster = Annotated[str, AfterValidator(_cluster)]
Words = Annotated[str, AfterValidator(_words)]
Prompt = Annotated[str, AfterValidator(_words), AfterValidator(_not_empty)]
FamilyName = Annotated[str, AfterValidator(_family)]
Step = Annotated[str, AfterValidator(_step)]
Recipe = Annotated[tuple[Step, ...], BeforeValidator(_steps_of_text), AfterValidator(_recipe)]
Target = Annotated[str, AfterValidator(_target)]
Note = Annotated[MidiNote, Field(strict=True, ge=0, le=127), BeforeValidator(_note)]
Folder = Annotated[Path, AfterValidator(_folder), BeforeValidator(_folder_text)]
Address = Annotated[str, AfterValidator(_address)]
Network = Annotated[str, AfterValidator(_network)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
Port = Annotated[int, Field(strict=True, ge=0, le=_LAST_PORT)]
Tempo = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_tempo)]
Switch = Annotated[bool, Field(strict=True)]
