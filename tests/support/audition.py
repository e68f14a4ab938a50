"""A loudspeaker that nobody hears: remembers what it was asked to play."""

from __future__ import annotations

from typing import Any

from bridge.errors import BridgeError
from bridge.ports import Heard
from bridge.units import Seconds


class FakeAudition:
    """Implements `bridge.ports.Listening`. A test may set `trouble` (what every call raises), and look at `played` and
    `silences`."""

    def __init__(self) -> None:
        self.played: list[tuple[str, dict[str, Any]]] = []
        self.silences = 0
        self.trouble: BridgeError | None = None

    async def play(self, sound: str, **how: Any) -> Heard:
        if self.trouble is not None:
            raise self.trouble
        self.played.append((sound, how))
        return Heard(seconds=Seconds(1.5), output="Headphones")

    async def silence(self) -> None:
        self.silences += 1
