"""One input of a model and one value for it: does it fit?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from bridge.config.models import Input, InputType
from bridge.errors import RequestError

LONGEST_TEXT = 10_000
"""Characters; no model reads more, and an answer's input is echoed back and stored."""


def fitting(wanted: Input, value: Any, *, said: str = "") -> Any:
    """Returns a value as its input takes it; RequestError names the input (or what the user `said`) and its range.

    Nothing is bent into the range. A switch may be said as 0 or 1, an integer as 3.0, for OSC knows no others.
    """
    name = said or wanted.name
    read = _READERS[wanted.type](value)
    if read is None:
        raise RequestError(f"{name} is {_shown(value)}, which is not {_WANTED[wanted.type]}.", range_of(wanted))
    if isinstance(read, bool):
        return read
    if isinstance(read, int | float) and not _inside(wanted, read):
        raise RequestError(f"{name} is {_shown(value)}, outside its range.", range_of(wanted))
    if wanted.type == "choice" and read not in wanted.values:
        raise RequestError(f"{name} is {_shown(value)}, which it does not know.", range_of(wanted))
    return read


def range_of(wanted: Input) -> str:
    """Returns which values an input takes, as a sentence."""
    if wanted.type == "choice":
        return f"It takes: {', '.join(wanted.values)}."
    low, high = wanted.low, wanted.high
    kind = _WANTED[wanted.type]
    if low is not None and high is not None:
        return f"It takes {kind} from {low:.15g} to {high:.15g}."
    if low is not None:
        return f"It takes {kind} of at least {low:.15g}."
    if high is not None:
        return f"It takes {kind} of at most {high:.15g}."
    return f"It takes {kind}."


def _inside(wanted: Input, value: float) -> bool:
    return (wanted.low is None or value >= wanted.low) and (wanted.high is None or value <= wanted.high)


def _integer(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if math.isfinite(value) and value == int(value) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _switch(value: Any) -> bool | None:
    return bool(value) if isinstance(value, bool | int) and value in (0, 1) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST_TEXT else None


def _link(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _links(value: Any) -> list[str] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
        return None
    return list(value)


_READERS: dict[InputType, Callable[[Any], Any]] = {
    "text": _text, "choice": _text, "integer": _integer, "number": _number, "switch": _switch, "file": _link,
    "files": _links,
}  # fmt: skip
_WANTED: dict[InputType, str] = {
    "text": f"a text of at most {LONGEST_TEXT:,} characters", "choice": "one of its words", "integer": "a whole number",
    "number": "a number", "switch": "true or false", "file": "a file", "files": "a list of files",
}  # fmt: skip


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
