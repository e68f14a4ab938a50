"""Jobs, calls and takes in the store."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from sqlite3 import Connection, Row
from typing import Any

from bridge.domain.brief import Brief
from bridge.domain.job import BATCH_REF, CANCELLABLE, LEGAL_MOVES, Job, JobState
from bridge.domain.prompt import Written
from bridge.domain.take import SOUND, Call, Take, Verdict
from bridge.errors import DamagedError, StoreError

REF_MEMORY_SECONDS = 86_400.0
"""For how long the same `ref` means the same job: long enough for every retry, short enough that a patch which
counts its triggers from 1 again tomorrow is not answered with today's sounds."""

_BRIEFS = 512
"""Briefs that are kept as they were read: a job is read at each of its steps, and its brief never changes."""

_UNFINISHED = "state NOT IN ('ready', 'failed', 'cancelled')"
"""Word for word as in the indexes: SQLite uses a partial index only for the very condition that it was made with."""


def add_job(store: Connection, job: Job) -> Job:
    """Writes a new job and returns it with its number."""
    cursor = store.execute(
        "INSERT INTO jobs (id, state, pad, origin, priority, brief, ref, parent, reason, hint, created, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (job.id, job.state, job.brief.pad, job.origin, job.priority, json.dumps(job.brief.to_dict()), job.ref,
         job.parent, job.reason, job.hint, job.created, job.updated),
    )
    return replace(job, number=cursor.lastrowid or 0)


def find_job(store: Connection, job: str) -> Job | None:
    """Returns a job by its id."""
    return _one(store.execute("SELECT * FROM jobs WHERE id = ?", (job,)).fetchone())


def job_of_ref(store: Connection, ref: str, now: float) -> Job | None:
    """Returns the job that this `ref` asked for within the last day; of a batch's ref (`BATCH_REF`) the job that made
    its sound, or is going to, whenever it was asked for."""
    where, since = "", now - REF_MEMORY_SECONDS
    if ref.startswith(BATCH_REF):
        where, since = " AND state NOT IN ('failed', 'cancelled')", 0.0
    return _one(
        store.execute(
            f"SELECT * FROM jobs WHERE ref = ? AND ref <> '' AND created > ?{where} ORDER BY number DESC LIMIT 1",
            (ref, since),
        ).fetchone()
    )


def unfinished_jobs(store: Connection, pad: str | None = None) -> list[Job]:
    """Returns the jobs that have not ended, of one pad or of all, oldest first."""
    where, values = ("", ()) if pad is None else (" AND pad = ?", (pad,))
    rows = store.execute(f"SELECT * FROM jobs WHERE {_UNFINISHED}{where} ORDER BY number", values)
    return [read_job(row) for row in rows]


def unfinished_states(store: Connection, pad: str) -> frozenset[JobState]:
    """Returns the states that the unfinished jobs of a pad are in; cheap, however many jobs there are."""
    rows = store.execute(f"SELECT DISTINCT state FROM jobs WHERE pad = ? AND {_UNFINISHED}", (pad,))
    return frozenset(JobState(row["state"]) for row in rows)


def recent_jobs(store: Connection, limit: int) -> list[Job]:
    """Returns the newest jobs, newest first."""
    return [read_job(row) for row in store.execute("SELECT * FROM jobs ORDER BY number DESC LIMIT ?", (limit,))]


def last_job_of_pad(store: Connection, pad: str) -> Job | None:
    """Returns the newest job of a pad."""
    return _one(store.execute("SELECT * FROM jobs WHERE pad = ? ORDER BY number DESC LIMIT 1", (pad,)).fetchone())


def move_job(
    store: Connection, job: str, to: JobState, *, now: float, reason: str = "", hint: str = ""
) -> Job | None:
    """Moves a job if the table of legal moves allows it, else returns None (it was cancelled meanwhile, say)."""
    sources = [state for state, following in LEGAL_MOVES.items() if to in following]
    return _move(store, job, sources, to, now, reason, hint)


def cancel_job(store: Connection, job: str, *, now: float, reason: str) -> Job | None:
    """Cancels a job and its open call, unless it ended or is being published; None if it was too late."""
    cancelled = _move(store, job, CANCELLABLE, JobState.CANCELLED, now, reason, "")
    if cancelled is not None:
        # It counts as paid until the provider says what it cost.
        store.execute(
            "UPDATE calls SET outcome = 'cancelled', cost = estimate, ended = ? WHERE job = ? AND outcome = ''",
            (now, job),
        )
    return cancelled


def set_written(store: Connection, job: str, written: Written) -> None:
    """Writes the words that a job's model gets."""
    store.execute("UPDATE jobs SET written = ? WHERE id = ?", (json.dumps(written.to_dict()), job))


def _move(
    store: Connection, job: str, sources: Collection[JobState], to: JobState, now: float, reason: str, hint: str
) -> Job | None:
    marks = ", ".join("?" * len(sources))
    row = store.execute(
        f"UPDATE jobs SET state = ?, updated = ?, reason = ?, hint = ? WHERE id = ? AND state IN ({marks}) RETURNING *",
        (to, now, reason, hint, job, *sources),
    ).fetchone()
    return _one(row)


# --- calls and takes ------------------------------------------------------------------------------------------


def add_call(store: Connection, call: Call) -> None:
    """Writes a call before it is made."""
    row = asdict(call)
    store.execute(
        "INSERT INTO calls ({}) VALUES ({})".format(", ".join(row), ", ".join(f":{name}" for name in row)), row
    )


def calls_of(store: Connection, job: str) -> list[Call]:
    """Returns a job's calls in the order in which they were made, whatever their purpose."""
    return [Call(**row) for row in store.execute("SELECT * FROM calls WHERE job = ? ORDER BY rowid", (job,))]


def sound_calls(store: Connection, job: str) -> list[Call]:
    """Returns a job's calls for sound in the order in which they were made."""
    return [call for call in calls_of(store, job) if call.purpose == SOUND]


def claimed_tickets(store: Connection, tickets: Sequence[str]) -> set[str]:
    """Returns those of some tickets that calls have already."""
    marks = ", ".join("?" * len(tickets))
    rows = store.execute(f"SELECT ticket FROM calls WHERE ticket <> '' AND ticket IN ({marks})", tuple(tickets))
    return {row["ticket"] for row in rows}


def set_ticket(store: Connection, call: str, ticket: str) -> None:
    """Writes the provider's reference of a call, the moment it is known."""
    store.execute("UPDATE calls SET ticket = ? WHERE id = ?", (ticket, call))


def end_call(
    store: Connection, call: str, *, outcome: str, now: float, cost: float = 0.0, reason: str = "", answer: str = ""
) -> None:
    """Writes how a call ended and what it cost; a call ends once."""
    done = store.execute(
        "UPDATE calls SET outcome = ?, cost = ?, reason = ?, answer = ?, ended = ? WHERE id = ? AND outcome = ''",
        (outcome, cost, reason, answer, now, call),
    )
    if done.rowcount != 1:
        raise StoreError(f"Call {call} has ended before.")


def settle_cancelled(store: Connection, call: str, cost: float) -> None:
    """Writes what a cancelled call cost after all."""
    store.execute("UPDATE calls SET cost = ? WHERE id = ? AND outcome = 'cancelled'", (cost, call))


def add_take(store: Connection, take: Take) -> None:
    """Writes a raw take."""
    store.execute(
        "INSERT INTO takes (id, call, job, position, seed, file, note) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (take.id, take.call, take.job, take.index, take.seed, take.file, take.note),
    )


def judge_take(store: Connection, take: str, verdicts: Sequence[Verdict], good: bool) -> None:
    """Writes what the gate said of a take."""
    store.execute(
        "UPDATE takes SET verdicts = ?, good = ? WHERE id = ?", (dump_verdicts(verdicts), int(good), take)
    )


def takes_of(store: Connection, job: str, *, judged: bool | None = None) -> list[tuple[Take, tuple[Verdict, ...]]]:
    """Returns a job's takes with their verdicts: all, the good ones (`judged=True`) or those not judged yet (False)."""
    where = {None: "", True: " AND good = 1", False: " AND good IS NULL"}[judged]
    rows = store.execute(f"SELECT * FROM takes WHERE job = ?{where} ORDER BY rowid", (job,))
    return [
        (
            Take(id=row["id"], call=row["call"], job=row["job"], index=row["position"], seed=row["seed"],
                 file=row["file"], note=row["note"]),
            load_verdicts(row["verdicts"]),
        )
        for row in rows
    ]


def forget_takes(store: Connection, before: float) -> list[str]:
    """Returns the files of takes whose jobs ended before a time, and marks them as gone."""
    rows = store.execute(
        f"SELECT takes.id, file FROM takes JOIN jobs ON jobs.id = takes.job WHERE file <> '' AND jobs.updated < ?"
        f" AND NOT ({_UNFINISHED})",
        (before,),
    ).fetchall()
    store.executemany("UPDATE takes SET file = '' WHERE id = ?", [(row["id"],) for row in rows])
    return [row["file"] for row in rows]


def take_files(store: Connection) -> list[str]:
    """Returns the files of all kept takes."""
    return [row["file"] for row in store.execute("SELECT file FROM takes WHERE file <> ''")]


def references(store: Connection, since: float) -> set[str]:
    """Returns the references that unfinished jobs need and those of jobs that ended since a time."""
    rows = store.execute(f"SELECT brief FROM jobs WHERE updated >= ? OR {_UNFINISHED}", (since,))
    briefs = [json.loads(row["brief"]) for row in rows]
    return {brief[key] for brief in briefs for key in ("audio", "image") if brief.get(key)}


def dump_verdicts(verdicts: Sequence[Verdict]) -> str:
    return json.dumps([asdict(verdict) for verdict in verdicts])


def load_verdicts(text: str) -> tuple[Verdict, ...]:
    try:
        return tuple(Verdict(**values) for values in json.loads(text))
    except (ValueError, TypeError) as problem:
        raise DamagedError(f"A verdict can't be read: {problem}.") from problem


def _one(row: Row | None) -> Job | None:
    return None if row is None else read_job(row)


@lru_cache(maxsize=_BRIEFS)
def _brief(text: str) -> Brief:
    return Brief.from_dict(json.loads(text))


def read_job(row: Row | dict[str, Any]) -> Job:
    read = ("brief", "state", "pad", "written")
    values = {key: row[key] for key in row.keys() if key not in read}  # noqa: SIM118 (a Row)
    try:
        return Job(
            brief=_brief(row["brief"]), state=JobState(row["state"]),
            written=Written.from_dict(json.loads(row["written"])) if row["written"] else None, **values,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise DamagedError(f"Job {row['id']} can't be read: {problem}.") from problem
