"""Leads and stabs: what a synthesiser plays above the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bridge.models.synth import envelopes, filters, oscillators, unison
from bridge.models.synth.part import Part, Wave

SUPERSAW = (0.0197, 0.0625, 0.1087)
"""How far the three pairs of a well-known synthesiser's seven saws are away at full detune, as parts of the pitch
(after A. Szabo, thesis, KTH 2010; there the pairs are uneven by up to 2 %)."""
GROUND = np.array([0.2, 0.5])
"""How much of their first and second partial the players beside the note play."""
SIDE_LEVEL = 0.5
"""Of the outer saws against the middle one."""


def supersaw(part: Part, detune: float, scatter: float = 1.0) -> Wave:
    """Returns seven saws, spread over left and right; `detune` is 0…1, `scatter` that of `unison.players`."""
    cents = [1200 * math.log2(1 + away * detune) for away in SUPERSAW]
    saws = unison.players(part, cents, SIDE_LEVEL, scatter=scatter)
    return stereo(part, oscillators.spectrum("saw", part.pitch * 1.02), saws)


def stereo(part: Part, spectrum: oscillators.Spectrum, players: Sequence[unison.Player]) -> Wave:
    """Plays a waveform by several players, each from its place.

    Those beside the note hold back the lowest partials, which would go out and in as they beat.
    """
    beside = spectrum.copy()
    beside[:2] *= GROUND[: len(beside)]
    middle, others = oscillators.table(spectrum), oscillators.table(beside)
    width = min(1.0, max(0.0, 0.55 + 0.3 * part.character.width))
    wave = np.zeros((2, part.frames))
    for player in players:
        side = width * player.side
        sides = player.level * np.sqrt(0.5 * np.array([[1 - side], [1 + side]]))
        wave += sides * oscillators.play(others if player.side else middle, player.cycles)
    return wave


def _gate(part: Part, sustain: float) -> Wave:
    attack = min(0.004 / part.hard(2.0), 0.3 * part.seconds)
    return envelopes.held(part.frames, attack, 1.2 * part.ring, sustain, min(0.15, 0.3 * part.seconds))


def _opening(part: Part, low: float, octaves: float, t60: float) -> Wave:
    """Returns the cutoff of a filter that the stroke opens and time closes."""
    closing = envelopes.decay(part.frames, t60)
    return max(low, 1.5 * part.pitch) * part.bright(1.0) * np.exp2(octaves * part.hard(0.3) * closing)


def _vibrato(part: Part, cents: float) -> Wave:
    return unison.sway(part, cents, part.dice.between("vibrato rate", 4.8, 6.2), min(0.6, 0.5 * part.seconds))


def saw_lead(part: Part) -> Wave:
    """Saws close together through a low-pass, with a vibrato that comes late."""
    dice = part.dice
    swing = _vibrato(part, dice.between("vibrato", 4, 9))
    saws = unison.players(part, [dice.between("cents", 4, 10)], 0.35)
    cutoff = _opening(part, dice.ratio("low", 1_200, 2_500), dice.between("octaves", 0.8, 2.0), 0.8 * part.seconds)
    spectrum = oscillators.spectrum("saw", part.pitch)
    levels, phases = [saw.level for saw in saws], [saw.cycles + swing for saw in saws]
    body = oscillators.swept(spectrum, part.pitch, cutoff, dice.between("q", 0.8, 2.0), levels, phases)
    return filters.drive(body * _gate(part, 0.7), 1.0 * part.driven())


def square_lead(part: Part) -> Wave:
    """A pulse whose width swings around its middle, as two saws against each other."""
    dice, frames = part.dice, part.frames
    running = oscillators.phase(part.pitch, frames) + _vibrato(part, dice.between("vibrato", 4, 10))
    swing = oscillators.sine(dice.between("rate", 0.6, 2.5) * 2.0**part.character.motion * part.time)
    half = (dice.between("width", 0.3, 0.5) + 0.12 * swing) / 2
    cycle = oscillators.table(oscillators.spectrum("saw", part.pitch))
    body = oscillators.play(cycle, running - half) - oscillators.play(cycle, running + half)
    body = filters.low_pass(body, max(dice.ratio("top", 2_500, 6_000) * part.bright(1.2), 1.5 * part.pitch))
    return body * _gate(part, 0.75)


def super_lead(part: Part) -> Wave:
    """Seven saws, wide and bright, without what lies below the note."""
    dice = part.dice
    body = filters.high_pass(supersaw(part, dice.ratio("detune", 0.05, 0.16)), 0.9 * part.pitch)
    body = filters.low_pass(body, max(dice.ratio("top", 5_000, 11_000) * part.bright(), 1.5 * part.pitch))
    # Where the saws meet they pile up; bent a little, the peak does not push all the rest down.
    return filters.drive(body, 1.8 * part.driven()) * _gate(part, 0.8)


def fm_lead(part: Part) -> Wave:
    """Frequency modulation at a whole ratio, bright while it is held."""
    dice, frames = part.dice, part.frames
    index = dice.between("rest", 0.8, 1.6) + dice.between("index", 1.0, 3.0) * envelopes.decay(frames, 0.5)
    index = index * part.bright(0.8) * part.hard(0.2)
    body = oscillators.fm(part.pitch, dice.choice("ratio", (1.0, 2.0, 3.0)), index, frames)
    body += 0.4 * oscillators.sine(oscillators.phase(part.pitch, frames))
    return body * _gate(part, 0.7)


def stab(part: Part) -> Wave:
    """A short chord-machine stroke on one note: many saws behind a filter that closes."""
    dice = part.dice
    wide = supersaw(part, dice.ratio("detune", 0.02, 0.06), scatter=0.15)
    cutoff = _opening(part, dice.ratio("low", 500, 900), dice.between("octaves", 2.5, 3.8), 0.8 * part.ring)
    place = filters.bins()
    steps = cutoff[:: max(1, part.frames // 64)]
    gains = np.abs(oscillators.resonant(place, steps[:, None], 1.4))
    body = np.stack([filters.moving(side, gains) for side in wide])
    return body * envelopes.two_stage(part.frames, 0.4 * part.ring, part.ring, 0.4) * _gate(part, 1.0)


CHORDS = {
    "minor": (3, 7, 12),
    "major": (4, 7, 12),
    "seventh": (4, 7, 10),
    "minor seventh": (3, 7, 10),
    "ninth": (3, 10, 14),
    "sus": (5, 7, 12),
}
"""Semitones above the root."""


def chord_stab(part: Part) -> Wave:
    """A short chord, as records take it from other records; its root is the note."""
    dice, frames = part.dice, part.frames
    named = [chord for chord in CHORDS if part.words.name(chord)]
    steps = CHORDS[max(named, key=len) if named else dice.choice("chord", tuple(CHORDS))]
    wave = np.zeros((2, frames))
    width = min(1.0, max(0.0, 0.5 + 0.3 * part.character.width))
    for number, step in enumerate((0, *steps)):
        pitch = part.pitch * 2 ** (step / 12)
        spectrum = oscillators.spectrum("saw", pitch * 1.01)
        # The root keeps its ground; the others stand above it.
        spectrum[:2] *= (1.0, 1.0)[: len(spectrum)] if step == 0 else (0.35, 0.7)[: len(spectrum)]
        cycle = oscillators.table(spectrum)
        tone = oscillators.play(cycle, oscillators.phase(pitch, frames, 0.2 * dice.share(f"start {number}")))
        side = width * (0.0 if step == 0 else (-0.6, 0.6, -0.3)[number - 1])
        wave += (1.0 if step == 0 else 0.4) * np.sqrt(0.5 * np.array([[1 - side], [1 + side]])) * tone
    cutoff = _opening(part, dice.ratio("low", 500, 1_000), dice.between("octaves", 2.3, 3.5), 0.7 * part.ring)
    gains = np.abs(oscillators.resonant(filters.bins(), cutoff[:: max(1, frames // 64), None], 1.2))
    body = np.stack([filters.moving(row, gains) for row in wave])
    body = filters.drive(body, 1.2 * part.driven())
    body *= envelopes.two_stage(frames, 0.5 * part.ring, part.ring, 0.5) * _gate(part, 1.0)
    return body + 0.25 * filters.room(body, min(0.8, part.seconds), dice.other("room"), 4_000 * part.bright(0.5), 500)
