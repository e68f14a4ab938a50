"""LinuxSampler, by its control protocol (LSCP 1.7, linuxsampler.org/api).

The user has made its channels, with their audio and MIDI; the bridge finds the one that hears a MIDI channel and loads
an SFZ into it. Every file has a name of its own, for LinuxSampler shares what it has loaded by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from bridge.errors import BridgeError
from bridge.feedback.samplers.sampler import Line, Part

ENGINE = "SFZ"
_LOADED = 100
"""The percentage of an instrument that is there; what went wrong is negative."""


class LinuxSampler:
    """Plays SFZ; implements `Sampler`."""

    title: ClassVar[str] = "LinuxSampler"
    format: ClassVar[str] = "sfz"
    port: ClassVar[int] = 8888
    kept: ClassVar[int] = 0
    plays_keys: ClassVar[bool] = True
    look_seconds: ClassVar[float] = 2.0

    def __init__(self, host: str, port: int) -> None:
        self._line = Line(self.title, host, port)

    async def connect(self) -> bool:
        return await self._line.open()

    async def load(self, part: Part, file: Path) -> None:
        channel = await self._channel(part)
        if (await self._info(channel)).get("ENGINE_NAME") != ENGINE:
            await self._ask(f"LOAD ENGINE {ENGINE} {channel}")
        await self._ask(f"LOAD INSTRUMENT '{_escaped(file.as_posix())}' 0 {channel}")
        info = await self._info(channel)
        if info.get("INSTRUMENT_STATUS") != str(_LOADED) or Path(_plain(info.get("INSTRUMENT_FILE", ""))) != file:
            raise BridgeError(
                f"LinuxSampler did not take {file.name}: its status is {info.get('INSTRUMENT_STATUS', 'unknown')}."
            )

    async def clear(self, part: Part) -> None:
        # A channel whose engine is loaded anew holds no instrument.
        await self._ask(f"LOAD ENGINE {ENGINE} {await self._channel(part)}")

    async def rest(self) -> None:
        """Keeps the line: when it breaks, LinuxSampler was ended."""

    async def close(self) -> None:
        await self._line.close()

    async def _channel(self, part: Part) -> str:
        """Returns the sampler's channel that hears the part's MIDI channel alone."""
        listed = await self._ask("LIST CHANNELS")
        for channel in filter(None, listed.split(",")):
            # MIDI channels count from 0 here.
            if (await self._info(channel)).get("MIDI_INPUT_CHANNEL") == str(part.channel - 1):
                return channel
        raise BridgeError(
            f"LinuxSampler has no channel that hears MIDI channel {part.channel}.",
            "Make one in QSampler or Fantasia, or name another in the config.",
        )

    async def _info(self, channel: str) -> dict[str, str]:
        await self._line.say(f"GET CHANNEL INFO {channel}")
        info: dict[str, str] = {}
        while (line := await self._line.hear()) != ".":
            _check(line)
            key, _, value = line.partition(":")
            info[key.strip()] = value.strip()
        return info

    async def _ask(self, command: str) -> str:
        """Returns the answer of one line."""
        await self._line.say(command)
        answer = await self._line.hear()
        _check(answer)
        return answer


def _check(answer: str) -> None:
    if answer.startswith("ERR:"):
        raise BridgeError(f"LinuxSampler refused: {answer.split(':', 2)[-1].strip()}")


def _escaped(path: str) -> str:
    return path.replace("\\", "\\\\").replace("'", "\\'")


def _plain(path: str) -> str:
    return path.replace("\\'", "'").replace("\\\\", "\\")
