"""What became of requests: their jobs, samples, costs and refused takes, read for many refs at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from sqlite3 import Connection, Row

from bridge.domain.job import JobState
from bridge.domain.take import SOUND
from bridge.ports import Outcome
from bridge.store.jobs import load_verdicts
from bridge.store.samples import read_sample
from bridge.units import Usd

STOPPED = frozenset({"retry", "fail"})
"""The rules of verdicts that no shaping could mend."""


def outcomes_of(store: Connection, refs: Sequence[str], samples: bool) -> list[Outcome]:
    """Returns what became of the newest job of each ref, in the order of the refs; unknown refs are left out.

    The samples are counted, and read only where they are wanted: of thousands of jobs they would be most of the work.
    """
    rows = store.execute(
        "SELECT id, ref, state, reason, hint FROM jobs WHERE ref <> '' AND ref IN (SELECT value FROM json_each(?))"
        " ORDER BY number",
        (json.dumps(list(refs)),),
    )
    jobs = {row["ref"]: row for row in rows}
    ids = json.dumps([job["id"] for job in jobs.values()])
    columns = "*" if samples else "job"
    made = _by_job(store, f"SELECT {columns} FROM samples WHERE published = 1 AND {{}} ORDER BY number", ids)
    calls = _by_job(store, "SELECT job, model, cost, purpose FROM calls WHERE {} ORDER BY rowid", ids)
    takes = _by_job(store, "SELECT job, verdicts FROM takes WHERE good = 0 AND {}", ids)
    return [
        Outcome(
            job=job, ref=ref, state=JobState(state), reason=reason, hint=hint,
            sounds=len(made[job]),
            samples=tuple(read_sample(row) for row in made[job]) if samples else (),
            usd=Usd(sum(call["cost"] for call in calls[job])),
            model=next((call["model"] for call in reversed(calls[job]) if call["purpose"] == SOUND), ""),
            refused=tuple(_refusal(take["verdicts"]) for take in takes[job]),
        )
        for job, ref, state, reason, hint in (jobs[ref] for ref in dict.fromkeys(refs) if ref in jobs)
    ]


def _by_job(store: Connection, query: str, ids: str) -> dict[str, list[Row]]:
    """Returns the rows of some jobs by their ids, which are one JSON list."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in store.execute(query.format("job IN (SELECT value FROM json_each(?))"), (ids,)):
        found[row["job"]].append(row)
    return found


def _refusal(verdicts: str) -> str:
    """Returns what stopped a take, in the gate's words; the last verdict where none says so."""
    said = load_verdicts(verdicts)
    stopped = next((verdict for verdict in said if verdict.rule in STOPPED), said[-1] if said else None)
    return "" if stopped is None else stopped.text or stopped.name
