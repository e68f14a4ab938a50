"""Loops: bars of drums, played on a grid of sixteenths."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bridge.models.synth.part import RATE, Part, Wave
from bridge.models.synth.voices import drums, metals
from bridge.units import Hz, Seconds, hz_of

STEPS = 16
TEMPI = (84.0, 132.0)

KICKS = ("x...x...x...x...", "x.....x.x.......", "x..x..x...x.....", "x.........x.....", "x.x.......x..x..")
BACKBEAT = "....x.......x..."
GHOSTS = (".......-........", ".........-.....-", "................")
HATS = ("x.x.x.x.x.x.x.x.", "x-x-x-x-x-x-x-x-", "..x...x...x...x.", "x.xxx.x.x.xxx.x-")
OPEN = ("..............x.", "......x.........", "................")
LEVELS = {"x": 1.0, "-": 0.35}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """Holds one drum of the loop: its part, its pattern, how loud it is."""

    wave: Wave
    pattern: str
    level: float


def beat(part: Part) -> Wave:
    """Plays bars at the tempo of the prompt, else at one of which whole bars fill the length."""
    bars, sixteenth = _grid(part)
    swing = part.dice.between("swing", 0.0, 0.18) * sixteenth
    lines = _lines(part)
    total = np.zeros((max(line.wave.ndim for line in lines), part.frames))
    for line in lines:
        scaled = line.level * line.wave / (np.abs(line.wave).max() or 1.0)
        for step in range(bars * STEPS):
            mark = line.pattern[step % STEPS]
            at = round((step * sixteenth + (swing if step % 2 else 0.0)) * RATE)
            if mark in LEVELS and at < part.frames:
                frames = min(scaled.shape[-1], part.frames - at)
                total[:, at : at + frames] += LEVELS[mark] * scaled[..., :frames]
    return total if len(total) == 2 else total[0]


def _grid(part: Part) -> tuple[int, float]:
    """Returns how many bars there are, and the seconds of a sixteenth."""
    asked = part.words.tempo
    bars = max(1, round(part.seconds * (asked or part.dice.between("tempo", *TEMPI)) / 240))
    return bars, 60 / asked / 4 if asked else part.seconds / bars / STEPS


def _lines(part: Part) -> list[_Line]:
    """Returns the drums of the loop; each has dice of its own, and the words of the prompt."""
    dice = part.dice
    kick = dice.choice("kick", (drums.punchy_kick, drums.deep_kick, drums.acoustic_kick))
    snare = dice.choice("snare", (drums.tight_snare, drums.acoustic_snare, drums.machine_snare, drums.clap))
    hat = dice.choice("hat", (metals.crisp_hat, metals.machine_hat, metals.acoustic_hat))

    def drum(name: str, seconds: float, note: int) -> Part:
        pitch = Hz(float(hz_of(note)))
        return replace(part, pitch=pitch, seconds=Seconds(min(seconds, part.seconds)), dice=dice.other(name))

    snare_wave = snare(drum("snare", 0.35, 55))
    return [
        _Line(wave=kick(drum("kick", 0.45, 31)), pattern=dice.choice("kicks", KICKS), level=1.0),
        _Line(wave=snare_wave, pattern=BACKBEAT, level=0.8),
        _Line(wave=snare_wave, pattern=dice.choice("ghosts", GHOSTS), level=0.5),
        _Line(wave=hat(drum("hat", 0.09, 84)), pattern=dice.choice("hats", HATS), level=0.4),
        _Line(wave=hat(drum("open", 0.35, 84)), pattern=dice.choice("opens", OPEN), level=0.35),
    ]
