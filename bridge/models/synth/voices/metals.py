"""Metal: hats and cymbals, from a drum machine's bank of squares or from hundreds of ringing modes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.models.synth import envelopes, filters, oscillators
from bridge.models.synth.part import Part, Wave
from bridge.models.synth.voices.drums import thudding

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


def plate(
    part: Part, count: int, low: float, high: float, t60: float, channels: int = 1, *, centre: float = 7_000
) -> Wave:
    """Returns a struck plate: its modes lie evenly between `low` and `high` Hz, high ones die sooner.

    `t60` is at 5 kHz, and the strongest modes lie around `centre`. Two channels hear the same modes with other phases
    and levels.
    """
    dice = part.dice
    frequencies = np.sort(dice.many("modes", count, low, high)) * (1 + 0.02 * part.character.metal)
    ringing = t60 * np.sqrt(5_000 / frequencies) * dice.many("mode t60s", count, 0.6, 1.4)
    gains: NDArray[np.float64] = dice.many("mode gains", channels * count, 0.15, 1.0).reshape(channels, count)
    gains = gains * _hump(frequencies, centre * part.bright(0.5))
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


def _machine(part: Part) -> Wave:
    """Returns the metal of a drum machine's hats: squares through a band-pass, bent until they turn into hiss."""
    dice = part.dice
    centre = min(dice.between("band", 6_500, 9_500) * part.bright(0.35), 15_000)
    metal = filters.band_pass(bank(part, dice.between("bank", 0.95, 1.5)), centre, 1.0)
    metal = filters.drive(filters.high_pass(metal, min(0.55 * centre, 9_000)), 2.0 * part.driven())
    hiss = filters.high_pass(dice.noise("hiss", part.frames), 0.3 * centre)
    return filters.high_pass(metal, 0.3 * centre) + dice.between("noise", 0.06, 0.15) * hiss


def _crisp(part: Part) -> Wave:
    """Returns hiss and metal together, as most records have them."""
    dice = part.dice
    floor = dice.between("floor", 4_000, 6_000) * part.bright(0.35)
    hiss = filters.high_pass(dice.noise("hiss", part.frames), floor)
    hiss = filters.low_pass(hiss, dice.between("top", 9_000, 13_000) * part.bright(0.35), 1)
    hiss += 0.6 * filters.band_pass(hiss, 1.5 * floor, 2.0)
    metal = filters.high_pass(bank(part, dice.between("bank", 1.2, 1.9)), 0.8 * floor)
    level = dice.between("metal", 0.8, 2.0) * float(2.0 ** (0.7 * part.character.metal))
    return hiss + level * metal


def _cymbals(part: Part) -> Wave:
    """Returns two cymbals on a stand that rub against each other."""
    metal = plate(part, 200, 600, 17_000, 4 * part.ring, centre=6_000)
    hiss = filters.high_pass(part.dice.noise("hiss", part.frames), 3_500 * part.bright(0.3))
    hiss = filters.low_pass(hiss, 12_000 * part.bright(0.3), 1)
    return filters.high_pass(3 * metal + 0.6 * hiss, 900)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metal:
    """Says which words ask for the metal of a hat, how loud the stick on it is, and how many decibels its thud."""

    words: tuple[str, ...]
    sound: Callable[[Part], Wave]
    stick: float
    thud: float


METALS = (
    Metal(words=("acoustic", "live", "jazz", "rock", "real", "brass"), sound=_cymbals, stick=0.35, thud=-9),
    Metal(words=("808", "606", "machine", "electro", "metallic", "analog"), sound=_machine, stick=0.15, thud=-15),
    Metal(words=("909", "crisp", "trap", "house", "techno"), sound=_crisp, stick=0.3, thud=-12),
)
"""The seed draws one of them for the closed, the open and the pedalled hat alike: they are one pair of cymbals."""


def _closing(part: Part) -> Wave:
    """Returns a hat's envelope: a fast beginning, then the ring; an open one stays before it fades."""
    touch = envelopes.rise(part.frames, 0.0003 / part.hard(2.5))
    if part.family == "open-hat":
        stay = part.dice.between("stay", 0.1, 0.2) * part.ring
        return touch * (0.85 * envelopes.decay(part.frames, part.ring - stay, stay)
                        + 0.15 * envelopes.decay(part.frames, 0.15 * part.ring))  # fmt: skip
    return touch * envelopes.two_stage(part.frames, 0.55 * part.ring, part.ring, part.dice.between("tail", 0.6, 0.9))


def _hat(part: Part, metal: Metal) -> Wave:
    wave = metal.sound(part) * _closing(part) + stick(part, metal.stick)
    thud = metal.thud + part.dice.between("thud", -3.0, 3.0)
    return thudding(part, wave, thud, part.dice.ratio("thud hz", 320, 700), part.at_most(0.2))


def acoustic_hat(part: Part) -> Wave:
    """Two cymbals on a stand, struck with a stick."""
    return _hat(part, METALS[0])


def machine_hat(part: Part) -> Wave:
    """A drum machine's hat: its bank of squares."""
    return _hat(part, METALS[1])


def crisp_hat(part: Part) -> Wave:
    """A hat of hiss and metal together."""
    return _hat(part, METALS[2])


def pedal_hat(part: Part) -> Wave:
    """A hat that the foot closes: the cymbals meet, and hold each other; nothing strikes them."""
    named = [metal for metal in METALS if any(part.words.name(word) for word in metal.words)]
    metal = named[0] if named else part.dice.choice("kind", METALS)
    meet = part.dice.between("meet", 0.006, 0.014) / part.hard(0.7)
    ring = part.at_most(0.22)
    envelope = envelopes.rise(part.frames, meet) * envelopes.decay(part.frames, ring, meet)
    return filters.low_pass(metal.sound(part), 9_000 * part.bright(0.5), 1) * envelope


def _wash(part: Part, low: float, ring: float, top: float) -> Wave:
    """Returns a cymbal's hiss in stereo: its top comes down as it rings."""
    dice, frames = part.dice, part.frames
    place = filters.bins()
    steps = np.linspace(0, 1, 24)[:, None] * part.seconds
    ceiling = top * part.bright(0.4) * (0.35 + 0.65 * np.exp(-2.5 * steps / ring))
    gains = 1 / (1 + (place / ceiling) ** 6) * (place > 0) / (1 + (low / np.maximum(place, 1)) ** 4)
    hiss = np.stack([filters.moving(dice.noise(f"wash {side}", frames), gains) for side in ("left", "right")])
    return hiss * envelopes.two_stage(frames, 0.35 * ring, 1.15 * ring, 0.45)


def crash(part: Part) -> Wave:
    """A crash: all modes at once, and the highest of them swell for a moment after the stroke."""
    dice, frames, ring = part.dice, part.frames, part.ring
    middle = dice.between("middle", 2_200, 4_000)
    modes = plate(part, 260, dice.between("lowest", 200, 400), 14_000, 1.1 * ring, 2, centre=middle)
    swell = 0.55 + 0.45 * envelopes.rise(frames, dice.between("swell", 0.02, 0.05))
    wash = _wash(part, dice.between("low", 500, 1_200), 0.8 * ring, dice.between("top", 7_000, 11_000)) * swell
    whole = 2.2 * modes + dice.between("wash", 0.2, 0.4) * wash + stick(part, 0.4)
    return thudding(part, whole, dice.between("thud", -17, -11), dice.ratio("thud hz", 300, 600), part.at_most(0.7))


def ride(part: Part) -> Wave:
    """A ride: the ping of the stick stands out of a low wash."""
    dice, frames, ring = part.dice, part.frames, part.ring
    ping = np.sort(dice.many("ping", 9, 480, 5_200))
    gains = dice.many("ping gains", 9, 0.3, 1.0) * np.array([0.5, 0.6, 0.8, 1, 1, 1, 0.9, 0.8, 0.7]) * part.hard(0.4)
    clear = oscillators.modes(ping, ring * dice.many("ping t60s", 9, 0.5, 1.0), gains, frames, dice.many("at", 9))
    modes = plate(part, 220, 500, 14_000, 1.1 * ring, 2, centre=dice.between("middle", 3e3, 4.5e3))
    whole = 0.3 * clear + 1.5 * modes + 0.16 * _wash(part, 2_000, 0.9 * ring, 9_000) + stick(part, 0.6)
    return thudding(part, whole, -16, 400, part.at_most(0.5))


def splash(part: Part) -> Wave:
    """A splash: a small crash that is over at once."""
    ring = 0.55 * part.ring
    modes = plate(part, 200, 900, 17_000, ring, 2, centre=5_500)
    return 2.2 * modes + 0.6 * _wash(part, 2_200, ring, 13_000) + stick(part, 0.5)


def china(part: Part) -> Wave:
    """A china: rough, because its modes beat against each other and bend."""
    modes = plate(part, 240, 300, 14_000, 0.8 * part.ring, 2, centre=3_500) * 3
    middle, side = modes.mean(axis=0), (modes[0] - modes[1]) / 2
    bent = filters.high_pass(filters.drive(middle, 3.0 * part.driven(), 0.3), 300)
    side /= np.abs(middle).max() or 1.0
    rough = np.stack([bent + side, bent - side])
    return rough + 0.6 * _wash(part, 1_200, 0.6 * part.ring, 10_000) + stick(part, 0.4)


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
    whole = 2.5 * jingle * (0.5 + 0.5 * shakes) + 0.4 * hiss + knock
    return thudding(part, whole, -13, dice.ratio("thud hz", 250, 500), part.at_most(0.2))
