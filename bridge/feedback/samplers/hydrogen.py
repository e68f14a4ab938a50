"""Hydrogen 1.2 and newer, by OSC (its manual, "OSC": /Hydrogen/LOAD_DRUMKIT with the path of a kit's folder).

Hydrogen answers nothing. That it is there is seen from the system, which reports a UDP port that nobody has open, so
what is acknowledged is: the kit was sent, and Hydrogen was still there afterwards. It remembers kits by their folder,
so every load is a folder of its own; songs name it too, so some old ones are kept.
"""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path
from typing import ClassVar

from bridge.errors import BridgeError
from bridge.feedback.samplers.sampler import AwayError, Part
from bridge.osc.codec import Message, encode

LOAD = "/Hydrogen/LOAD_DRUMKIT"
SETTLE_SECONDS = 0.2
"""How long the system takes at most to report a closed port on this computer, and Hydrogen to fall over."""
START_SECONDS = 3.0
"""How long Hydrogen has its port before it opens its song, whose kit takes the place of what was loaded before."""
_NOTHING = b"#bundle\0" + struct.pack(">Q", 1)
"""A bundle without a message: it asks for nothing."""


class Hydrogen:
    """Plays kits; implements `Sampler`."""

    title: ClassVar[str] = "Hydrogen"
    format: ClassVar[str] = "hydrogen"
    port: ClassVar[int] = 9000
    kept: ClassVar[int] = 20
    plays_keys: ClassVar[bool] = False
    look_seconds: ClassVar[float] = 2.0

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._transport: asyncio.DatagramTransport | None = None
        self._echo = _Echo()
        self._there = False

    async def connect(self) -> bool:
        came = not self._there
        found = await self._is_there()
        if found and came:
            await asyncio.sleep(START_SECONDS)
            found = await self._is_there()
        if not found:
            raise AwayError(f"Hydrogen does not answer at {self._host}:{self._port}.")
        return came

    async def load(self, part: Part, file: Path) -> None:
        await self._send(encode(Message(LOAD, (str(file.parent),))))
        if not await self._is_there():
            raise BridgeError(f"Hydrogen went away while it loaded {file.parent.name}.")

    async def clear(self, part: Part) -> None:
        """Does nothing: a kit in Hydrogen is replaced, never taken away."""

    async def rest(self) -> None:
        """Does nothing: there is no line to keep."""

    async def close(self) -> None:
        self._there = False
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    async def _is_there(self) -> bool:
        await self._send(_NOTHING)
        await asyncio.sleep(SETTLE_SECONDS)
        self._there = not self._echo.refused
        if not self._there:
            await self.close()
        return self._there

    async def _send(self, packet: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            try:
                self._transport, self._echo = await asyncio.get_running_loop().create_datagram_endpoint(
                    _Echo, remote_addr=(self._host, self._port)
                )
            except OSError as problem:
                raise AwayError(f"Hydrogen can't be reached at {self._host}:{self._port}.") from problem
        self._echo.refused = False
        self._transport.sendto(packet)


class _Echo(asyncio.DatagramProtocol):
    """Notices that nobody has the other port open."""

    refused = False

    def error_received(self, exc: Exception) -> None:
        self.refused = True
