"""Gives the sounds of samples to the formats that carry them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.errors import SoundError

if TYPE_CHECKING:
    from bridge.audio import Audio


class SoundFiles:
    """Implements `bridge.instruments.formats.Sounds` over whatever reads files; empty bytes are a file that is gone."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read

    def wav(self, path: str) -> bytes:
        if wav := self._read(path):
            return wav
        raise SoundError(f"The sound {path} is gone.", "Make another one for its pad, or put the file back.")

    def audio(self, path: str) -> Audio:
        from bridge.sound.codec import decode  # libsndfile, which most libraries never need

        return decode(self.wav(path))
