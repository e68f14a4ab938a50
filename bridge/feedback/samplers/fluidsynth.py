"""FluidSynth, by the shell that it opens on a TCP port (its manual, "Shell commands"; it is started with -s).

A file is loaded beside the old one, the channel is switched over, and only then is the old one given back: what sounds
goes on sounding. The line is held only while there is something to say, and hung up from this side: where FluidSynth's
sockets close first, its port is taken for a minute, and one that is started anew has no shell.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import ClassVar

from bridge.errors import BridgeError
from bridge.feedback.samplers.sampler import AwayError, Line, Part

_LOADED = re.compile(r"loaded SoundFont has ID (\d+)")
_FONT = re.compile(r"\s*(\d+)\s+(.*)")
_BANK = _PRESET = 0


class FluidSynth:
    """Plays SoundFonts; implements `Sampler`."""

    title: ClassVar[str] = "FluidSynth"
    format: ClassVar[str] = "sf2"
    port: ClassVar[int] = 9800
    kept: ClassVar[int] = 0
    plays_keys: ClassVar[bool] = True
    look_seconds: ClassVar[float] = 3.0

    def __init__(self, host: str, port: int) -> None:
        self._line = Line(self.title, host, port)
        self._marks = itertools.count(1)
        self._met = False
        self._played: dict[Part, tuple[str, str]] = {}  # the number and the path of what each part plays

    async def connect(self) -> bool:
        try:
            await self._line.open()
            fonts = await self._fonts()
        except AwayError:
            self._met = False
            raise
        known, self._met = self._met, True
        return not known or any(fonts.get(number) != path for number, path in self._played.values())

    async def load(self, part: Part, file: Path) -> None:
        # Its shell splits words as other shells do.
        path = file.as_posix().replace("\\", "\\\\").replace('"', '\\"')
        answer = await self._ask(f'load "{path}" 0')
        loaded = next((found[1] for line in answer if (found := _LOADED.search(line))), None)
        if loaded is None:
            raise BridgeError(f"FluidSynth did not take {file.name}: {' '.join(answer) or 'it said nothing'}.")
        channel = part.channel - 1
        await self._ask(f"select {channel} {loaded} {_BANK} {_PRESET}")
        shown = await self._ask("channels -verbose")
        wanted = rf"\bchan {channel}, sfont {loaded}, bank {_BANK}, preset {_PRESET}\b"
        if not any(re.search(wanted, line) for line in shown):
            await self._ask(f"unload {loaded} 0")
            raise BridgeError(f"FluidSynth does not play {file.name} on channel {part.channel}.")
        self._played[part] = loaded, (await self._unload(part, but=loaded))[loaded]

    async def clear(self, part: Part) -> None:
        self._played.pop(part, None)
        await self._unload(part)

    async def rest(self) -> None:
        await self._line.close()

    async def close(self) -> None:
        await self.rest()

    async def _unload(self, part: Part, but: str = "") -> dict[str, str]:
        """Gives back what a part played before, in an earlier run of the bridge too; returns all fonts there were."""
        fonts = await self._fonts()
        for number, path in fonts.items():
            if number != but and Path(path).stem.rpartition("-")[0] == part.stem:
                await self._ask(f"unload {number} 0")
        return fonts

    async def _fonts(self) -> dict[str, str]:
        """Returns the paths of what is loaded, by their numbers."""
        return {found[1]: found[2] for line in await self._ask("fonts") if (found := _FONT.fullmatch(line))}

    async def _ask(self, command: str) -> list[str]:
        """Returns what the shell answers; a mark that it repeats says where the answer ends.

        Where FluidSynth has a shell on its own terminal too, the lines may begin with a prompt.
        """
        mark = f"oneshot-{next(self._marks)}"
        await self._line.say(command, f"echo {mark}")
        answer = []
        while not (line := await self._line.hear()).endswith(mark):
            answer.append(line)
        return answer
