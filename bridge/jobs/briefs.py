"""Turns a request into a brief: what the user said, else what the pad says, else what its family is used to."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bridge.config.schema import Config, Pad, SongSettings, family_of_pad
from bridge.domain.brief import (
    FASTEST_BPM,
    FINISH,
    LARGEST_COUNT,
    LARGEST_SEED,
    SLOWEST_BPM,
    Brief,
    Priority,
    Request,
    Setting,
)
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, family_of
from bridge.domain.text import LONGEST_PROMPT, LONGEST_WORD, plain_text, words_in_name
from bridge.errors import RequestError, unknown
from bridge.ports import Model, Reader

T = TypeVar("T")

FINISHER = "file"
"""The model whose take is the very sound that it is given."""

_PRIORITY_OF_ORIGIN: dict[str, Priority] = {"osc": "pad", "midi": "pad"}


def resolve(
    request: Request, pads: Mapping[str, Pad], model_of: Callable[[str], Model], models: Sequence[Model],
    config: Config, song: SongSettings, source: str = "",
) -> Brief:
    """Returns the brief of a request; raises RequestError or NotFoundError that names what is wrong with it.

    `audio` and `image` are taken as they are: the names of references. `source` is the name of the user's file.
    """
    pad = _pad_of(request, pads)
    prompt = clean_text(request.prompt if request.prompt is not None else pad.prompt if pad else "", "The prompt")
    if not (prompt or request.family or pad or request.image or request.audio):
        raise RequestError("There is nothing to make: no pad and no prompt.", "Say a prompt, or name a pad.")
    family = FAMILIES[_family_of(request, pad, prompt)]
    model = model_of(request.model or (pad.model if pad else None) or config.model)
    note = request.note if request.note is not None else pad.note if pad else None
    pad_note = request.pad_note if request.pad_note is not None else pad.pad_note if pad else None
    brief = Brief(
        prompt=prompt,
        negative=clean_text(_first(request.negative, pad.negative if pad else None, ""), "The negative prompt"),
        model=model.name,
        seed=request.seed if request.seed is not None else new_seed(),
        seconds=request.seconds if request.seconds is not None else pad.seconds if pad else None,
        note=note,
        pad_note=pad_note if pad_note is not None else family.pad_note,  # type: ignore[arg-type]
        mapping=request.mapping or (pad.mapping if pad else None) or family.mapping,
        family=family.name,
        energy=request.energy if request.energy is not None else 1.0,
        count=_first(request.count, pad.count if pad else None, 1),
        layers=pad.layers if pad else "none",
        turns=pad.turns if pad else 1,
        roots=tuple(sorted(set(pad.roots))) if pad else (),
        pad=request.pad,
        targets=tuple(sorted(pad.targets.items())) if pad else (),
        shape=pad.shape if pad else (),
        bpm=(request.bpm if request.bpm is not None else song.bpm) or None,
        key=clean_text(request.key if request.key is not None else song.key, "The key", LONGEST_WORD),
        audio=request.audio or "",
        audio_use=request.audio_use if request.audio else None,
        strength=request.strength,
        image=request.image or "",
        source=source,
        inputs=_inputs_of(request, pad, model),
        enhance=_first(request.enhance, pad.enhance if pad else None, config.prompts.enhance),
        fallback=_fallback_of(pad, model, model_of),
    )
    if isinstance(model, Reader):
        brief = _as_worded(brief, model, config.library.middle_c_octave)
    _check_ranges(brief, model)
    _check_uses(brief, model)
    _check_roots(brief, model_of)
    if config.library.commercial:
        check_licences(brief, model_of, models)
    return brief


def as_finish(request: Request, pads: Mapping[str, Pad], source: str) -> Request:
    """Returns a request to finish a sound as it is, the file `source`, with all that follows from that.

    No words make it, so they only name it: those of its file where none are said. It is one, however many a pad makes
    of a prompt, and of the family of its pad whatever its file is called.
    """
    pad = _pad_of(request, pads)
    return replace(
        request, model=request.model or FINISHER, count=1, enhance="never",
        prompt=request.prompt or words_in_name(source),
        family=request.family or (family_of_pad(request.pad, pad) if pad else None),
    )


def _as_worded(brief: Brief, model: Reader, middle_c_octave: int) -> Brief:
    """Returns the brief with the note and the length that its words say, where it has none."""
    said = model.understood(brief, middle_c_octave)
    return replace(
        brief,
        note=brief.note if brief.note is not None else said.note,
        seconds=brief.seconds if brief.seconds is not None else said.seconds,
    )


def check_licences(brief: Brief, model_of: Callable[[str], Model], models: Sequence[Model]) -> None:
    """Refuses models whose terms forbid what a commercial library is for; names those that do not."""
    for name in filter(None, (brief.model, brief.fallback)):
        licence = model_of(name).licence
        if licence.commercial == "no":
            others = ", ".join(model.name for model in models if model.licence.commercial != "no")
            raise RequestError(
                f"The sounds of {name} may not be sold ({licence}), and your library is marked commercial.",
                f"Take another model: {others}.",
            )


def _inputs_of(request: Request, pad: Pad | None, model: Model) -> tuple[tuple[str, Setting], ...]:
    """A pad's inputs are those of its own model; another model that was asked for now gets only what came with it."""
    own = pad.inputs if pad and request.model in (None, pad.model) else {}
    return tuple(sorted({**own, **(request.inputs or {})}.items()))


def _fallback_of(pad: Pad | None, model: Model, model_of: Callable[[str], Model]) -> str:
    # No other model could make the sound that the user brought.
    if pad is None or pad.fallback is None or pad.fallback == model.name or model.name == FINISHER:
        return ""
    return model_of(pad.fallback).name


def _check_uses(brief: Brief, model: Model) -> None:
    can = model.capabilities
    if brief.audio and not can.audio:
        raise RequestError(f"{model.name} takes no sound to go by.", "See which do: oneshot models")
    if brief.audio_use and brief.audio_use not in can.audio:
        raise RequestError(
            f"{model.name} can't use a sound as {brief.audio_use}.", f"It can: {', '.join(sorted(can.audio))}."
        )
    if can.audio == {FINISH} and not (brief.audio and brief.audio_use == FINISH):
        raise RequestError(f"{model.name} makes no sound of its own.", "Give it one: oneshot finish FILE")
    if brief.inputs and can.guide is None:
        raise RequestError(f"{model.name} has no inputs of its own.", "Leave them out.")


def _check_roots(brief: Brief, model_of: Callable[[str], Model]) -> None:
    """Refuses several roots where they would make nothing playable, or cost money for nothing."""
    if not brief.roots:
        return
    if brief.mapping == "drum":
        raise RequestError("A drum has one key, not several roots.", 'Leave roots out, or say mapping = "keys".')
    if brief.count > 1:
        raise RequestError("There is one sound for each root.", "Leave out count, or roots.")
    for name in filter(None, (brief.model, brief.fallback)):
        if not model_of(name).capabilities.notes:
            raise RequestError(
                f"{name} can't be asked for a pitch, so it can't make several roots.",
                "Leave roots out, or take a model that can: synth.",
            )


def priority_of(request: Request) -> Priority:
    """Returns how urgent a request is: what it says itself, else what its door usually means."""
    if request.priority is not None:
        return request.priority
    return _PRIORITY_OF_ORIGIN.get(request.origin, "command") if request.pad else "command"


def new_seed() -> int:
    """Returns a seed nobody can guess and nobody has to remember: it is kept with the sound."""
    return secrets.randbelow(LARGEST_SEED) + 1


def clean_text(text: str, what: str, longest: int = LONGEST_PROMPT) -> str:
    """Returns text as it may go on; raises RequestError, naming `what`, for control characters and for too much."""
    try:
        tidy = plain_text(text)
    except ValueError as problem:
        raise RequestError(f"{what} {problem}.") from problem
    if len(tidy) > longest:
        raise RequestError(f"{what} has {len(tidy):,} characters; at most {longest:,} are read.", "Say it in fewer.")
    return tidy


def _pad_of(request: Request, pads: Mapping[str, Pad]) -> Pad | None:
    if not request.pad:
        return None
    if request.pad not in pads:
        raise unknown("pad", request.pad, pads)
    return pads[request.pad]


def _family_of(request: Request, pad: Pad | None, prompt: str) -> str:
    """Asks the most particular voice first: what was said now, then the pad."""
    if request.family is not None:
        return _known_family(request.family)
    said = family_of(prompt) if request.prompt is not None else None
    return said or (family_of_pad(request.pad, pad) if pad else DEFAULT_FAMILY)


def _known_family(name: str) -> str:
    if name not in FAMILIES:
        raise unknown("family", name, FAMILIES)
    return name


def _check_ranges(brief: Brief, model: Model) -> None:
    shortest, longest = model.capabilities.seconds
    problems = [
        (brief.seconds is not None and not shortest <= brief.seconds <= longest,
         f"{model.name} makes {shortest:g} to {longest:g} seconds, not {brief.seconds}."),
        (_off_keyboard(brief.note), f"{brief.note} is no MIDI note: they go from 0 to 127."),
        (_off_keyboard(brief.pad_note), f"{brief.pad_note} is no MIDI note: they go from 0 to 127."),
        (not 0 < brief.energy <= 1, f"The energy {brief.energy} is not above 0 and at most 1."),
        (not 1 <= brief.count <= LARGEST_COUNT, f"{brief.count} variations are not between 1 and {LARGEST_COUNT}."),
        (brief.strength is not None and not 0 <= brief.strength <= 1,
         f"The strength {brief.strength} is not between 0 and 1."),
        (brief.bpm is not None and not SLOWEST_BPM <= brief.bpm <= FASTEST_BPM,
         f"The tempo {brief.bpm} is not between {SLOWEST_BPM} and {FASTEST_BPM}."),
        (not 1 <= brief.seed <= LARGEST_SEED, f"The seed {brief.seed} is not between 1 and {LARGEST_SEED}."),
    ]
    for wrong, message in problems:
        if wrong:
            raise RequestError(message, "Nothing was started; ask again within the range.")


def _off_keyboard(note: int | None) -> bool:
    return note is not None and not 0 <= note <= 127


def _first(*values: T | None) -> T:
    return next(value for value in values if value is not None)
