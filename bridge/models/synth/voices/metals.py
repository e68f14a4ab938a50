"""Metal: hats and cymbals, from a drum machine's bank of squares or from hundreds of ringing modes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.models.synth import envelopes, filters, oscillators
from bridge.models.synth.part import Part, Wave

BANK = np.array([205.3, 304.4, 369.6, 522.7, 540.0, 800.0])
"""Hz of the six squares of a well-known metal bank (Werner, Abel and Smith, ICMC 2014); units differ by ±20 %."""


def bank(part: Part, factor: float) -> Wave:
    """Returns the six squares, `factor` times as high as in the machine, without what the filters remove anyway."""
    partials, gains = [], []
    for number, frequency in enumerate(BANK * factor):
        frequency *= part.dice.between(f"unit {number}", 0.9, 1.12) * (1 + 0.03 * part.character.metal)
        k = np.arange(1, oscillators.HIGHEST / frequency, 2)
        k = k[k * frequency > 1_500]
        partials.append(k * frequency)
        gains.append(1 / k)
    frequencies = np.concatenate(partials)
    phases = part.dice.many("bank phases", len(frequencies))
    return oscillators.modes(frequencies, 1e3, np.concatenate(gains), part.frames, phases)


def plate(part: Part, count: int, low: float, high: float, t60: float, channels: int = 1) -> Wave:
    """Returns a struck plate: its modes lie evenly between `low` and `high` Hz, high ones die sooner.

    `t60` is at 5 kHz. Two channels hear the same modes with other phases and levels.
    """
    dice = part.dice
    frequencies = np.sort(dice.many("modes", count, low, high)) * (1 + 0.02 * part.character.metal)
    ringing = t60 * np.sqrt(5_000 / frequencies) * dice.many("mode t60s", count, 0.6, 1.4)
    gains: NDArray[np.float64] = dice.many("mode gains", channels * count, 0.15, 1.0).reshape(channels, count)
    gains = gains * _hump(frequencies, 7_000 * part.bright(0.5))
    phases = dice.many("mode phases", channels * count).reshape(channels, count)
    wave = oscillators.modes(frequencies, ringing, gains / np.sqrt(count), part.frames, phases)
    return wave if channels == 2 else wave[0]


def _hump(frequencies: NDArray[np.float64], centre: float) -> NDArray[np.float64]:
    """Returns gains with a broad top at `centre`, 6 dB less an octave and a half away."""
    hump: NDArray[np.float64] = np.exp2(-np.square(np.log2(frequencies / centre) / 1.5))
    return hump


def stick(part: Part, level: float) -> Wave:
    """Returns the touch of a stick: a few milliseconds of hiss."""
    hiss = filters.high_pass(part.dice.noise("stick", part.frames), 5_000)
    return level * part.hard(0.8) * hiss * envelopes.decay(part.frames, 0.012)


def _closing(part: Part, ring: float) -> Wave:
    """Returns a hat's envelope: a fast beginning, then the ring; an open one has more of that."""
    share = part.dice.between("tail", 0.35, 0.6) + (0.3 if part.family == "open-hat" else 0.0)
    envelope = envelopes.two_stage(part.frames, 0.3 * ring, ring, share)
    return envelope * envelopes.rise(part.frames, 0.0003 / part.hard(2.5))


def machine_hat(part: Part) -> Wave:
    """A drum machine's hat: squares through a high band-pass, bent a little, so that they turn into hiss."""
    dice = part.dice
    centre = min(dice.between("band", 8_000, 11_000) * part.bright(0.35), 15_000)
    metal = filters.band_pass(bank(part, dice.between("bank", 0.95, 1.5)), centre, 1.3)
    metal = filters.high_pass(metal, min(0.7 * centre, 9_000), 4) * _closing(part, part.ring)
    return filters.high_pass(filters.drive(metal, 1.5 * part.driven()), 0.55 * centre) + stick(part, 0.15)


def crisp_hat(part: Part) -> Wave:
    """A hat of hiss and metal together, as most records have it."""
    dice = part.dice
    floor = dice.between("floor", 5_500, 7_500) * part.bright(0.35)
    hiss = filters.high_pass(dice.noise("hiss", part.frames), floor, 4)
    hiss += 0.6 * filters.band_pass(hiss, 1.5 * floor, 2.0)
    metal = filters.high_pass(bank(part, dice.between("bank", 1.2, 1.9)), floor, 4)
    metal *= dice.between("metal", 0.8, 2.0) * 2.0 ** (0.7 * part.character.metal)
    return (hiss + metal) * _closing(part, part.ring) + stick(part, 0.3)


def acoustic_hat(part: Part) -> Wave:
    """Two cymbals on a stand, struck with a stick."""
    metal = plate(part, 180, 2_500, 17_000, 1.6 * part.ring)
    hiss = 0.5 * filters.high_pass(part.dice.noise("hiss", part.frames), 6_500 * part.bright(0.3), 4)
    whole = filters.high_pass(3 * metal + hiss, 2_500, 4)
    return whole * _closing(part, part.ring) + stick(part, 0.35)


def _wash(part: Part, low: float, ring: float, top: float) -> Wave:
    """Returns a cymbal's hiss in stereo: its top comes down as it rings."""
    dice, frames = part.dice, part.frames
    place = filters.bins()
    steps = np.linspace(0, 1, 24)[:, None] * part.seconds
    ceiling = top * part.bright(0.4) * (0.35 + 0.65 * np.exp(-2.5 * steps / ring))
    gains = 1 / (1 + (place / ceiling) ** 6) * (place > 0) / (1 + (low / np.maximum(place, 1)) ** 4)
    hiss = np.stack([filters.moving(dice.noise(f"wash {side}", frames), gains) for side in ("left", "right")])
    return hiss * envelopes.two_stage(frames, 0.35 * ring, ring, 0.35)


def crash(part: Part) -> Wave:
    """A crash: all modes at once, and the highest of them swell for a moment after the stroke."""
    dice, frames, ring = part.dice, part.frames, part.ring
    modes = plate(part, 260, dice.between("lowest", 350, 650), 16_000, 0.9 * ring, 2)
    swell = 0.55 + 0.45 * envelopes.rise(frames, dice.between("swell", 0.02, 0.05))
    wash = _wash(part, 2_500, 0.8 * ring, 15_000) * swell
    return 2.2 * modes + dice.between("wash", 0.35, 0.6) * wash + stick(part, 0.5)


def ride(part: Part) -> Wave:
    """A ride: the ping of the stick stands out of a low wash."""
    dice, frames, ring = part.dice, part.frames, part.ring
    ping = np.sort(dice.many("ping", 9, 480, 5_200))
    gains = dice.many("ping gains", 9, 0.3, 1.0) * np.array([0.5, 0.6, 0.8, 1, 1, 1, 0.9, 0.8, 0.7]) * part.hard(0.4)
    clear = oscillators.modes(ping, ring * dice.many("ping t60s", 9, 0.5, 1.0), gains, frames, dice.many("at", 9))
    modes = plate(part, 220, 700, 15_000, 0.9 * ring, 2)
    return 0.3 * clear + 1.5 * modes + 0.16 * _wash(part, 3_500, 0.9 * ring, 12_000) + stick(part, 0.6)


def splash(part: Part) -> Wave:
    """A splash: a small crash that is over at once."""
    ring = 0.55 * part.ring
    return 2.2 * plate(part, 200, 900, 17_000, ring, 2) + 0.6 * _wash(part, 3_500, ring, 16_000) + stick(part, 0.5)


def china(part: Part) -> Wave:
    """A china: rough, because its modes beat against each other and bend."""
    modes = plate(part, 240, 400, 14_000, 0.7 * part.ring, 2) * 3
    rough = filters.high_pass(filters.drive(modes, 3.0 * part.driven(), 0.3), 350)
    return rough + 0.7 * _wash(part, 1_800, 0.6 * part.ring, 13_000) + stick(part, 0.4)


def tambourine(part: Part) -> Wave:
    """Jingles on a frame: small, high, and each a little late."""
    dice, frames = part.dice, part.frames
    jingle = filters.high_pass(plate(part, 120, 4_500, 16_000, 0.6 * part.ring), 4_000, 4)
    shakes = envelopes.decay(frames, 0.5 * part.ring)
    for number in range(2):
        late = round(dice.between(f"late {number}", 0.012, 0.05) * 44_100)
        if late < frames:
            shakes[late:] += 0.5 * envelopes.decay(frames - late, 0.4 * part.ring)
    hiss = filters.high_pass(dice.noise("hiss", frames), 7_500, 4) * shakes
    knock = oscillators.modes([dice.between("frame", 260, 420)], 0.05, [0.25 * part.hard()], frames)
    return 2.5 * jingle * (0.5 + 0.5 * shakes) + 0.4 * hiss + knock
