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
KNEE = np.float32(0.9)
"""From here on a mix is bent: one sound of the library, at −1 dBTP, never gets there alone."""
_ROOM = np.float32(1.0) - KNEE
_RELEASE = (0.5 + 0.5 * np.cos(np.pi * (np.arange(RELEASE_FRAMES) + 1) / RELEASE_FRAMES)).astype(np.float32)[:, None]
"""The gains of a sound that is let go: half a cosine from 1 to 0, as smooth at its ends as between them."""


@dataclass(slots=True)
class Voice:
    """Holds a sound that rings: stereo `(frames, 2)`, how far it is, and how far its release is (−1: not let go)."""

    key: str
    samples: Block
    position: int = 0
    released: int = -1

    @property
    def over(self) -> bool:
        return self.position >= len(self.samples) or self.released >= RELEASE_FRAMES


class Mixer:
    """Adds up voices. `play`, `stop` and `silent` are for one thread, `fill` for another; neither waits for the other.

    A block of at most `room` frames is filled without asking for memory; a longer one costs a new scratch pad.
    """

    def __init__(self, room: int = 4_096) -> None:
        self._asked: deque[Voice | None] = deque()
        self._voices: list[Voice] = []
        self._scratch = np.zeros((room, 2), dtype=np.float32)

    @property
    def silent(self) -> bool:
        """Tells whether nothing rings and nothing waits."""
        return not self._asked and not self._voices

    def play(self, key: str, samples: Block) -> None:
        """Begins a sound with the next block; the one of the same key fades away under it."""
        self._asked.append(Voice(key=key, samples=samples))

    def stop(self) -> None:
        """Lets everything fade away."""
        self._asked.append(None)

    def fill(self, out: Block) -> None:
        """Writes the next block, `(frames, 2)`; what goes over full scale is bent softly under it."""
        if len(self._scratch) < len(out):
            self._scratch = np.zeros_like(out)
        out.fill(0.0)
        while self._asked:
            # Added before it leaves the queue: nobody sees silence between the two.
            self._begin(self._asked[0])
            self._asked.popleft()
        for voice in self._voices:
            _add(voice, out, self._scratch)
        if any(voice.over for voice in self._voices):
            self._voices = [voice for voice in self._voices if not voice.over]
        bend(out, self._scratch[: len(out)])

    def _begin(self, asked: Voice | None) -> None:
        """Adds a voice and lets go the one of its key, and the oldest where there are too many; None lets all go."""
        ringing = [voice for voice in self._voices if voice.released < 0]
        surplus = len(ringing) - MOST_VOICES + 1
        for place, voice in enumerate(ringing):
            if asked is None or voice.key == asked.key or place < surplus:
                voice.released = 0
        if asked is not None:
            self._voices.append(asked)


def _add(voice: Voice, out: Block, scratch: Block) -> None:
    part = voice.samples[voice.position : voice.position + len(out)]
    if voice.released < 0:
        out[: len(part)] += part
    else:
        gains = _RELEASE[voice.released : voice.released + len(part)]
        heard = scratch[: len(gains)]
        np.multiply(part[: len(gains)], gains, out=heard)
        out[: len(gains)] += heard
        voice.released += len(out)
    voice.position += len(part)


def bend(out: Block, scratch: Block) -> None:
    """Bends what is above the knee, so that nothing passes full scale; what is below stays as it is.

    The curve is a tanh that leaves the knee with slope 1, so the wave has no corner there.
    """
    np.abs(out, out=scratch)
    if scratch.max(initial=0.0) <= KNEE:
        return
    np.subtract(scratch, KNEE, out=scratch)
    np.maximum(scratch, 0.0, out=scratch)
    np.divide(scratch, _ROOM, out=scratch)
    np.tanh(scratch, out=scratch)
    np.multiply(scratch, _ROOM, out=scratch)
    np.copysign(scratch, out, out=scratch)
    np.clip(out, -KNEE, KNEE, out=out)
    np.add(out, scratch, out=out)


def spread(pair: Block, out: Block, first: int) -> None:
    """Writes a stereo block to the channels `first` and `first + 1` (from 0) of a wider one, silence to the others.

    Where `first` is the last channel of all, both sides are heard there at half their level.
    """
    out.fill(0.0)
    if out.shape[1] - first >= 2:
        out[:, first : first + 2] = pair
    else:
        np.multiply(np.add(pair[:, 0], pair[:, 1], out=out[:, first]), 0.5, out=out[:, first])
