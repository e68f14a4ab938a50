"""Sends messages through the socket of the OSC door, so that replies come from the port that was asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from bridge.errors import RequestError
from bridge.osc.codec import Message, encode
from bridge.osc.subscribers import Endpoint

log = logging.getLogger(__name__)

Send = Callable[[bytes, Endpoint], None]


class Outlet:
    """Carries messages out while a door lends its socket; without one they go nowhere. Never raises."""

    def __init__(self) -> None:
        self._send: Send | None = None

    def open(self, send: Send) -> None:
        """Takes the socket's way of sending: `send(datagram, endpoint)`."""
        self._send = send

    def close(self, send: Send) -> None:
        """Gives a socket's way of sending back; where another one was lent since, that one stays."""
        if self._send == send:
            self._send = None

    def send(self, message: Message, to: Iterable[Endpoint]) -> None:
        """Sends a message to each endpoint; one that can't be encoded or sent is a line in the log."""
        if self._send is None:
            return
        try:
            datagram = encode(message)
        except RequestError as problem:
            log.warning("An OSC message was not sent: %s", problem)
            return
        for endpoint in to:
            try:
                self._send(datagram, endpoint)
            except OSError as problem:
                log.debug("%s did not go out to %s: %s", message.address, endpoint, problem)
