"""Plucked sounds: strings, and the synthesiser's answer to them."""

from __future__ import annotations

import numpy as np

from bridge.models.synth import envelopes, filters, oscillators, unison
from bridge.models.synth.part import Part, Wave
from bridge.models.synth.voices.drums import click, thudding

MOST_PARTIALS = 160


def _string(part: Part, *, damping: float, noise: float, place: tuple[float, float], softness: float) -> Wave:
    """Returns a plucked string as the sum of its modes.

    These are the modes of a Karplus–Strong loop (K. Karplus and A. Strong 1983; D. Jaffe and J. Smith 1983): every
    turn of the loop averages neighbours, so partial k loses `damping` · k² of what partial 1 loses; the burst of
    noise that fills the loop gives every partial a level and a phase of its own (`noise` 0…1); plucking at `place`
    of the length takes away the partials that rest there. As a sum it is on the note at any pitch.
    """
    dice = part.dice
    k = np.arange(1.0, 1 + max(1, min(MOST_PARTIALS, int(oscillators.HIGHEST / part.pitch))))
    at = dice.between("place", *place)
    comb = np.abs(np.sin(np.pi * k * at)) + 0.03
    levels = comb / k * (1 - noise + 2 * noise * dice.many("burst", MOST_PARTIALS)[: len(k)])
    levels[0] = max(levels[0], 0.5)
    place_hz = max(softness * part.bright(1.2) * part.hard(0.5), 2.5 * part.pitch)
    levels /= 1 + np.square(k * part.pitch / place_hz)
    ring = 1.25 * part.ring / (1 + damping * part.bright(-1.0) * np.square(k - 1) * (part.pitch / 440) ** 0.4)
    ring = np.minimum(ring, part.ring * np.minimum(1.0, (5_000 * part.bright() / (k * part.pitch)) ** 0.7))
    ring[0] = 1.25 * part.ring
    phases = 0.25 * noise * dice.many("turn", MOST_PARTIALS)[: len(k)]
    body: Wave = oscillators.modes(k * part.pitch, ring, levels, part.frames, phases)
    pick = filters.band_pass(dice.noise("pick", part.frames), 2_800 * part.bright(0.5), 0.7)
    pick *= envelopes.decay(part.frames, 0.02)
    body /= np.abs(body).max()
    body += 0.16 * part.hard() * pick
    thud = part.dice.between("thud", -30, -22)
    return thudding(part, body, thud, part.dice.ratio("thud hz", 110, 260), part.at_most(0.2))


def guitar(part: Part) -> Wave:
    """A guitar's string over a small wooden body."""
    body = _string(part, damping=0.007, noise=0.45, place=(0.12, 0.28), softness=4_200)
    wood = filters.band_pass(body, 190, 1.5) + 0.7 * filters.band_pass(body, 410, 2.0)
    return (body + 0.25 * wood) * envelopes.rise(part.frames, 0.0008 / part.hard(2.5))


def harp(part: Part) -> Wave:
    """A harp: soft fingers near the middle of a long string."""
    body = _string(part, damping=0.012, noise=0.25, place=(0.25, 0.45), softness=2_400)
    return body * envelopes.rise(part.frames, 0.002 / part.hard(2.5))


def koto(part: Part) -> Wave:
    """A koto: a hard plectrum close to the bridge, all overtones."""
    body = _string(part, damping=0.004, noise=0.5, place=(0.05, 0.12), softness=7_500)
    return body * envelopes.rise(part.frames, 0.0004 / part.hard(2.5))


def synth_pluck(part: Part) -> Wave:
    """Saws or squares behind a low-pass that closes at once."""
    dice, frames = part.dice, part.frames
    shape = dice.choice("shape", ("saw", "saw", "square"))
    spectrum = oscillators.spectrum("saw" if shape == "saw" else "square", part.pitch, dice.between("width", 0.25, 0.5))
    trio = unison.players(part, [dice.between("cents", 3, 9)], 0.3, scatter=0.3)
    closing = envelopes.decay(frames, dice.between("close", 0.3, 0.8) * min(part.ring, 1.5))
    rest = max(dice.ratio("rest", 600, 1_400), 1.3 * part.pitch) * part.bright(0.8)
    cutoff = rest * np.exp2(dice.between("octaves", 2.2, 3.8) * part.hard(0.35) * closing)
    levels, phases = [one.level for one in trio], [one.cycles for one in trio]
    body = oscillators.swept(spectrum, part.pitch, cutoff, dice.between("q", 0.9, 2.2), levels, phases)
    body *= envelopes.decay(frames, part.ring) * envelopes.rise(frames, 0.001 / part.hard(2.5))
    return body + 0.06 * part.hard() * float(np.abs(body).max()) * click(part, 4_000, 0.015, 0.5)
