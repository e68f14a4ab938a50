"""Small percussion: what is struck, rubbed and shaken beside the drum kit."""

from __future__ import annotations

import numpy as np

from bridge.models.synth import envelopes, filters, oscillators
from bridge.models.synth.part import RATE, Part, Wave
from bridge.models.synth.voices.drums import MEMBRANE, click, thudding
from bridge.models.synth.voices.metals import BANK

FIRST_GRAINS = 0.06
"""Of the loudest moment of a shaker: its beginning."""


def rim(part: Part) -> Wave:
    """A stick on the rim: two short, hollow rings far apart, bent together."""
    dice, frames = part.dice, part.frames
    ring = 0.6 * part.at_most(0.45)
    ratios = np.array([1.0, dice.between("upper", 3.3, 3.8), dice.between("top", 5.1, 6.3)])
    rings = oscillators.modes(part.pitch * ratios, ring / np.sqrt(ratios), [0.8, 1.0 * part.bright(0.5), 0.3], frames)
    whole = filters.drive(rings, 1.5 * part.driven(), 0.2) + 0.5 * part.hard() * click(part, 3_500, 0.006)
    return thudding(part, whole, -14, dice.ratio("thud hz", 180, 350), part.at_most(0.15))


def cowbell(part: Part) -> Wave:
    """Two squares a good fifth apart through a band-pass; a knock, then a slow decay."""
    dice, frames = part.dice, part.frames
    upper = BANK[5] / BANK[4] * dice.between("fifth", 0.985, 1.015)
    pair = sum(
        oscillators.play(
            oscillators.table(oscillators.spectrum("square", part.pitch * ratio)),
            oscillators.phase(part.pitch * ratio, frames),
        )
        for ratio in (1.0, upper)
    )
    body = filters.band_pass(np.asarray(pair), 4.5 * part.pitch * part.bright(0.4), 0.9) + 0.15 * np.asarray(pair)
    body *= envelopes.two_stage(frames, 0.06, 0.9 * part.ring, 0.45) * envelopes.rise(frames, 0.0005 / part.hard(2.5))
    whole = filters.high_pass(filters.drive(body, 1.2 * part.driven()), 0.8 * part.pitch)
    return thudding(part, whole + 0.2 * part.hard() * click(part, 4_000, 0.008), -18, 300, part.at_most(0.12))


def clave(part: Part) -> Wave:
    """Two hard sticks: one clear tone, gone at once."""
    ring = 0.5 * part.at_most(0.35)
    rings = ring * np.array([1, 0.3, 0.15])
    body = oscillators.modes(part.pitch * np.array([1, 2.71, 5.1]), rings, [1, 0.25, 0.1], part.frames)
    whole = body + 0.35 * part.hard() * click(part, 5_000, 0.008, 0.5)
    return thudding(part, whole, -16, part.dice.ratio("thud hz", 300, 600), part.at_most(0.12))


def woodblock(part: Part) -> Wave:
    """A hollow block of wood."""
    ring = 0.4 * part.at_most(0.4)
    ratios = np.array([1.0, part.dice.between("second", 1.6, 1.95), part.dice.between("third", 2.7, 3.2)])
    body = oscillators.modes(part.pitch * ratios, ring / ratios, [1, 0.6 * part.bright(0.5), 0.3], part.frames)
    whole = filters.drive(body, 1.0 * part.driven(), 0.15) + 0.35 * part.hard() * click(part, 2_500, 0.01, 0.5)
    return thudding(part, whole, -14, part.dice.ratio("thud hz", 200, 450), part.at_most(0.15))


def conga(part: Part) -> Wave:
    """A hand on a small skin: the tone, and the slap that starts it."""
    dice, frames = part.dice, part.frames
    ring = 0.8 * part.at_most(0.9)
    fall = envelopes.glide(frames, 1 + dice.between("fall", 0.04, 0.12) * part.hard(0.5), 0.018)
    tone = oscillators.sine(oscillators.phase(part.pitch * fall, frames)) * envelopes.decay(frames, ring)
    skin = oscillators.modes(
        part.pitch * MEMBRANE[1:6], 0.25 * ring, dice.many("skin", 5, 0.2, 0.7) * part.bright(0.5), frames
    )
    slap = dice.between("slap", 0.2, 0.6) * part.hard() * click(part, 1_800, 0.02, 0.7)
    return tone * envelopes.rise(frames, 0.001 / part.hard(2.5)) + dice.between("skin level", 0.2, 0.5) * skin + slap


def shaker(part: Part) -> Wave:
    """Grains in a box: they swell against the wall, and come back more softly."""
    dice, frames = part.dice, part.frames
    stroke = min(0.35 * part.seconds, dice.between("stroke", 0.02, 0.05) / part.hard(0.5))
    ring = part.at_most(0.25)
    # The first grains fall at once: a shaker that began in silence would come late.
    swell = FIRST_GRAINS + (1 - FIRST_GRAINS) * envelopes.rise(frames, stroke)
    envelope = swell * envelopes.decay(frames, ring, hold=stroke)
    back = round(dice.between("back", 0.07, 0.12) * RATE)
    if dice.share("returns") < 0.6 and 2 * back < frames:
        rest = frames - back
        envelope[back:] += 0.4 * envelopes.rise(rest, 1.5 * stroke) * envelopes.decay(rest, 0.8 * ring, 1.5 * stroke)
    place = dice.between("place", 5_000, 8_500) * part.bright(0.4)
    grains = filters.high_pass(dice.noise("grains", frames), 0.6 * place, 4)
    # Single grains: the level jumps about, faster than the ear follows.
    jumps = np.repeat(dice.many("jumps", frames // 24 + 1, 0.3, 1.0), 24)[:frames]
    whole = (filters.band_pass(grains, place, 1.2) + 0.4 * grains) * jumps * envelope
    # The box that they fall against.
    box = filters.band_pass(dice.noise("box", frames), dice.ratio("box hz", 500, 1_200), 0.6) * envelope**1.5
    return whole + dice.between("box level", 0.1, 0.25) * float(np.abs(whole).max()) * box
