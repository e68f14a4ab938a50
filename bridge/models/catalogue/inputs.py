"""From a brief to a model's inputs, by its row; everything is checked before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.config.models import BriefField, Input, Row
from bridge.domain.brief import LARGEST_SEED, Brief
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES
from bridge.domain.prompt import Question
from bridge.errors import RequestError, unknown
from bridge.models.catalogue.rules import obey
from bridge.models.catalogue.values import fitting, range_of


def check(row: Row, brief: Brief) -> None:
    """Raises RequestError that names the input and its range if the model can't be asked for this brief."""
    inputs_of(row, brief, brief.seed, {field: f"file:{name}" for field, name in files_of(row, brief).items()})


def files_of(row: Row, brief: Brief) -> dict[str, str]:
    """Returns which references the model needs as files: "audio" or "image" → the reference's name."""
    named = {"audio": brief.audio, "image": brief.image}
    return {field: name for field, name in named.items() if name and field in row.inputs}


def inputs_of(row: Row, brief: Brief, seed: int, files: Mapping[str, str]) -> dict[str, Any]:
    """Returns the inputs of one call by the model's own names; `files` are the URLs or data URIs of `files_of`.

    Raises RequestError, naming the input and its range, for what the model does not take: nothing is bent into a range
    that the user said otherwise. Three things are the bridge's own choice: a length between two that the model has
    becomes the longer one (shaping cuts), a brief without a length gets room for its family, and a call makes as
    many takes as the model makes at once. A seed beyond the model's largest is folded into its range.
    """
    _check_audio(row, brief)
    taken: dict[BriefField, Any] = {
        "prompt": brief.prompt or None,
        "negative": brief.negative or None,
        "seconds": _seconds(row, brief),
        "seed": _seed(row, seed),
        "bpm": brief.bpm,
        "key": brief.key or None,
        "count": count_of(row, brief),
        "audio": _file(row, "audio", brief.audio, files),
        "continue": _use(row, brief) == "continue" or None,
        "strength": _strength(row, brief),
        "image": _file(row, "image", brief.image, files),
    }
    values = {**_settings(row, brief), **_fields(row, taken), **row.fixed}
    obey(row, values)
    return values


def question_inputs(row: Row, question: Question, images: Sequence[str]) -> dict[str, Any]:
    """Returns the inputs of one question by the chat model's own names; `images` are URLs or data URIs.

    Raises RequestError for pictures that the model can't see and for what is outside an input's range.
    """
    if (question.images or images) and not (row.sees and "image" in row.inputs):
        raise RequestError("This chat model can't look at pictures.", "Name one that sees: oneshot models")
    if len(images) != len(question.images):
        raise RequestError(f"{len(question.images)} pictures are asked about, and {len(images)} are there.")
    several = "image" in row.inputs and row.inputs["image"].type == "files"
    if len(images) > 1 and not several:
        raise RequestError("This chat model looks at one picture at a time.", "Ask about one.")
    apart = "system" in row.inputs or not question.system
    text = question.text if apart or not question.text else f"{question.system}\n\n{question.text}"
    taken: dict[BriefField, Any] = {
        "prompt": text or None,
        "system": question.system or None,
        "longest": question.longest,
        "image": (list(images) if several else images[0]) if images else None,
    }
    options = {name: option.default for name, option in row.options.items() if option.default is not None}
    return {**options, **_fields(row, taken), **row.fixed}


def count_of(row: Row, brief: Brief) -> int:
    """Returns how many takes one call for this brief makes: what is asked for, at most what the model makes at once."""
    return max(1, min(brief.count, variations(row)))


def variations(row: Row) -> int:
    """Returns how many takes one call can make."""
    return max(1, int(row.inputs["count"].high or 1)) if "count" in row.inputs else 1


def _fields(row: Row, taken: Mapping[BriefField, Any]) -> dict[str, Any]:
    values = {}
    for field, wanted in row.inputs.items():
        value = taken.get(field)
        if value is None:
            value = wanted.default
        if value is not None:
            values[wanted.name] = fitting(wanted, value, said=_said(field, wanted))
        elif wanted.required:
            raise RequestError(f"{_said(field, wanted)} is missing; this model needs it.", range_of(wanted))
    return values


def _said(field: str, wanted: Input) -> str:
    """Names an input as the user says it, and as the model does where that differs."""
    return field if field == wanted.name else f"{field} ({wanted.name} there)"


def _settings(row: Row, brief: Brief) -> dict[str, Any]:
    """Returns the model's own inputs: those that the brief sets, else their defaults."""
    values = {name: option.default for name, option in row.options.items() if option.default is not None}
    said_by = {wanted.name: field for field, wanted in row.inputs.items()}
    for name, value in brief.inputs:
        if name in row.options:
            values[name] = fitting(row.options[name], value)
        elif name in row.fixed:
            raise RequestError(f"The input {name!r} of this model is always {row.fixed[name]!r}.", "Leave it out.")
        elif name in said_by:
            raise RequestError(f"The input {name!r} is set by {said_by[name]}.", f"Say {said_by[name]} instead.")
        else:
            raise unknown("input", name, row.options)
    return {row.options[name].name: value for name, value in values.items()}


def _seconds(row: Row, brief: Brief) -> float | None:
    if "seconds" not in row.inputs:
        return None
    wanted, asked = row.inputs["seconds"], brief.seconds
    shortest, longest = row.seconds
    if asked is not None and not shortest <= asked <= longest:
        raise RequestError(f"seconds is {asked:g}; this model makes {shortest:g} to {longest:g}.", "Ask within that.")
    room = FAMILIES.get(brief.family, FAMILIES[DEFAULT_FAMILY]).longest
    length = asked if asked is not None else min(room, longest, math.inf if wanted.high is None else wanted.high)
    length = max(length, wanted.low or 0.0)
    return math.ceil(length) if wanted.type == "integer" else length


def _seed(row: Row, seed: int) -> int | None:
    if "seed" not in row.inputs:
        return None
    # 0 and −1 mean "any" in half of the models, so a seed is at least 1.
    most = int(row.inputs["seed"].high or LARGEST_SEED)
    return (seed - 1) % most + 1


def _check_audio(row: Row, brief: Brief) -> None:
    if not brief.audio and brief.audio_use is None:
        return
    if "audio" not in row.inputs:
        raise RequestError("This model takes no sound.", "Name one that does (oneshot models), or leave out audio.")
    if brief.audio_use is not None and brief.audio_use not in row.audio:
        known = ", ".join(row.audio)
        raise RequestError(f"This model can't use a sound as {brief.audio_use!r}.", f"It can: {known}.")
    if not brief.audio:
        raise RequestError("There is no sound to use.", "Give one (audio), or leave out audio_use.")
    if brief.strength is not None and "strength" not in row.inputs:
        raise RequestError("This model can't be told how much of the sound stays.", "Leave out strength.")


def _use(row: Row, brief: Brief) -> str | None:
    if not brief.audio:
        return None
    return brief.audio_use or next(iter(row.audio), None)


def _strength(row: Row, brief: Brief) -> float | None:
    if not brief.audio or brief.strength is None or "strength" not in row.inputs:
        return None
    if not 0.0 <= brief.strength <= 1.0:
        raise RequestError(f"strength is {brief.strength:g}, outside its range.", "It takes a number from 0 to 1.")
    return 1.0 - brief.strength if row.inputs["strength"].invert else brief.strength


def _file(row: Row, field: BriefField, reference: str, files: Mapping[str, str]) -> Any:
    if field not in row.inputs or not reference:
        return None
    if not files.get(field):
        raise RequestError(f"The file of {field} is not there.", "Give it again.")
    return [files[field]] if row.inputs[field].type == "files" else files[field]
