"""Reads the catalogue and joins the user's rows into it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from bridge.config.models import Row
from bridge.errors import ConfigError, unknown


@cache
def built_in() -> dict[str, Row]:
    """Returns the rows that come with the bridge."""
    text = resources.files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {name: Row.model_validate(row) for name, row in tomllib.loads(text)["models"].items()}


def rows(own: Mapping[str, Row] | None = None) -> dict[str, Row]:
    """Returns all rows by name: the user's stand before those of the same name, and `like` fills what they leave out.

    Raises ConfigError that names every row that can't be completed.
    """
    known = built_in()
    joined = dict(known)
    problems = []
    for name, row in (own or {}).items():
        like = row.like or (name if name in known else None)
        if like is not None and like not in known:
            problems.append(f"models.{name}.like: {unknown('model', like, known)}")
            continue
        joined[name] = _filled(row, known[like]) if like else row
        if not joined[name].provider:
            problems.append(f"models.{name}: says no provider; write replicate or cog, or like = the name of a model")
        if joined[name].licence is None:
            problems.append(f"models.{name}: says no licence; write licence.id and licence.commercial")
    if problems:
        raise ConfigError(problems)
    return joined


def _filled(row: Row, base: Row) -> Row:
    """Returns a row with what it says itself, else what the other one says."""
    said: dict[str, Any] = {key: getattr(row, key) for key in row.model_fields_set}
    if row.provider not in (None, base.provider):
        # Elsewhere it is another price, another place, and as many at once as there are servers.
        said.setdefault("price", Row.model_fields["price"].default)
        said.setdefault("concurrent", max(1, len(row.servers)))
    return base.model_copy(update=said)
