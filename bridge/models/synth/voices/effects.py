"""Effects: what a record has between its notes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.models.synth import envelopes, filters, oscillators
from bridge.models.synth.part import RATE, Part, Wave
from bridge.models.synth.voices.drums import click

STEPS = 64


def _band(centres: NDArray[np.float64], octaves: float) -> NDArray[np.float64]:
    """Returns the gains of a band of noise around moving centres in Hz, `octaves` wide to either side."""
    place = np.maximum(filters.bins(), 1.0)
    gains: NDArray[np.float64] = np.exp2(-np.square(np.log2(place / centres[:, None]) / octaves))
    return gains


def _wind(part: Part, centres: NDArray[np.float64], octaves: float) -> Wave:
    """Returns noise in stereo, in a band that moves."""
    gains = _band(np.clip(centres, 40, 16_000), octaves)
    return np.stack([filters.moving(part.dice.noise(side, part.frames), gains) for side in ("left", "right")])


def _way() -> NDArray[np.float64]:
    return np.linspace(0, 1, STEPS)


def _ramp(part: Part, start: float, end: float) -> Wave:
    """Returns a frequency that goes from `start` to `end` Hz in even octaves."""
    return start * (end / start) ** (np.arange(part.frames) / part.frames)


def _slide(part: Part, start: float, end: float) -> Wave:
    """Returns three saws that slide together."""
    frequency = _ramp(part, start, end)
    cycle = oscillators.table(oscillators.spectrum("saw", max(start, end) * 1.01))
    voices = [oscillators.play(cycle, oscillators.phase(frequency * r, part.frames)) for r in (0.994, 1.0, 1.006)]
    return np.stack([voices[0] + voices[1], voices[1] + voices[2]]) / 3


def riser(part: Part) -> Wave:
    """Tension: noise and a tone climb and grow until they stop."""
    dice = part.dice
    top = dice.ratio("top", 5_000, 11_000) * part.bright(0.7)
    wind = _wind(part, 300 * (top / 300) ** _way(), 0.9)
    tone = _slide(part, part.pitch, part.pitch * 2 ** dice.between("octaves", 1.5, 3.0))
    beat = 1 - dice.between("beat", 0.0, 0.5) * (0.5 + 0.5 * oscillators.sine(oscillators.phase(
        _ramp(part, 4, dice.between("faster", 8, 24)), part.frames)))  # fmt: skip
    growth = (part.time / part.seconds) ** dice.between("growth", 1.2, 2.2)
    return (wind + dice.between("tone", 0.15, 0.5) * tone) * growth * beat


def faller(part: Part) -> Wave:
    """Release: noise and a tone sink and fade."""
    dice = part.dice
    top = dice.ratio("top", 6_000, 12_000) * part.bright(0.7)
    wind = _wind(part, top * (200 / top) ** _way(), 0.9)
    tone = _slide(part, part.pitch * 2 ** dice.between("octaves", 1.0, 2.5), part.pitch / 2)
    return (wind + dice.between("tone", 0.1, 0.4) * tone) * envelopes.decay(part.frames, 1.3 * part.ring)


def whoosh(part: Part) -> Wave:
    """Something passes by: noise that swells, turns and goes, from one side to the other."""
    dice = part.dice
    turn = dice.between("turn", 0.4, 0.65)
    hump = np.exp(-np.square((_way() - turn) / 0.28))
    low = dice.ratio("low", 180, 400)
    wind = _wind(part, low * (dice.ratio("top", 2_500, 7_000) * part.bright(0.8) / low) ** hump, 0.8)
    place = part.time / part.seconds
    level = np.exp(-np.square((place - turn) / dice.between("width", 0.14, 0.2)))
    side = dice.choice("from", (-0.7, 0.7)) * np.tanh(6 * (place - turn))
    return wind * level * np.sqrt(0.5 * np.stack([1 - side, 1 + side]))


def impact(part: Part) -> Wave:
    """A blow: the ground drops, something breaks, the room answers."""
    dice, frames, ring = part.dice, part.frames, part.ring
    low = dice.between("low", 32, 48)
    drop = envelopes.glide(frames, dice.between("drop", 2.5, 4.5), dice.between("tau", 0.05, 0.12))
    boom = oscillators.sine(oscillators.phase(low * drop, frames)) * envelopes.decay(frames, 0.7 * ring, 0.03)
    noise = dice.noise("break", frames)
    crack = filters.low_pass(noise, 5_500 * part.bright(), 1) * envelopes.two_stage(frames, 0.07, 0.35 * ring, 0.25)
    body = filters.drive(boom + 0.8 * part.hard(0.5) * crack, 1.6 * part.driven(), 0.1)
    hall = filters.room(np.stack([crack + 0.3 * boom] * 2), ring, dice.other("hall"), 2_800 * part.bright())
    return body + dice.between("hall", 0.25, 0.5) * hall


def zap(part: Part) -> Wave:
    """A beam: a tone that falls through the whole range at once."""
    dice, frames = part.dice, part.frames
    ring = part.at_most(dice.between("ring", 0.25, 0.7))
    start = dice.ratio("start", 3_000, 9_000) * part.bright(0.5)
    end = max(part.pitch / 2, 40.0)
    frequency = end + (start - end) * envelopes.decay(frames, dice.between("fall", 0.35, 0.9) * ring)
    running = oscillators.phase(frequency, frames)
    index = dice.between("index", 0.3, 1.2) * envelopes.decay(frames, ring)
    tone = np.sin(2 * np.pi * running + index * np.sin(2 * np.pi * running * dice.choice("ratio", (0.5, 1.0, 1.5))))
    return filters.drive(tone * envelopes.decay(frames, ring), 1.2 * part.driven())


def texture(part: Part) -> Wave:
    """Noise that lives: a few bands of it, each coming and going."""
    dice = part.dice
    total = np.zeros((2, part.frames))
    for number in range(3):
        own = dice.other(f"band {number}")
        centre = own.ratio("centre", 250, 6_000) * part.bright(0.8)
        path = centre * np.exp2(0.6 * np.cumsum(own.many("path", STEPS, -0.5, 0.5)) * 2.0**part.character.motion)
        gains = _band(np.clip(path, 60, 15_000), own.between("octaves", 0.4, 1.2))
        gains *= own.many("levels", STEPS, 0.3, 1.0)[:, None]
        total += np.stack([filters.moving(own.noise(side, part.frames), gains) for side in ("left", "right")])
    fade = min(0.3 / part.hard(), 0.3 * part.seconds)
    return total * envelopes.rise(part.frames, fade) * envelopes.fall(part.frames, 0.4 * part.seconds)


def glitch(part: Part) -> Wave:
    """Fragments: buzzes, bleeps and bursts, cut hard and repeated."""
    dice, frames = part.dice, part.frames
    wave = np.zeros(frames)
    grid = max(round(dice.between("grid", 0.018, 0.04) * RATE), 64)
    count = -(-frames // grid)
    cell = np.zeros(grid)
    for number in range(min(count, 400)):
        own = dice.other(f"cell {number}")
        if number == 0 or own.share("new") < 0.55:
            higher = own.choice("octave", (1, 2, 4, 8)) * own.choice("step", (1, 1.25, 1.5))
            pitch = min(part.pitch * higher, 9_000.0)
            # It begins with a sound: what is short may be over before the second.
            sound = own.choice("sound", ("bleep", "buzz", "burst", "rest")[: 4 if number else 3])
            running = oscillators.phase(pitch, grid)
            cell = {
                "bleep": oscillators.sine(running),
                "buzz": oscillators.play(oscillators.table(oscillators.spectrum("square", pitch)), running),
                "burst": filters.crush(own.noise("burst", grid), 4, own.between("hold", 2, 12)),
                "rest": np.zeros(grid),
            }[sound] * envelopes.decay(grid, own.between("cut", 0.02, 0.2)) * envelopes.fall(grid, 0.001)  # fmt: skip
        at = number * grid
        wave[at : at + grid] = cell[: frames - at]
    return filters.low_pass(wave, 9_000 * part.bright()) * envelopes.decay(frames, 2 * part.ring)


def sweep(part: Part) -> Wave:
    """Noise and a tone through a filter that whistles up, or down, or up and down."""
    dice, frames = part.dice, part.frames
    way = dice.choice("way", ("up", "down", "there and back"))
    path = {"up": _way(), "down": 1 - _way(), "there and back": np.sin(np.pi * _way())}[way]
    low, high = dice.ratio("low", 200, 500), dice.ratio("high", 4_000, 9_000) * part.bright(0.7)
    centres = np.clip(low * (high / low) ** path, 60, 16_000)
    place = filters.bins()
    gains = np.abs(oscillators.resonant(place, centres[:, None], dice.between("q", 3.0, 8.0)))
    saws = _slide(part, part.pitch, part.pitch)
    noise = np.stack([dice.noise(side, frames) for side in ("left", "right")])
    source = 0.5 * noise + dice.between("tone", 0.2, 0.8) * saws
    body = np.stack([filters.moving(row, gains) for row in source])
    ends = min(0.08 * part.seconds, 0.1)
    level = {"up": 0.2 + 0.8 * part.time / part.seconds, "down": envelopes.decay(frames, 1.5 * part.ring)}.get(way, 1.0)
    return body * level * envelopes.rise(frames, ends / part.hard(0.5)) * envelopes.fall(frames, 2 * ends)


def vinyl(part: Part) -> Wave:
    """The needle falls into the groove: a thud, then dust, and the motor under it."""
    dice, frames = part.dice, part.frames
    thud = oscillators.modes(
        [dice.between("arm", 55, 95), dice.between("plate", 120, 210)], [0.12, 0.08], [1.0, 0.6], frames
    )
    thud *= envelopes.rise(frames, 0.002 / part.hard(2.5))
    drop = dice.between("drop", 0.5, 0.9) * part.hard() * click(part, 1_600, 0.012, 0.6)
    total = np.zeros((2, frames))
    count = max(8, round(part.seconds * dice.ratio("dust", 30, 80)))
    starts = (dice.many("starts", count) * frames).astype(np.intp)
    for side, name in enumerate(("left", "right")):
        ticks = np.zeros(frames)
        # Most of the dust lies on one wall of the groove: left and right hear it unevenly.
        np.add.at(ticks, starts, dice.many("ticks", count) ** 4 * dice.many(name, count, 0.2, 1.0))
        total[side] = 3 * filters.band_pass(ticks, 3_200 * part.bright(0.6), 0.7) + 0.7 * thud + 0.5 * drop
        hiss = filters.band_pass(dice.noise(f"hiss {name}", frames), 2_200 * part.bright(0.5), 0.4)
        rumble = filters.low_pass(dice.noise("rumble", frames), 90)
        total[side] += 0.05 * hiss + 0.25 * rumble
    return total * envelopes.two_stage(frames, 0.6, 2 * part.ring, 0.5)


def foley(part: Part) -> Wave:
    """A thing is put down, shut or stepped on: what it is made of knocks, and what hangs loose on it rattles."""
    dice, frames = part.dice, part.frames
    count = 14
    low = dice.ratio("size", 110, 420)
    frequencies = low * np.exp2(5 * np.sort(dice.many("modes", count)) ** 0.8) * part.bright(0.3)
    rings = part.at_most(dice.ratio("material", 0.06, 0.3)) * (low / frequencies) ** 0.5
    gains = dice.many("gains", 2 * count, 0.2, 1.0).reshape(2, count)
    gains = gains * (low / frequencies) ** dice.between("tilt", 0, 0.5)
    total = np.zeros((2, frames))
    for number in range(dice.choice("touches", (1, 2, 2, 3))):
        own = dice.other(f"touch {number}")
        at = round((own.between("at", 0.015, 0.07) if number else 0.0) * number * RATE)
        if at < frames - 64:
            knock = oscillators.modes(frequencies, rings, gains, frames - at, own.many("phases", count))
            scrape = filters.band_pass(own.noise("scrape", frames - at), own.ratio("rub", 900, 4_000), 0.8)
            knock += 2 * scrape * envelopes.two_stage(frames - at, 0.03, own.between("slide", 0.08, 0.25), 0.25)
            total[:, at:] += (0.6**number) * knock * envelopes.rise(frames - at, 0.0006 / part.hard(2.5))
    loose = filters.band_pass(dice.noise("loose", frames), dice.ratio("loose hz", 2_500, 6_000) * part.bright(0.5), 2.0)
    jumps = np.repeat(dice.many("jumps", frames // 300 + 1) ** 3, 300)[:frames]
    total += dice.between("rattle", 0.0, 0.8) * loose * jumps * envelopes.decay(frames, part.at_most(0.5))
    room = filters.room(total, min(0.35, part.seconds), dice.other("room"), 5_000 * part.bright(0.5))
    return total + 0.12 * room


def crackle(part: Part) -> Wave:
    """Small things that are touched and moved: grains of all sizes over a faint rustle."""
    dice, frames = part.dice, part.frames
    count = min(2_000, max(6, round(part.seconds * dice.ratio("density", 25, 90))))
    starts = (dice.many("starts", count) ** 1.5 * frames).astype(np.intp)
    levels = dice.many("levels", count) ** 3
    total = np.zeros((2, frames))
    for side, name in enumerate(("left", "right")):
        ticks = np.zeros(frames)
        np.add.at(ticks, starts, levels * dice.many(name, count, 0.4, 1.0))
        for number in range(3):
            centre = dice.ratio(f"body {number}", 700, 5_000) * part.bright(0.6)
            total[side] += filters.band_pass(ticks, centre, dice.between(f"q {number}", 2, 8)) * 4
        total[side] += 0.03 * filters.band_pass(dice.noise(f"rustle {name}", frames), 2_500 * part.bright(0.5), 0.7)
    return total * envelopes.rise(frames, 0.003) * envelopes.decay(frames, 2 * part.ring)
