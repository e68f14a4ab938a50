"""The rows that come with the bridge, joined with the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from bridge.config.fields import did_you_mean
from bridge.config.load import CURE, Origin, told
from bridge.config.models import Input, Row
from bridge.errors import ConfigError, RequestError
from bridge.models.catalogue.price import HARDWARE
from bridge.models.catalogue.values import fitting

LOCAL = "local"
"""The provider that is this computer itself."""
OF_ITS_PROVIDER = ("price", "concurrent")
"""What a row does not take from one of another provider: a machine of one's own has no bill, and other limits."""


@cache
def catalogue() -> Mapping[str, Row]:
    """Returns the rows that come with the bridge, by name, in the order of the catalogue."""
    text = resources.files("bridge.models.catalogue").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {name: Row.model_validate(row) for name, row in tomllib.loads(text).items()}


@cache
def known_weights() -> Mapping[str, Mapping[str, Row]]:
    """Returns the models that this computer can run itself: by runner, then by name; nothing of them is used unless
    the user's config says so."""
    files = resources.files("bridge.models.catalogue").joinpath("local").iterdir()
    found = {file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    return {
        runner: {name: Row.model_validate({"provider": LOCAL, "runner": runner, **row}) for name, row in rows.items()}
        for runner, rows in sorted(found.items())
    }


def rows(own: Mapping[str, Row] | None = None, origin: Origin = lambda _: "") -> dict[str, Row]:
    """Returns every row: the catalogue's, changed and joined by the user's; ConfigError lists all that is wrong.

    A user's row takes what it does not say from the row that it is `like`, or from the catalogue's of its own name.
    `origin` says where a setting comes from.
    """
    joint = dict(catalogue())
    problems: list[str] = []
    for name, row in (own or {}).items():
        known = _known_to(row)
        if row.like is not None and row.like not in known:
            text = f"there is no model {row.like!r}{did_you_mean(row.like, known)}"
            problems.append(told(("models", name, "like"), text, origin))
            continue
        base = known.get(row.like or name) or _of_weights(row, known)
        joint[name] = joined(base, row) if base else row
        problems += [
            told(("models", name, *place.split(".")[1:]), text, origin) for place, text in wrong_with(joint[name])
        ]
    if problems:
        raise ConfigError(problems, CURE)
    return joint


def _known_to(row: Row) -> Mapping[str, Row]:
    """Returns the models that a row can be like: those of its own runner, where this computer is to run it."""
    return known_weights().get(row.runner, {}) if row.provider == LOCAL else catalogue()


def _of_weights(row: Row, known: Mapping[str, Row]) -> Row | None:
    return next((one for one in known.values() if row.weights and one.weights == row.weights), None)


def joined(base: Row, row: Row) -> Row:
    """Returns a row with the values of `base` where it says nothing itself, field by field."""
    said = row.model_dump(exclude_unset=True)
    known = base.model_dump(exclude_unset=True)
    if row.provider not in (None, base.provider):
        known = {key: value for key, value in known.items() if key not in OF_ITS_PROVIDER}
    return Row.model_validate(_joined(known, said))


def wrong_with(row: Row) -> Iterator[tuple[str, str]]:
    """Yields what a whole row lacks or contradicts: where in it (".inputs", or nothing), and what."""
    if row.provider is None:
        yield "", "says neither its provider nor which model it is like"
    if row.provider == "replicate" and not row.reference:
        yield "", 'says no reference; write it like "owner/name"'
    if row.provider == "cog" and not row.servers:
        yield "", 'says no servers; write their addresses, like ["http://127.0.0.1:5000"]'
    if row.provider == LOCAL:
        yield from _wrong_with_local(row)
    if row.servers and row.provider != "cog":
        yield ".servers", 'only a model with provider = "cog" has servers of its own'
    if row.licence is None:
        yield "", 'says no licence; write it like licence = { id = "MIT", commercial = "yes" }'
    if "prompt" not in row.inputs:
        yield ".inputs", "has no prompt: the words must go somewhere"
    if row.audio and "audio" not in row.inputs:
        yield ".audio", "says what it makes of a sound, but there is no input for one (inputs.audio)"
    if row.price.hardware and row.price.hardware not in HARDWARE:
        yield ".price.hardware", f"there is no {row.price.hardware!r}; there are {', '.join(HARDWARE)}"
    if not 0 < row.seconds[0] <= row.seconds[1]:
        yield ".seconds", f"{list(row.seconds)} is no range: the shortest first, both above 0"
    for table, inputs in (("inputs", row.inputs), ("options", row.options)):
        for key, one in inputs.items():
            if text := _wrong_with_input(one):
                yield f".{table}.{key}", text
    numbers = {one.name for one in (*row.inputs.values(), *row.options.values()) if one.type in ("integer", "number")}
    for name, usual in row.price.grows.items():
        if name not in numbers:
            yield ".price.grows", f"there is no input {name!r} that is a number{did_you_mean(name, numbers)}"
        elif usual <= 0:
            yield f".price.grows.{name}", "must be more than 0: what the call's usual seconds were taken with"


def _wrong_with_local(row: Row) -> Iterator[tuple[str, str]]:
    known = known_weights()
    if not row.runner:
        yield "", f"says no runner; there are {', '.join(known)}"
    elif row.runner not in known and not row.runner.endswith(".py"):
        yield ".runner", f"there is no {row.runner!r}{did_you_mean(row.runner, known) or _there_are(known)}"
    elif row.runner in known and not row.inputs:
        names = " or ".join(f'"{name}"' for name in known[row.runner])
        yield "", f"says not which known model it is like; write like = {names}"
    if not row.weights:
        yield "", 'says no weights; write them like "owner/name", or the folder that they lie in'
    for key in row.loading.keys() - row.loads.keys():
        yield f".loading.{key}", f"its runner knows no {key!r}{did_you_mean(key, row.loads) or _there_are(row.loads)}"
    for key, value in row.loading.items():
        if key in row.loads:
            try:
                fitting(row.loads[key], value, said=key)
            except RequestError as problem:
                yield f".loading.{key}", str(problem)


def _there_are(names: Collection[str]) -> str:
    return f"; there are {', '.join(names)}" if names else ""


def _wrong_with_input(one: Input) -> str:
    if one.low is not None and one.high is not None and one.low > one.high:
        return f"its low, {one.low:g}, is above its high, {one.high:g}"
    if one.type == "choice" and not one.values:
        return "is a choice without values"
    return ""


def _joined(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(known)
    for key, value in said.items():
        below = result.get(key)
        result[key] = _joined(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result
