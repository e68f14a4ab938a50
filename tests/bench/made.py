"""Makes sounds for the benchmarks whose pitch is exact by formula: 808s, plucks, bells, basses, pads, toms, chords."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.signal import butter, lfilter, sosfilt
from sources import Sound

RATE = 44_100
Random = np.random.Generator


def hz(note: float) -> float:
    return 440 * 2 ** ((note - 69) / 12)


def _time(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * RATE)) / RATE


def _saw(f: float, t: np.ndarray, random: Random) -> np.ndarray:
    """Returns a saw without aliasing, in a random phase."""
    phase = random.uniform(0, 2 * np.pi)
    return sum(np.sin(k * (2 * np.pi * f * t + phase)) / k for k in range(1, min(40, int(18_000 / f)) + 1))


def _low(wave: np.ndarray, cutoff: float) -> np.ndarray:
    return sosfilt(butter(2, min(cutoff, 0.45 * RATE), fs=RATE, output="sos"), wave)


def _glide(f: float, t: np.ndarray, ratio: float, settle: float) -> np.ndarray:
    """Returns the phase of a tone that falls from `ratio` times f to f."""
    return 2 * np.pi * f * (t + (ratio - 1) * settle * (1 - np.exp(-t / settle)))


def _boom(settle: tuple[float, float]) -> Callable[[float, Random], np.ndarray]:
    def make(note: float, random: Random) -> np.ndarray:
        t = _time(random.uniform(0.6, 2.0))
        tone = np.sin(_glide(hz(note), t, 2 ** random.uniform(0.3, 3), random.uniform(*settle)))
        wave = np.tanh(random.uniform(0.3, 6) * tone * np.exp(-t / random.uniform(0.25, 1.0)))
        wave[:100] += random.uniform(0, 0.5) * random.standard_normal(100)
        return wave + random.uniform(0, 0.003) * random.standard_normal(len(t))

    return make


def _still(note: float, random: Random) -> np.ndarray:
    t = _time(random.uniform(0.5, 2.0))
    wave = np.sin(2 * np.pi * hz(note) * t) * np.exp(-t / random.uniform(0.2, 1.0))
    return np.tanh(random.uniform(0.2, 6) * wave)


def _string(note: float, random: Random) -> np.ndarray:
    """A plucked string (Karplus and Strong), its loop tuned by an all-pass (Jaffe and Smith) to exactly `note`."""
    f, t = hz(note), _time(random.uniform(0.1, 0.8))
    delay = RATE / f - 0.5
    whole = int(delay - 0.3)
    part, omega = delay - whole, 2 * np.pi * f / RATE
    a = np.sin((1 - part) * omega / 2) / np.sin((1 + part) * omega / 2)
    burst = np.zeros(len(t))
    burst[:whole] = random.standard_normal(whole)
    damping = random.uniform(0.992, 0.9995)
    feedback = np.zeros(whole + 3)
    feedback[0], feedback[1] = 1.0, a
    feedback[whole : whole + 3] -= damping * 0.5 * np.convolve([1, 1], [a, 1.0])
    return lfilter([1.0, a], feedback, _low(burst, random.uniform(2_000, 12_000)))


def _bar(ratios: tuple[float, ...]) -> Callable[[float, Random], np.ndarray]:
    def make(note: float, random: Random) -> np.ndarray:
        f, t = hz(note), _time(random.uniform(0.4, 2.0))
        decay = random.uniform(1, 5)
        wave = np.zeros(len(t))
        for k, ratio in enumerate(ratios):
            if ratio * f < 18_000:
                loud = random.uniform(0.2, 0.8) ** k
                dying = np.exp(-decay * ratio**1.2 * t)
                wave += loud * np.sin(2 * np.pi * ratio * f * t + random.uniform(0, 6)) * dying
        return wave

    return make


def _fm_bell(note: float, random: Random) -> np.ndarray:
    f, t = hz(note), _time(random.uniform(0.6, 2.0))
    ratio, index = random.choice([1.4, 1.41, 3.5, 2.76, 7.1]), random.uniform(0.5, 4)
    bend = index * np.exp(-t / random.uniform(0.1, 0.4)) * np.sin(2 * np.pi * ratio * f * t)
    return np.sin(2 * np.pi * f * t + bend) * np.exp(-t / random.uniform(0.3, 1.0))


def _fm_bass(note: float, random: Random) -> np.ndarray:
    f, t = hz(note), _time(random.uniform(0.3, 1.2))
    bend = random.uniform(0.5, 5) * np.exp(-t / 0.15) * np.sin(2 * np.pi * random.choice([1, 2]) * f * t)
    return np.sin(2 * np.pi * f * t + bend) * np.exp(-t / random.uniform(0.2, 0.8))


def _voices(detunes: np.ndarray, loud: np.ndarray, note: float, t: np.ndarray, random: Random) -> np.ndarray:
    pairs = zip(detunes, loud, strict=True)
    return sum(gain * _saw(hz(note + cents / 100), t, random) for cents, gain in pairs)


def _reese(note: float, random: Random) -> np.ndarray:
    t, spread = _time(random.uniform(0.8, 2.5)), random.uniform(4, 20)
    loud = np.ones(3) if random.random() < 0.5 else np.array([1.0, 0.0, 1.0])
    wave = _voices(np.array([-spread, 0, spread]), loud, note, t, random)
    return _low(wave, random.uniform(150, 1_500)) * np.minimum(1, t / 0.01)


def _supersaw(note: float, random: Random) -> np.ndarray:
    t, spread = _time(random.uniform(0.5, 1.5)), random.uniform(5, 20)
    side = np.array([1.0, 0.57, 0.18]) * spread
    detunes = np.concatenate([-side, [0.0], side])
    wave = _voices(detunes, np.array([0.6, 0.6, 0.6, 1.0, 0.6, 0.6, 0.6]), note, t, random)
    return _low(wave, random.uniform(1_500, 12_000)) * np.minimum(1, t / 0.005)


def _pad(note: float, random: Random) -> np.ndarray:
    t, spread = _time(random.uniform(1.5, 3.5)), random.uniform(2, 10)
    wave = _voices(np.array([-spread, 0, spread]), np.ones(3), note, t, random)
    return _low(wave, random.uniform(400, 4_000)) * np.minimum(1, t / random.uniform(0.1, 0.6))


def _lead(note: float, random: Random) -> np.ndarray:
    t = _time(random.uniform(0.3, 1.2))
    f = hz(note)
    if random.random() < 0.5:
        wave = sum(np.sin(2 * np.pi * k * f * t) / k for k in range(1, int(16_000 / f) + 1, 2))
    else:
        wave = _saw(f, t, random)
    return _low(wave, random.uniform(3, 20) * f) * np.exp(-t * random.uniform(0, 4))


def _tom(note: float, random: Random) -> np.ndarray:
    t = _time(random.uniform(0.35, 0.9))
    ratio, settle = 1 + random.uniform(0.2, 0.8), random.uniform(0.02, 0.06)
    decay = random.uniform(4, 10)
    head = np.sin(_glide(hz(note), t, ratio, settle)) * np.exp(-decay * t)
    mode = 0.5 * np.sin(_glide(1.59 * hz(note), t, ratio, settle)) * np.exp(-2.5 * decay * t)
    return head + mode + random.uniform(0, 0.3) * random.standard_normal(len(t)) * np.exp(-40 * t)


KINDS: dict[str, tuple[Callable[[float, Random], np.ndarray], float, float]] = {
    "808, still": (_still, 22.4, 38),
    "808, fast glide": (_boom((0.01, 0.03)), 22.4, 38),
    "808, middling": (_boom((0.03, 0.07)), 22.4, 38),
    "808, slow": (_boom((0.07, 0.14)), 22.4, 38),
    "pluck": (_string, 28, 96),
    "bar": (_bar((1, 2.756, 5.404, 8.933)), 48, 108),
    "marimba": (_bar((1, 3.93, 9.24)), 40, 96),
    "FM bell": (_fm_bell, 55, 100),
    "FM bass": (_fm_bass, 26, 52),
    "reese": (_reese, 24, 52),
    "supersaw": (_supersaw, 40, 88),
    "pad": (_pad, 36, 84),
    "lead": (_lead, 36, 96),
    "tom": (_tom, 36, 57),
}
"""How each kind is made, and its lowest and highest note."""
BOOMS = tuple(kind for kind in KINDS if kind.startswith("808"))


def tones(seed: int, each: int = 40) -> Iterator[Sound]:
    """Yields `each` sounds of every kind, anywhere between the semitones."""
    for number, (kind, (make, low, high)) in enumerate(KINDS.items()):
        random = np.random.default_rng([seed, number])
        for index in range(each):
            note = random.uniform(low, high)
            yield _sound(f"{kind} {index}", kind, make(note, random), note)


CHORDS = {
    "major": (0, 4, 7), "minor": (0, 3, 7), "suspended": (0, 5, 7), "diminished": (0, 3, 6),
    "seventh": (0, 4, 7, 10), "minor ninth": (0, 3, 7, 10, 14), "open major": (0, 7, 16), "first inversion": (0, 3, 8),
}  # fmt: skip
INTERVALS = {"fifth": (0, 7), "third": (0, 4), "fourth": (0, 5), "tritone": (0, 6)}


def chords(seed: int, shapes: dict[str, tuple[int, ...]] = CHORDS, each: int = 12) -> Iterator[Sound]:
    """Yields chords of leads, pads, plucks and supersaws, in tune, their lowest note from E2 to B4."""
    for number, (name, steps) in enumerate(shapes.items()):
        for index in range(each):
            random = np.random.default_rng([seed, 100 + number, index])
            root, make = random.uniform(40, 70), (_lead, _pad, _string, _supersaw)[index % 4]
            voices = []
            for step in steps:
                wave = make(root + step, random)
                voices.append(wave / np.sqrt(np.square(wave).mean()) * random.uniform(0.7, 1.0))
            frames = min(map(len, voices))
            yield _sound(f"{name} {index}", name, sum(voice[:frames] for voice in voices), None)


def hisses(seed: int, each: int = 60) -> Iterator[Sound]:
    """Yields bursts of noise: white, red and band-passed, of many lengths and decays."""
    for index in range(each):
        random = np.random.default_rng([seed, 200, index])
        t = _time(random.uniform(0.05, 1.5))
        wave = random.standard_normal(len(t))
        if index % 3 == 1:
            wave = np.cumsum(wave - wave.mean())
        if index % 3 == 2:
            low = random.uniform(200, 6_000)
            wave = sosfilt(butter(2, [low, min(3 * low, 20_000)], "bandpass", fs=RATE, output="sos"), wave)
        yield _sound(f"noise {index}", "noise", wave * np.exp(-random.uniform(0, 30) * t), None)


def _sound(name: str, kind: str, wave: np.ndarray, note: float | None) -> Sound:
    wave = np.asarray(wave) * (0.8 / np.abs(wave).max())
    edge = np.minimum(1, np.arange(len(wave))[::-1] / (0.005 * RATE))
    samples = (wave * edge).astype(np.float32)[:, None]
    return Sound(name=name, source="made", instrument=kind, samples=samples, rate=RATE, note=note)
