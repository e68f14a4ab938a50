"""The other end of the OSC line, and a scene: a door and a voice with a fake engine behind them, real UDP between."""

from __future__ import annotations

import asyncio
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


@dataclass
class Scene:
    """An open door and an open voice on a free port; `friend()` connects another program to it."""

    engine: FakeEngine
    door: OscDoor
    voice: OscVoice
    clock: ManualClock
    subscribers: Subscribers
    outlet: Outlet
    friends: list[Friend] = field(default_factory=list)

    def friend(self) -> Friend:
        self.friends.append(Friend(self.door.address))
        return self.friends[-1]


@pytest.fixture
async def scene(engine: FakeEngine) -> AsyncIterator[Scene]:
    clock = ManualClock()
    subscribers, outlet = Subscribers(clock.monotonic), Outlet()
    door = OscDoor(engine, subscribers, outlet, port=0, clock=clock, version="9.9")
    voice = OscVoice(engine, subscribers, outlet)
    await voice.start()
    await door.start()
    found = Scene(engine=engine, door=door, voice=voice, clock=clock, subscribers=subscribers, outlet=outlet)
    yield found
    await door.close()
    await voice.close()
    for one in found.friends:
        one.close()
