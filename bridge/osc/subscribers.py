"""Knows who listens by OSC: subscribers by lease, and the senders of jobs. Doors write it, voices read it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bridge.errors import RequestError
from bridge.units import Seconds

LEASE = Seconds(60.0)
MOST_LEASES = 64
MOST_JOBS = 4_096
"""Jobs and senders that are remembered; replies about older jobs reach the subscribers only."""

Endpoint = tuple[str, int] | tuple[str, int, int, int] | tuple[str, int, int]
"""A UDP address of IPv4, or of IPv6 with flow and scope; or a TCP connection: its address and its number."""


class Asker(NamedTuple):
    """Holds who asked for a job, and the word that they gave it (may be empty)."""

    sender: Endpoint
    ref: str


@dataclass(slots=True)
class _Lease:
    sender: Endpoint
    until: float


@dataclass(slots=True, eq=False)
class Turn:
    """Stands for one incoming message while it is being answered.

    What happens meanwhile is told only when the turn is `over`, so a job's `accepted` goes before its progress.
    `refused` says that the door has told the sender that nothing comes of it.
    """

    sender: Endpoint
    refused: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Subscribers:
    """Keeps leases, and which sender asked for which job. `monotonic` returns seconds that never jump."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._leases: dict[tuple[Endpoint, str], _Lease] = {}
        self._askers: OrderedDict[str, Asker] = OrderedDict()
        self._last_jobs: OrderedDict[Endpoint, str] = OrderedDict()
        self.turn: Turn | None = None
        """The message that is being answered right now."""

    @contextmanager
    def taking_turn(self, sender: Endpoint) -> Iterator[Turn]:
        """Opens a turn for a message of this sender; there is one at a time."""
        self.turn = turn = Turn(sender)
        try:
            yield turn
        finally:
            self.turn = None
            turn.over.set()

    def subscribe(self, sender: Endpoint, port: int, host: str = "") -> Endpoint:
        """Grants or renews a lease for a port of the sender's machine and returns where it leads.

        A stranger can't direct the bridge's packets to another machine. Raises RequestError if too many listen.
        """
        self._drop_expired()
        endpoint = at_port(sender, port)
        if len(self._leases) >= MOST_LEASES and (endpoint, host) not in self._leases:
            raise RequestError(f"{MOST_LEASES} subscriptions are the most.", "One ends 60 s after its last ping.")
        self._leases[endpoint, host] = _Lease(sender, self._monotonic() + LEASE)
        return endpoint

    def renew(self, sender: Endpoint) -> None:
        """Renews the leases that this sender took, and those that lead to it."""
        self._drop_expired()
        for (endpoint, _), lease in self._leases.items():
            if sender in (lease.sender, endpoint):
                lease.until = self._monotonic() + LEASE

    def forget(self, endpoint: Endpoint) -> None:
        """Ends the leases of a connection that has ended."""
        for key in [key for key in self._leases if key[0] == endpoint]:
            del self._leases[key]

    def everyone(self) -> tuple[Endpoint, ...]:
        """Returns where all subscribers listen, each place once."""
        self._drop_expired()
        return tuple(dict.fromkeys(endpoint for endpoint, _ in self._leases))

    def of_host(self, host: str) -> tuple[Endpoint, ...]:
        """Returns where the subscribers of a host listen."""
        self._drop_expired()
        return tuple(endpoint for endpoint, name in self._leases if name == host)

    def answers_to(self, sender: Endpoint) -> tuple[Endpoint, ...]:
        """Returns where a sender is answered: where it has subscribed, else the port that it sent from."""
        self._drop_expired()
        found = dict.fromkeys(endpoint for (endpoint, _), lease in self._leases.items() if lease.sender == sender)
        return tuple(found) or (sender,)

    def remember(self, job: str, asker: Asker) -> None:
        """Notes who asked for a job."""
        _put(self._askers, job, asker)
        _put(self._last_jobs, asker.sender, job)

    def asker(self, job: str) -> Asker | None:
        return self._askers.get(job)

    def last_job(self, sender: Endpoint) -> str:
        """Returns the last job that this sender asked for, or an empty text."""
        return self._last_jobs.get(sender, "")

    def audience(self, job: str) -> tuple[Endpoint, ...]:
        """Returns who hears about a job: its asker and everyone, each place once."""
        asker = self.asker(job)
        return tuple(dict.fromkeys((*(self.answers_to(asker.sender) if asker else ()), *self.everyone())))

    def _drop_expired(self) -> None:
        now = self._monotonic()
        for key in [key for key, lease in self._leases.items() if lease.until <= now]:
            del self._leases[key]


def is_line(endpoint: Endpoint) -> bool:
    """Tells a TCP connection from an address of UDP."""
    return len(endpoint) == 3


def at_port(endpoint: Endpoint, port: int) -> Endpoint:
    """Returns another port of the same machine; a TCP connection is answered by itself, whatever port it names."""
    if len(endpoint) == 4:
        return (endpoint[0], port, endpoint[2], endpoint[3])
    return endpoint if is_line(endpoint) else (endpoint[0], port)


def _put(table: OrderedDict[Any, Any], key: object, value: object) -> None:
    """Writes an entry and forgets the oldest beyond the limit."""
    table[key] = value
    table.move_to_end(key)
    if len(table) > MOST_JOBS:
        table.popitem(last=False)
