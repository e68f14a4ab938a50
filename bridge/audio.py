"""The one shape of sound: float32 `(frames, channels)` and a sample rate, checked once at the border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bridge.errors import SoundError
from bridge.units import Seconds

Samples = NDArray[np.float32]

RATES = range(4_000, 384_001)
MAX_CHANNELS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Holds a sound: `samples` float32 of shape `(frames, channels)`, full scale ±1; mono is `(n, 1)`.

    Build it with `Audio.of` wherever sound enters the bridge; inside, the shape is trusted. Values may be any
    float (a model may have made NaN): judging them is the gate's work, not this class's.
    """

    samples: Samples
    sample_rate: int

    @classmethod
    def of(cls, samples: ArrayLike, sample_rate: int) -> Audio:
        """Takes `(frames,)` or `(frames, channels)` of any real type; raises SoundError for anything else.

        Integers are not scaled: decode them first.
        """
        array = np.asarray(samples)
        if array.ndim == 1:
            array = array[:, np.newaxis]
        if array.ndim != 2 or not 1 <= array.shape[1] <= MAX_CHANNELS:
            raise SoundError(f"A sound has frames and 1–{MAX_CHANNELS} channels; this one has the shape {array.shape}.")
        if not np.issubdtype(array.dtype, np.floating):
            raise SoundError(f"A sound is made of floats; this one is made of {array.dtype}.")
        if int(sample_rate) not in RATES:
            raise SoundError(f"{sample_rate} Hz is no sample rate that the bridge knows ({RATES[0]}–{RATES[-1]} Hz).")
        return cls(np.ascontiguousarray(array, dtype=np.float32), int(sample_rate))

    @property
    def frames(self) -> int:
        return int(self.samples.shape[0])

    @property
    def channels(self) -> int:
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> Seconds:
        return Seconds(self.frames / self.sample_rate)

    def mono(self) -> NDArray[np.float64]:
        """Returns the mean of the channels as float64 of shape `(frames,)`: what measurements listen to."""
        mean: NDArray[np.float64] = self.samples.mean(axis=1, dtype=np.float64)
        return mean

    def with_samples(self, samples: NDArray[np.floating]) -> Audio:
        """Returns the same rate with other samples of shape `(frames, channels)`."""
        return Audio(np.ascontiguousarray(samples, dtype=np.float32), self.sample_rate)
