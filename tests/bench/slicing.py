"""Finds the hits of drum loops: of loops put together from real drums, where every hit is known to the frame, and of
recorded loops, where the grid of their tempo is known.

    python tests/bench/slicing.py
"""

from __future__ import annotations

import re
import time

import numpy as np
import sources

from bridge.audio import Audio
from bridge.sound.slices import onsets

RATE = 44_100
DRUMS = {
    "kick": r"\b(kick|kicks|bd|bass ?drum)\b", "snare": r"\b(snare|sd|sn|clap)\b", "hat": r"\b(hh|hat|hi hat|hihat)\b",
}
NOT_ONE_HIT = r"\b(roll|loop|flam|rim|open|brush|soft|pedal)\b"
PATTERNS = {
    "kick": ("x...x...x...x...", "x.....x.x.......", "x..x..x...x.....", "x.x.......x..x.."),
    "snare": ("....x.......x...", "....x..-....x.-.", "....x.......x..x"),
    "hat": ("x.x.x.x.x.x.x.x.", "x-x-x-x-x-x-x-x-", "..x...x...x...x.", "x.xxx.x.x.xxx.x-"),
}
LOUD = {"kick": 1.0, "snare": 0.8, "hat": 0.35}
CLOSE = 0.045
LOOPS = {
    "loop_amen": 1, "loop_amen_full": 4, "loop_breakbeat": 1, "loop_compus": 4, "loop_electric": 1, "loop_garzul": 4,
    "loop_mehackit1": 1, "loop_mehackit2": 1, "loop_mika": 4, "loop_perc1": 1, "loop_perc2": 1, "loop_safari": 4,
    "loop_tabla": 4, "loop_weirdo": 2,
}
"""Bars of four beats in each recorded loop, so that its length makes a usual tempo."""


def drums():
    """Returns hits of every kind, mono, from their very start (where they first reach −40 dB of their peak)."""
    found = {kind: [] for kind in DRUMS}
    for path in sources.files("hydrogen-data", "hydrogen-drumkits"):
        name = sources.words(path.stem)
        kind = next((kind for kind, pattern in DRUMS.items() if re.search(pattern, name)), None)
        if kind is None or re.search(NOT_ONE_HIT, name) or len(found[kind]) >= 40:
            continue
        try:
            samples, rate = sources.read(path)
        except RuntimeError:
            continue
        wave = samples.mean(axis=1)
        if rate != RATE or np.abs(wave).max() < 0.01:
            continue
        start = int(np.argmax(np.abs(wave) >= 0.01 * np.abs(wave).max()))
        found[kind].append(wave[start:start + RATE] / np.abs(wave).max())
    return found


def put_together(hits, random):
    """Returns a loop of two bars and the frames at which its hits begin, those closer than 45 ms as one."""
    tempo = random.uniform(75, 170)
    step = 60 / tempo / 4
    swing = random.uniform(0, 0.3) * step
    wave = np.zeros(round(32 * step * RATE))
    starts = []
    for kind, choices in PATTERNS.items():
        hit = hits[kind][random.integers(len(hits[kind]))]
        pattern = choices[random.integers(len(choices))] * 2
        for place, mark in enumerate(pattern):
            if mark == ".":
                continue
            at = round((place * step + (swing if place % 2 else 0) + random.uniform(0, 0.004)) * RATE)
            gain = LOUD[kind] * (0.4 if mark == "-" else 1.0) * random.uniform(0.7, 1.0)
            piece = hit[:max(0, len(wave) - at)]
            wave[at:at + len(piece)] += gain * piece
            starts.append(at)
    wave += 10 ** (random.uniform(-90, -55) / 20) * random.standard_normal(len(wave))
    merged = []
    for start in sorted(starts):
        if not merged or start - merged[-1] >= CLOSE * RATE:
            merged.append(start)
    return Audio.of(wave / np.abs(wave).max(), RATE), merged


def match(found, truth, tolerance):
    """Returns the errors in seconds of the hits that were found within `tolerance`, each truth used once."""
    left, errors = list(truth), []
    for frame in found:
        near = min(left, key=lambda start: abs(start - frame), default=None)
        if near is not None and abs(near - frame) <= tolerance * RATE:
            left.remove(near)
            errors.append((frame - near) / RATE)
    return errors


def main(count=100):
    hits = drums()
    random = np.random.default_rng(3)
    right = found_all = true_all = 0
    errors, spent = [], []
    for _ in range(count):
        audio, truth = put_together(hits, random)
        began = time.perf_counter()
        found = onsets(audio)
        spent.append((time.perf_counter() - began) / audio.seconds)
        matched = match(found, truth, 0.010)
        errors += matched
        right, found_all, true_all = right + len(matched), found_all + len(found), true_all + len(truth)
    precision, recall = right / found_all, right / true_all
    print(f"{count} loops put together from {sum(map(len, hits.values()))} real drums, {true_all} hits, within 10 ms:")
    print(f"  precision {precision:.3f}  recall {recall:.3f}  F {2 * precision * recall / (precision + recall):.3f}")
    print(f"  start: median {1000 * np.median(errors):+.2f} ms, 5–95 %: {1000 * np.percentile(errors, 5):+.2f} … "
          f"{1000 * np.percentile(errors, 95):+.2f} ms; {1000 * np.median(spent):.0f} ms per second of sound\n")
    print("Recorded loops: hits within 15 ms of a sixteenth or triplet of their grid, and so many random moments")
    for path in sources.files("sonic-pi-samples"):
        if path.stem not in LOOPS:
            continue
        samples, rate = sources.read(path)
        found = np.array(onsets(Audio.of(samples, rate)))
        if not len(found):
            print(f"  {path.stem:<20} no hits")
            continue
        beat = len(samples) / LOOPS[path.stem] / 4
        chance = np.random.default_rng(1).uniform(0, len(samples), 4_000)
        on, by_chance = (
            np.mean([min(abs(place * step - round(place * step)) / step for step in (4, 3)) * beat / rate <= 0.015
                     for place in (frames - found[0]) / beat])
            for frames in (found, chance)
        )
        print(f"  {path.stem:<20} {LOOPS[path.stem]} bars of {4 * beat / rate:.2f} s ({60 * rate / beat:5.1f} bpm)"
              f" {len(found):>4} hits  {on:.2f} on the grid  (chance {by_chance:.2f})")


if __name__ == "__main__":
    main()
