"""Reads the configuration file and finds everything that is wrong with it at once."""

from __future__ import annotations

import copy
import itertools
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bridge.config.fields import MIDDLE_C_OCTAVE
from bridge.config.lines import line_of
from bridge.config.overrides import from_environment, from_options, joined
from bridge.config.problems import Location, sentence, where
from bridge.config.schema import Config, LibrarySettings
from bridge.config.template import by_table, default_config_text
from bridge.errors import ConfigError

CURE = "Edit the file with: oneshot config edit"
_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_STAND_INS: dict[str | int, Any] = {"prompt": "a sound", "pads": []}
"""What takes the place of a broken setting that can't be left out."""
LARGEST_BYTES = 4 * 1024 * 1024
DEEPEST = 32
ROUNDS = 4
"""Looks at settings until what is left of them is right: at the values, between the tables, and once more for each."""

Origin = Callable[[Location], str]
"""Says where a setting comes from (`line 4`, `-o osc.port=1`, a variable); nothing where nobody said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Holds what settings mean without those that are wrong (None: nothing can be made of them), and what is wrong."""

    config: Config | None
    problems: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Names all that a configuration is made of: a file, texts of `-o`, and the variables of the environment.

    Where `written` is not demanded and the file is not there, what the default file would say counts.
    """

    path: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    written: bool = True

    def load(self) -> Config:
        """Returns the configuration; raises ConfigError that lists every problem, each with where it comes from."""
        return self.read()[0]

    def read(self) -> tuple[Config, Origin]:
        """Returns the configuration, and what says where a setting comes from; raises ConfigError like `load`."""
        found = self.survey()
        if found.problems or found.config is None:
            raise ConfigError(found.problems, CURE)
        return found.config, found.origin

    def survey(self) -> Survey:
        """Returns all that can be said of the configuration; raises ConfigError where it can't be read at all."""
        if self.written or self.path.exists():
            settings, text = _read(self.path)
        else:
            text = default_config_text()
            settings = tomllib.loads(text)
        top = [name for name in Config.model_fields if name not in by_table(Config)]
        beside = [*from_environment(self.environment, settings, top), *from_options(self.options)]

        def origin(location: Location) -> str:
            place = tuple(part for part in location if isinstance(part, str))
            for override in reversed(beside):
                if place[: len(override.place)] == override.place or override.place[: len(place)] == place:
                    return override.origin
            if line := line_of(text, location):
                return f"line {line}"
            # What is missing is missing in a table that only these made.
            return next((override.origin for override in beside if override.place[:-1] == place[:-1]), "")

        config, problems = _best_of(joined(settings, beside), origin)
        return Survey(config=config, problems=tuple(problems), origin=origin)


def load_config(path: Path) -> Config:
    """Reads a configuration file; raises ConfigError that lists every problem with its line."""
    return Source(path=path).load()


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """Returns the settings of a file, and its text; syntax errors are raised with line and column."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise ConfigError([f"{path}: is longer than {LARGEST_BYTES:,} bytes"], "Is that the right file?")
        # Some editors on Windows put a byte order mark in front.
        text = content.decode("utf-8-sig")
        settings = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError([f"{path}: there is no such file"], "Write it with: oneshot config edit") from None
    except OSError as problem:
        raise ConfigError([f"{path}: can't be read: {problem.strerror}"], CURE) from problem
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise ConfigError([f"{path}: line {line}: is not UTF-8 text"], "Save the file as UTF-8.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError([f"{path}: {_syntax(str(problem), text)}"], CURE) from problem
    except ValueError as problem:  # what Python itself does not read, like a number of 5,000 digits
        raise ConfigError([f"{path}: {problem}"], CURE) from problem
    except RecursionError as problem:
        raise _too_deep(path) from problem
    if not _is_shallow(settings):
        raise _too_deep(path)
    return settings, text


def _is_shallow(settings: object) -> bool:
    """Tells whether values are nested no deeper than any setting needs."""
    inside = [settings]
    for _ in range(DEEPEST):
        inside = [
            value for one in inside if isinstance(one, dict | list)
            for value in (one.values() if isinstance(one, dict) else one)
        ]
        if not inside:
            return True
    return False


def _too_deep(path: Path) -> ConfigError:
    return ConfigError([f"{path}: something in it is nested more than {DEEPEST} deep"], CURE)


def config_of(settings: Mapping[str, Any]) -> Config:
    """Returns the configuration that parsed settings mean; raises ConfigError that lists every problem.

    Note names are read with the octave that the settings themselves say.
    """
    config, problems = _best_of(settings, lambda _: "")
    if problems or config is None:
        raise ConfigError(problems, CURE)
    return config


def told(place: Location, text: str, origin: Origin) -> str:
    """Returns what is wrong at a place, with where that was said behind it: `osc.port: is taken (line 4)`."""
    return _with_origin(f"{where(place)}: {text}", place, origin)


def _with_origin(text: str, place: Location, origin: Origin) -> str:
    whence = origin(place)
    return f"{text} ({whence})" if whence else text


def _best_of(settings: Mapping[str, Any], origin: Origin) -> tuple[Config | None, list[str]]:
    """Returns what the settings mean without the broken ones, and what is wrong with these.

    What is wrong between tables shows only once each table is right by itself. So the broken ones are set right and
    all is looked at again: one round of editing is enough.
    """
    context = {MIDDLE_C_OCTAVE: _middle_c_octave(settings)}
    found: dict[Location, ErrorDetails] = {}
    for _ in range(ROUNDS):
        try:
            config = Config.model_validate(_mended(settings, found.values()), context=context)
        except ValidationError as error:
            for finding in error.errors(include_url=False):
                found.setdefault(finding["loc"], finding)
        else:
            return config, [_with_origin(sentence(one, Config), one["loc"], origin) for one in found.values()]
    return None, [_with_origin(sentence(one, Config), one["loc"], origin) for one in found.values()]


def default_config() -> Config:
    """Returns what the default file means: the defaults, and a kit of pads."""
    return config_of(tomllib.loads(default_config_text()))


def ensure_config(path: Path) -> bool:
    """Writes the default configuration where there is none; tells whether it did. Never touches an existing file."""
    if path.exists():
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(default_config_text())
    except OSError as problem:
        raise ConfigError(
            [f"{path}: can't be written: {problem.strerror}"], "Name another file: oneshot --config FILE …"
        ) from problem
    return True


def _syntax(message: str, text: str) -> str:
    """Puts the place in front: `line 3, column 5: Invalid value`."""
    match = _PLACE.fullmatch(message)
    if not match:
        return message
    reason, line, column = match.groups()
    if line is None:
        lines = text.splitlines() or [""]
        line, column = str(len(lines)), str(len(lines[-1]) + 1)
    return f"line {line}, column {column}: {reason}"


def _middle_c_octave(settings: Mapping[str, Any]) -> int:
    library = settings.get("library")
    octave = library.get(MIDDLE_C_OCTAVE) if isinstance(library, dict) else None
    return octave if type(octave) is int else int(LibrarySettings.model_fields[MIDDLE_C_OCTAVE].default)


def _mended(settings: Mapping[str, Any], findings: Iterable[ErrorDetails]) -> dict[str, Any]:
    """Returns a copy of the settings without the broken ones."""
    mended: dict[str, Any] = copy.deepcopy(dict(settings))
    for finding in findings:
        parts = [part for part in finding["loc"] if part != "[key]"]
        # An entry of a list can't go without moving the others: the whole list goes.
        path = list(itertools.takewhile(lambda part: isinstance(part, str), parts))
        table: Any = mended
        for part in path[:-1]:
            table = table.get(part) if isinstance(table, dict) else None
        if path and isinstance(table, dict):
            if len(path) > 1 and path[-1] in _STAND_INS:
                table[path[-1]] = _STAND_INS[path[-1]]
            else:
                table.pop(path[-1], None)
    return mended
