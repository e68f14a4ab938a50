"""Proofreads a configuration: everything that is wrong with it at once, and what is only worth knowing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.config.fields import did_you_mean
from bridge.config.keys import VARIABLES, key_of
from bridge.config.load import Source, Survey, told
from bridge.config.models import Row
from bridge.config.problems import Location
from bridge.config.schema import Config
from bridge.errors import BridgeError, ConfigError
from bridge.instruments.formats import open_formats
from bridge.jobs.rehearsal import RULES, misfits
from bridge.library import mailboxes
from bridge.models.catalogue.rows import rows
from bridge.models.registry import ModelContext, open_models


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Holds what was found: `problems` keep sounds from coming out, `notices` may be meant so."""

    config: Config | None
    problems: tuple[str, ...]
    notices: tuple[str, ...] = ()


class _Idle:
    """Stands where the worker processes would: models are opened here, not asked."""

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        raise BridgeError("Nothing is made here.")


def proof(source: Source) -> Proof:
    """Returns all that is wrong with a configuration and the models that it names, each with where it was said.

    What can be looked at is looked at, also where other things are wrong. Raises ConfigError for a file that can't be
    read at all.
    """
    survey = source.survey()
    if survey.config is None:
        return Proof(config=None, problems=survey.problems)
    problems = list(survey.problems)
    try:
        known = rows(survey.config.models, survey.origin)
    except ConfigError as wrong:
        problems += wrong.problems
        known = rows({name: row for name, row in survey.config.models.items() if _is_right(name, row)})
    models = open_models(ModelContext(workers=_Idle()), known)
    for place, text in asyncio.run(misfits(survey.config, models)):
        line = told(place, text, survey.origin)
        if line not in problems:
            problems.append(line)
    for name, text in open_formats().refused(survey.config.library.formats).items():
        place = ("library", "formats", survey.config.library.formats.index(name))
        problems.append(told(place, text, survey.origin))
    notices = (*_keys(survey, known), *_hosts(survey))
    return Proof(config=survey.config, problems=tuple(problems), notices=notices)


def _is_right(name: str, row: Row) -> bool:
    try:
        rows({name: row})
    except ConfigError:
        return False
    return True


def _keys(survey: Survey, known: Mapping[str, Row]) -> Iterator[str]:
    """Yields the providers that want a key and have none, where one of their models is used."""
    assert survey.config is not None
    users: dict[str, tuple[Location, str]] = {}
    for place, name in _used(survey.config):
        row = known.get(name)
        if row is not None and row.provider in VARIABLES:
            users.setdefault(row.provider, (place, name))
    for provider, (place, name) in users.items():
        try:
            has_one = bool(key_of(provider))
        except ConfigError as problem:
            yield str(problem)
            continue
        if not has_one:
            text = f"{name} needs a key for {provider}, and there is none; keep one with: oneshot keys set {provider}"
            yield told(place, text, survey.origin)


def _used(config: Config) -> Iterator[tuple[Location, str]]:
    yield ("model",), config.model
    for name, pad in config.pads.items():
        yield from ((("pads", name, key), used) for key in ("model", "fallback") if (used := getattr(pad, key)))
    if config.prompts.writer != RULES:
        yield ("prompts", "writer"), config.prompts.writer


def _hosts(survey: Survey) -> Iterator[str]:
    """Yields the targets of hosts that are neither in the config nor have ever come."""
    assert survey.config is not None
    folder = survey.config.library.folder / "deliveries"
    try:
        there = mailboxes.hosts(folder) if folder.is_dir() else []
    except OSError:
        there = []  # `oneshot doctor` tells of a library that can't be read
    known = {*there, *survey.config.hosts}
    for name, pad in survey.config.pads.items():
        for host in sorted(pad.targets.keys() - known):
            text = f"no host {host!r} has come yet{did_you_mean(host, known)}"
            yield told(("pads", name, "targets", host), text, survey.origin)
