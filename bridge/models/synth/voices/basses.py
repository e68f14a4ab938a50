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
    return _eight(part, part.pitch * fall, dice.ratio("grit", 0.8, 2.6))


def gliding_sub(part: Part) -> Wave:
    """An 808 that slides from another key onto its note."""
    dice, frames = part.dice, part.frames
    away = dice.choice("from", (-12, -7, -5, 5, 7, 12))
    slide = min(dice.between("slide", 0.09, 0.22), 0.25 * part.seconds)
    stay = min(dice.between("stay", 0.03, 0.1), 0.08 * part.seconds)
    place = np.clip((part.time - stay) / slide, 0, 1)
    interval = away * (0.5 + 0.5 * np.cos(np.pi * place))
    fall = envelopes.glide(frames, 1 + dice.between("fall", 0.8, 2.0) * part.hard(0.5), dice.ratio("tau", 0.008, 0.02))
    return _eight(part, part.pitch * np.exp2(interval / 12) * fall, dice.ratio("grit", 1.0, 2.6))


def driven_sub(part: Part) -> Wave:
    """An 808 through a box that breaks it up: loud overtones over the same ground."""
    dice, frames = part.dice, part.frames
    fall = envelopes.glide(frames, 1 + dice.between("fall", 1.0, 3.0) * part.hard(0.5), dice.ratio("tau", 0.008, 0.02))
    body = _eight(part, part.pitch * fall, dice.ratio("grit", 4.0, 9.0))
    broken = filters.high_pass(body / (np.abs(body).max() or 1.0), 2 * part.pitch, 1)
    broken = filters.drive(broken, dice.ratio("break", 2.0, 5.0) * part.driven(), 0.2)
    broken = filters.low_pass(broken, max(dice.ratio("top", 1_500, 3_500), 8 * part.pitch) * part.bright())
    ground = oscillators.sine(oscillators.phase(part.pitch, frames)) * envelopes.decay(frames, 1.1 * part.ring)
    return body + dice.between("broken", 0.25, 0.5) * broken + 0.3 * ground


def _eight(part: Part, frequency: Wave, grit: float) -> Wave:
    """Returns the body of an 808 with its click; `frequency` in Hz may move, `grit` is how hard it is pushed."""
    dice, frames = part.dice, part.frames
    body = oscillators.sine(oscillators.phase(np.minimum(frequency, 8_000.0), frames))
    beat = min(dice.between("beat", 0.05, 0.2), 0.2 * part.seconds)
    envelope = envelopes.decay(frames, max(0.05, 1.15 * part.ring - beat), beat)
    body *= envelope * envelopes.rise(frames, 0.002 / part.hard(2.5))
    driven = filters.drive(body, grit * part.driven() * part.bright(0.4), dice.between("bias", 0.0, 0.25))
    driven = filters.low_pass(driven, max(14 * part.pitch, 500.0) * part.bright(), 1)
    return driven + dice.between("click", 0.03, 0.12) * part.hard() * click(part, 2_000, 0.01)


def _gate(part: Part, sustain: float) -> Wave:
    """Returns the envelope of a held key."""
    attack = min(0.003 / part.hard(2.0), 0.3 * part.seconds)
    release = min(0.12, 0.25 * part.seconds)
    return envelopes.held(part.frames, attack, 1.5 * part.ring, sustain, release)


def _strike(part: Part, wave: Wave, level: float, hz: float = 3_000) -> Wave:
    """Puts the click of a key, a pick or an opening envelope before a bass, `level` of its peak."""
    level *= part.hard() * float(np.abs(wave).max())
    return wave + level * click(part, hz, part.dice.between("strike", 0.01, 0.025), 0.5)


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
    cutoff = max(dice.ratio("cutoff", 800, 2_200), 4 * part.pitch) * part.bright(1.3)
    depth = dice.between("depth", 0.3, 0.8) * 2.0 ** (0.7 * part.character.motion)
    levels, phases = [saw.level for saw in saws], [saw.cycles for saw in saws]
    spectrum = oscillators.spectrum("saw", part.pitch)
    spectrum[0] *= 0.55  # the beating is for the overtones; the ground stays
    body = oscillators.swept(spectrum, part.pitch, cutoff * np.exp2(depth * breath), 1.1, levels, phases)
    body += _ground(part, 1.0, float(phases[0][0]))
    return _strike(part, filters.drive(body * _gate(part, 0.8), 1.5 * part.driven()), 0.06)


def fm_bass(part: Part) -> Wave:
    """Frequency modulation at whole ratios: a bark at the start that closes to a round tone."""
    dice, frames = part.dice, part.frames
    ratio = dice.choice("ratio", (1.0, 1.0, 2.0, 2.0, 3.0))
    fast = envelopes.decay(frames, dice.between("bark", 0.2, 0.6) * 2.0 ** (0.5 * part.character.length))
    index = dice.between("index", 2.0, 5.0) * fast + dice.between("rest", 0.8, 1.8)
    index *= part.bright(0.9) * part.hard(0.3)
    body = oscillators.fm(part.pitch, ratio, index, frames) + _ground(part, 0.5)
    return _strike(part, filters.drive(body * _gate(part, 0.55), 1.2 * part.driven()), 0.12)


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
    return _strike(part, filters.drive(body * _gate(part, 0.6), drive * part.driven()), 0.08)


def plain_bass(part: Part) -> Wave:
    """An analogue synthesiser's bass: a low-pass that closes after every stroke."""
    dice = part.dice
    return _filtered(part, dice.ratio("low", 260, 700), dice.between("octaves", 1.8, 3.3),
                     dice.between("close", 0.5, 1.4), dice.between("q", 0.8, 1.8), 1.4)  # fmt: skip


def acid_bass(part: Part) -> Wave:
    """A bass with a resonance that whistles down the overtones."""
    dice = part.dice
    return _filtered(part, dice.ratio("low", 250, 500), dice.between("octaves", 2.0, 3.3),
                     dice.between("close", 0.3, 0.9), dice.between("q", 4.0, 9.0), 2.2)  # fmt: skip


def plucked_bass(part: Part) -> Wave:
    """A bass guitar: a heavy string, the finger or the pick that leaves it, and the fret that it touches."""
    dice, frames = part.dice, part.frames
    k = np.arange(1.0, 1 + max(1, min(80, int(7_000 / part.pitch))))
    pick = dice.share("pick")
    place = dice.between("place", 0.1, 0.3) * (1 - 0.5 * pick)
    levels = (np.abs(np.sin(np.pi * k * place)) + 0.02) / k * dice.many("gains", 80, 0.75, 1.3)[: len(k)]
    top = (700 + 1_800 * pick) * part.bright(1.2) * part.hard(0.5)
    levels /= 1 + np.square(k * part.pitch / max(top, 2.5 * part.pitch))
    levels[0] = max(levels[0], 0.7 * levels.max())
    ring = 1.4 * part.ring / (1 + 0.05 * part.bright(-0.7) * (k - 1))
    body = oscillators.modes(k * part.pitch, ring, levels, frames, 0.1 * dice.many("phases", 80)[: len(k)])
    body = filters.drive(body, 0.9 * part.driven(), 0.1)
    buzz = filters.band_pass(dice.noise("fret", frames), 1_200 * part.bright(0.5), 0.8) * envelopes.decay(frames, 0.12)
    body = body + (0.02 + 0.04 * pick) * part.hard() * buzz
    body *= envelopes.rise(frames, (0.002 - 0.0015 * pick) / part.hard(2.5))
    release = min(0.08, 0.2 * part.seconds)
    return _strike(part, body * envelopes.fall(frames, release), 0.08 + 0.14 * pick, 1_500 + 2_000 * pick)
