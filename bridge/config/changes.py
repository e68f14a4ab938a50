"""Says what differs between two configurations, in the words of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from bridge.config.schema import Config

AT_START = (
    "library.folder", "library.sample_rate", "state_folder", "jobs.workers", "jobs.on", "jobs.keep_takes_days",
    "log.megabytes", "log.files",
)
"""The settings that count from the next start on: what was opened with them stays open."""


def changed(old: Config, new: Config) -> list[str]:
    """Returns the places of all settings that differ: `budget.day`, `pads.kick.prompt`, `pads.clap` for a new pad."""
    return list(_differences(old, new, ""))


def still_said(said: Mapping[str, Any], old: BaseModel, new: BaseModel) -> dict[str, Any]:
    """Returns what was said in the place of settings of a table, but for those of which the file says something new."""
    return {key: value for key, value in said.items() if getattr(old, key) == getattr(new, key)}


def waiting(opened: Config, new: Config) -> list[str]:
    """Returns the places of the settings that count from the next start on, and are others than at this one."""
    return [place for place in changed(opened, new) if place in AT_START]


def as_opened(config: Config, opened: Config) -> Config:
    """Returns a configuration with what can't change before the next start as it was `opened`."""
    for place in AT_START:
        section, _, key = place.rpartition(".")
        if section:
            table = getattr(config, section).model_copy(update={key: getattr(getattr(opened, section), key)})
            config = config.model_copy(update={section: table})
        else:
            config = config.model_copy(update={key: getattr(opened, key)})
    return config


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
