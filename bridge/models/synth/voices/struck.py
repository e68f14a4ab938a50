"""Struck bars and bells: each a row of modes, each a way of decaying."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.models.synth import envelopes, filters, oscillators
from bridge.models.synth.part import Part, Wave
from bridge.models.synth.voices.drums import click, thudding
from bridge.units import Seconds

SHORTER = 600.0
"""Hz above which a body rings shorter the higher it is tuned."""
SOON = Seconds(0.5)
"""A body that is to be as short as that takes all of its time, however high it is tuned."""
CLANG = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """Holds a body's modes: their ratios to the pitch, levels at a middling stroke, and t60s against the first's.

    `ring` is how much of the part's time the first mode takes. `knock` and `knock_hz` are the mallet's noise,
    `tremolo` the depth of a vibraphone's fans, `pairs` the Hz by which the two halves of a mode beat, `clang` the level
    of the many high modes that a hard stroke wakes for a moment.
    """

    ratios: tuple[float, ...]
    gains: tuple[float, ...]
    rings: tuple[float, ...]
    ring: float = 1.0
    knock: float = 0.15
    knock_hz: float = 1_500
    tremolo: float = 0.0
    pairs: float = 0.0
    clang: float = 0.0


MARIMBA = _Body(
    ratios=(1, 3.93, 9.24, 16.2),
    gains=(1, 0.45, 0.22, 0.1),
    rings=(1, 0.22, 0.08, 0.04),
    ring=0.75, knock=0.35,
)  # fmt: skip
XYLOPHONE = _Body(
    ratios=(1, 3.0, 6.1, 10.2, 14.9),
    gains=(1, 0.8, 0.5, 0.3, 0.18),
    rings=(1, 0.45, 0.25, 0.12, 0.08),
    ring=0.45, knock=0.5, knock_hz=3_500,
)  # fmt: skip
VIBRAPHONE = _Body(
    ratios=(1, 4.0, 9.95),
    gains=(1, 0.35, 0.15),
    rings=(1, 0.4, 0.12),
    knock=0.18, knock_hz=2_500, tremolo=0.35,
)  # fmt: skip
KALIMBA = _Body(
    ratios=(1, 5.42, 6.27, 14.6),
    gains=(1, 0.25, 0.2, 0.1),
    rings=(1, 0.12, 0.1, 0.05),
    ring=0.8, knock=0.35, knock_hz=2_500,
)  # fmt: skip
GLOCKENSPIEL = _Body(
    ratios=(1, 2.756, 5.404, 8.933),
    gains=(1, 0.7, 0.6, 0.35),
    rings=(1, 0.6, 0.35, 0.2),
    knock=0.3, knock_hz=6_000, pairs=0.4,
)  # fmt: skip
# The hum, an octave below, stays behind the prime, so that the bell sounds on its note.
CHURCH = _Body(
    ratios=(0.5, 1, 1.2, 1.5, 2, 2.5, 2.67, 3, 4, 5.33),
    gains=(0.12, 1, 0.35, 0.16, 0.6, 0.2, 0.15, 0.2, 0.15, 0.08),
    rings=(1.1, 1, 0.5, 0.35, 0.6, 0.3, 0.25, 0.25, 0.2, 0.12),
    knock=0.25, knock_hz=3_500, pairs=0.9, clang=0.35,
)  # fmt: skip
HANDBELL = _Body(
    ratios=(1, 3.0, 4.5, 6.2, 8.3),
    gains=(1, 0.75, 0.5, 0.35, 0.2),
    rings=(1, 0.55, 0.3, 0.2, 0.12),
    knock=0.25, knock_hz=5_500, pairs=0.7, clang=0.5,
)  # fmt: skip
GLASS = _Body(
    ratios=(1, 2.32, 4.25, 6.63, 9.38),
    gains=(1, 0.6, 0.5, 0.35, 0.2),
    rings=(1, 0.5, 0.35, 0.25, 0.15),
    ring=0.8, knock=0.2, knock_hz=7_000, pairs=0.5, clang=0.4,
)  # fmt: skip
GONG = _Body(
    ratios=(1, 1.47, 1.92, 2.08, 2.61, 3.12, 3.48, 4.2, 5.1, 6.3),
    gains=(1, 0.25, 0.3, 0.25, 0.22, 0.2, 0.18, 0.15, 0.12, 0.1),
    rings=(1, 0.8, 0.7, 0.7, 0.6, 0.5, 0.5, 0.4, 0.3, 0.25),
    knock=0.08, knock_hz=900, pairs=1.5, clang=0.3,
)  # fmt: skip


def _struck(part: Part, body: _Body) -> Wave:
    dice, frames = part.dice, part.frames
    ratios = np.array(body.ratios)
    number = len(ratios)
    strays = 1 + dice.many("stray", number, -0.012, 0.012) * 2.0**part.character.metal
    strays[ratios == 1] = 1.0
    # A harder or harder-struck mallet is shorter in touch, so it wakes more of the high modes.
    tilt = np.clip(ratios, 1, None) ** (0.55 * part.brightness + 0.15 * part.punch + 0.3 * part.character.metal)
    gains = np.array(body.gains) * dice.many("gains", number, 0.7, 1.3) * tilt
    gains[ratios == 1] = 1.0
    high = np.minimum(1.0, (9_000 / (ratios * part.pitch)) ** 0.5)
    share = max(body.ring * min(1.0, (SHORTER / part.pitch) ** 0.4), min(1.0, SOON / part.ring))
    rings = share * part.ring * np.array(body.rings) * high
    frequencies = part.pitch * ratios * strays
    phases = dice.many("phases", number)
    wave = oscillators.modes(frequencies, rings, gains, frames, phases)
    if body.pairs:  # no bell is quite round: every mode is two, which beat
        apart = 1 + dice.many("apart", number, 0.2, 1.0) * body.pairs / np.maximum(frequencies, 100)
        apart[ratios == 1] = 1.0
        wave += 0.5 * oscillators.modes(frequencies * apart, rings, gains, frames, phases)
    if body.clang:
        wave += body.clang * part.hard(0.5) * part.bright(0.6) * _clang(part)
    if body.tremolo:
        rate = dice.between("fans", 4.0, 6.5)
        wave *= 1 - body.tremolo * 2.0**part.character.motion / 2 * (1 - np.cos(2 * np.pi * rate * part.time))
    wave *= envelopes.rise(frames, dice.between("touch", 0.0005, 0.0015) / part.hard(2.5))
    knock = body.knock * part.hard() * float(np.abs(wave).max())
    # The stand, the tubes or the box go on for a moment.
    box = filters.band_pass(dice.noise("box", frames), 0.5 * body.knock_hz * part.bright(0.5), 0.4)
    box *= envelopes.decay(frames, part.at_most(0.35))
    wave += knock * (click(part, body.knock_hz * part.bright(0.3), 0.024, 0.5) + 0.3 * box)
    return thudding(part, wave, dice.between("thud", -26, -18), dice.ratio("thud hz", 150, 350), part.at_most(0.15))


def _clang(part: Part) -> Wave:
    """Returns the short-lived high modes of a struck bell, about as loud as one."""
    dice = part.dice
    at = np.sort(dice.many("clang", CLANG)) + 0.02 * part.character.metal
    low = max(3.0 * part.pitch, 1_500.0)
    frequencies = low * (16_000 / min(low, 15_000)) ** at
    rings = part.at_most(0.5) * dice.many("clang rings", CLANG, 0.15, 1.0) * (low / frequencies) ** 0.5
    gains = dice.many("clang gains", CLANG, 0.2, 1.0) / CLANG**0.5
    return oscillators.modes(frequencies, rings, gains, part.frames, dice.many("clang phases", CLANG))


def marimba(part: Part) -> Wave:
    """A bar of rosewood over a tube: tuned to 1 : 4 : 9, round and short."""
    return _struck(part, MARIMBA)


def xylophone(part: Part) -> Wave:
    """A hard bar of wood: tuned to 1 : 3 : 6, dry."""
    return _struck(part, XYLOPHONE)


def vibraphone(part: Part) -> Wave:
    """A bar of aluminium that rings long, under turning fans."""
    return _struck(part, VIBRAPHONE)


def kalimba(part: Part) -> Wave:
    """A tongue of steel on a box, plucked by a thumb."""
    return _struck(part, KALIMBA)


def glockenspiel(part: Part) -> Wave:
    """A plain bar of steel: the modes of a free bar, 1 : 2.756 : 5.404 : 8.933."""
    return _struck(part, GLOCKENSPIEL)


def church_bell(part: Part) -> Wave:
    """A cast bell: hum, prime, minor third, fifth and octave."""
    return _struck(part, CHURCH)


def hand_bell(part: Part) -> Wave:
    """A hand bell or a chime: few modes, long and clear."""
    return _struck(part, HANDBELL)


def glass_bell(part: Part) -> Wave:
    """A glass that is struck."""
    return _struck(part, GLASS)


def gong(part: Part) -> Wave:
    """A gong: many modes, close together, that beat slowly."""
    return _struck(part, GONG)


def fm_bell(part: Part) -> Wave:
    """An electric bell: frequency modulation at a ratio that is not whole (Chowning 1973)."""
    dice, frames = part.dice, part.frames
    ratio = dice.choice("ratio", (1.4, 2.76, 3.5, 3.5)) + 0.05 * part.character.metal
    closing = envelopes.decay(frames, dice.between("close", 0.35, 0.6) * part.ring)
    index = dice.between("index", 1.2, 2.6) * part.bright(0.7) * part.hard(0.3)
    body = oscillators.fm(part.pitch, ratio, index * closing, frames) * envelopes.decay(frames, part.ring)
    body += 0.6 * oscillators.modes([part.pitch], part.ring, [1.0], frames)
    body *= envelopes.rise(frames, 0.001 / part.hard(2.5))
    body += 0.2 * part.hard(0.5) * part.bright(0.6) * _clang(part)
    body += 0.15 * part.hard() * click(part, 5_000, 0.02, 0.5)
    return thudding(part, body, dice.between("thud", -28, -20), 250, part.at_most(0.15))
