"""The ledger: every call that may cost money, once more, in a plain file beside the store.

A store that is damaged, deleted or put back from an older copy must not make anybody pay twice, nor let a cap begin at
nothing. So what a paid call is and becomes is appended here as well, flushed before whoever waits for the commit is
answered, and therefore before the call is sent. A line is a whole call as JSON; of each call the last line counts.

The lines are taken down by triggers on the table of calls, so that no way of changing a call can go past them.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path
from sqlite3 import Connection, Row

from bridge.disk import settle
from bridge.domain.take import Call
from bridge.errors import StoreError

log = logging.getLogger(__name__)

KEPT_SECONDS = 70 * 86_400.0
"""For how long calls stay in the ledger: caps look back a month."""

_LEFT_OUT = frozenset({"answer", "reason"})
_COLUMNS = tuple(field.name for field in fields(Call) if field.name not in _LEFT_OUT)
_PAID = "({0}estimate > 0 OR {0}cost > 0)"


class Ledger:
    """Appends to the ledger of one store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: list[str] = []

    def follow(self, store: Connection) -> None:
        """Has every paid call that this connection writes or changes taken down, until `write` or `forget`."""
        store.create_function("take_down", 1, self._lines.append)
        for name, event in (("inserted", "INSERT"), ("updated", "UPDATE")):
            store.execute(
                f"CREATE TEMP TRIGGER calls_{name} AFTER {event} ON main.calls WHEN {_PAID.format('NEW.')}"
                f" BEGIN SELECT take_down({_as_json('NEW.')}); END"
            )

    def renew(self, store: Connection) -> None:
        """Writes the ledger anew, with the calls of the store that are young enough to matter."""
        rows = store.execute(
            f"SELECT {_as_json('')} AS line FROM calls WHERE created > ? AND {_PAID.format('')} ORDER BY rowid",
            (time.time() - KEPT_SECONDS,),
        )
        content = "".join(f"{row['line']}\n" for row in rows).encode()
        if self.path.exists() and self.path.read_bytes() == content:
            return
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self.path)
        settle(self.path.parent)

    @property
    def taken_down(self) -> int:
        """Returns how many lines wait to be written."""
        return len(self._lines)

    def forget(self, but: int) -> None:
        """Forgets what was taken down after the first lines: its transaction was undone."""
        del self._lines[but:]

    def write(self) -> None:
        """Flushes what was taken down to the disk; what a full disk refuses waits for the next time."""
        if not self._lines:
            return
        try:
            with self.path.open("ab") as file:
                file.write("".join(f"{line}\n" for line in self._lines).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            log.error("the ledger of paid calls can't be written: %s", problem)
            return
        self._lines.clear()


def read_ledger(path: Path) -> tuple[dict[str, Call], bool]:
    """Returns the paid calls of a ledger by their ids, and whether it can be trusted to hold them all.

    A last line that a crash cut off is no loss: nobody was answered before it was whole.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}, False
    except OSError as problem:
        raise StoreError(f"The ledger {path} can't be read: {problem.strerror}.", "Let yourself read it.") from problem
    calls: dict[str, Call] = {}
    whole = True
    for line in filter(None, lines[:-1]):
        try:
            call = _call(json.loads(line))
        except (ValueError, TypeError, KeyError):
            whole = False
        else:
            calls[call.id] = call
    return calls, whole


def missing_calls(store: Connection, calls: Collection[str]) -> set[str]:
    """Returns those of some calls that the store does not know: it is older than its ledger."""
    rows = store.execute(
        "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM calls)", (json.dumps(list(calls)),)
    )
    return {row["value"] for row in rows}


def call_of(row: Row | dict[str, object]) -> Call:
    """Returns a call of a row that may be damaged; raises ValueError for figures that are none."""
    return _call({field.name: row[field.name] for field in fields(Call)})


def _call(values: dict[str, object]) -> Call:
    call = Call(**values)  # type: ignore[arg-type]
    numbers = (call.estimate, call.created, call.cost, call.ended)
    texts = (call.id, call.job, call.model, call.ticket, call.outcome, call.purpose)
    if not (all(isinstance(each, int | float) for each in numbers) and all(isinstance(each, str) for each in texts)):
        raise ValueError("This is no call.")
    return call


def _as_json(row: str) -> str:
    return "json_object({})".format(", ".join(f"'{name}', {row}{name}" for name in _COLUMNS))
