"""Says what differs between two configurations, in the words of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from bridge.config.schema import Config

AT_START = ("library.folder", "library.sample_rate", "state_folder", "jobs.workers", "jobs.keep_takes_days")
"""The settings that count from the next start on: what was opened with them stays open."""


def changed(old: Config, new: Config) -> list[str]:
    """Returns the places of all settings that differ: `budget.day`, `pads.kick.prompt`, `pads.clap` for a new pad."""
    return list(_differences(old, new, ""))


def _differences(old: Any, new: Any, place: str) -> Iterator[str]:
    if old == new:
        return
    one, other = _table(old), _table(new)
    if one is None or other is None:
        yield place
        return
    for key in dict.fromkeys((*one, *other)):
        inner = f"{place}.{key}" if place else key
        if key in one and key in other:
            yield from _differences(one[key], other[key], inner)
        else:
            yield inner


def _table(value: Any) -> dict[str, Any] | None:
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    return dict(value) if isinstance(value, Mapping) else None
