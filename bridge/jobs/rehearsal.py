"""Presses every pad of a configuration dry: what would be refused later is said now."""

from __future__ import annotations

from bridge.config.fields import did_you_mean
from bridge.config.problems import Location
from bridge.config.schema import Config
from bridge.domain.brief import Request
from bridge.errors import BridgeError, NotFoundError
from bridge.jobs.briefs import resolve
from bridge.models.registry import Models

RULES = "rules"
"""Who writes words without any model."""


async def misfits(config: Config, models: Models) -> list[tuple[Location, str]]:
    """Returns every place that asks for what its model does not do, or for a model that is not there, and why.

    Nothing is made and nobody is asked: a model knows by itself what it takes.
    """
    found = _missing(config, models)
    wrong = {place[:2] for place, _ in found} | ({("model",)} & {place for place, _ in found})
    for name, pad in config.pads.items():
        if ("pads", name) in wrong or (pad.model is None and ("model",) in wrong):
            continue  # said already
        try:
            brief = resolve(Request(pad=name, seed=1), config.pads, models.get, models.all(), config, config.song)
            await models.get(brief.model).estimate(brief)
        except BridgeError as problem:
            found.append((("pads", name), str(problem)))
    return found


def _missing(config: Config, models: Models) -> list[tuple[Location, str]]:
    sounds, chats = [model.name for model in models.all()], [chat.name for chat in models.chats()]
    named: list[tuple[Location, str | None, list[str]]] = [(("model",), config.model, sounds)]
    named += [(("pads", name, key), getattr(pad, key), sounds)
              for name, pad in config.pads.items() for key in ("model", "fallback")]
    named += [(("prompts", key), getattr(config.prompts, key), chats) for key in ("writer", "looks")]
    return [
        (place, _why(name, known, models, of_words=place[0] == "prompts"))
        for place, name, known in named
        if name is not None and name not in known and (place, name) != (("prompts", "writer"), RULES)
    ]


def _why(name: str, known: list[str], models: Models, *, of_words: bool) -> str:
    try:
        (models.chat if of_words else models.get)(name)
    except NotFoundError as problem:
        if name in models.problems or not problem.hint:
            return str(problem)
    return f"there is no model {name!r}{did_you_mean(name, known)}"
