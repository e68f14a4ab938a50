"""Unison: several players on one note who are a little out of tune, and together exactly in tune.

Around a player on the note stand pairs, one as many hertz above it as the other below, whose cycles begin as far
before as behind. A pair's sum is the note itself, swelling and fading; so the whole has the asked pitch at any
moment, however wide it is spread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.models.synth import envelopes, oscillators
from bridge.models.synth.part import Part, Wave


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Holds one of them: its level, its running phases in cycles, and its place, −1 (left) … 1."""

    level: float
    cycles: Wave
    side: float = 0.0


def players(
    part: Part,
    cents: Sequence[float],
    level: float,
    *,
    scatter: float = 1.0,
    vibrato: float = 0.0,
    name: str = "unison",
) -> list[Player]:
    """Returns a player on the note and a pair of `level` for each of `cents` (how far its members are away).

    `scatter` 0…1 is how far their cycles are apart at the start: together they hit harder. `vibrato` is the depth in
    cents of the pairs' own vibratos, whose members go opposite ways.
    """
    dice, frames, thick = part.dice.other(name), part.frames, 2.0 ** (0.7 * part.character.thickness)
    start = scatter * dice.share("start")
    everyone = [Player(level=1.0, cycles=oscillators.phase(part.pitch, frames, start))]
    for number, away in enumerate(cents):
        beat = part.pitch * (2 ** (away * thick / 1200) - 1)
        apart = 0.5 * scatter * dice.share(f"start {number}")
        swing = sway(part, vibrato, dice.between(f"rate {number}", 4.3, 6.0)) if vibrato else 0.0
        for sign in (-1, 1):
            cycles = oscillators.phase(part.pitch + sign * beat, frames, start + sign * apart) + sign * swing
            side = sign * (1 if number % 2 else -1) * (number + 1) / len(cents)
            everyone.append(Player(level=level, cycles=cycles, side=side))
    return everyone


def sway(part: Part, cents: float, rate: float, delay: float = 0.0) -> Wave:
    """Returns what a vibrato of a rate in Hz adds to running phases, in cycles; it comes within `delay` seconds.

    The phases swing around those of a steady tone, so the pitch stays the asked one.
    """
    depth: float = (2 ** (cents * 2.0**part.character.motion / 1200) - 1) * part.pitch / (2 * math.pi * rate)
    late = envelopes.rise(part.frames, delay) ** 2 if delay else 1.0
    return depth * late * oscillators.sine(rate * part.time)
