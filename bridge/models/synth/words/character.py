"""What words can change about a sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Property = Literal[
    "brightness", "length", "punch", "drive", "dirt", "metal", "width", "depth", "thickness", "motion", "space", "pitch"
]  # fmt: skip

STRONGEST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Says how a sound differs from the usual one: 0 is usual, ±1 what a plain adjective means, at most ±2.

    `punch` is a hard attack (negative: a soft one), `drive` is distortion, `dirt` what old converters and tapes do,
    `metal` inharmonic overtones, `depth` low frequencies, `thickness` how many and how far apart voices are,
    `motion` vibrato and sweeping, `space` reverberation, `pitch` high or low where no note is asked for.
    """

    brightness: float = 0.0
    length: float = 0.0
    punch: float = 0.0
    drive: float = 0.0
    dirt: float = 0.0
    metal: float = 0.0
    width: float = 0.0
    depth: float = 0.0
    thickness: float = 0.0
    motion: float = 0.0
    space: float = 0.0
    pitch: float = 0.0
