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


def forget_events(store: Connection) -> None:
    """Forgets all but the newest events."""
    store.execute("DELETE FROM events WHERE id <= (SELECT MAX(id) FROM events) - ?", (KEPT_EVENTS,))
