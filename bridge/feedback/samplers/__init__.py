"""Samplers that the bridge drives itself: they run no scripts, but can be told to load a file.

Each is a host of the deliveries like any other, and speaks its own language in a file of its own.
"""

from __future__ import annotations

from bridge.feedback.samplers.fluidsynth import FluidSynth
from bridge.feedback.samplers.hydrogen import Hydrogen
from bridge.feedback.samplers.linuxsampler import LinuxSampler
from bridge.feedback.samplers.sampler import AwayError, Part, Sampler
from bridge.feedback.samplers.voice import SamplerVoice

SAMPLERS: dict[str, type[Sampler]] = {
    "fluidsynth": FluidSynth,
    "hydrogen": Hydrogen,
    "linuxsampler": LinuxSampler,
}
"""The samplers by the names that they have in the configuration and as hosts."""

__all__ = ["SAMPLERS", "AwayError", "Part", "Sampler", "SamplerVoice"]
