"""The TCP side of the OSC door: connections that bring packets and take the answers.

Nothing that a connection brings is dropped: while the door has no room, it is left unread, and TCP holds its sender
back. A connection that does not read its answers is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
from collections import deque
from collections.abc import Callable
from typing import cast

from bridge.errors import RequestError
from bridge.osc.framing import Framing
from bridge.osc.subscribers import Endpoint

log = logging.getLogger(__name__)

MOST_LINES = 64
MOST_UNREAD = 1 << 20
"""Bytes of answers that may wait for a connection to read them."""
_PATIENCE_AT_CLOSE = 1.0


class OscLines:
    """Holds the connections, and reads them in turns while `has_room`.

    `heard` takes each packet with the endpoint of its connection, `lost` the endpoint of one that has ended, and
    `complain` the mistake for which one is ended.
    """

    def __init__(
        self,
        *,
        heard: Callable[[bytes, Endpoint], None],
        lost: Callable[[Endpoint], None],
        complain: Callable[[RequestError, Endpoint], None],
        has_room: Callable[[], bool],
        allows: Callable[[str], bool],
    ) -> None:
        self._heard, self._lost, self._complain = heard, lost, complain
        self._has_room, self._allows = has_room, allows
        self._server: asyncio.Server | None = None
        self._lines: dict[Endpoint, _Line] = {}
        self._unread: deque[_Line] = deque()
        self._numbers = itertools.count(1)

    async def open(self, host: str, port: int) -> None:
        """Listens on a port; raises OSError where it can't."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Line(self), host, port, family=_family(host)
        )

    async def close(self) -> None:
        """Takes no more connections, lets those that are there read their last answers, and ends them."""
        if self._server is None:
            return
        self._server.close()
        lines = list(self._lines.values())
        for line in lines:
            line.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_AT_CLOSE):
                await asyncio.gather(*(line.gone.wait() for line in lines))
        for line in lines:
            line.cut()
        await asyncio.gather(*(line.gone.wait() for line in lines))
        self._server = None

    def send(self, packet: bytes, to: Endpoint) -> None:
        """Sends a packet over a connection; one that has ended, or reads nothing, loses it."""
        if line := self._lines.get(to):
            line.send(packet)

    def read_on(self) -> None:
        """Reads what connections have brought, a packet of each in turn, while there is room."""
        while self._unread and self._has_room():
            line = self._unread.popleft()
            if self._read_one(line):
                self._unread.append(line)
            else:
                line.listen()

    # --- what the connections say -----------------------------------------------------------------------------

    def came(self, line: _Line, host: str, port: int) -> Endpoint | None:
        """Takes a connection and returns its endpoint, or None where it may not be."""
        if not self._allows(host):
            return None
        if len(self._lines) >= MOST_LINES:
            log.warning("An OSC connection from %s was refused: there are %d already.", host, MOST_LINES)
            return None
        # The number tells it from a later one of the same sender: nobody hears what another one asked for.
        endpoint = (host, port, next(self._numbers))
        self._lines[endpoint] = line
        return endpoint

    def went(self, line: _Line, endpoint: Endpoint) -> None:
        """Forgets a connection that has ended."""
        self._lines.pop(endpoint, None)
        with contextlib.suppress(ValueError):
            self._unread.remove(line)
        self._lost(endpoint)

    def brought(self, line: _Line) -> None:
        """Reads on, and stops a connection for which there is no room."""
        if line not in self._unread:
            self._unread.append(line)
        self.read_on()
        if line in self._unread:
            line.wait()

    def _read_one(self, line: _Line) -> bool:
        try:
            packet = line.framing.next_packet()
        except RequestError as problem:
            self._complain(problem, line.endpoint)
            line.hang_up()
            return False
        if packet is None:
            return False
        self._heard(packet, line.endpoint)
        return True


class _Line(asyncio.Protocol):
    """Holds one connection."""

    def __init__(self, lines: OscLines) -> None:
        self._lines = lines
        self._ending = False
        self.framing = Framing()
        self.endpoint: Endpoint = ("", 0)
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        host, port = transport.get_extra_info("peername")[:2]
        endpoint = self._lines.came(self, host, port)
        if endpoint is None:
            self._ending = True
            self._transport.abort()
            return
        self.endpoint = endpoint
        # Whoever vanished without a word (a tablet that went to sleep) is found out by the system.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        if not self._ending:
            self.framing.feed(data)
            self._lines.brought(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ending = True
        self._lines.went(self, self.endpoint)
        self.gone.set()

    def send(self, packet: bytes) -> None:
        if self._ending:
            return
        self._transport.write(self.framing.framed(packet))
        if self._transport.get_write_buffer_size() > MOST_UNREAD:
            log.warning("An OSC connection from %s does not read its answers, and was ended.", self.endpoint[0])
            self.cut()

    def wait(self) -> None:
        self._transport.pause_reading()

    def listen(self) -> None:
        if not self._ending:
            self._transport.resume_reading()

    def hang_up(self) -> None:
        """Ends the connection when it has read what was sent."""
        self._ending = True
        self._transport.close()

    def cut(self) -> None:
        self._ending = True
        self._transport.abort()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
