"""Finds the line of a setting in the text of a file, for messages: TOML readers keep none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

_HEADER = re.compile(r"^\s*\[([^\[\]]+)\]\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_LONG = ('"""', "'''")


def line_of(text: str, location: tuple[str | int, ...]) -> int | None:
    """Returns the line, from 1, of a setting, or of the table that lacks it; None where neither stands in the text.

    Of a list the line of its key counts.
    """
    wanted = tuple(str(part) for part in location if isinstance(part, str) and part != "[key]")
    lines = dict(_lines(text))
    while wanted:
        if wanted in lines:
            return lines[wanted]
        wanted = wanted[:-1]
    return None


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yields the places of tables and keys with their lines."""
    table: tuple[str, ...] = ()
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if inside in line else inside
            continue
        if header := _HEADER.match(line):
            table = _parts(header[1])
            yield table, number
        elif key := _KEY.match(line):
            yield table + _parts(key[1]), number
        # A text over several lines may hold what looks like a key.
        inside = next((mark for mark in _LONG if line.count(mark) % 2), "")


def _parts(dotted: str) -> tuple[str, ...]:
    try:
        table = tomllib.loads(f"{dotted} = 1")
    except tomllib.TOMLDecodeError:
        return (dotted,)
    parts = []
    while isinstance(table, dict):
        (name,) = table
        parts.append(name)
        table = table[name]
    return tuple(parts)
