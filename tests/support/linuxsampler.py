"""A stand-in for LinuxSampler, built from its control protocol (LSCP 1.7): channels, engines, instruments, errors.

It plays nothing. Like the real one it shares an instrument that was loaded under a name before, refuses channels that
are not there and files that can't be read, and needs an engine before an instrument.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from pathlib import Path

VERSION = "1.7"
_COMMANDS: tuple[tuple[str, str], ...] = (
    (r"LIST CHANNELS", "list"),
    (r"GET CHANNEL INFO (\d+)", "info"),
    (r"LOAD ENGINE (\w+) (\d+)", "engine"),
    (r"LOAD INSTRUMENT '((?:[^'\\]|\\.)*)' (\d+) (\d+)", "instrument"),
)


class LinuxSamplerStandIn:
    """Listens on a port of its own; `channels` are its channels by number, with the MIDI channel that each hears."""

    def __init__(self, channels: dict[int, str]) -> None:
        self.hears = channels
        self.engines: dict[int, str] = {}
        self.instruments: dict[int, Path] = {}
        self.shared: dict[Path, str] = {}
        """What was read from each file when its name was first heard: that is what it plays."""
        self.said: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._guest, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends it as a closed program ends: its lines break, and all that it held is gone."""
        assert self._server is not None
        self._server.close()
        for line in list(self._lines):
            line.close()
        await self._server.wait_closed()
        self.engines.clear()
        self.instruments.clear()
        self.shared.clear()

    async def _guest(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while line := await reader.readline():
                assert line.endswith(b"\r\n"), "LSCP: lines end with CR LF"
                self.said.append(line.decode().strip())
                writer.write(self._answer(self.said[-1]).replace("\n", "\r\n").encode())
                await writer.drain()
        self._lines.discard(writer)
        writer.close()

    def _answer(self, command: str) -> str:
        for pattern, name in _COMMANDS:
            if found := re.fullmatch(pattern, command):
                answering: Callable[..., str] = getattr(self, f"_{name}")
                return f"{answering(*found.groups())}\n"
        return f"ERR:0:syntax error, unexpected {command!r}\n"

    def _list(self) -> str:
        return ",".join(map(str, self.hears))

    def _info(self, channel: str) -> str:
        number = int(channel)
        if number not in self.hears:
            return "ERR:0:Invalid sampler channel number"
        file = self.instruments.get(number)
        fields = {
            "ENGINE_NAME": self.engines.get(number, "NONE"), "VOLUME": "1.000", "AUDIO_OUTPUT_DEVICE": "0",
            "AUDIO_OUTPUT_CHANNELS": "2", "AUDIO_OUTPUT_ROUTING": "0,1",
            "INSTRUMENT_FILE": "NONE" if file is None else str(file).replace("\\", "\\\\").replace("'", "\\'"),
            "INSTRUMENT_NR": "-1" if file is None else "0",
            "INSTRUMENT_NAME": "" if file is None else file.stem,
            "INSTRUMENT_STATUS": "-1" if file is None else "100", "MIDI_INPUT_DEVICE": "0", "MIDI_INPUT_PORT": "0",
            "MIDI_INPUT_CHANNEL": self.hears[number], "MUTE": "false", "SOLO": "false",
        }  # fmt: skip
        return "\n".join(f"{key}: {value}" for key, value in fields.items()) + "\n."

    def _engine(self, name: str, channel: str) -> str:
        if int(channel) not in self.hears:
            return "ERR:0:Invalid sampler channel number"
        if name not in ("GIG", "SF2", "SFZ"):
            return f"ERR:0:Unknown engine type: '{name}'"
        self.engines[int(channel)] = name
        self.instruments.pop(int(channel), None)
        return "OK"

    def _instrument(self, path: str, index: str, channel: str) -> str:
        number = int(channel)
        if number not in self.engines:
            return "ERR:0:No engine deployed on sampler channel yet"
        file = Path(re.sub(r"\\(.)", r"\1", path))
        if file not in self.shared:
            if not file.is_file():
                return f"ERR:0:Failed to load instrument: no such file '{path}'"
            self.shared[file] = file.read_text(encoding="ascii")
        self.instruments[number] = file
        return "OK"
