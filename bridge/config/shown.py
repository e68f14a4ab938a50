"""Lists the settings of a configuration one by one, with where each was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bridge.config.problems import Location, where
from bridge.config.schema import Config
from bridge.domain.text import without_password


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Holds one setting; `origin` is empty where it is the default."""

    place: str
    value: Any
    origin: str


def settings_of(config: Config, origin: Callable[[Location], str]) -> Iterator[Setting]:
    """Yields every setting of the sections, and those keys of pads, kits, hosts and models that were said."""
    for location, value, said in _walk(config, ()):
        yield Setting(place=where(location), value=value, origin=origin(location) if said else "")


def _walk(model: BaseModel, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, bool]]:
    for name in type(model).model_fields:
        value, said, place = getattr(model, name), name in model.model_fields_set, (*above, name)
        if isinstance(value, BaseModel):
            yield from _walk(value, place)
        elif isinstance(value, Mapping) and value and all(isinstance(entry, BaseModel) for entry in value.values()):
            for key, entry in value.items():
                yield from (row for row in _walk(entry, (*place, key)) if row[2])
        elif said or len(above) < 2:
            yield place, _plain(value), said


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, str):
        return without_password(value) if "://" in value else value
    return value if isinstance(value, bool | int | float) else str(value)
