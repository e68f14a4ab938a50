"""What one voice has to play."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.models.synth.dice import Dice
from bridge.models.synth.words import Character, Words
from bridge.units import Hz, Seconds

RATE = 44_100

Wave = NDArray[np.float64]
"""Mono of shape `(frames,)` or stereo of shape `(2, frames)`; any level, the finish sets it."""

RINGING = 1.2
"""Of the length: what is left of a sound at its end, −50 dB, is faded out."""
DRIEST = 0.7
"""Of that, where words want it short: drier, a hit would be over before it is one."""
SOFTNESS = 1.0
"""How much less bright and hard the softest hit is than the hardest, in units of a plain adjective."""
FARTHEST = 2.0
"""Softer and darker than this a sound is none any more, whatever words and energy add up to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Holds a pitch, a length, how hard it is played, how it should be, and the chance that decides the rest.

    `pitch` is the asked note or one of the family's register. `seconds` is the whole length, by the end of which a
    drum has rung out. `energy` is in (0, 1]. The named draws of `dice` depend on family and seed alone: words, note,
    length and energy change the same sound.
    """

    family: str
    pitch: Hz
    seconds: Seconds
    energy: float
    words: Words
    dice: Dice

    @property
    def frames(self) -> int:
        return max(1, round(self.seconds * RATE))

    @property
    def character(self) -> Character:
        return self.words.character

    @property
    def ring(self) -> Seconds:
        """Seconds in which it decays by 60 dB: a little more than its length, less if words want it short."""
        return Seconds(RINGING * self.seconds * min(1.0, max(DRIEST, 2.0 ** (0.5 * self.character.length))))

    def at_most(self, seconds: float) -> float:
        """Returns `ring` for a body that can't ring longer than so many seconds, however long the sound is to be."""
        return min(self.ring, seconds * float(2.0**self.character.length))

    @property
    def brightness(self) -> float:
        """How bright, by the words and by how hard it is played."""
        return max(self.character.brightness - SOFTNESS * (1 - self.energy), -FARTHEST)

    @property
    def punch(self) -> float:
        """How hard its attack is, by the words and by how hard it is played."""
        return max(self.character.punch - SOFTNESS * (1 - self.energy), -FARTHEST)

    @property
    def time(self) -> Wave:
        """Seconds since the start, of every frame."""
        return np.arange(self.frames) / RATE

    def bright(self, octaves: float = 1.0) -> float:
        """Returns the factor for a frequency that moves by so many octaves per plain "bright"."""
        return float(2.0 ** (octaves * self.brightness))

    def hard(self, octaves: float = 1.0) -> float:
        """Returns the factor for a level or a speed that moves by so many octaves per plain "punchy"."""
        return float(2.0 ** (octaves * self.punch))

    def driven(self) -> float:
        """Returns the factor for an amount of distortion that the voice has by nature."""
        return float(2.0 ** (self.character.drive + 0.5 * self.punch))
