"""Gives the sounds of samples to the formats that carry them."""

from __future__ import annotations

from collections.abc import Callable

from bridge.audio import Audio
from bridge.errors import SoundError
from bridge.sound.codec import decode


class SoundFiles:
    """Implements `bridge.instruments.formats.Sounds` over whatever reads files; empty bytes are a file that is gone."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read

    def wav(self, path: str) -> bytes:
        if wav := self._read(path):
            return wav
        raise SoundError(f"The sound {path} is gone.", "Make another one for its pad, or put the file back.")

    def audio(self, path: str) -> Audio:
        return decode(self.wav(path))
