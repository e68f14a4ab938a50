"""Money in the store: what is spent and what is reserved, read from the calls themselves.

A call that runs counts with its estimate, one that ended with its cost; so a reservation is made by writing the call
down, and settled by ending it, and neither can be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

from bridge.units import Usd

_COUNTED = "CASE WHEN outcome = '' THEN estimate ELSE cost END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Holds what the calls of one model came to: `spent` and `reserved` in US dollars, and how many there were."""

    model: str
    spent: Usd
    reserved: Usd
    calls: int


def counted_since(store: Connection, since: float) -> Usd:
    """Returns what was spent or reserved by calls written down since then (seconds since 1970)."""
    row = store.execute(f"SELECT COALESCE(SUM({_COUNTED}), 0) AS usd FROM calls WHERE created >= ?", (since,))
    return Usd(row.fetchone()["usd"])


def counted_of_job(store: Connection, job: str) -> Usd:
    """Returns what a job has spent and reserved."""
    row = store.execute(f"SELECT COALESCE(SUM({_COUNTED}), 0) AS usd FROM calls WHERE job = ?", (job,))
    return Usd(row.fetchone()["usd"])


def maker_of_job(store: Connection, job: str) -> str:
    """Returns the model that made a job's sound, or tried last; empty where none was called."""
    row = store.execute(
        "SELECT model FROM calls WHERE job = ? AND purpose = 'sound' ORDER BY rowid DESC LIMIT 1", (job,)
    ).fetchone()
    return str(row["model"]) if row else ""


def reserved(store: Connection) -> Usd:
    """Returns what the calls that run now may cost at most."""
    row = store.execute("SELECT COALESCE(SUM(estimate), 0) AS usd FROM calls WHERE outcome = ''")
    return Usd(row.fetchone()["usd"])


def spending_by_model(store: Connection, since: float) -> list[Spending]:
    """Returns what each model came to since then, the dearest first; models that cost nothing are left out."""
    rows = store.execute(
        "SELECT model, SUM(CASE WHEN outcome = '' THEN 0 ELSE cost END) AS spent,"
        " SUM(CASE WHEN outcome = '' THEN estimate ELSE 0 END) AS reserved, COUNT(*) AS calls"
        f" FROM calls WHERE created >= ? GROUP BY model HAVING SUM({_COUNTED}) > 0 ORDER BY SUM({_COUNTED}) DESC",
        (since,),
    )
    return [
        Spending(model=row["model"], spent=Usd(row["spent"]), reserved=Usd(row["reserved"]), calls=row["calls"])
        for row in rows
    ]


def recent_durations(store: Connection, model: str, limit: int = 50) -> list[tuple[float, float]]:
    """Returns when the newest successful calls of a model began and ended, oldest first (seconds since 1970)."""
    rows = store.execute(
        "SELECT created, ended FROM calls WHERE model = ? AND ended > 0 AND outcome IN ('takes', 'answered')"
        " ORDER BY ended DESC LIMIT ?",
        (model, limit),
    )
    return [(row["created"], row["ended"]) for row in rows][::-1]
