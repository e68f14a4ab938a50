"""Turns a brief into a model's inputs, as its row says; refuses by name what the model would refuse."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bridge.config.models import Input, Row
from bridge.domain.brief import LARGEST_SEED, Brief
from bridge.domain.family import FAMILIES
from bridge.domain.prompt import Question
from bridge.errors import RequestError

_Rule = Callable[[Mapping[str, Any]], bool]

RULES: dict[str, tuple[_Rule, str]] = {
    "prompt-or-audio": (
        lambda said: bool(said.get("prompt") or said.get("input_audio")), "It needs words, or a sound to go by."
    ),
    "continuation-needs-audio": (
        lambda said: not said.get("continuation") or bool(said.get("input_audio")), "There is no sound to go on from."
    ),
    "melody-needs-melody-model": (
        lambda said: not said.get("input_audio") or bool(said.get("continuation"))
        or "melody" in str(said.get("model_version", "melody")),
        "Only its melody versions follow a tune.",
    ),
    "no-stereo-multi-band": (
        lambda said: not said.get("multi_band_diffusion") or "stereo" not in str(said.get("model_version", "")),
        "Multi-band diffusion works with its mono versions only.",
    ),
}
"""What a model's inputs must be together, and what to say where they are not."""


def check(row: Row, brief: Brief) -> None:
    """Raises RequestError where a brief can't become this model's inputs, naming the input, its range and the cure."""
    inputs_of(row, brief, brief.seed, files_of(row, brief))


def files_of(row: Row, brief: Brief) -> dict[str, str]:
    """Returns the references that the model needs as files: by field (`audio`, `image`), the reference's name."""
    named = {"audio": brief.audio, "image": brief.image}
    return {field: name for field, name in named.items() if name and field in row.inputs}


def inputs_of(row: Row, brief: Brief, seed: int, files: Mapping[str, str]) -> dict[str, Any]:
    """Returns the inputs of a call. `files` are links or data URIs by field, for what `files_of` named.

    Raises RequestError for what the model can't take.
    """
    said: dict[str, Any] = dict(row.fixed)
    for field, value in _fields(row, brief, seed, files).items():
        if value is None or field not in row.inputs:
            continue
        given = row.inputs[field]
        said[given.name] = _checked(given, value, given.name)
    for name, value in brief.inputs:
        said[name] = _checked(_option(row, name), value, name)
    for given in row.inputs.values():
        if given.required and given.name not in said:
            raise RequestError(f"This model needs {given.name}.", given.text)
    defaults = {given.name: given.default for given in (*row.inputs.values(), *row.options.values())}
    for rule in row.rules:
        holds, problem = RULES[rule]
        if not holds({**defaults, **said}):
            raise RequestError(problem, "See its inputs with: oneshot models show")
    return said


def question_inputs(row: Row, question: Question, images: Sequence[str]) -> dict[str, Any]:
    """Returns the inputs of a chat model's call; `images` are links or data URIs."""
    said: dict[str, Any] = {**row.fixed, row.inputs["prompt"].name: question.text}
    for name, value in (("system_prompt", question.system), ("max_completion_tokens", question.longest)):
        if value and name in row.options:
            said[name] = value
    if images:
        if "image" not in row.inputs:
            raise RequestError("This model does not look at pictures.", "Take one that does: oneshot models")
        given = row.inputs["image"]
        said[given.name] = list(images) if given.type == "files" else images[0]
    return said


def _fields(row: Row, brief: Brief, seed: int, files: Mapping[str, str]) -> dict[str, Any]:
    return {
        "prompt": brief.prompt or None,
        "negative": brief.negative or None,
        "seconds": _seconds(row, brief),
        "seed": _seed(row, seed),
        "bpm": brief.bpm,
        "key": brief.key or None,
        "count": brief.count,
        "audio": files.get("audio"),
        "continue": True if brief.audio and brief.audio_use == "continue" else None,
        "strength": brief.strength if brief.audio else None,
        "image": files.get("image"),
    }


def _seconds(row: Row, brief: Brief) -> float | None:
    """Returns the length to ask for: never less than the model can, because the end is cut afterwards anyway."""
    if "seconds" not in row.inputs:
        return None
    given = row.inputs["seconds"]
    wanted = float(brief.seconds or FAMILIES[brief.family].usual)
    wanted = math.ceil(wanted) if given.type == "integer" else wanted
    return max(wanted, given.low) if given.low is not None else wanted


def _seed(row: Row, seed: int) -> int | None:
    if "seed" not in row.inputs:
        return None
    high = row.inputs["seed"].high or LARGEST_SEED
    return int(1 + (seed - 1) % high)


def _option(row: Row, name: str) -> Input:
    if name in row.options:
        return row.options[name]
    taken = {given.name: field for field, given in row.inputs.items()}
    if name in taken:
        raise RequestError(f"{name} is filled from the brief.", f"Say it as {taken[name]}.")
    near = difflib.get_close_matches(name, row.options, n=1)
    known = f"It has: {', '.join(sorted(row.options))}." if row.options else "It has none of its own."
    raise RequestError(f"This model has no input {name!r}.", f"Did you mean {near[0]}?" if near else known)


def _checked(given: Input, value: Any, name: str) -> Any:
    """Returns a value as the model takes it."""
    if given.type in ("integer", "number"):
        return _number(given, value, name)
    if given.type == "switch":
        if not isinstance(value, bool):
            raise RequestError(f"{name} is true or false, not {value!r}.", given.text)
        return value
    text = str(value)
    if given.type == "choice" and text not in given.values:
        near = difflib.get_close_matches(text, given.values, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"It is one of: {', '.join(given.values)}."
        raise RequestError(f"{name} can't be {text!r}.", hint)
    return [text] if given.type == "files" else text


def _number(given: Input, value: Any, name: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RequestError(f"{name} is a number, not {value!r}.", given.text)
    found: float | int = 1 - value if given.invert else value
    if given.type == "integer":
        if found != int(found):
            raise RequestError(f"{name} is a whole number, not {found:g}.", given.text)
        found = int(found)
    low = -math.inf if given.low is None else given.low
    high = math.inf if given.high is None else given.high
    if not low <= found <= high:
        raise RequestError(f"{name} goes from {low:g} to {high:g}, and {found:g} is outside.", given.text)
    return found
