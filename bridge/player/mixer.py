"""Mixes the sounds that ring at once, block by block. Pure: arrays in, arrays out."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]

MOST_VOICES = 8
RELEASE_FRAMES = 480
"""Over which a sound fades that another one replaces: 10 ms at 48 kHz."""


@dataclass(slots=True)
class Voice:
    """Holds a sound that rings: stereo `(frames, 2)`, how far it is, and how many frames of its release are left
    (−1: it is not let go)."""

    key: str
    samples: Block
    position: int = 0
    releasing: int = -1


class Mixer:
    """Adds up voices. `play` and `stop` may be called from any thread; `fill` from one."""

    def __init__(self) -> None:
        self._asked: deque[Voice | str] = deque()
        self._voices: list[Voice] = []

    @property
    def silent(self) -> bool:
        """Tells whether nothing rings and nothing waits."""
        return not self._voices and not self._asked

    def play(self, key: str, samples: Block) -> None:
        """Begins a sound with the next block; the one of the same key fades away under it."""
        self._asked.append(Voice(key=key, samples=samples))

    def stop(self) -> None:
        """Lets everything fade away."""
        self._asked.append("")

    def fill(self, out: Block) -> None:
        """Writes the next block, `(frames, 2)`; what goes over full scale is bent softly under it."""
        out.fill(0.0)
        while self._asked:
            asked = self._asked.popleft()
            self._release(asked.key if isinstance(asked, Voice) else "")
            if isinstance(asked, Voice):
                self._voices.append(asked)
        for voice in self._voices:
            self._add(voice, out)
        self._voices = [
            voice for voice in self._voices if voice.position < len(voice.samples) and voice.releasing != 0
        ]
        if np.abs(out).max(initial=0.0) > KNEE:
            _bend(out)

    def _release(self, key: str) -> None:
        """Lets the voices of a key go (empty: all of them), and the oldest where there are too many."""
        ringing = [voice for voice in self._voices if voice.releasing < 0]
        for place, voice in enumerate(ringing):
            if not key or voice.key == key or place < len(ringing) - MOST_VOICES + 1:
                voice.releasing = RELEASE_FRAMES

    def _add(self, voice: Voice, out: Block) -> None:
        part = voice.samples[voice.position : voice.position + len(out)]
        if voice.releasing < 0:
            out[: len(part)] += part
        else:
            left = min(voice.releasing, len(part))
            gains = (voice.releasing - np.arange(1, left + 1, dtype=np.float32)) / RELEASE_FRAMES
            out[:left] += part[:left] * gains[:, None]
            voice.releasing -= left
        voice.position += len(part)


KNEE = 0.9
"""From here on a mix is bent: one sound alone never gets there by itself at the levels of the library."""


def _bend(out: Block) -> None:
    """Bends what is above the knee so that nothing passes full scale."""
    room = np.float32(1.0 - KNEE)
    over = np.abs(out) - np.float32(KNEE)
    loud = over > 0
    out[loud] = np.sign(out[loud]) * (np.float32(KNEE) + room * np.tanh(over[loud] / room))
