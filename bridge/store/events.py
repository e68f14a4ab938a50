"""The table of what happened."""

from __future__ import annotations

from dataclasses import replace
from sqlite3 import Connection

from bridge.domain.event import Event

_COLUMNS = ("at", "kind", "job", "pad", "sample", "ref", "reason", "hint", "host", "seq")
KEPT_EVENTS = 20_000


def add_event(store: Connection, event: Event) -> Event:
    """Writes an event and returns it with its id."""
    cursor = store.execute(
        "INSERT INTO events ({}) VALUES ({})".format(", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))),
        [getattr(event, name) for name in _COLUMNS],
    )
    return replace(event, id=cursor.lastrowid or 0)


def newest_event(store: Connection) -> int:
    """Returns the id of the last event, 0 before the first."""
    return int(store.execute("SELECT COALESCE(MAX(id), 0) FROM events").fetchone()[0])


def events_after(store: Connection, seen: int, limit: int) -> list[Event]:
    """Returns the events after an id, oldest first."""
    rows = store.execute("SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?", (seen, limit))
    return [Event(**row) for row in rows]


def forget_events(store: Connection) -> None:
    """Forgets all but the newest events."""
    store.execute("DELETE FROM events WHERE id <= (SELECT MAX(id) FROM events) - ?", (KEPT_EVENTS,))
