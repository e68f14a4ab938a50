"""The other end of the OSC line, and a scene: a door and a voice with a fake engine behind them, real UDP between."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.feedback.osc import OscVoice
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import Subscribers
from bridge.ports import ManualClock
from bridge.triggers.osc import OscDoor
from support.engine import FakeEngine
from support.patience import PATIENCE_SECONDS


def osc_packet(address: str, *values: Any) -> bytes:
    """Returns a message as python-osc builds it."""
    builder = OscMessageBuilder(address=address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


def bundle(at: float, *packets: bytes) -> bytes:
    """Returns messages as a bundle for a moment in seconds since 1970."""
    builder = OscBundleBuilder(at)
    for packet in packets:
        builder.add_content(OscMessage(packet))
    return bytes(builder.build().dgram)


class Friend:
    """A program on the other end: sends OSC from its own UDP port and hears on it, with python-osc's own reader.

    A thread empties the socket, so that a busy loop does not overflow it.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.senders: set[tuple[str, int]] = set()
        self._heard: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._ear = threading.Thread(target=self._listen)
        self._ear.start()

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def send(self, address: str, *values: Any) -> None:
        self.send_bytes(osc_packet(address, *values))

    def send_bytes(self, packet: bytes) -> None:
        self.socket.sendto(packet, self.target)

    async def hear(self, seconds: float = PATIENCE_SECONDS) -> list[Any]:
        """Returns the next message as [address, argument …]; TimeoutError if there is none."""
        return await asyncio.wait_for(self._heard.get(), seconds)

    async def hear_until(self, address: str) -> list[list[Any]]:
        """Returns all messages up to the first with this address."""
        heard = [await self.hear()]
        while heard[-1][0] != address:
            heard.append(await self.hear())
        return heard

    async def hears_nothing(self, seconds: float = 0.1) -> bool:
        try:
            heard = await self.hear(seconds)
        except TimeoutError:
            return True
        raise AssertionError(f"heard {heard}")

    def close(self) -> None:
        self.socket.sendto(b"", self.socket.getsockname())
        self._ear.join()
        self.socket.close()

    def _listen(self) -> None:
        own = self.socket.getsockname()
        while True:
            packet, sender = self.socket.recvfrom(65_536)
            if sender == own:
                return
            self.senders.add(sender)
            message = OscMessage(packet)
            self._loop.call_soon_threadsafe(self._heard.put_nowait, [message.address, *message.params])


class Caller:
    """A program on the other end of a TCP connection, which frames in one of the two ways, by its own code."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: bool) -> None:
        self.reader, self.writer, self.counted = reader, writer, counted

    def frame(self, packet: bytes) -> bytes:
        if self.counted:
            return len(packet).to_bytes(4, "big") + packet
        marks = {0xC0: b"\xdb\xdc", 0xDB: b"\xdb\xdd"}
        return b"\xc0" + b"".join(marks.get(byte, bytes([byte])) for byte in packet) + b"\xc0"

    def send(self, address: str, *values: Any) -> None:
        self.writer.write(self.frame(osc_packet(address, *values)))

    async def hear(self, seconds: float = PATIENCE_SECONDS) -> list[Any]:
        """Returns the next message as [address, argument …]; IncompleteReadError if the connection ends."""
        message = OscMessage(await asyncio.wait_for(self._packet(), seconds))
        return [message.address, *message.params]

    async def ended(self) -> bool:
        """Tells that the bridge has ended the connection, whatever it said before."""
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(self.reader.read(-1), PATIENCE_SECONDS)
        return True

    def close(self) -> None:
        self.writer.close()

    async def _packet(self) -> bytes:
        if self.counted:
            return await self.reader.readexactly(int.from_bytes(await self.reader.readexactly(4), "big"))
        frame = b""
        while not frame:
            frame = (await self.reader.readuntil(b"\xc0"))[:-1]
        found = bytearray()
        bytes_left = iter(frame)
        for byte in bytes_left:
            found.append({0xDC: 0xC0, 0xDD: 0xDB}[next(bytes_left)] if byte == 0xDB else byte)
        return bytes(found)


@dataclass
class Scene:
    """An open door and an open voice on a free port; `friend()` connects another program to it."""

    engine: FakeEngine
    door: OscDoor
    voice: OscVoice
    clock: ManualClock
    subscribers: Subscribers
    outlet: Outlet
    friends: list[Friend | Caller] = field(default_factory=list)

    def friend(self) -> Friend:
        self.friends.append(Friend(self.door.address))
        return self.friends[-1]

    async def caller(self, counted: bool = False) -> Caller:
        """Connects another program by TCP; `counted` frames by size, as OSC 1.0 does."""
        caller = Caller(*await asyncio.open_connection(*self.door.address), counted)
        self.friends.append(caller)
        return caller


@pytest.fixture
async def scene(engine: FakeEngine) -> AsyncIterator[Scene]:
    clock = ManualClock()
    subscribers, outlet = Subscribers(clock.monotonic), Outlet()
    door = OscDoor(engine, subscribers, outlet, port=0, tcp=True, clock=clock, version="9.9")
    voice = OscVoice(engine, subscribers, outlet)
    await voice.start()
    await door.start()
    found = Scene(engine=engine, door=door, voice=voice, clock=clock, subscribers=subscribers, outlet=outlet)
    yield found
    await door.close()
    await voice.close()
    for one in found.friends:
        one.close()
