"""Chance that can be repeated: every draw has a name, and depends on that name and the key alone.

So a draw that is added, left out or moved changes no other one. Only PCG64's raw stream is used, which numpy keeps
the same for ever; what its distributions return may change between versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Choice = TypeVar("Choice")

_STEPS = 2.0**-53


class Dice:
    """Draws from a 128-bit key."""

    def __init__(self, key: int) -> None:
        self._key = key

    def share(self, name: str) -> float:
        """Returns a number in [0, 1)."""
        return (self._number(name) >> 75) * _STEPS

    def between(self, name: str, low: float, high: float) -> float:
        """Returns a number in [low, high), every one as likely."""
        return low + (high - low) * self.share(name)

    def ratio(self, name: str, low: float, high: float) -> float:
        """Returns a number in [low, high), every octave as likely; both are positive."""
        return float(low * (high / low) ** self.share(name))

    def choice(self, name: str, options: Sequence[Choice]) -> Choice:
        """Returns one of the options, each as likely."""
        return options[int(self.share(name) * len(options))]

    def many(self, name: str, count: int, low: float = 0.0, high: float = 1.0) -> NDArray[np.float64]:
        """Returns `count` numbers in [low, high)."""
        raw = np.random.PCG64(self._number(name)).random_raw(count)
        shares: NDArray[np.float64] = (raw >> 11).astype(np.float64) * _STEPS
        return low + (high - low) * shares

    def noise(self, name: str, frames: int) -> NDArray[np.float64]:
        """Returns white noise of shape `(frames,)`, uniform in ±1."""
        return self.many(name, frames, -1.0, 1.0)

    def other(self, name: str) -> Dice:
        """Returns dice of their own for a part of the sound."""
        return Dice(self._number(name))

    def _number(self, name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._key}/{name}".encode()).digest()[:16])
