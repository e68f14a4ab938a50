"""FluidSynth, by the shell that it opens on a TCP port (its manual, "Shell commands"; it is started with -s).

A file is loaded beside the old one, the channel is switched over, and only then is the old one given back: what sounds
goes on sounding.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import ClassVar

from bridge.errors import BridgeError
from bridge.feedback.samplers.sampler import Line, Part

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

    def __init__(self, host: str, port: int) -> None:
        self._line = Line(self.title, host, port)
        self._marks = itertools.count(1)

    async def connect(self) -> bool:
        return await self._line.open()

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
        if not any(re.match(rf"chan {channel}, sfont {loaded}, bank {_BANK}, preset {_PRESET}\b", line)
                   for line in shown):
            await self._ask(f"unload {loaded} 0")
            raise BridgeError(f"FluidSynth does not play {file.name} on channel {part.channel}.")
        await self._unload(part, file.parent, but=loaded)

    async def clear(self, part: Part) -> None:
        await self._unload(part, None)

    async def close(self) -> None:
        await self._line.close()

    async def _unload(self, part: Part, folder: Path | None, but: str = "") -> None:
        """Gives back the files of a part that were loaded before, in an earlier run of the bridge too."""
        for line in await self._ask("fonts"):
            found = _FONT.fullmatch(line)
            if found is None or found[1] == but:
                continue
            file = Path(found[2])
            if file.stem.rpartition("-")[0] == part.stem and (folder or file.parent) == file.parent:
                await self._ask(f"unload {found[1]} 0")

    async def _ask(self, command: str) -> list[str]:
        """Returns what the shell answers; a mark that it repeats says where the answer ends."""
        mark = f"oneshot-{next(self._marks)}"
        await self._line.say(command, f"echo {mark}")
        answer = []
        while (line := await self._line.hear()) != mark:
            answer.append(line)
        return answer
