"""Pads: sounds that come slowly, move, and stand in a room."""

from __future__ import annotations

import numpy as np

from bridge.models.synth import envelopes, filters, oscillators, unison
from bridge.models.synth.part import Part, Wave
from bridge.models.synth.voices.leads import stereo, supersaw

VOWELS = {
    "ah": ((700, 1.0, 110), (1_150, 0.6, 130), (2_700, 0.25, 220)),
    "oh": ((480, 1.0, 100), (850, 0.5, 120), (2_600, 0.15, 220)),
    "oo": ((330, 1.0, 90), (750, 0.35, 110), (2_500, 0.1, 220)),
    "eh": ((550, 1.0, 100), (1_750, 0.5, 150), (2_600, 0.35, 220)),
}
"""Formants of sung vowels: Hz, level, width in Hz (round figures of phonetics)."""


def _swell(part: Part, attack: float) -> Wave:
    """Returns the envelope of a pad: it rises, stays, and is gone at the end."""
    attack = min(attack / part.hard(1.2), 0.45 * part.seconds)
    release = min(1.2, 0.4 * part.seconds)
    slow = envelopes.held(part.frames, attack, 6 * part.ring, 0.8, release)
    # A little of it is there as soon as the key is down: it answers to being played.
    fast = envelopes.held(part.frames, min(0.03 / part.hard(1.2), attack), 6 * part.ring, 0.8, release)
    begin = part.dice.between("begin", 0.15, 0.35) * part.hard(0.3)
    return (1 - begin) * slow + begin * fast


def _air(part: Part, wave: Wave, level: float) -> Wave:
    """Puts the noise of bows, breath or an old chorus around a stereo wave, `level` of its peak."""
    level *= part.bright(0.6) * float(np.abs(wave).max())
    top = 9_000 * part.bright(0.4)
    sides = [filters.low_pass(part.dice.noise(f"air {side}", part.frames), top, 1) for side in ("left", "right")]
    return wave + level * filters.high_pass(np.stack(sides), 1_200, 1)


def _breathing(part: Part, wave: Wave, low: float, octaves: float) -> Wave:
    """Sends left and right through a low-pass that opens slowly and then breathes."""
    steps = np.linspace(0, 1, max(8, round(12 * part.seconds)))
    rate = part.dice.between("breath rate", 0.15, 0.5) * 2.0**part.character.motion
    breath = np.sin(2 * np.pi * (rate * part.seconds * steps + part.dice.share("breath")))
    shape = 0.6 * np.sin(0.5 * np.pi * np.minimum(1, 2 * steps)) + 0.4 * 2.0**part.character.motion * breath
    cutoff = max(low, 1.5 * part.pitch) * part.bright(1.1) * np.exp2(octaves * shape)
    gains = np.abs(oscillators.resonant(filters.bins(), cutoff[:, None], 0.9))
    return np.stack([filters.moving(side, gains) for side in wave])


def _standing(part: Part, wave: Wave, share: float) -> Wave:
    """Puts a stereo wave into a room that leaves the first partial alone: echoes would make its pitch wander."""
    t60, floor = min(2.5, 0.8 * part.seconds), 3 * part.pitch
    return wave + share * filters.room(wave, t60, part.dice.other("room"), 5_000 * part.bright(0.5), floor)


def warm_pad(part: Part) -> Wave:
    """Many saws behind a low-pass that opens and breathes."""
    dice = part.dice
    saws = supersaw(part, dice.ratio("detune", 0.03, 0.1))
    body = _breathing(part, saws, dice.ratio("low", 650, 1_800), dice.between("octaves", 0.9, 1.8))
    body = _air(part, body, dice.between("air", 0.008, 0.02))
    return _standing(part, body * _swell(part, dice.between("attack", 0.15, 0.5)), 0.3)


def drone(part: Part) -> Wave:
    """A low, dark pad with weight on its low partials, always on the move."""
    dice = part.dice
    saws = supersaw(part, dice.ratio("detune", 0.02, 0.05))
    body = _breathing(part, saws, dice.ratio("low", 250, 600), dice.between("octaves", 1.0, 2.0))
    body = _air(part, filters.shelf(body, min(2.5 * part.pitch, 10_000), 5.0, "low"), 0.006)
    return _standing(part, body * _swell(part, dice.between("attack", 0.4, 0.9)), 0.4)


def _section(part: Part, cents: float) -> list[unison.Player]:
    """Returns seven who play the same note, each with a vibrato of its own."""
    return unison.players(part, [0.5 * cents, cents, 0.7 * cents], 0.6, vibrato=part.dice.between("vibrato", 4, 9))


def strings(part: Part) -> Wave:
    """A section of bowed strings."""
    dice = part.dice
    spectrum = oscillators.spectrum("saw", part.pitch * 1.02)
    frequencies = part.pitch * np.arange(1, len(spectrum) + 1)
    top = max(dice.ratio("top", 2_200, 4_200) * part.bright(1.2), 1.5 * part.pitch)
    wood = 1 + 0.8 * np.exp2(-np.square(np.log2(frequencies / 1_100) / 0.7))
    section = _section(part, dice.between("cents", 4, 9))
    body = _air(part, stereo(part, spectrum * wood / (1 + np.square(frequencies / top)), section), 0.012)
    return _standing(part, body * _swell(part, dice.between("attack", 0.1, 0.3)), 0.3)


def choir(part: Part) -> Wave:
    """Voices that sing a vowel."""
    dice = part.dice
    named = [vowel for vowel in VOWELS if part.words.name(vowel)]
    formants = VOWELS[named[0] if named else dice.choice("vowel", tuple(VOWELS))]
    k = oscillators.harmonics(part.pitch * 1.02)
    frequencies = part.pitch * k
    mouth = sum(level * np.exp(-0.5 * np.square((frequencies - hz) / wide)) for hz, level, wide in formants)
    spectrum = (np.asarray(mouth) + 0.02) / k**0.6 * np.minimum(1, 4_000 * part.bright() / frequencies)
    spectrum[0] = max(spectrum[0], 0.5 * spectrum.max())
    body = stereo(part, spectrum.astype(np.complex128), _section(part, dice.between("cents", 4, 9)))
    breath = filters.high_pass(dice.noise("breath", part.frames), 1_000)
    breath = filters.band_pass(breath, 2_500 * part.bright(0.5), 0.6)
    body = body / np.abs(body).max() + 0.02 * breath
    return _standing(part, body * _swell(part, dice.between("attack", 0.15, 0.4)), 0.4)


def glass_pad(part: Part) -> Wave:
    """Harmonics that come and go, each in its own time."""
    dice, frames, time = part.dice, part.frames, part.time
    wave = np.zeros((2, frames))
    for number, ratio in enumerate((1, 2, 3, 4, 5, 6, 8, 10, 12)):
        own = dice.other(f"harmonic {ratio}")
        pitch = part.pitch * ratio
        if pitch >= oscillators.HIGHEST:
            break
        tone = oscillators.sine(oscillators.phase(pitch, frames, own.share("start")))
        coming = 1 - 0.7 * min(1, number) * (0.5 + 0.5 * np.sin(2 * np.pi * (own.between("rate", 0.2, 0.7) * time)))
        side = 0.7 * own.between("side", -1, 1) * min(1, number)
        level = ratio ** (-0.8 + 0.5 * part.brightness)
        wave += level * np.sqrt(0.5 * np.array([[1 - side], [1 + side]])) * tone * coming
    wave = _air(part, wave, dice.between("air", 0.01, 0.025))
    return _standing(part, wave * _swell(part, dice.between("attack", 0.15, 0.45)), 0.35)
