"""Reads out of a damaged store whatever can still be read.

SQLite refuses a query as soon as it meets a page that is no page. So tables are read in pieces by their row numbers:
forward to the damage, backward to it from the other end, and what lies between in ever smaller pieces.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import StoreError

TABLES = ("jobs", "calls", "takes", "samples", "pads", "pad_history")
"""The tables that can't be worked out from others, or from the library; hosts announce themselves again."""
MOST_PIECES = 3_000
"""Queries for the rows of one table between two damaged places; each row of a piece that fails is asked for alone."""
_ENDINGS = ("", "-wal", "-shm")

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Holds the rows of a table that could be read, by its columns, and whether that were surely all."""

    rows: list[Values]
    whole: bool


def files_of(store: Path) -> list[Path]:
    """Returns the files of a store that are there: itself and what SQLite keeps beside it."""
    return [file for ending in _ENDINGS if (file := store.with_name(store.name + ending)).is_file()]


def version_of(store: Path) -> int:
    """Returns the schema of a store; 0 where it does not say."""
    if not store.is_file():  # SQLite would make one
        return 0
    with suppress(sqlite3.Error), closing(_open(store)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    return 0


def salvage(store: Path, workshop: Path) -> dict[str, Salvaged]:
    """Returns what can be read of every table, and leaves the files of the store as they are.

    `workshop` is a folder for the copy that is read: SQLite writes even to what it only reads. Raises StoreError where
    the files can't be copied.
    """
    copy = workshop / "salvage.sqlite"
    try:
        for file in files_of(store):
            shutil.copyfile(file, copy.with_name(file.name.replace(store.name, copy.name, 1)))
        with closing(_open(copy)) as connection:
            return {table: _rows(connection, table) for table in TABLES}
    except OSError as problem:
        raise StoreError(
            f"The damaged store {store} can't be copied: {problem.strerror}.", "Free some disk space.", retryable=True
        ) from problem
    finally:
        for file in files_of(copy):
            file.unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda text: text.decode(errors="replace")
    return connection


def _rows(connection: sqlite3.Connection, table: str) -> Salvaged:
    found: dict[int, Values] = {}
    end = _read(connection, table, found, "ORDER BY rowid")
    if end is None:
        return Salvaged(list(found.values()), True)
    low = max(found, default=0)
    forward = len(found)
    _read(connection, table, found, f"WHERE rowid > {low} ORDER BY rowid DESC")
    above = [number for number in found if number > low]
    if len(found) > forward:
        _read_between(connection, table, found, low, min(above))
    return Salvaged([found[number] for number in sorted(found)], False)


def _read_between(
    connection: sqlite3.Connection, table: str, found: dict[int, Values], low: int, high: int
) -> None:
    """Reads the rows between two numbers, both left out, in ever smaller pieces."""
    pieces = [(low + 1, high - 1)]
    for _ in range(MOST_PIECES):
        if not pieces:
            return
        first, last = pieces.pop()
        if first > last:
            continue
        if _read(connection, table, found, f"WHERE rowid BETWEEN {first} AND {last} ORDER BY rowid") and first < last:
            middle = (first + last) // 2
            pieces += [(first, middle), (middle + 1, last)]


def _read(connection: sqlite3.Connection, table: str, found: dict[int, Values], how: str) -> sqlite3.Error | None:
    """Reads rows until their end or an error, which is returned."""
    try:
        for row in _each(connection, f"SELECT rowid AS _number, * FROM {table} NOT INDEXED {how}"):
            values = dict(row)
            number = values.pop("_number")
            if not isinstance(number, int):
                continue
            found.setdefault(number, values)
    except sqlite3.Error as problem:
        return problem
    return None


def _each(connection: sqlite3.Connection, query: str) -> Iterator[sqlite3.Row]:
    with closing(connection.cursor()) as cursor:
        yield from cursor.execute(query)
