"""The ledger: every call that may cost money, and every job that is owed, once more, in a plain file beside the store.

A store that is damaged, deleted or put back from an older copy must not make anybody pay twice, let a cap begin at
nothing, or forget what was accepted. So what a paid call is and becomes is appended here as well, flushed before
whoever waits for the commit is answered, and therefore before the call is sent; and each job when it is accepted and
when it is over. A line is JSON: a whole call or job, or the id of a job that is over. Of each the last line counts.

The lines are taken down by triggers on the tables, so that no way of changing a call or a job can go past them.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any

from bridge.disk import settle
from bridge.domain.brief import Brief
from bridge.domain.job import Job, JobState
from bridge.domain.take import Call
from bridge.errors import StoreError

log = logging.getLogger(__name__)

KEPT_SECONDS = 70 * 86_400.0
"""For how long calls stay in the ledger: caps look back a month."""

_LEFT_OUT = frozenset({"answer", "reason"})
_COLUMNS = tuple(each.name for each in fields(Call) if each.name not in _LEFT_OUT)
_PAID = "({0}estimate > 0 OR {0}cost > 0)"
_OF_JOB = ("id", "pad", "origin", "priority", "brief", "ref", "parent", "created")
_OVER = "('ready', 'failed', 'cancelled')"
LARGEST_BYTES = 8_000_000
"""A ledger that grows beyond is written anew, without what is over."""


class Ledger:
    """Appends to the ledger of one store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: list[str] = []
        self._store: Connection

    def follow(self, store: Connection) -> None:
        """Has what this connection does to calls and jobs taken down, until `write` or `forget`."""
        self._store = store
        store.create_function("take_down", 1, self._lines.append)
        for name, event, when, line in (
            ("call_added", "INSERT ON main.calls", _PAID.format("NEW."), _call_as_json("NEW.")),
            ("call_changed", "UPDATE ON main.calls", _PAID.format("NEW."), _call_as_json("NEW.")),
            ("job_added", "INSERT ON main.jobs", f"NEW.state NOT IN {_OVER}", _job_as_json("NEW.")),
            ("job_over", "UPDATE OF state ON main.jobs", f"NEW.state IN {_OVER}", "json_object('over', NEW.id)"),
        ):
            store.execute(
                f"CREATE TEMP TRIGGER {name} AFTER {event} WHEN {when} BEGIN SELECT take_down({line}); END"
            )

    def renew(self, store: Connection) -> None:
        """Writes the ledger anew: the calls of the store that are young enough to matter, and the unfinished jobs."""
        rows = store.execute(
            f"SELECT {_call_as_json('')} AS line FROM calls WHERE created > ? AND {_PAID.format('')}"
            f" UNION ALL SELECT {_job_as_json('')} FROM jobs WHERE state NOT IN {_OVER}",
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
        """Writes what was taken down; what a full disk refuses waits for the next time.

        Calls are flushed. Jobs are not: a power cut, which alone would lose them, leaves the store as it was.
        """
        if not self._lines:
            return
        try:
            with self.path.open("ab") as file:
                file.write("".join(f"{line}\n" for line in self._lines).encode())
                file.flush()
                if any(line.startswith(_OF_A_CALL) for line in self._lines):
                    os.fsync(file.fileno())
                size = file.tell()
            self._lines.clear()
            if size > LARGEST_BYTES:
                self.renew(self._store)
        except OSError as problem:
            log.error("the ledger can't be written: %s", problem)


@dataclass(slots=True)
class Told:
    """Holds what a ledger tells: the paid calls and the jobs that are owed, by their ids.

    `whole` says whether it can be trusted to hold them all.
    """

    calls: dict[str, Call] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    whole: bool = False


def read_ledger(path: Path) -> Told:
    """Returns what a ledger tells.

    A last line that a crash cut off is no loss: nobody was answered before it was whole.
    """
    told = Told()
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return told
    except OSError as problem:
        raise StoreError(f"The ledger {path} can't be read: {problem.strerror}.", "Let yourself read it.") from problem
    told.whole = True
    for line in filter(None, lines[:-1]):
        try:
            _hear(told, json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError):
            told.whole = False
    return told


def _hear(told: Told, said: dict[str, Any]) -> None:
    if "over" in said:
        told.jobs.pop(said["over"], None)
    elif "job" in said:
        values = said["job"]
        told.jobs[values["id"]] = Job(
            id=str(values["id"]), number=0, brief=Brief.from_dict(json.loads(values["brief"])), state=JobState.QUEUED,
            origin=values["origin"], priority=values["priority"], created=float(values["created"]),
            updated=float(values["created"]), ref=str(values["ref"]), parent=str(values["parent"]),
        )
    else:
        call = _call(said["call"])
        told.calls[call.id] = call


def missing(store: Connection, told: Told) -> int:
    """Returns how many of the calls and jobs of its ledger a store does not know: then it is older than the ledger."""
    return sum(
        store.execute(
            f"SELECT COUNT(*) FROM json_each(?) WHERE value NOT IN (SELECT id FROM {table})", (json.dumps(list(ids)),)
        ).fetchone()[0]
        for table, ids in (("calls", told.calls), ("jobs", told.jobs))
    )


def call_of(row: Row | dict[str, object]) -> Call:
    """Returns a call of a row that may be damaged; raises ValueError for figures that are none."""
    return _call({each.name: row[each.name] for each in fields(Call)})


def _call(values: dict[str, object]) -> Call:
    call = Call(**values)  # type: ignore[arg-type]
    numbers = (call.estimate, call.created, call.cost, call.ended)
    texts = (call.id, call.job, call.model, call.ticket, call.outcome, call.purpose)
    if not (all(isinstance(each, int | float) for each in numbers) and all(isinstance(each, str) for each in texts)):
        raise ValueError("This is no call.")
    return call


def _call_as_json(row: str) -> str:
    return "json_object('call', json_object({}))".format(", ".join(f"'{name}', {row}{name}" for name in _COLUMNS))


def _job_as_json(row: str) -> str:
    return "json_object('job', json_object({}))".format(", ".join(f"'{name}', {row}{name}" for name in _OF_JOB))


_OF_A_CALL = '{"call"'
