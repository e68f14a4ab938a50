"""Hosts, and the deliveries that they have or have not acknowledged."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from sqlite3 import Connection, Row

from bridge.domain.delivery import Delivery, DeliveryState
from bridge.domain.instrument import Zone
from bridge.errors import RequestError

MOST_HOSTS = 64

_COLUMNS = ("host", "seq", "sample", "pad", "action", "mode", "swap", "target", "path", "mtime", "state", "reason")


def attach(store: Connection, host: str, now: float) -> bool:
    """Registers a host or notes that it was seen; returns whether it is new.

    Every sound is delivered to every host for good, so there is an end to them: raises RequestError beyond it.
    """
    known = note_seen(store, host, now)
    if not known:
        if len(hosts(store)) >= MOST_HOSTS:
            raise RequestError(f"{MOST_HOSTS} hosts have come already.", "Let this one use the name of another.")
        store.execute("INSERT INTO hosts (host, attached, seen) VALUES (?, ?, ?)", (host, now, now))
    return not known


def note_seen(store: Connection, host: str, now: float) -> bool:
    """Notes that a host was seen; returns whether it is known."""
    return bool(store.execute("UPDATE hosts SET seen = ? WHERE host = ?", (now, host)).rowcount)


def hosts(store: Connection) -> dict[str, float]:
    """Returns the hosts and when each was last heard of (seconds since 1970)."""
    return {row["host"]: row["seen"] for row in store.execute("SELECT host, seen FROM hosts ORDER BY host")}


def add_delivery(store: Connection, delivery: Delivery) -> Delivery:
    """Writes a delivery under the host's next number and returns it; the host must be attached."""
    row = store.execute(
        "UPDATE hosts SET next_seq = next_seq + 1 WHERE host = ? RETURNING next_seq - 1 AS seq", (delivery.host,)
    ).fetchone()
    numbered = replace(delivery, seq=row["seq"])
    values = {name: getattr(numbered, name) for name in _COLUMNS}
    values["zones"] = json.dumps([asdict(zone) for zone in numbered.zones])
    store.execute(
        "INSERT INTO deliveries ({}) VALUES ({})".format(
            ", ".join(values), ", ".join(f":{name}" for name in values)
        ),
        values,
    )
    return numbered


def waiting_deliveries(store: Connection, host: str = "", pad: str = "") -> list[Delivery]:
    """Returns what has not been acknowledged, oldest first."""
    rows = store.execute(
        "SELECT * FROM deliveries WHERE state = 'waiting' AND (? = '' OR host = ?) AND (? = '' OR pad = ?)"
        " ORDER BY host, seq",
        (host, host, pad, pad),
    )
    return [_delivery(row) for row in rows]


def recent_deliveries(store: Connection, host: str, limit: int) -> list[Delivery]:
    """Returns the newest deliveries to one host or to all, newest first."""
    rows = store.execute(
        "SELECT * FROM deliveries WHERE ? = '' OR host = ? ORDER BY rowid DESC LIMIT ?", (host, host, limit)
    )
    return [_delivery(row) for row in rows]


def newest_deliveries(store: Connection) -> list[Delivery]:
    """Returns the newest delivery of every pad to every host."""
    # Of a group SQLite shows the row that has the greatest number.
    rows = store.execute("SELECT *, MAX(seq) FROM deliveries GROUP BY host, pad ORDER BY host, pad")
    return [_delivery(row) for row in rows]


def end_delivery(store: Connection, host: str, seq: int, state: DeliveryState, reason: str = "") -> Delivery | None:
    """Ends a waiting delivery and returns it; None if it is unknown or ended before."""
    row = store.execute(
        "UPDATE deliveries SET state = ?, reason = ? WHERE host = ? AND seq = ? AND state = 'waiting' RETURNING *",
        (state, reason, host, seq),
    ).fetchone()
    return None if row is None else _delivery(row)


def _delivery(row: Row) -> Delivery:
    zones = tuple(
        Zone(**{**values, "loop": values["loop"] and tuple(values["loop"]), "sequence": tuple(values["sequence"])})
        for values in json.loads(row["zones"])
    )
    return Delivery(**{name: row[name] for name in _COLUMNS}, zones=zones)
