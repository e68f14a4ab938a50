"""Prints how well sounds are cut, aligned, matched and levelled, and how long it takes.

    OMP_NUM_THREADS=1 python tests/bench/shape.py [onset align set speed memory [SOUNDS]]

Drums and instruments come from Debian packages. What is asked for is known by construction: a lead-in and noise of
known length and level are put before a sound whose own beginning is known without noise.
"""

from __future__ import annotations

import re
import resource
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import sources
import soxr
from scipy.signal import butter, sosfilt

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.domain.recipe import RECIPES, filled, parse_recipe
from bridge.errors import SoundError
from bridge.sound.align import align
from bridge.sound.chain import shape, shape_set
from bridge.sound.level import true_peak
from bridge.sound.loudness import loudness
from bridge.sound.recipe import Piece, walk
from bridge.sound.trim import trim
from bridge.units import Seconds

RATE = 44_100
DRUM_WORDS = r"\b(kick|bd|snare|sd|clap|tom|hat|hihat|hh|rim|crash|ride|cymbal|conga|bongo|cowbell|stick|block|perc)\b"
NOISES = (None, -90, -60, -45)
LONGEST = 4.0


def main() -> None:
    parts = [word for word in sys.argv[1:] if not word.isdecimal()] or ["onset", "align", "set", "speed", "memory"]
    for part in parts:
        PARTS[part]()


def drums(most: int) -> list[np.ndarray]:
    """Returns real drum hits, mono at 44.1 kHz, peak 0.9, beginning with their first sample over −60 dB."""
    found = []
    paths = [path for path in sources.files("hydrogen-data", "hydrogen-drumkits", "lmms-common")
             if re.search(DRUM_WORDS, sources.words(path.stem))]  # fmt: skip
    for path in paths[:: max(1, len(paths) // most)]:
        try:
            samples, rate = sources.read(path)
        except Exception as problem:  # a package holds a broken file now and then
            print(f"  left out: {path.name}: {problem}")
            continue
        if len(samples) >= 0.03 * rate and np.abs(samples).max() > 0.01:
            found.append(_clean(samples, rate))
    return found


def tonals(most: int) -> list[np.ndarray]:
    """Returns real instruments of every General MIDI program, as `drums` does."""
    sounds = sources.instruments(most=2, longest=2.0)
    return [_clean(sound.samples, sound.rate) for sound in sounds[:: max(1, len(sounds) // most)]]


def _clean(samples: np.ndarray, rate: int) -> np.ndarray:
    wave = samples.mean(axis=1).astype(np.float64)
    if np.abs(wave).max() < 0.1 * np.abs(samples).max():
        wave = samples[:, 0].astype(np.float64)
    wave = soxr.resample(wave, rate, RATE, "VHQ")[: round(2.5 * RATE)]
    wave *= 0.9 / np.abs(wave).max()
    return wave[int(np.argmax(np.abs(wave) > 0.001 * 0.9)) :]


def late(wave: np.ndarray, lead: int, noise: float | None, random: np.random.Generator) -> Audio:
    """Returns the wave after `lead` frames, all of it in white noise of an RMS in dBFS."""
    whole = np.concatenate([np.zeros(lead), wave, np.zeros(round(0.3 * RATE))])
    if noise is not None:
        whole = whole + 10 ** (noise / 20) * random.standard_normal(len(whole))
    return Audio.of(whole, RATE)


def onset() -> None:
    """Measures where sounds are cut against two moments that are known without noise.

    `earliest` is their first sample over −60 dB (or over the noise's RMS): a cut before it leaves a gap. `latest` is
    their first sample over −46 dB (or over the noise's peaks, 12 dB over its RMS): a cut after it costs attack. The
    error is the distance to the span between, negative for what is cut away; the median is told against `latest`, the
    usual definition of an onset.
    """
    print("\n## Onset, ms")
    head = ("sounds", "noise dBFS", "n", "median", "p1", "p99", "worst", "within 1 ms", "within 3 ms", "> 1 ms cut")
    print(f"| {' | '.join(head)} |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    random = np.random.default_rng(1)
    for kind, waves in (("drums", drums(400)), ("tonal", tonals(250))):
        for noise in NOISES:
            early, errors = [], []
            for wave in waves:
                lead = int(random.uniform(0.02, 0.4) * RATE)
                cut = trim(late(wave, lead, noise, random), longest=LONGEST, swells=kind == "tonal").lead_in * RATE
                earliest, latest = (lead + int(np.argmax(np.abs(wave) > level)) for level in _span(noise))
                early.append((latest - cut) / RATE * 1000)
                errors.append((min(latest - cut, 0) + max(earliest - cut, 0)) / RATE * 1000)
            low, high = np.percentile(errors, [1, 99])
            size = np.abs(errors)
            print(f"| {kind} | {noise or 'none'} | {len(size)} | {np.median(early):+.2f} | {low:+.2f} | {high:+.2f} |"
                  f" {errors[int(size.argmax())]:+.2f} | {np.mean(size <= 1):.1%} | {np.mean(size <= 3):.1%} |"
                  f" {np.mean(np.array(errors) < -1):.1%} |")  # fmt: skip


def _span(noise: float | None) -> tuple[float, float]:
    """Returns the amplitudes from which a sound of peak 0.9 may, and must, count as begun."""
    rms = 0.0 if noise is None else 10 ** (noise / 20)
    return max(0.0009, rms), max(0.9 * 10 ** (-46 / 20), 4 * rms)


def _member(wave: np.ndarray, number: int, random: np.random.Generator) -> tuple[np.ndarray, int]:
    """Returns a velocity layer or round-robin member made of a hit, after a random lead-in, and that lead-in."""
    made = wave * 10 ** (-random.uniform(0, 12) / 20)
    if number % 3 == 1:  # softer: darker (first order: its delay is a few samples)
        made = sosfilt(butter(1, random.uniform(3_000, 9_000), fs=RATE, output="sos"), made)
    if number % 3 == 2:  # round robin: a few cents beside
        made = soxr.resample(made, RATE * 2 ** (random.uniform(-5, 5) / 1200), RATE, "VHQ")
    lead = int(random.uniform(0.005, 0.2) * RATE)
    return late(made, lead, -75, random).samples[:, 0], lead


def align_members() -> None:
    print("\n## Align: how far apart the attacks of four members of one hit lie, ms")
    print("| after | n sets | median | p95 | p99 | worst | sets within 0.25 ms |")
    print("|---|---|---|---|---|---|---|")
    random = np.random.default_rng(2)
    spread: dict[str, list[float]] = {"trim": [], "trim and align": []}
    for wave in drums(200):
        members = [_member(wave, number, random) for number in range(4)]
        cut = [trim(Audio.of(samples, RATE), longest=LONGEST) for samples, _ in members]
        places = np.array([lead - one.lead_in * RATE for (_, lead), one in zip(members, cut, strict=True)])
        moved = np.array([(wait or 0) * RATE for _, wait in align([one.audio for one in cut])])
        spread["trim"].append(float(np.ptp(places)) / RATE * 1000)
        spread["trim and align"].append(float(np.ptp(places + moved)) / RATE * 1000)
    for name, values in spread.items():
        points = " | ".join(f"{value:.2f}" for value in np.percentile(values, [50, 95, 99, 100]))
        print(f"| {name} | {len(values)} | {points} | {np.mean(np.array(values) <= 0.25):.1%} |")


def sets() -> None:
    print("\n## Sets: four different hits as the variations of one job")
    print("| sets | loudness apart before, LU (median / worst) | after | highest true peak, dBTP | lowest |")
    print("|---|---|---|---|---|")
    hits = [Audio.of(wave * gain, RATE) for wave, gain in zip(drums(160), _gains(200), strict=False)]
    before, after, tops, lows = [], [], [], []
    for index in range(0, len(hits) - 3, 4):
        brief = Brief(prompt="", model="", seed=1, family="perc", mapping="drum")
        outcomes = [one for one in shape_set(hits[index : index + 4], brief, RATE) if not isinstance(one, SoundError)]
        if len(outcomes) < 2:
            continue
        loud = [loudness(audio) for audio, _, _ in outcomes]
        peaks = [true_peak(audio) for audio, _, _ in outcomes]
        before.append(np.ptp([loudness(hit) for hit in hits[index : index + 4]]))
        after.append(np.ptp(loud))
        tops.append(max(peaks))
        lows.append(min(peaks))
    print(f"| {len(after)} | {np.median(before):.2f} / {max(before):.2f} | {np.median(after):.2f} / {max(after):.2f} |"
          f" {min(tops):+.3f} … {max(tops):+.3f} | {min(lows):+.1f} |")  # fmt: skip


def _gains(count: int) -> np.ndarray:
    return 10 ** (-np.random.default_rng(3).uniform(0, 18, count) / 20)


def _two_seconds() -> list[tuple[str, Audio]]:
    """Returns stereo sounds of 2 s at 44.1 kHz as a model makes them: late, in noise, with a tail."""
    random = np.random.default_rng(4)
    t = np.arange(2 * RATE) / RATE
    made = []
    kinds = (("bass", 55.3, 1.5), ("pluck", 262.7, 4.0), ("kick", 50.0, 9.0), ("snare", 185.0, 12.0))
    for family, frequency, decay in kinds:
        sides = []
        for phase in (0.0, 0.6):
            wave = sum(np.sin(2 * np.pi * k * frequency * t + phase * k) / k for k in range(1, 12)) * np.exp(-decay * t)
            if family == "snare":
                wave += random.standard_normal(len(t)) * np.exp(-15 * t)
            sides.append(np.concatenate([np.zeros(4_000), wave])[: 2 * RATE])
        samples = np.stack(sides, axis=1)
        samples = 0.8 * samples / np.abs(samples).max() + 0.0005 * random.standard_normal(samples.shape)
        made.append((family, Audio.of(samples, RATE)))
    return made


def _median_ms(times: int, call: Callable, *arguments: object) -> float:
    call(*arguments)
    spent = []
    for _ in range(times):
        began = time.process_time()  # what one core works, whatever else the machine does
        call(*arguments)
        spent.append(time.process_time() - began)
    return float(np.median(spent)) * 1000


def speed() -> None:
    print("\n## Speed: gate to level, 2 s stereo at 44.1 kHz, median ms on one core")
    print("| family | gate … level | to 48 kHz too | librosa: pyin + effects.trim + resample | times faster |"
          " loop search beside |")
    print("|---|---|---|---|---|---|")
    try:
        import librosa
    except ImportError:
        librosa = None
    ours, theirs = [], []
    for family, audio in _two_seconds():
        steps = tuple(step for step in RECIPES[family] if step != "loop")
        brief = Brief(prompt="", model="", seed=1, family=family, mapping=FAMILIES[family].mapping, shape=steps)
        ours.append(_median_ms(15, shape, audio, brief, RATE))
        both = _median_ms(15, shape, audio, brief, 48_000)
        row = f"| {family} | {ours[-1]:.0f} | {both:.0f} |"
        if librosa:
            theirs.append(_median_ms(3, _by_librosa, librosa, audio))
            row += f" {theirs[-1]:.0f} | {theirs[-1] / both:.0f} |"
        else:
            row += " (not installed) | |"
        with_loop = _median_ms(15, shape, audio, replace(brief, shape=()), RATE)
        print(row + (f" {max(0.0, with_loop - ours[-1]):.0f} |" if steps != RECIPES[family] else " · |"))
    print(f"median over the families: {np.median(ours):.0f} ms")
    if theirs:
        print(f"median of librosa: {np.median(theirs):.0f} ms")
    family, audio = _two_seconds()[1]
    audio = audio.with_samples(0.5 * audio.samples)
    print("\n| step alone | ms |\n|---|---|")
    for step in ("offset", "mono", "lows", "trim", "rate 48 kHz", "tune", "fade", "level"):
        print(f"| {step} | {_median_ms(15, _step, audio, step, family):.1f} |")


def _step(audio: Audio, step: str, family: str) -> None:
    row = FAMILIES[family]
    piece = Piece(audio=audio, family=row, note=None, longest=Seconds(row.longest), sample_rate=RATE)
    walk([piece], filled(parse_recipe([step]), family))


def _by_librosa(librosa, audio: Audio) -> None:
    """Does with librosa what it can do of the same: pitch, trim, another rate (its default resampler, soxr)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wave = audio.samples.T
        cut, _ = librosa.effects.trim(wave, top_db=60)
        librosa.pyin(cut.mean(axis=0), fmin=27.5, fmax=4_000, sr=RATE, frame_length=4_096)
        librosa.resample(cut, orig_sr=RATE, target_sr=48_000)


def memory(count: int = 10_000) -> None:
    count = int(next((word for word in sys.argv[1:] if word.isdecimal()), count))
    print(f"\n## Memory: peak resident size over {count:,} sounds, MB")
    print("| sounds | peak |\n|---|---|")
    random = np.random.default_rng(5)
    families = list(FAMILIES)
    for number in range(1, count + 1):
        family = families[number % len(families)]
        t = np.arange(round(random.uniform(0.2, 1.0) * RATE)) / RATE
        wave = np.sin(2 * np.pi * random.uniform(40, 900) * t) * np.exp(-random.uniform(2, 20) * t)
        samples = np.stack([wave, wave * random.uniform(0.5, 1)], axis=1)
        brief = Brief(prompt="", model="", seed=1, family=family, mapping=FAMILIES[family].mapping)
        shape_set([Audio.of(samples, RATE)], brief, RATE)
        if number in {count // 100, count // 10, count // 4, count // 2, count}:
            print(f"| {number:,} | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} |", flush=True)


PARTS = {"onset": onset, "align": align_members, "set": sets, "speed": speed, "memory": memory}

if __name__ == "__main__":
    main()
