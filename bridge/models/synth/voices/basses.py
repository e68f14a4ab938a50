"""Basses: the 808, and what a synthesiser plays below it. All mono, all exactly on the note."""

from __future__ import annotations

import numpy as np

from bridge.models.synth import envelopes, filters, oscillators, unison
from bridge.models.synth.part import Part, Wave
from bridge.models.synth.voices.drums import click


def sub(part: Part) -> Wave:
    """An 808: a long sine that falls onto its note, driven so that small speakers play it too."""
    dice, frames = part.dice, part.frames
    fall = envelopes.glide(frames, 1 + dice.between("fall", 0.8, 2.5) * part.hard(0.5), dice.ratio("tau", 0.008, 0.02))
    body = oscillators.sine(oscillators.phase(np.minimum(part.pitch * fall, 8_000.0), frames))
    beat = min(dice.between("beat", 0.05, 0.2), 0.2 * part.seconds)
    envelope = envelopes.decay(frames, max(0.05, 1.15 * part.ring - beat), beat)
    body *= envelope * envelopes.rise(frames, 0.002 / part.hard(2.5))
    grit = dice.ratio("grit", 0.8, 2.6) * part.driven() * part.bright(0.4)
    driven = filters.drive(body, grit, dice.between("bias", 0.0, 0.25))
    driven = filters.low_pass(driven, max(14 * part.pitch, 500.0) * part.bright(), 1)
    return driven + dice.between("click", 0.03, 0.12) * part.hard() * click(part, 2_000, 0.01)


def _gate(part: Part, sustain: float) -> Wave:
    """Returns the envelope of a held key."""
    attack = min(0.003 / part.hard(2.0), 0.3 * part.seconds)
    release = min(0.12, 0.25 * part.seconds)
    return envelopes.held(part.frames, attack, 1.5 * part.ring, sustain, release)


def _ground(part: Part, level: float, start: float = 0.0) -> Wave:
    """Returns a sine on the note, for the weight."""
    level *= float(2.0 ** (0.6 * part.character.depth))
    return level * oscillators.sine(oscillators.phase(part.pitch, part.frames, start))


def reese(part: Part) -> Wave:
    """Saws a little apart that beat slowly against each other, under a low-pass that breathes."""
    dice = part.dice
    saws = unison.players(part, [dice.between("cents", 9, 20)], 0.85)
    rate = dice.between("rate", 0.4, 1.4) * 2.0**part.character.motion
    breath = oscillators.sine(rate * part.time + dice.share("breath"))
    cutoff = max(dice.ratio("cutoff", 500, 1_300), 4 * part.pitch) * part.bright(1.3)
    depth = dice.between("depth", 0.3, 0.8) * 2.0 ** (0.7 * part.character.motion)
    levels, phases = [saw.level for saw in saws], [saw.cycles for saw in saws]
    spectrum = oscillators.spectrum("saw", part.pitch)
    spectrum[0] *= 0.55  # the beating is for the overtones; the ground stays
    body = oscillators.swept(spectrum, part.pitch, cutoff * np.exp2(depth * breath), 1.1, levels, phases)
    body += _ground(part, 1.0, float(phases[0][0]))
    return filters.drive(body * _gate(part, 0.8), 1.3 * part.driven())


def fm_bass(part: Part) -> Wave:
    """Frequency modulation at whole ratios: a bark at the start that closes to a round tone."""
    dice, frames = part.dice, part.frames
    ratio = dice.choice("ratio", (1.0, 1.0, 2.0, 2.0, 3.0))
    fast = envelopes.decay(frames, dice.between("bark", 0.2, 0.6) * 2.0 ** (0.5 * part.character.length))
    index = dice.between("index", 2.0, 5.0) * fast + dice.between("rest", 0.3, 1.0)
    index *= part.bright(0.9) * part.hard(0.3)
    body = oscillators.fm(part.pitch, ratio, index, frames) + _ground(part, 0.5)
    return filters.drive(body * _gate(part, 0.55), 0.9 * part.driven())


def _filtered(part: Part, low: float, octaves: float, t60: float, q: float, drive: float) -> Wave:
    """Returns a saw or a square through a low-pass that an envelope closes."""
    dice, frames = part.dice, part.frames
    shape = dice.choice("shape", ("saw", "saw", "square"))
    spectrum = oscillators.spectrum("saw" if shape == "saw" else "square", part.pitch, dice.between("width", 0.3, 0.5))
    saws = unison.players(part, [4.0], 0.6, scatter=0.2)
    levels, phases = [saw.level for saw in saws], [saw.cycles for saw in saws]
    opening = envelopes.decay(frames, t60 * 2.0 ** (0.5 * part.character.length))
    cutoff = max(low, 1.5 * part.pitch) * part.bright(1.2) * np.exp2(octaves * part.hard(0.3) * opening)
    body = oscillators.swept(spectrum, part.pitch, cutoff, q, levels, phases) + _ground(part, 0.6, float(phases[0][0]))
    return filters.drive(body * _gate(part, 0.6), drive * part.driven())


def plain_bass(part: Part) -> Wave:
    """An analogue synthesiser's bass: a low-pass that closes after every stroke."""
    dice = part.dice
    return _filtered(part, dice.ratio("low", 180, 450), dice.between("octaves", 1.5, 3.0),
                     dice.between("close", 0.4, 1.2), dice.between("q", 0.8, 1.8), 1.2)  # fmt: skip


def acid_bass(part: Part) -> Wave:
    """A bass with a resonance that whistles down the overtones."""
    dice = part.dice
    return _filtered(part, dice.ratio("low", 250, 500), dice.between("octaves", 2.0, 3.3),
                     dice.between("close", 0.3, 0.9), dice.between("q", 4.0, 9.0), 2.2)  # fmt: skip
