"""The MIDI ports through which hosts speak by System Exclusive, and which hosts are there.

A host says hello and says it again; what has been silent for LEASE_SECONDS has gone. All hosts hear everything: a
message names the one that it is for.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from bridge.midi.ports import Port
from bridge.midi.sysex import encode, write_lines

LEASE_SECONDS = 60.0


class Sender(Protocol):
    """Lets messages wait for an open output, as `bridge.midi.ports.Patchbay` does."""

    def send(self, port: str, messages: Sequence[bytes]) -> bool: ...


class HostLines:
    """Knows the ports that fit the `words` of the config, and sends text to them."""

    def __init__(self, words: Collection[str], sender: Sender) -> None:
        self._words = frozenset(words)
        self._sender = sender
        self._ports: frozenset[str] = frozenset()
        self._until: dict[str, float] = {}
        self._serials = itertools.count()

    def opened(self, port: Port) -> None:
        """Takes an output that has just been opened; on any thread."""
        if port.word in self._words:
            self._ports |= {port.name}

    def carries(self, port: Port) -> bool:
        """Tells whether a host may speak through an input: those of the config, and the bridge's own."""
        return port.word in self._words or (not port.word and port.name in self._words)

    def greet(self, host: str, now: float) -> None:
        """Notes that a host is there; `now` is monotonic."""
        self._until[host] = now + LEASE_SECONDS

    def has(self, host: str, now: float) -> bool:
        return self._until.get(host, now) > now

    def listened_to(self, now: float) -> bool:
        """Tells whether any host is there."""
        return any(until > now for until in self._until.values())

    def tell(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Sends keys and values; raises RequestError where they are too long for MIDI."""
        messages = encode(write_lines(pairs), next(self._serials) % 128)
        for port in self._ports:
            self._sender.send(port, messages)
