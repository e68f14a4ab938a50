"""Drums with a skin: kicks, snares, toms, and the clap, which every drum machine keeps beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.models.synth import envelopes, filters, oscillators
from bridge.models.synth.part import RATE, Part, Wave
from bridge.units import Seconds

Range = tuple[float, float]

RIM, SNAP = Seconds(0.09), Seconds(0.25)
"""t60s of a hoop and of what answers a snap that are to be short: they take all of the time, up to that."""
MEMBRANE = np.array([1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.5])
"""The modes of an ideal circular membrane: zeros of Bessel functions over the first (Rayleigh, Theory of Sound)."""


def click(part: Part, hz: float, t60: float, q: float = 0.8) -> Wave:
    """Returns the noise of a beater or a stick: a burst around `hz`, peak about 1."""
    burst = part.dice.noise("click", part.frames) * envelopes.decay(part.frames, t60)
    burst = filters.band_pass(burst, hz * part.bright(0.6), q)
    return burst / (np.abs(burst).max() or 1.0)


def thudding(part: Part, wave: Wave, decibels: float, hz: float, t60: float) -> Wave:
    """Puts under a struck thing what its whole mass does: a dull thud around `hz`, of so much power against the wave's.

    What is softly struck thuds less than it sounds.
    """
    noise = part.dice.noise("thud", part.frames)
    thud = filters.band_pass(noise, hz, 0.4) + 0.5 * filters.low_pass(noise, 0.5 * hz)
    thud *= envelopes.decay(part.frames, t60) * envelopes.rise(part.frames, 0.0005 / part.hard(2.0))
    power = float(np.square(wave).mean()) / (float(np.square(thud).mean()) or 1.0)
    whole: Wave = wave + part.hard(0.3) * 10 ** (decibels / 20) * power**0.5 * thud
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kick:
    """Holds what makes one kick another: ranges that the seed draws from.

    `drop` and `snap` are the two falls of the pitch, as parts of it, with their time constants in seconds; `beat` is
    how long the level holds, `edge` the level of the click and `edge_hz` its place, `grit` the push into tanh.
    """

    drop: Range
    drop_tau: Range
    snap: Range
    snap_tau: Range
    beat: Range
    ring: float
    edge: Range
    edge_hz: Range
    grit: Range
    skin: float = 0.0


_DEEP = _Kick(
    drop=(0.5, 1.0), drop_tau=(0.025, 0.045), snap=(1.5, 3.0), snap_tau=(0.004, 0.007), beat=(0.0, 0.02), ring=1.0,
    edge=(0.04, 0.12), edge_hz=(1500, 2500), grit=(0.5, 1.0),
)  # fmt: skip
_PUNCHY = _Kick(
    drop=(1.2, 2.6), drop_tau=(0.02, 0.032), snap=(3.0, 7.0), snap_tau=(0.003, 0.006), beat=(0.03, 0.06), ring=0.85,
    edge=(0.12, 0.25), edge_hz=(2500, 4500), grit=(1.0, 1.8),
)  # fmt: skip
_ACOUSTIC = _Kick(
    drop=(0.35, 0.7), drop_tau=(0.018, 0.03), snap=(0.5, 1.5), snap_tau=(0.003, 0.005), beat=(0.01, 0.03), ring=0.6,
    edge=(0.2, 0.35), edge_hz=(2800, 4200), grit=(0.6, 1.0), skin=0.3,
)  # fmt: skip
_DUSTY = _Kick(
    drop=(0.5, 1.2), drop_tau=(0.02, 0.03), snap=(0.8, 2.0), snap_tau=(0.003, 0.006), beat=(0.02, 0.05), ring=0.7,
    edge=(0.15, 0.3), edge_hz=(1200, 2200), grit=(1.8, 3.5), skin=0.2,
)  # fmt: skip
_HARD = _Kick(
    drop=(3.5, 5.5), drop_tau=(0.028, 0.04), snap=(3.0, 6.0), snap_tau=(0.003, 0.006), beat=(0.06, 0.1), ring=1.0,
    edge=(0.15, 0.3), edge_hz=(3000, 5000), grit=(5.0, 9.0),
)  # fmt: skip


def _kick(part: Part, kick: _Kick) -> Wave:
    dice, frames = part.dice, part.frames
    drop = dice.between("drop", *kick.drop) * part.hard(0.4)
    snap = dice.between("snap", *kick.snap) * part.hard(0.6)
    frequency = part.pitch * (
        envelopes.glide(frames, 1 + drop, dice.ratio("drop tau", *kick.drop_tau))
        + envelopes.glide(frames, 1 + snap, dice.ratio("snap tau", *kick.snap_tau))
        - 1
    )
    beat = min(dice.between("beat", *kick.beat), 0.2 * part.seconds)
    ring = max(0.03, kick.ring * part.ring - beat)
    body = oscillators.sine(oscillators.phase(np.minimum(frequency, 8_000.0), frames))
    body *= envelopes.decay(frames, ring, beat) * envelopes.rise(frames, 0.0005 / part.hard(2.5))
    if kick.skin:
        shell = part.pitch * MEMBRANE[1:5] * dice.between("shell", 1.2, 1.6)
        body += kick.skin * oscillators.modes(shell, 0.3 * part.ring, [0.6, 0.5, 0.4, 0.3], frames)
    body = filters.drive(body, dice.between("grit", *kick.grit) * part.driven(), dice.between("bias", 0.0, 0.15))
    edge = dice.between("edge", *kick.edge) * part.hard(0.8) * part.bright(0.8)
    hz = dice.ratio("edge hz", *kick.edge_hz)
    # The beater leaves the air of the shell, and of the room that the machine's samples were made in, for a moment.
    air = filters.low_pass(dice.noise("air", frames), 1.5 * hz * part.bright(0.6), 1)
    air = filters.high_pass(air * envelopes.decay(frames, 0.4 * ring), 150, 1)
    body += (0.04 + 0.1 * kick.skin) * part.hard(0.4) * air
    return body + edge * click(part, hz, dice.between("edge t60", 0.012, 0.03))


def deep_kick(part: Part) -> Wave:
    """A drum machine's long, round kick: a ringing sine with a small fall."""
    return _kick(part, _DEEP)


def punchy_kick(part: Part) -> Wave:
    """A kick for the dance floor: a deep, fast fall, and a level that holds before it decays."""
    return _kick(part, _PUNCHY)


def acoustic_kick(part: Part) -> Wave:
    """A bass drum with a felt beater: short, with the other modes of its skin."""
    return _kick(part, _ACOUSTIC)


def hard_kick(part: Part) -> Wave:
    """A kick driven until it is nearly square."""
    return _kick(part, _HARD)


def dusty_kick(part: Part) -> Wave:
    """A kick off an old record through an old sampler: driven, dull, and the dust around it."""
    dice, frames = part.dice, part.frames
    body = filters.crush(_kick(part, _DUSTY), dice.between("bits", 9.5, 11.5), dice.between("hold", 1.5, 2.5))
    body = filters.low_pass(body, dice.ratio("dull", 2_500, 5_000) * part.bright())
    rumble = filters.band_pass(dice.noise("dust", frames), 1_400, 0.4) * envelopes.decay(frames, 0.8 * part.ring)
    return body + dice.between("dust level", 0.02, 0.05) * float(np.abs(body).max()) * rumble


def tom(part: Part) -> Wave:
    """A tom: its pitch falls to the note, its skin sounds along for a moment."""
    dice, frames = part.dice, part.frames
    fall = 1 + dice.between("fall", 0.2, 0.7) * part.hard(0.4)
    pitch = part.pitch * envelopes.glide(frames, fall, dice.between("tau", 0.015, 0.035))
    ring = part.ring
    body = oscillators.sine(oscillators.phase(np.minimum(pitch, 9_000.0), frames))
    body *= envelopes.two_stage(frames, 0.5 * ring, 1.15 * ring, dice.between("stays", 0.75, 0.95))
    body *= envelopes.rise(frames, 0.0008 / part.hard(2.5))
    skin = oscillators.modes(
        part.pitch * MEMBRANE[1:] * dice.between("tension", 0.98, 1.06),
        ring * 0.5 / np.sqrt(MEMBRANE[1:]),
        dice.many("skin", len(MEMBRANE) - 1, 0.4, 1.0) / MEMBRANE[1:] ** 0.7,
        frames,
        dice.many("skin phase", len(MEMBRANE) - 1),
    )
    skin *= part.bright(0.5) * dice.between("skin level", 0.25, 0.6)
    air = filters.low_pass(dice.noise("air", frames), 2_500 * part.bright(), 1) * envelopes.decay(frames, 0.35 * ring)
    body = filters.drive(body + skin + 0.4 * air, 0.9 * part.driven(), 0.1)
    return body + dice.between("stick", 0.5, 1.0) * part.hard() * click(part, 2_800, 0.04, 0.4)


def machine_tom(part: Part) -> Wave:
    """A drum machine's tom: a ringing sine, a second one close above it, and a breath of noise."""
    dice, frames, ring = part.dice, part.frames, part.ring
    higher = 1 + dice.between("fall", 0.15, 0.5) * part.hard(0.4)
    fall = envelopes.glide(frames, higher, dice.between("tau", 0.02, 0.06))
    running = oscillators.phase(np.minimum(part.pitch * fall, 9_000.0), frames)
    body = oscillators.sine(running) * envelopes.decay(frames, ring, 0.01)
    body += 0.35 * oscillators.sine(dice.between("second", 1.45, 1.75) * running) * envelopes.decay(frames, 0.4 * ring)
    breath = filters.band_pass(dice.noise("breath", frames), 4 * part.pitch * part.bright(), 0.5)
    body += dice.between("breath level", 0.2, 0.5) * breath * envelopes.decay(frames, 0.5 * ring)
    body *= envelopes.rise(frames, 0.0008 / part.hard(2.5))
    body = filters.drive(body, 1.2 * part.driven(), 0.1)
    return body + dice.between("edge", 0.4, 0.8) * part.hard() * click(part, 2_800, 0.03, 0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snare:
    """Holds what makes one snare another: its modes, and the noise of its wires against them."""

    ratios: tuple[float, ...]
    gains: tuple[float, ...]
    fall: Range
    body: Range
    wires: Range
    wires_ring: Range
    wires_hz: Range
    buzz: float


_MACHINE = _Snare(ratios=(1.0, 2.0), gains=(1.0, 0.55), fall=(0.05, 0.2), body=(0.35, 0.55), wires=(0.45, 0.75),
                  wires_ring=(0.6, 0.9), wires_hz=(1_200, 2_000), buzz=0.0)  # fmt: skip
_TIGHT = _Snare(ratios=(1.0, 1.68), gains=(1.0, 0.7), fall=(0.4, 0.8), body=(0.3, 0.45), wires=(0.55, 0.9),
                wires_ring=(0.7, 1.0), wires_hz=(900, 1_500), buzz=0.0)  # fmt: skip
_SKIN = _Snare(ratios=(1.0, 1.594, 2.136, 2.296, 2.653, 3.156), gains=(1.0, 0.7, 0.35, 0.3, 0.25, 0.2),
               fall=(0.08, 0.2), body=(0.25, 0.4), wires=(0.55, 0.85), wires_ring=(0.6, 0.85), wires_hz=(500, 900),
               buzz=0.6)  # fmt: skip


def _snare(part: Part, snare: _Snare) -> Wave:
    dice, frames = part.dice, part.frames
    fall = envelopes.glide(frames, 1 + dice.between("fall", *snare.fall), dice.between("tau", 0.008, 0.018))
    running = oscillators.phase(np.minimum(part.pitch * fall, 5_000.0), frames)
    ring = dice.between("body", *snare.body) * part.ring
    body = np.zeros(frames)
    for number, (ratio, gain) in enumerate(zip(snare.ratios, snare.gains, strict=True)):
        if part.pitch * ratio < oscillators.HIGHEST / 2:
            mode = oscillators.sine(ratio * dice.between(f"mode {number}", 0.98, 1.03) * running if number else running)
            body += gain * mode * envelopes.decay(frames, ring / np.sqrt(ratio))
    noise = filters.high_pass(dice.noise("wires", frames), dice.ratio("wires hz", *snare.wires_hz))
    noise = filters.low_pass(noise, dice.between("wires top", 5_500, 10_000) * part.bright(0.7), 1)
    noise += 0.8 * filters.band_pass(noise, dice.between("wires peak", 3_500, 6_000) * part.bright(0.4), 1.5)
    wires_ring = dice.between("wires ring", *snare.wires_ring) * part.ring
    noise *= envelopes.two_stage(frames, 0.4 * wires_ring, wires_ring, dice.between("wires tail", 0.45, 0.7))
    if snare.buzz:  # the wires lie on the lower skin and rattle as it moves
        noise *= 1 - snare.buzz + snare.buzz * np.abs(oscillators.sine(running))
    level = dice.between("wires level", *snare.wires) * part.bright(0.3)
    whole = (body + level * noise) * envelopes.rise(frames, 0.0004 / part.hard(2.5))
    whole += 0.35 * part.hard(0.8) * click(part, 4_500, 0.008)
    return filters.drive(whole, dice.between("grit", 0.6, 1.1) * part.driven(), 0.05)


def machine_snare(part: Part) -> Wave:
    """A drum machine's snare: two tuned rings and a hiss."""
    return _snare(part, _MACHINE)


def tight_snare(part: Part) -> Wave:
    """A dance snare: its pitch falls fast, its noise is fuller."""
    return _snare(part, _TIGHT)


def acoustic_snare(part: Part) -> Wave:
    """A snare drum: the modes of a skin, and wires that buzz with it."""
    return _snare(part, _SKIN)


def rim_shot(part: Part) -> Wave:
    """A snare whose rim is struck along: the hoop rings over the wires."""
    dice, frames = part.dice, part.frames
    hoop = dice.between("hoop", 2.3, 3.2) * part.pitch * np.array([1.0, 1.83, 2.71, 3.94])
    t60s = max(0.35 * part.at_most(0.5), min(part.ring, RIM)) * np.array([1, 0.7, 0.5, 0.35])
    rings = oscillators.modes(hoop, t60s, [0.9, 0.6 * part.bright(0.5), 0.35, 0.2], frames)
    crack = filters.drive(rings * envelopes.rise(frames, 0.0003 / part.hard(2.5)), 1.5 * part.driven(), 0.2)
    drum = _snare(part, _SKIN)
    return 0.6 * drum / (np.abs(drum).max() or 1.0) + dice.between("crack", 0.5, 0.8) * part.hard(0.4) * crack


def clap(part: Part) -> Wave:
    """Several hands, each a short burst of noise, and the room that answers them."""
    dice, frames = part.dice, part.frames
    centre = dice.between("centre", 950, 1_500) * part.bright(0.5)
    hands = dice.choice("hands", (2, 3, 3, 4))
    gap = dice.between("gap", 0.006, 0.0105)
    starts = [(n + 0.35 * (dice.share(f"late {n}") - 0.5)) * gap for n in range(hands)]
    starts[0] = 0.0
    bursts = np.zeros(frames)
    for number, start in enumerate(starts):
        at = round(start * RATE)
        if at < frames:
            last = number == hands - 1
            loud = dice.between(f"loud {number}", 0.65, 1.0)
            bursts[at:] += loud * envelopes.decay(frames - at, dice.between("slap", 0.06, 0.1) if last else 0.022)
    tail = envelopes.decay(frames, max(0.04, 0.75 * part.ring)) * envelopes.rise(frames, starts[-1] + 0.004)

    def side(name: str, level: float) -> Wave:
        noise = dice.noise(name, frames)
        sharp = filters.band_pass(noise, centre, dice.between("q", 1.2, 2.2))
        air = filters.low_pass(filters.high_pass(noise, 1.6 * centre), 3.5 * centre * part.bright(0.5))
        air *= 0.2 * part.bright()
        return (sharp + air) * (bursts * part.hard(0.5) + level * tail)

    level = dice.between("tail level", 0.16, 0.34)
    middle, left, right = side("middle", level), side("left", 1.6 * level), side("right", 1.6 * level)
    return np.stack([middle + 0.35 * left, middle + 0.35 * right])


def snap(part: Part) -> Wave:
    """Fingers: one very short, high, hollow burst and a little room."""
    dice, frames = part.dice, part.frames
    centre = dice.between("centre", 1_800, 2_800) * part.bright(0.5)
    ring = max(part.at_most(0.3), min(2 * part.ring, SNAP))

    def side(name: str) -> Wave:
        noise = dice.noise(name, frames)
        hollow = filters.band_pass(noise, centre, 3.5) + 0.5 * filters.band_pass(noise, 1.9 * centre, 4.0)
        return hollow * envelopes.two_stage(frames, 0.03, ring, 0.08)

    flick = 0.4 * part.hard() * click(part, 1.6 * centre, 0.006)
    middle, left, right = side("middle") + flick, side("left"), side("right")
    return np.stack([middle + 0.25 * left, middle + 0.25 * right])
