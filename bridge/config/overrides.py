"""Settings from beside the file: `-o place=value` of the command line, and environment variables.

    oneshot -o budget.day=5 -o pads.kick.model=synth run
    ONESHOT_BUDGET__DAY=5 oneshot run

What the command line says wins over the environment, and that over the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.config.places import CONFIG_VARIABLE
from bridge.config.values import value_of
from bridge.errors import ConfigError

PREFIX = "ONESHOT_"
LEVEL = "__"
"""Stands in the name of a variable where the place of a setting has a dot."""

BY_NAME = ("pads", "kits", "hosts", "models")
"""The tables whose keys are names."""

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Holds one setting from beside the file; `origin` says in the user's words where it comes from."""

    place: Place
    value: Any
    origin: str


def from_options(options: Iterable[str]) -> list[Override]:
    """Reads `place=value` texts; raises ConfigError for all that are none."""
    found, problems = [], []
    for option in options:
        place, equals, value = option.partition("=")
        parts = tuple(part.strip() for part in place.split("."))
        if not equals or not all(parts):
            problems.append(f"-o {option}: is not PLACE=VALUE, like budget.day=5")
        else:
            found.append(Override(place=parts, value=value_of(value.strip(), dict), origin=f"-o {option}"))
    if problems:
        raise ConfigError(problems, "See what there is with: oneshot config show")
    return found


def from_environment(variables: Mapping[str, str], settings: Mapping[str, Any], top: Iterable[str]) -> list[Override]:
    """Reads the variables that name a setting: one of the `top` keys, or a place of several levels.

    Variables have no small letters and no dashes, so a name is the one in the `settings` of the file that reads alike;
    a name that is not there is small, with dashes if it is that of a pad, kit, host or model.
    """
    plain = frozenset(top)
    found = []
    for variable in sorted(variables):
        rest = variable.removeprefix(PREFIX)
        if rest == variable or variable == CONFIG_VARIABLE:
            continue
        parts = rest.split(LEVEL)
        if not all(parts) or (len(parts) == 1 and rest.lower() not in plain):
            continue
        found.append(
            Override(place=tuple(_named(parts, settings)), value=value_of(variables[variable], dict), origin=variable)
        )
    return found


def joined(settings: Mapping[str, Any], overrides: Iterable[Override]) -> dict[str, Any]:
    """Returns the settings of a file with those from beside it, later ones winning."""
    result = dict(settings)
    for override in overrides:
        result = _with(result, override.place, override.value)
    return result


def _with(table: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any]:
    first, *rest = place
    below = table.get(first)
    inner = _with(below if isinstance(below, dict) else {}, tuple(rest), value) if rest else value
    return {**table, first: inner}


def _named(parts: Sequence[str], settings: Mapping[str, Any]) -> Iterator[str]:
    table: Any = settings
    for level, part in enumerate(parts):
        known = table if isinstance(table, Mapping) else {}
        plain = part.lower()
        alike = (name for name in known if name.lower().replace("-", "_") == plain)
        # The second level of the tables by name is a name, which has no underscores.
        name = next(alike, plain.replace("_", "-") if level == 1 and parts[0].lower() in BY_NAME else plain)
        yield name
        table = known.get(name)
