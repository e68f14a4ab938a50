"""Measures whether every adjective moves its property: the same seed with the word and without it.

    python tests/bench/adjectives.py [--seeds 200] [WORD ...]

Prints for every adjective of the synthesiser's vocabulary the share of seeds that move the right way and the median
move; the seeds are dealt out over the families where it can be heard. Measured with numpy alone, on the take as it
leaves the synthesiser. Where a length is not what is measured, all sounds are equally long, so that a change of length
counts nowhere else.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import soundfile

from bridge.domain.brief import Brief
from bridge.models.synth.render import sound
from bridge.models.synth.words.vocabulary import ADJECTIVES

RATE = 44_100
SECONDS = 0.5
FLOOR = 1e-12

Measure = Callable[[np.ndarray], float]


def _spectrum(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the power and the Hz of the bins of the middle of a sound."""
    mono = samples.mean(axis=1)
    size = max(8_192, len(mono))
    return np.square(np.abs(np.fft.rfft(mono, size))) + FLOOR, np.fft.rfftfreq(size, 1 / RATE)


def centre(samples: np.ndarray) -> float:
    """Octaves above 1 Hz: the mean of the spectrum on a scale of octaves, by amplitude."""
    power, hz = _spectrum(samples)
    heard = (hz > 30) & (hz < 18_000)
    weight = np.sqrt(power[heard]) / hz[heard]  # as many weights to every octave
    return float((np.log2(hz[heard]) * weight).sum() / weight.sum())


def length(samples: np.ndarray) -> float:
    """Octaves above 1 s: until 40 dB under the peak for good."""
    level = np.abs(samples).max(axis=1)
    return float(np.log2((np.flatnonzero(level > 0.01 * level.max())[-1] + 1) / RATE))


def stroke(samples: np.ndarray) -> float:
    """dB: what lies above 1 kHz in the first 20 ms after its beginning, against the whole sound."""
    mono = samples.mean(axis=1)
    start = int(np.argmax(np.square(mono) > 1e-4 * np.square(mono).max()))
    power = np.square(np.abs(np.fft.rfft(mono[start : start + 882], 882)))
    return float(10 * np.log10(2 * power[21:].sum() / 882 / np.square(mono).sum() + FLOOR))


def crest(samples: np.ndarray) -> float:
    """dB: the peak of the loudest 50 ms over their effective value; distortion presses it down."""
    mono = samples.mean(axis=1)
    energy = np.convolve(np.square(mono), np.ones(2_205), "valid")
    loudest = mono[(at := int(energy.argmax())) : at + 2_205]
    return float(20 * np.log10(np.abs(loudest).max() / (np.sqrt(np.square(loudest).mean()) + FLOOR)))


def overtones(samples: np.ndarray) -> float:
    """dB: what lies more than an octave above the strongest partial, against all."""
    power, hz = _spectrum(samples)
    return float(10 * np.log10(power[hz > 2.2 * hz[power.argmax()]].sum() / power.sum() + FLOOR))


def top(samples: np.ndarray) -> float:
    """Octaves above 1 Hz: under it lies 99 % of the power."""
    power, hz = _spectrum(samples)
    return float(np.log2(hz[np.searchsorted(np.cumsum(power), 0.99 * power.sum())]))


def clang(samples: np.ndarray) -> float:
    """dB: the power between 400 Hz and 9 kHz that lies in lines off the harmonics of the strongest partial below."""
    power, hz = _spectrum(samples)
    inside = (hz > 400) & (hz < 9_000)
    places = np.flatnonzero(inside)
    line = power[places] - np.median(np.lib.stride_tricks.sliding_window_view(
        np.pad(power[places], 40, mode="edge"), 81), axis=1)
    base = hz[power.argmax()]
    off = np.abs(hz[places] / base - np.round(hz[places] / base)) > 0.12 if base < 1_500 else np.ones(len(places), bool)
    return float(10 * np.log10(np.maximum(line[off], 0).sum() / power.sum() + FLOOR))


def top_ring(samples: np.ndarray) -> float:
    """dB: what sounds above 1.5 kHz from 60 ms on, against the first 30 ms of it."""
    mono = samples.mean(axis=1)
    spectrum = np.fft.rfft(mono)
    spectrum[np.fft.rfftfreq(len(mono), 1 / RATE) < 1_500] = 0
    power = np.square(np.fft.irfft(spectrum, len(mono)))
    start = int(np.argmax(np.square(mono) > 1e-3 * np.square(mono).max()))
    first, later = power[start : start + 1_323].mean(), power[start + 2_646 : start + 11_025].mean()
    return float(10 * np.log10((later + FLOOR) / (first + FLOOR)))


def side(samples: np.ndarray) -> float:
    """dB: the side against the middle."""
    if samples.shape[1] == 1:
        return -80.0
    middle, beside = samples.sum(axis=1), samples[:, 0] - samples[:, 1]
    return float(max(-80.0, 10 * np.log10(np.square(beside).sum() / (np.square(middle).sum() + FLOOR) + FLOOR)))


def low(samples: np.ndarray) -> float:
    """dB: what lies under 160 Hz, against all."""
    power, hz = _spectrum(samples)
    return float(10 * np.log10(power[hz < 160].sum() / power.sum() + FLOOR))


def pitch(samples: np.ndarray) -> float:
    """Octaves above 1 Hz: the strongest line of the spectrum from 25 Hz to 2 kHz."""
    power, hz = _spectrum(samples)
    inside = (hz > 25) & (hz < 2_000)
    return float(np.log2(hz[inside][power[inside].argmax()]))


def spread(samples: np.ndarray) -> float:
    """Cents: how wide the lines of the strongest octave are, between the outer tenths of their power."""
    power, hz = _spectrum(samples * np.hanning(len(samples))[:, None])
    base = hz[power.argmax()]
    near = (hz > base / 1.06) & (hz < base * 1.06)
    share = np.cumsum(power[near]) / power[near].sum()
    outer = np.interp([0.1, 0.9], share, hz[near])
    return float(1200 * np.log2(outer[1] / outer[0]))


def motion(samples: np.ndarray) -> float:
    """dB: how far level and colour swing at 0.3 to 12 Hz, the bands of an octave each for itself."""
    mono = samples.mean(axis=1)
    hop = 441
    frames = np.lib.stride_tricks.sliding_window_view(mono, 4 * hop)[::hop] * np.hanning(4 * hop)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2 + 1e-9
    hz = np.fft.rfftfreq(4 * hop, 1 / RATE)
    bands = np.stack([power[:, (hz >= a) & (hz < 2 * a)].sum(axis=1) for a in (100, 200, 400, 800, 1600, 3200)])
    loud = bands.sum(axis=1) > 1e-4 * bands.sum()
    swing = np.log(bands[loud])
    turns = np.fft.rfftfreq(swing.shape[1], hop / RATE)
    time = np.linspace(-1, 1, swing.shape[1])
    fit = np.polynomial.polynomial.polyfit(time, swing.T, 3)
    rest = (swing - np.polynomial.polynomial.polyval(time, fit)) * np.hanning(swing.shape[1])
    moving = np.square(np.abs(np.fft.rfft(rest, axis=1)))[:, (turns > 0.3) & (turns < 12)].sum(axis=1)
    return float(10 * np.log10(moving.mean() + FLOOR))


def late(samples: np.ndarray) -> float:
    """dB: the power from 80 ms after the beginning on, against that before (C80 turned round)."""
    power = np.square(samples).sum(axis=1)
    start = int(np.argmax(power > 1e-4 * power.max()))
    return float(10 * np.log10((power[start + 3_528 :].sum() + FLOOR) / (power[start : start + 3_528].sum() + FLOOR)))


class Claim(NamedTuple):
    """Says what a word moves, which way, and in which families that can be heard."""

    measure: Measure
    way: int
    families: str


_ALL = "kick snare clap hat tom perc bass pluck bell lead pad-synth"
_HIT = "kick snare hat tom 808 bass pluck bell"
_STRUCK = "kick snare clap tom perc pluck mallet"
_PITCHED = "808 bass pluck mallet lead pad-synth"
_WIDE = "clap cymbal pluck bell lead pad-synth"
CLAIMS: dict[str, Claim] = {
    **dict.fromkeys(("bright", "crisp", "airy", "harsh"), Claim(centre, 1, _ALL)),
    "glassy": Claim(centre, 1, _ALL.replace(" pad-synth", "")),
    **dict.fromkeys(("dark", "mellow", "warm", "round"), Claim(centre, -1, _ALL)),
    "long": Claim(length, 1, _HIT), "short": Claim(length, -1, _HIT), "boomy": Claim(length, 1, "kick tom snare 808"),
    "tight": Claim(length, -1, _HIT), "dry": Claim(length, -1, _HIT),
    "deep": Claim(pitch, -1, "kick tom bass 808"), "low": Claim(pitch, -1, "kick tom bass 808 bell"),
    "high": Claim(pitch, 1, "kick tom bass 808 bell"),
    **dict.fromkeys(("punchy", "snappy", "hard", "aggressive", "clicky"), Claim(stroke, 1, _STRUCK)),
    "soft": Claim(stroke, -1, _STRUCK),
    **dict.fromkeys(("distorted", "gritty", "dirty"), Claim(crest, -1, "kick tom bass pluck mallet bell lead")),
    "analog": Claim(crest, -1, "kick tom pluck mallet"),
    **dict.fromkeys(("lofi", "8 bit"), Claim(top, -1, "snare clap hat cymbal perc")),
    "clean": Claim(overtones, -1, "808 bass"),
    "metallic": Claim(clang, 1, "kick snare tom perc bass pluck mallet bell lead"),
    "wooden": Claim(top_ring, -1, "snare tom perc pluck mallet bell"),
    "wide": Claim(side, 1, _WIDE), "mono": Claim(side, -1, "cymbal pad-synth"),
    "huge": Claim(low, 1, "kick tom bass snare"), "fat": Claim(low, 1, "kick tom bass snare"),
    "thin": Claim(low, -1, "kick tom bass snare"),
    "detuned": Claim(spread, 1, "lead pad-synth"),
    "wobbly": Claim(motion, 1, "bass lead pad-synth bell"), "static": Claim(motion, -1, "pad-synth"),
    "roomy": Claim(late, 1, "kick snare clap hat tom perc pluck"),
}  # fmt: skip
TIMED = (length, late)
"""What is measured at the lengths that words and seeds choose."""


def take(family: str, word: str, seed: int, seconds: float | None) -> np.ndarray:
    brief = Brief(prompt=word, model="synth", seed=1, family=family, mapping="drum", seconds=seconds)
    return soundfile.read(io.BytesIO(sound(brief, seed)), dtype="float64", always_2d=True)[0]


def moves(word: str, family: str, seeds: range, plain: dict[tuple[object, ...], float] | None = None) -> np.ndarray:
    """Returns how far a word moves its property, seed by seed, right moves above 0; `plain` keeps what was measured."""
    claim = CLAIMS[word]
    seconds = None if claim.measure in TIMED else 2.0 if claim.measure in (motion, spread) else SECONDS
    plain = {} if plain is None else plain
    found = []
    for seed in seeds:
        key = (claim.measure, family, seed)
        if key not in plain:
            plain[key] = claim.measure(take(family, "", seed, seconds))
        found.append(claim.way * (claim.measure(take(family, word, seed, seconds)) - plain[key]))
    return np.array(found)


UNITS = {centre: "octaves", top: "octaves", length: "octaves", pitch: "octaves", spread: "cents"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("words", nargs="*")
    said = parser.parse_args()
    plain: dict[tuple[object, ...], float] = {}
    print("| word | measured | right way | median move | weakest family |")
    print("|---|---|---|---|---|", flush=True)
    for row in ADJECTIVES:
        if said.words and row.name not in said.words:
            continue
        claim = CLAIMS[row.name]
        families = claim.families.split()
        by_family = {
            family: moves(row.name, family, range(place + 1, said.seeds + 1, len(families)), plain)
            for place, family in enumerate(families)
        }
        every = np.concatenate(list(by_family.values()))
        right = {family: float((found > 0).mean()) for family, found in by_family.items()}
        worst = min(right, key=lambda family: right[family])
        unit = UNITS.get(claim.measure, "dB")
        print(f"| {row.name} | {claim.measure.__name__.replace('_', ' ')} | {100 * (every > 0).mean():.1f} % |"
              f" {claim.way * np.median(every):+.2f} {unit} | {worst} {100 * right[worst]:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
