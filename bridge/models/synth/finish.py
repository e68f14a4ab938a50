"""The way from a voice's wave to a take: what words do to any sound, and what every take must be."""

from __future__ import annotations

import numpy as np

from bridge.audio import Audio
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES
from bridge.models.synth import colour, envelopes, filters
from bridge.models.synth.part import RATE, Part, Wave

PEAK = 0.89
STEPS = 2.0**23
TILT = 4.5
"""Decibels that a plain "bright" adds to the top of any sound."""
BODY_TILT = 2.5
"""Decibels that it adds from the second partial on."""
SLIGHT = 0.05
"""A property below this is not meant."""
WIDE = frozenset(("clap", "cymbal", "pluck", "mallet", "bell", "lead", "pad-synth", "fx", "loop"))
"""Families that a record has in stereo; the others stay in the middle, whatever the words say."""
PURITY = 3.0
"""Decibels of overtones that a plain "clean" takes from a note."""
SLOWER = 0.02
"""Seconds that a plain "soft" takes to let in what swells anyway."""
DOUBLING = 0.011
"""Seconds by which the side of a widened mono sound is late."""


def finish(wave: Wave, part: Part) -> Audio:
    """Returns a take: with the words' colour, without offset, silent at its end, its peak at `PEAK`."""
    character = part.character
    if character.drive > SLIGHT:
        wave = filters.drive(wave, 1.5 * min(1.0, character.drive) * 2.0 ** (1.6 * character.drive), 0.1)
    wave = _coloured(wave, part)
    if character.dirt > SLIGHT:
        wave = _old(wave, part, character.dirt)
    if abs(part.brightness) > SLIGHT:
        wave = filters.shelf(wave, min(2_500.0, 5 * part.pitch), TILT * part.brightness, "high")
    if abs(character.depth) > SLIGHT:
        wave = filters.shelf(wave, 160, 3.0 * character.depth, "low")
    if character.space > SLIGHT:
        wave = _placed(wave, part, character.space)
    wave = _spread(wave, part)
    wave = filters.high_pass(wave, min(18.0, 0.5 * part.pitch))
    return Audio.of(_closed(wave, part).T.astype(np.float32), RATE)


def _coloured(wave: Wave, part: Part) -> Wave:
    """Does what words ask for that not every voice can do by itself."""
    character = part.character
    family = FAMILIES.get(part.family, FAMILIES[DEFAULT_FAMILY])
    if character.metal > SLIGHT:
        wave = colour.metal(wave, part, character.metal)
    if character.metal < -SLIGHT:
        wave = colour.wood(wave, -character.metal)
    if character.thickness > SLIGHT and family.tonal:
        wave = colour.company(wave, character.thickness)
    if character.motion > SLIGHT and family.tonal:
        wave = colour.wobble(wave, part, character.motion)
    if character.drive < -SLIGHT and family.tonal:
        wave = filters.shelf(wave, max(250.0, 2.5 * part.pitch), PURITY * character.drive, "high")
    if character.motion < -SLIGHT and family.tonal:
        wave = colour.still(wave, -character.motion)
    if abs(character.brightness) > SLIGHT:
        wave = filters.shelf(wave, max(250.0, 2 * part.pitch), BODY_TILT * character.brightness, "high")
    if abs(character.punch) > SLIGHT and not family.swells:
        wave = colour.stroke(wave, character.punch)
    if character.punch < -SLIGHT and family.swells:
        wave = wave * envelopes.rise(part.frames, SLOWER * -character.punch)
    return wave


def _old(wave: Wave, part: Part, dirt: float) -> Wave:
    """Plays a wave through an old sampler: few bits, a low rate, a dull output and a little hiss."""
    crushed = filters.crush(wave, 12 - 3 * dirt, 1 + 0.9 * dirt)
    dull = filters.low_pass(crushed, 16_000 / 2.0**dirt)
    hiss = 0.004 * dirt * float(np.abs(wave).max()) * part.dice.noise("hiss of age", part.frames)
    return dull + hiss * envelopes.decay(part.frames, part.ring)


def _placed(wave: Wave, part: Part, space: float) -> Wave:
    wet = filters.room(wave, min(3.0, part.seconds), part.dice.other("space"), 4_500 * part.bright(0.5))
    level = 0.35 * space * float(np.abs(wave).max()) / (float(np.abs(wet).max()) or 1.0)
    return wave + level * wet


def _spread(wave: Wave, part: Part) -> Wave:
    """Returns `(channels, frames)`: mono where a record has it, else as wide as the words want it."""
    width = part.character.width
    if part.family in FAMILIES and part.family not in WIDE:
        return np.atleast_2d(wave.mean(axis=0) if wave.ndim == 2 else wave)
    if wave.ndim == 1:
        if width <= SLIGHT:
            return wave[np.newaxis]
        # A late copy, added on one side and taken away on the other: what is heard in mono stays the same.
        late = np.zeros_like(wave)
        delay = round(DOUBLING * RATE)
        late[delay:] = filters.high_pass(wave, 200)[: max(0, len(wave) - delay)]
        side = min(0.4, 0.25 * width) * late
        return np.stack([wave + side, wave - side])
    if width <= -1.5:
        return np.atleast_2d(wave.mean(axis=0))
    middle, side = wave.mean(axis=0), (wave[0] - wave[1]) * float(2.0 ** (0.5 * width - 1))
    return np.stack([middle + side, middle - side])


def _closed(wave: Wave, part: Part) -> Wave:
    """Fades the end, takes away what offset is left, and sets the peak."""
    frames = wave.shape[-1]
    wave = wave * envelopes.fall(frames, max(0.004, min(0.05, 0.1 * part.seconds)))
    place = np.linspace(0.0, 1.0, frames)
    arch = place * (1 - place)
    wave = wave - arch * (wave.mean(axis=-1, keepdims=True) / (float(arch.mean()) or 1.0))
    wave *= PEAK / (float(np.abs(wave).max()) or 1.0)
    # Processors differ in the last digit of a sine; on the grid of a file of 24 bits they agree.
    steps: Wave = np.round(wave * STEPS) / STEPS
    return steps
