"""Changes one setting in the user's configuration file, or adds a model, and leaves the rest as they wrote it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from bridge.config.load import config_of, load_config
from bridge.errors import ConfigError
from bridge.library.atomic import replace

_MARK = "\ufeff"


def set_in_file(path: Path, keys: tuple[str, ...], value: Any) -> None:
    """Writes one setting (`("pads", "kick", "pad_note")`) into a configuration file, whole or not at all.

    Comments and order stay. Raises ConfigError where the file is wrong, or would be with that setting: then nothing
    was written.
    """
    load_config(path)
    before = path.read_bytes().decode("utf-8-sig")
    _write(path, with_setting(before, keys, value), f"{keys[-1]} = {value}")


def add_model(path: Path, name: str, row: Mapping[str, Any]) -> None:
    """Writes a new model at the end of a configuration file, whole or not at all; the rest stays as it is.

    Raises ConfigError where the file is wrong, or would be with that model: then nothing was written.
    """
    load_config(path)
    before = path.read_bytes().decode("utf-8-sig")
    table = tomlkit.dumps({"models": {name: dict(row)}}).removeprefix("[models]\n")
    between = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    after = before + (between + table).replace("\n", "\r\n" if "\r\n" in before else "\n")
    _write(path, after, table)


def _write(path: Path, after: str, said: str) -> None:
    """Replaces the text of a configuration file, if it is right."""
    try:
        config_of(tomllib.loads(after))
    except ConfigError as error:
        raise ConfigError(error.problems, "Nothing was written.") from error
    # A link stays a link, and a file that only its owner may read stays so.
    real = path.resolve()
    marked = path.read_bytes().startswith(_MARK.encode())
    try:
        mode = real.stat().st_mode & 0o777
        replace(real, ((_MARK if marked else "") + after).encode())
        os.chmod(real, mode)
    except OSError as problem:
        raise ConfigError(
            [f"{path}: can't be written: {problem.strerror}"], f"Write it yourself: {said}"
        ) from problem


def with_setting(text: str, keys: tuple[str, ...], value: Any) -> str:
    """Returns the text of a TOML file with one setting changed or added; its table must be there.

    Raises ConfigError where that can't be done without touching something else.
    """
    try:
        document = tomlkit.parse(text)
        table: Any = document
        for key in keys[:-1]:
            table = table[key]
        _set(table, keys[-1], value)
        after = tomlkit.dumps(document)
        if "\n" not in text.replace("\r\n", ""):
            after = after.replace("\r\n", "\n").replace("\n", "\r\n")  # as the whole file was written
        changed = tomllib.loads(after)
    except (TOMLKitError, tomllib.TOMLDecodeError, KeyError, TypeError) as problem:
        raise _can_not(keys, value) from problem
    expected: Any = tomllib.loads(text)
    table = expected
    for key in keys[:-1]:
        table = table[key]
    table[keys[-1]] = value
    if changed != expected:
        raise _can_not(keys, value)
    return after


def _set(table: Any, key: str, value: Any) -> None:
    """Changes a setting where it stands, or adds it behind the last one: what follows that (blank lines, the comment
    above the next table) belongs to what comes after."""
    body = table.value.body if isinstance(table, Table) and key not in table else []
    tail = []
    while body and body[-1][0] is None:
        tail.append(body.pop()[1])
    table[key] = value
    for piece in reversed(tail):
        table.add(piece)


def _can_not(keys: tuple[str, ...], value: Any) -> ConfigError:
    return ConfigError(
        [f"{'.'.join(keys)}: can't be changed from here"],
        f"Write it yourself: {keys[-1]} = {value}, with: oneshot config edit",
    )
