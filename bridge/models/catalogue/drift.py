"""Compares a row with what the model itself says of its inputs and its answer: what no longer fits, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from bridge.config.models import Input, InputType, Row

Schema = Mapping[str, Any]
"""An OpenAPI document or a part of it, as Cog makes it: `components.schemas` has `Input` and `Output`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Says what of a row no longer fits its model; `place` is the input's name there, or `output`, or nothing."""

    kind: Literal["disabled", "missing", "type", "range", "choice", "required", "output"]
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


def drift(row: Row, openapi: Schema) -> tuple[Drift, ...]:
    """Returns everything that a row says and its model's own schema contradicts; nothing where all fits.

    What is compared is whether the model takes all that the row may send: a model that takes more than before fits.
    """
    parts = _Parts(openapi)
    live = parts.of({"$ref": "#/components/schemas/Input"}).get("properties")
    if not isinstance(live, Mapping):
        return (Drift(kind="disabled", place="", text="this version says nothing of its inputs: disabled or gone"),)
    return (*_inputs(row, live, parts), *_output(row, parts))


class _Parts:
    """Follows references and unwraps what makes a schema optional."""

    def __init__(self, openapi: Schema) -> None:
        components = openapi.get("components")
        schemas = components.get("schemas") if isinstance(components, Mapping) else None
        self._schemas: Mapping[str, Any] = schemas if isinstance(schemas, Mapping) else {}

    def of(self, part: Any, depth: int = 0) -> Schema:
        """Returns a schema with its references and alternatives folded in; empty for what is none."""
        if not isinstance(part, Mapping) or depth > 8:
            return {}
        folded: dict[str, Any] = {}
        name = part.get("$ref")
        if isinstance(name, str):
            folded |= self.of(self._schemas.get(name.rpartition("/")[2]), depth + 1)
        for key in ("allOf", "anyOf", "oneOf"):
            for one in part.get(key) or ():
                if isinstance(one, Mapping) and one.get("type") != "null":
                    folded |= self.of(one, depth + 1)
        return folded | dict(part)

    def required(self) -> frozenset[str]:
        names = self.of(self._schemas.get("Input")).get("required")
        return frozenset(names) if isinstance(names, list) else frozenset()

    @property
    def output(self) -> Schema:
        return self.of(self._schemas.get("Output"))


def _inputs(row: Row, live: Mapping[str, Any], parts: _Parts) -> Iterator[Drift]:
    for one in (*row.inputs.values(), *row.options.values()):
        if one.name not in live:
            yield Drift(kind="missing", place=one.name, text="the model has no such input")
        else:
            yield from _input(one, parts.of(live[one.name]))
    known = {one.name for one in (*row.inputs.values(), *row.options.values())} | row.fixed.keys()
    for name in sorted(row.fixed.keys() - live.keys()):
        yield Drift(kind="missing", place=name, text="the model has no such input")
    for name in sorted(parts.required() - known):
        yield Drift(kind="required", place=name, text="the model needs this input, and the row does not have it")


_TYPES: Mapping[InputType, tuple[str, ...]] = {
    "text": ("string",), "choice": ("string",), "integer": ("integer", "number"), "number": ("number",),
    "switch": ("boolean",), "file": ("string",), "files": ("array",),
}  # fmt: skip


def _input(one: Input, live: Schema) -> Iterator[Drift]:
    kind = live.get("type")
    if kind is not None and kind not in _TYPES[one.type]:
        yield Drift(kind="type", place=one.name, text=f"is {kind} there, {one.type} in the row")
        return
    least, most = live.get("minimum"), live.get("maximum")
    if isinstance(least, int | float) and (one.low is None or one.low < least):
        said = "no least value" if one.low is None else f"{one.low:.15g}"
        yield Drift(kind="range", place=one.name, text=f"begins at {least:.15g} there; the row says {said}")
    if isinstance(most, int | float) and (one.high is None or one.high > most):
        said = "no most value" if one.high is None else f"{one.high:.15g}"
        yield Drift(kind="range", place=one.name, text=f"ends at {most:.15g} there; the row says {said}")
    known = live.get("enum")
    if isinstance(known, list):
        sent = one.values or ((one.default,) if one.default is not None else ())
        if gone := [value for value in sent if value not in known]:
            text = f"does not take {', '.join(map(str, gone))} there; it takes {', '.join(map(str, known))}"
            yield Drift(kind="choice", place=one.name, text=text)


def _output(row: Row, parts: _Parts) -> Iterator[Drift]:
    live = parts.output
    kind = live.get("type")
    if kind is None:
        return
    wanted = _shape_of(row)
    if kind not in wanted:
        yield Drift(kind="output", place="output", text=f"is {kind} there; the row expects {' or '.join(wanted)}")
    elif kind == "object" and isinstance(fields := live.get("properties"), Mapping):
        missing = [key for key in row.output.keys if not any(fnmatchcase(str(field), key) for field in fields)]
        if missing and row.kind == "sound":
            text = f"has no {', '.join(missing)} there; it has {', '.join(map(str, fields))}"
            yield Drift(kind="output", place="output", text=text)


def _shape_of(row: Row) -> tuple[str, ...]:
    if row.kind == "chat":
        return ("string", "array")
    if row.output.keys:
        return ("object",)
    return ("string",) if row.output.takes == "row" else ("string", "array")
