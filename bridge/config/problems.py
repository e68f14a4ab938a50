"""Turns pydantic's findings into sentences: `pads.kick.bussy: unknown key; did you mean "busy"?`"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bridge.config.fields import did_you_mean

Location = tuple[str | int, ...]
LONGEST_SHOWN = 40


def sentences(error: ValidationError, model: type[BaseModel], unknown: str = "unknown key") -> list[str]:
    """Returns one `where: what is wrong` for every finding about a `model`, in the order of the findings."""
    return [sentence(finding, model, unknown) for finding in error.errors(include_url=False)]


def sentence(finding: ErrorDetails, model: type[BaseModel], unknown: str = "unknown key") -> str:
    """Returns what one finding means, beginning with the place: `osc.port: must be at most 65535 (it is 99999)`."""
    place = where(finding["loc"])
    if finding["type"] == "extra_forbidden":
        text = unknown + did_you_mean(str(finding["loc"][-1]), known_keys(model, finding["loc"]))
    else:
        text = _SENTENCES.get(finding["type"], _other)(finding)
    return f"{place}: {text}" if place else text


def where(location: Location) -> str:
    """Returns the path of a setting as the file spells it: `kits.main.pads[2]`."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part != "[key]":
            text += f".{part}" if text else part
    return text


def known_keys(model: type[BaseModel], location: Location) -> list[str]:
    """Returns the keys that the table which holds the last part of a location may have."""
    annotation: Any = model
    for part in location[:-1]:
        annotation = _inside(annotation, part)
    return list(annotation.model_fields) if _is_model(annotation) else []


def _inside(annotation: Any, part: str | int) -> Any:
    if _is_model(annotation):
        field = annotation.model_fields.get(part)
        return _bare(field.annotation) if field else None
    arguments = get_args(annotation)
    return _bare(arguments[-1]) if arguments else None


def _bare(annotation: Any) -> Any:
    """Takes `Annotated` and `| None` off a type."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(option for option in get_args(annotation) if option is not types.NoneType))
    return annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _shown(finding: ErrorDetails) -> str:
    """Returns the wrong value as the file spells it, shortened."""
    try:
        text = json.dumps(finding["input"], ensure_ascii=False)
    except (TypeError, ValueError):
        text = str(finding["input"])
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _wants(what: str) -> Callable[[ErrorDetails], str]:
    return lambda finding: f"write {what}, not {_shown(finding)}"


def _limit(text: str) -> Callable[[ErrorDetails], str]:
    return lambda finding: f"must be {text.format(**finding.get('ctx', {}))} (it is {_shown(finding)})"


def _own_words(finding: ErrorDetails) -> str:
    context: Mapping[str, Any] = finding.get("ctx", {})
    return str(context.get("error") or context.get("text") or finding["msg"])


def _other(finding: ErrorDetails) -> str:
    return finding["msg"]


_SENTENCES: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda finding: "is missing",
    "value_error": _own_words,
    "sentence": _own_words,
    "literal_error": lambda finding: f"write {finding.get('ctx', {}).get('expected', '')}, not {_shown(finding)}",
    "int_type": _wants("a whole number"),
    "int_from_float": _wants("a whole number"),
    "int_parsing": _wants("a whole number"),
    "float_type": _wants("a number"),
    "float_parsing": _wants("a number"),
    "finite_number": _wants("a number"),
    "bool_type": _wants("true or false"),
    "bool_parsing": _wants("true or false"),
    "string_type": _wants("a text in quotes"),
    "path_type": _wants("a path in quotes"),
    "tuple_type": _wants('a list, like ["one", "two"]'),
    "dict_type": _wants("a table"),
    "model_type": _wants("a table"),
    "greater_than": _limit("more than {gt:g}"),
    "greater_than_equal": _limit("at least {ge:g}"),
    "less_than": _limit("less than {lt:g}"),
    "less_than_equal": _limit("at most {le:g}"),
    "string_too_long": lambda finding: f"has more than {finding.get('ctx', {}).get('max_length')} characters",
}
"""What the types of pydantic's findings mean to a user; the others keep pydantic's own words."""
