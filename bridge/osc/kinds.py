"""Reads what OSC arguments may be: one row per kind of value.

OSC senders differ: Pure Data has no integers at all, other programs have no floats or write numbers as text. So a
whole float is read as an integer, an integer as a float, a number as text and text as a number, wherever the
meaning is plain. Floats are rounded to the seven digits that single precision carries: 0.7 stays 0.7 on its way.

Text may hold any language; white space is tidied, control characters refuse the message (`bridge.domain.text`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from bridge.domain.brief import FASTEST_BPM, LARGEST_COUNT, LARGEST_SEED, SLOWEST_BPM, Enhance
from bridge.domain.family import Mapping
from bridge.domain.text import LONGEST_PROMPT, LONGEST_WORD, NAME, plain_text

Scalar = int | float | str | bytes
"""A decoded OSC argument: types i and h, f and d, s, b."""

Busy = Literal["queue", "newest", "ignore"]



@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Describes a kind of argument: its OSC types, what it may be in words, and how it is read.

    `read` returns the value or raises ValueError with what is wanted instead, fit to follow the argument's name.
    """

    types: str
    says: str
    read: Callable[[Scalar], Any]


def number(value: Scalar) -> float:
    """Reads a finite number from an integer, a float or text; raises ValueError for anything else."""
    try:
        found = float(value) if not isinstance(value, bytes) else math.nan
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"wants a number, not {shown(value)}")
    return float(f"{found:.7g}") if isinstance(value, float) else found


def whole(low: int, high: int) -> Callable[[Scalar], int]:
    """Returns the reader of a whole number from `low` to `high`."""

    def read(value: Scalar) -> int:
        # An exact float of single precision may have more than seven digits, so a whole one is not rounded.
        found = value if isinstance(value, float) and math.isfinite(value) else number(value)
        if found != int(found):
            raise ValueError(f"wants a whole number, not {shown(value)}")
        if not low <= found <= high:
            raise ValueError(f"goes from {low} to {high}, and {int(found)} is outside")
        return int(found)

    return read


def text(longest: int) -> Callable[[Scalar], str]:
    """Returns the reader of non-empty text of at most `longest` characters, spaces around it removed."""

    def read(value: Scalar) -> str:
        found = words(value)
        if not found:
            raise ValueError("is empty")
        if len(found) > longest:
            raise ValueError(f"may have {longest:,} characters and has {len(found):,}")
        return found

    return read


def words(value: Scalar) -> str:
    """Reads text, or a number as text (Pure Data sends the prompt `808` as one); raises ValueError."""
    if isinstance(value, bytes):
        raise ValueError("wants text, not a blob")
    if isinstance(value, float):
        value = int(value) if value.is_integer() else float(f"{value:.7g}")
    return plain_text(str(value))


def choice(*allowed: str) -> Callable[[Scalar], str]:
    """Returns the reader of one word out of a few."""

    def read(value: Scalar) -> str:
        found = words(value)
        if found not in allowed:
            raise ValueError(f"is one of {', '.join(allowed)}, and not {shown(value)}")
        return found

    return read


def name(value: Scalar) -> str:
    """Reads the name of a pad, kit or host: names stand in paths, so they come from an allow-list of letters."""
    found = words(value)
    if not NAME.fullmatch(found):
        raise ValueError(f"is 1–32 of a–z, 0–9 and -, and not {shown(value)}")
    return found


def seconds(value: Scalar) -> float:
    """Reads a length of time; how long a sound may be is for its family and model to say."""
    found = number(value)
    if found <= 0:
        raise ValueError(f"is more than 0, and not {shown(value)}")
    return found


def bpm(value: Scalar) -> float:
    """Reads a tempo; 0 takes it back."""
    found = number(value)
    if found != 0 and not SLOWEST_BPM <= found <= FASTEST_BPM:
        raise ValueError(f"goes from {SLOWEST_BPM} to {FASTEST_BPM}, and {found:g} is outside")
    return found


def velocity(value: Scalar) -> float:
    """Reads how hard a pad was hit as energy, 0 … 1; 0 is a release.

    An integer is a MIDI velocity 0–127; a float up to 1 is the energy itself, and above 1 it is a velocity again,
    since Pure Data sends floats only. (So the velocity 1 of a sender without integers is read as full energy.)
    """
    found = number(value)
    if not 0 <= found <= 127:
        raise ValueError(f"is a velocity 1–127 or an energy 0–1, and not {shown(value)}")
    is_energy = isinstance(value, float) and found <= 1
    return found if is_energy else found / 127


def energy(value: Scalar) -> float:
    """Reads a velocity that may not be a release."""
    if found := velocity(value):
        return found
    raise ValueError("is more than 0")


def shown(value: Scalar) -> str:
    """Returns a stranger's value as an error text may show it: short, on one line, nothing unprintable."""
    if isinstance(value, bytes):
        return "a blob"
    found = repr(value)
    return found if len(found) <= 60 else f"{found[:58]}…{found[-1]}"


KINDS: dict[str, Kind] = {
    "prompt": Kind(types="s", says=f"text, at most {LONGEST_PROMPT:,} characters", read=text(LONGEST_PROMPT)),
    "word": Kind(types="s", says=f"text, at most {LONGEST_WORD} characters", read=text(LONGEST_WORD)),
    "name": Kind(types="s", says="1–32 of a–z, 0–9 and -", read=name),
    "mapping": Kind(types="s", says=" or ".join(get_args(Mapping)), read=choice(*get_args(Mapping))),
    "busy": Kind(types="s", says=", ".join(get_args(Busy)), read=choice(*get_args(Busy))),
    "enhance": Kind(types="s", says=", ".join(get_args(Enhance)), read=choice(*get_args(Enhance))),
    "switch": Kind(types="i", says="0 or 1", read=lambda value: bool(whole(0, 1)(value))),
    "bpm": Kind(types="f", says="20–400 beats per minute, 0 = none", read=bpm),
    "note": Kind(types="i", says="MIDI note 0–127, 60 = middle C", read=whole(0, 127)),
    "seed": Kind(types="i", says=f"1–{LARGEST_SEED} (as text where integers or floats are too small for it)",
                 read=whole(1, LARGEST_SEED)),
    "count": Kind(types="i", says=f"1–{LARGEST_COUNT}", read=whole(1, LARGEST_COUNT)),
    "port": Kind(types="i", says="1–65535", read=whole(1, 65_535)),
    "seq": Kind(types="i", says="0 or more", read=whole(0, 2**31 - 1)),
    "seconds": Kind(types="f", says="more than 0", read=seconds),
    "velocity": Kind(types="i|f", says="int 1–127 or float 0–1; a float above 1 is 1–127; 0 is a release, ignored",
                     read=velocity),
    "energy": Kind(types="i|f", says="int 1–127 or float 0–1; a float above 1 is 1–127", read=energy),
    "integer": Kind(types="i", says="an integer", read=whole(-(2**31), 2**31 - 1)),
    "float": Kind(types="f", says="a number", read=number),
    "text": Kind(types="s", says="text", read=str),
}
"""The kinds of arguments. `integer`, `float` and `text` are for what goes out; what comes in is always narrower."""
