"""What lets a sound be heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bridge.errors import BridgeError
from bridge.units import Decibels, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Says what is being heard: how long it is, and on which device."""

    seconds: Seconds
    output: str


class Listening(Protocol):
    """Lets sounds be heard where there is a loudspeaker."""

    async def play(
        self, sound: str, *, level: Decibels | None = None, device: str | None = None, channel: int | None = None,
        patience: Seconds = Seconds(0.0),
    ) -> Heard:
        """Plays a sample, what a pad holds, or a file (its absolute path): at `level` dB, from the output `channel` of
        a device on (None: as the config says).

        Returns at once, or with `patience` when the sound is over or so many seconds later. Raises NotFoundError for
        what does not exist, SoundError for what can't be played, BridgeError where it can't be heard.
        """
        ...

    async def silence(self) -> None:
        """Ends what is heard."""
        ...


class Mute:
    """Stands where there is no loudspeaker: nothing can be heard (implements `Listening`)."""

    async def play(
        self, sound: str, *, level: Decibels | None = None, device: str | None = None, channel: int | None = None,
        patience: Seconds = Seconds(0.0),
    ) -> Heard:
        raise BridgeError("Nothing can be heard here.")

    async def silence(self) -> None:
        """Does nothing: it is silent."""
