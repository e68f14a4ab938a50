"""Reads the recipes of packs: TOML or YAML with lists that multiply, CSV with a sound a line, or a prompt a line."""

from __future__ import annotations

import csv
import io
import itertools
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.config.fields import (
    MIDDLE_C_OCTAVE,
    FamilyName,
    Note,
    Prompt,
    Switch,
    Tempo,
    Text,
    Words,
    did_you_mean,
)
from bridge.config.problems import sentences
from bridge.domain.brief import LARGEST_SEED, AudioUse, Enhance, Setting
from bridge.domain.family import Mapping as MappingName
from bridge.errors import RequestError
from bridge.packs.plan import Layout, Naming, Output, Plan, Wish, plan_of
from bridge.units import MidiNote

HARDEST = 127
MOST_OF_ONE = 10_000
FAMILY = "family"
"""The word of a template that needs no list: the name of the family."""

Digest = Callable[[str], str]
"""Returns what stands for the bytes of a file: the same text for the same bytes."""

_PLACE = re.compile(r"\{([^{}]*)\}")
_LISTS = {"prompt": "prompts", "family": "families", "seed": "seeds", "note": "notes", "velocity": "velocities"}
"""What a sound has one of, and the list that multiplies it."""
_NUMBERS = {"seed": int, "count": int, "velocity": int, "seconds": float, "bpm": float, "strength": float}
"""The columns of a CSV file that are numbers."""

Seed = Annotated[int, Field(strict=True, ge=1, le=LARGEST_SEED)]
Velocity = Annotated[int, Field(strict=True, ge=1, le=HARDEST)]
Prompts = Annotated[tuple[Prompt, ...], Field(min_length=1)]
Option = Annotated[tuple[Text, ...], Field(min_length=1)]


class _Part(BaseModel):
    """Holds part of a recipe; a key that does not exist is named, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Usual(_Part):
    """Holds what may be said of one group of sounds, or above them for all."""

    model: Text | None = None
    negative: Words | None = None
    seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    mapping: MappingName | None = None
    bpm: Tempo | None = None
    key: Text | None = None
    enhance: Enhance | None = None
    inputs: dict[Text, Setting] | None = None
    count: Annotated[int, Field(strict=True, ge=1, le=MOST_OF_ONE)] | None = None
    velocity: Velocity | None = None
    velocities: Annotated[tuple[Velocity, ...], Field(min_length=1)] | None = None


class Sounds(_Usual):
    """Holds one group of sounds: the product of its lists."""

    prompt: Prompt | None = None
    prompts: Prompts | None = None
    family: FamilyName | None = None
    families: Annotated[tuple[FamilyName, ...], Field(min_length=1)] | None = None
    words: dict[Text, Option] = {}
    seed: Seed | None = None
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] | None = None
    note: Note | None = None
    notes: Annotated[tuple[Note, ...], Field(min_length=1)] | None = None
    audio: Text | None = None
    audio_use: AudioUse | None = None
    strength: Annotated[float, Field(ge=0, le=1)] | None = None


class Pack(_Usual):
    """Holds a whole recipe."""

    name: Text = ""
    folder: Text | None = None
    format: Text = "wav"
    naming: Naming = "vendor"
    layout: Layout = "families"
    metadata: Switch = False
    cover: Switch = True
    presets: tuple[Text, ...] | None = None
    sounds: Annotated[list[Sounds], Field(min_length=1)]


def read_recipe(name: str, text: str, *, model: str, edition: str, octave: int, digest: Digest) -> Plan:
    """Returns the plan in a recipe; `name` is its file's, whose ending says what it is. `model` makes what names none.

    Raises RequestError that names every mistake with its place.
    """
    kind = PurePath(name).suffix.lower()
    try:
        found = _READERS[kind](text)
    except KeyError:
        known = ", ".join([*_READERS, ".json"])
        raise RequestError(f"{name} is no recipe that can be read.", f"Its name ends with one of: {known}.") from None
    except (csv.Error, ValueError, RecursionError) as problem:
        raise RequestError(f"{name}: {problem}.", "Nothing was started.") from problem
    try:
        pack = Pack.model_validate(found, context={MIDDLE_C_OCTAVE: octave})
    except ValidationError as error:
        raise _refused(name, sentences(error, Pack)) from error
    if problems := [line for index, group in enumerate(pack.sounds) for line in _wrong_with(group, f"sounds[{index}]")]:
        raise _refused(name, problems)
    pack = pack.model_copy(update={"model": pack.model or model})
    wishes = (wish for group in pack.sounds for wish in _wishes(_joined(pack, group), digest))
    output = Output(folder=pack.folder, format=pack.format, naming=pack.naming, layout=pack.layout,
                    metadata=pack.metadata, cover=pack.cover, presets=pack.presets)  # fmt: skip
    return plan_of(pack.name or PurePath(name).stem, wishes, output, edition)


def _refused(name: str, problems: list[str]) -> RequestError:
    return RequestError("\n".join(f"{name}: {problem}." for problem in problems), "Nothing was started.")


# --- from text to tables --------------------------------------------------------------------------------------


def _from_csv(text: str) -> Mapping[str, Any]:
    """Reads a table with a head: its columns are the keys of a group that has one of everything."""
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter="," if "," in head or ";" not in head else ";", strict=True)
    if rows.fieldnames is None:
        raise ValueError("is empty; its first line names the columns")
    groups = []
    for row in rows:
        if None in row or None in row.values():
            raise ValueError(f"line {rows.line_num} has not as many cells as the head has columns")
        cells = {key.strip(): value.strip() for key, value in row.items() if value.strip()}
        groups.append({key: _cell(key, value, rows.line_num) for key, value in cells.items()})
    return {"sounds": [group for group in groups if group]}


def _cell(column: str, text: str, line: int) -> Any:
    if column not in _NUMBERS:
        return int(text) if column == "note" and text.isdecimal() else text
    try:
        return _NUMBERS[column](text)
    except ValueError:
        raise ValueError(f"line {line}: {column} is a number, not {text!r}") from None


def _from_lines(text: str) -> Mapping[str, Any]:
    return {"sounds": [{"prompt": line.strip()} for line in text.splitlines() if line.strip()]}


def _from_yaml(text: str) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError as problem:
        raise RequestError("To read YAML, PyYAML is missing.",
                           "Run: pip install 'oneshot-bridge[yaml]', or write it as TOML.") from problem  # fmt: skip
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise ValueError(" ".join(str(problem).split())) from problem
    if not isinstance(found, dict):
        raise ValueError("is no table of keys and values")
    return found


_READERS: dict[str, Callable[[str], Mapping[str, Any]]] = {
    ".toml": tomllib.loads,
    ".yaml": _from_yaml,
    ".yml": _from_yaml,
    ".csv": _from_csv,
    ".txt": _from_lines,
}


# --- from tables to wishes ------------------------------------------------------------------------------------


def _wrong_with(group: Sounds, place: str) -> Iterator[str]:
    for one, many in _LISTS.items():
        if getattr(group, one) is not None and getattr(group, many) is not None:
            yield f"{place}: says both {one} and {many}; say one of them"
    if (group.seed is not None or group.seeds is not None) and group.count is not None:
        yield f"{place}: says both seeds and count; with seeds there is one sound of each"
    if not (group.prompt or group.prompts or group.family or group.families or group.audio):
        yield f"{place}: says neither prompts nor a family; there is nothing to make"
    known = {*group.words, *([FAMILY] if group.family or group.families else [])}
    used = {word for prompt in _all(group, "prompt") for word in _PLACE.findall(prompt or "")}
    for word in sorted(used - known):
        yield f"{place}: a prompt has {{{word}}}, and words has no such list{did_you_mean(word, known)}"
    for word in sorted(group.words.keys() - used):
        yield f"{place}.words.{word}: no prompt has {{{word}}}{did_you_mean(word, used)}"


def _joined(pack: Pack, group: Sounds) -> Sounds:
    """Returns a group with what is said above all groups where it says nothing itself."""
    above = {key: getattr(pack, key) for key in _Usual.model_fields if getattr(group, key) is None}
    if group.seed is not None or group.seeds is not None:
        above.pop("count", None)
    if group.velocity is not None or group.velocities is not None:
        above = {key: value for key, value in above.items() if key not in ("velocity", "velocities")}
    return group.model_copy(update=above)


def _wishes(group: Sounds, digest: Digest) -> Iterator[Wish]:
    content = digest(group.audio) if group.audio else ""
    axes = (_all(group, "family"), _all(group, "prompt"), _all(group, "note"), _all(group, "seed"))
    for family, template, note, seed in itertools.product(*axes):
        for prompt in _filled(template, group.words, family):
            for _ in range(group.count or 1):
                for velocity in _all(group, "velocity"):
                    yield Wish(fields=_fields(group, family, prompt, note, seed, velocity), content=content)


def _fields(
    group: Sounds, family: str | None, prompt: str | None, note: MidiNote | None, seed: int | None, velocity: int | None
) -> dict[str, Any]:
    return {
        "prompt": prompt or None, "family": family, "note": note, "seed": seed, "model": group.model,
        "negative": group.negative, "seconds": group.seconds, "mapping": group.mapping, "bpm": group.bpm or None,
        "key": group.key, "inputs": group.inputs, "audio": group.audio, "audio_use": group.audio_use,
        "strength": group.strength, "enhance": group.enhance or "never",
        "energy": None if velocity is None else round(velocity / HARDEST, 4),
    }  # fmt: skip


def _all(group: Sounds, one: str) -> tuple[Any, ...]:
    many = getattr(group, _LISTS[one])
    return many if many is not None else (getattr(group, one),)


def _filled(template: str | None, words: Mapping[str, tuple[str, ...]], family: str | None) -> Iterator[str]:
    """Yields a prompt for every choice of the words that its template has a place for."""
    text = template or ""
    lists = {**words, FAMILY: (family or "",)}
    places = list(dict.fromkeys(_PLACE.findall(text)))
    for chosen in itertools.product(*(lists[place] for place in places)):
        filled = dict(zip(places, chosen, strict=True))
        yield " ".join(_PLACE.sub(lambda match, said=filled: said[match[1]], text).split())  # type: ignore[misc]
