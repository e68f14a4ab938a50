"""Zones, instruments and kits: samples on keys."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.domain.family import Mapping
from bridge.units import Cents, Hz, MidiNote


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Puts a sample on a range of keys and velocities.

    `path` is relative to the library. `root` is the key on which the sample sounds as recorded, `cents` what the
    sample is minus that root (so a player corrects by −cents). `follows_keys` is False for a drum: it sounds as
    recorded on every key of its range. A `choke` group other than 0 is cut off by its other members. `loop` is
    (start, end) in frames, end inclusive, or None for a one-shot. Zones on the same keys and velocities take turns:
    `sequence` is this zone's turn, from 1, and how many there are.
    """

    path: str
    root: MidiNote
    cents: Cents
    low: MidiNote
    high: MidiNote
    velocity_low: int = 1
    velocity_high: int = 127
    follows_keys: bool = True
    choke: int = 0
    loop: tuple[int, int] | None = None
    sequence: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Holds zones that are played together: a pad's sound, or a whole kit."""

    name: str
    mode: Mapping
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Says how a sound stands beside its siblings.

    `brightness` is the centre of its spectrum in Hz, which a harder stroke raises. `profile` is its loudness over
    bands and time; the cosine between two profiles, 0…1, says how alike two sounds are.
    """

    brightness: Hz
    profile: tuple[float, ...]
