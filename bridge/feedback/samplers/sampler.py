"""What the bridge asks of a sampler, and the line of text that most of them are talked to on."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from bridge.errors import BridgeError

_LONGEST = 20
PATIENCE_SECONDS = 10.0
"""How long a sampler may take for a file. A kit of short sounds takes a fraction of a second."""


class AwayError(BridgeError):
    """Says that a sampler does not answer: it is not running, so what it has to load waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Describes what a sampler plays on one of its MIDI channels (1–16): a kit, or a pad over the keyboard."""

    name: str
    channel: int
    is_kit: bool

    @property
    def stem(self) -> str:
        """Returns how the names of its files begin; a number follows."""
        return f"{self.name[:_LONGEST]}-{self.channel}"


class Sampler(Protocol):
    """Loads instruments into a running sampler; every method but `close` raises AwayError where it does not answer.

    `format` is what its instruments are written in, `kept` how many files it may still need after newer ones, and
    `plays_keys` whether it plays pads over the keyboard, too. `look_seconds` is how often it is looked for, and looked
    at whether it is still there.
    """

    title: ClassVar[str]
    format: ClassVar[str]
    port: ClassVar[int]
    kept: ClassVar[int]
    plays_keys: ClassVar[bool]
    look_seconds: ClassVar[float]

    def __init__(self, host: str, port: int) -> None: ...

    async def connect(self) -> bool:
        """Sees to it that the sampler answers; returns whether it has just come and may hold nothing."""
        ...

    async def load(self, part: Part, file: Path) -> None:
        """Plays an instrument file in place of what the part played before, and reads back that it does.

        Raises BridgeError with the reason where the sampler does not take it.
        """
        ...

    async def clear(self, part: Part) -> None:
        """Empties a part."""
        ...

    async def rest(self) -> None:
        """Lets the sampler alone until the next look."""
        ...

    async def close(self) -> None:
        """Lets go of the sampler; it goes on playing what it has."""
        ...


class Line:
    """A TCP connection on which both sides speak in lines."""

    def __init__(self, title: str, host: str, port: int) -> None:
        self._title = title
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> bool:
        """Connects where there is no connection; returns whether it is a new one."""
        if self._streams is not None:
            reader, writer = self._streams
            if not reader.at_eof() and not writer.is_closing():
                return False
            await self.close()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self._streams = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError) as problem:
            raise self._away() from problem
        return True

    async def say(self, *lines: str) -> None:
        if self._streams is None:
            raise self._away()
        writer = self._streams[1]
        try:
            writer.write("".join(f"{line}\r\n" for line in lines).encode())
            await writer.drain()
        except OSError as problem:
            await self.close()
            raise self._away() from problem

    async def hear(self) -> str:
        """Returns the next line; a sampler that says nothing for long is away, and the next `open` begins anew."""
        if self._streams is None:
            raise self._away()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                line = await self._streams[0].readline()
        except (OSError, TimeoutError, ValueError) as problem:  # ValueError: a line without an end
            await self.close()
            raise self._away() from problem
        if not line.endswith(b"\n"):
            await self.close()
            raise self._away()
        return line.decode(errors="replace").rstrip("\r\n")

    async def close(self) -> None:
        if self._streams is not None:
            writer = self._streams[1]
            self._streams = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _away(self) -> AwayError:
        return AwayError(f"{self._title} does not answer at {self._host}:{self._port}.")
