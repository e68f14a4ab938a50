"""Loops recordings of soundfonts, and measures how much of the seam is heard.

The measure knows nothing of how the loop was found: spectral flux (how much the spectrum changes from one moment to
the next) where the player jumps back, over the 90th percentile of the same sound's ordinary flux, unlooped. Under 1
the seam hides among what the sound does anyway. Beside it the same figure where there is no seam at all (`no seam`),
and for the usual simple loop from one rising zero crossing to another (`naive`).

The milliseconds are of processor time, for the search and the blend of one recording of up to 4 s.

    python tests/bench/loops.py            half of the instruments, the half that nothing was tuned on
    python tests/bench/loops.py --tuning   the other half
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict

import numpy as np
import sources

from bridge.audio import Audio
from bridge.sound.loop import loop
from bridge.sound.pitch import measure

FAMILIES = (
    ("keys", range(8)), ("mallet", range(8, 16)), ("organ", range(16, 24)), ("pluck", range(24, 32)),
    ("bass", range(32, 40)), ("strings and voice", range(40, 56)), ("winds and brass", range(56, 80)),
    ("lead", range(80, 88)), ("pad", range(88, 104)), ("other", range(104, 128)),
)
WINDOW, HOP = 0.023, 0.003
SHORTEST = 0.8


def flux(wave, rate):
    """Returns how much the spectrum of a mono wave changes from moment to moment, and the frames of these moments."""
    window, hop = round(WINDOW * rate), round(HOP * rate)
    frames = np.lib.stride_tricks.sliding_window_view(wave, window)[::hop]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(window), axis=1))
    middles = np.arange(1, len(spectra)) * hop + (window - hop) // 2
    return np.abs(np.diff(spectra, axis=0)).sum(axis=1), middles


def heard(wave, at, usual, rate):
    """Returns the largest flux in the windows that hold frame `at`, over what is usual."""
    values, middles = flux(wave, rate)
    return values[np.abs(middles - at) <= WINDOW * rate / 2].max() / usual


def round_trip(samples, start, last, rate):
    """Returns what a player plays from 0.2 s before the end of the loop to 0.2 s after the jump, and where it jumps."""
    before = round(0.2 * rate)
    body = samples[start:last + 1]
    after = np.concatenate([body] * (1 + before // len(body)))[:before]
    return np.concatenate([samples[max(0, last + 1 - before):last + 1], after]), min(before, last + 1)


def naive(wave, start, last, rate):
    """Returns the same loop moved to rising zero crossings, without looking at anything else."""
    rising = np.flatnonzero((wave[:-1] < 0) & (wave[1:] >= 0)) + 1
    if len(rising) < 2:
        return start, last
    begin = int(rising[np.abs(rising - start - round(0.013 * rate)).argmin()])
    end = int(rising[np.abs(rising - last).argmin()])
    return begin, end - 1


def trial(sound):
    """Returns family, outcome and figures of one recording, looped as it would leave the bridge."""
    fading = np.minimum(1, np.arange(len(sound.samples))[::-1] / (0.05 * sound.rate))
    audio = Audio.of(sound.samples * fading[:, None], sound.rate)
    pitch = measure(audio)
    began = time.process_time()
    looped = loop(audio, frequency=pitch.frequency, periodicity=pitch.periodicity)
    spent = 1000 * (time.process_time() - began)
    family = next(name for name, programs in FAMILIES if sound.program in programs)
    if looped.loop is None:
        return family, looped.verdict.text, None
    start, last = looped.loop
    wave, rate = audio.mono(), sound.rate
    body, _ = flux(wave[start:last + 1], rate)
    usual = np.percentile(body, 90) + 1e-12
    figures = {}
    for name, samples, (begin, end) in (
        ("loop", looped.audio.mono(), (start, last)), ("naive", wave, naive(wave, start, last, rate)),
    ):
        figures[name] = heard(*round_trip(samples, begin, end, rate), usual, rate)
    place = (start + last) // 2
    figures["no seam"] = heard(wave[max(0, place - rate // 5):place + rate // 5], min(place, rate // 5), usual, rate)
    figures |= {"alike": looped.verdict.figure, "seconds": (last + 1 - start) / rate, "ms": spent}
    return family, "", figures


def main():
    tuning = "--tuning" in sys.argv
    rows, reasons = defaultdict(list), defaultdict(int)
    counts = defaultdict(int)
    for sound in sources.instruments(most=3):
        if sources.held_out(sound.instrument) == tuning or len(sound.samples) < SHORTEST * sound.rate:
            continue
        family, reason, figures = trial(sound)
        counts[family] += 1
        if figures is None:
            reasons[re.sub(r"\(?[0-9.]+\)?", "…", reason.split(": ")[1])] += 1
        else:
            rows[family].append(figures)
    print(f"Seam flux over the usual flux ({'tuning' if tuning else 'held-out'} half of the instruments)\n")
    head = "family              sounds looped | loop med   p90 | naive med | no seam med   p90 | alike  seconds    ms"
    print(f"{head}\n{'-' * len(head)}")
    everything = [figures for family in rows.values() for figures in family]
    for family, found in [*((name, rows[name]) for name, _ in FAMILIES), ("all", everything)]:
        total = counts[family] if family != "all" else sum(counts.values())
        if not found:
            print(f"{family:<20}{total:>6}{0:>7} |")
            continue
        med = {key: np.median([figures[key] for figures in found]) for key in found[0]}
        high = {key: np.percentile([figures[key] for figures in found], 90) for key in found[0]}
        print(
            f"{family:<20}{total:>6}{len(found):>7} | {med['loop']:>8.2f} {high['loop']:>5.2f} | {med['naive']:>9.2f} |"
            f" {med['no seam']:>11.2f} {high['no seam']:>5.2f} | {med['alike']:.3f} {med['seconds']:>8.2f}"
            f" {med['ms']:>5.0f}"
        )
    print("\nOne-shots, and why:")
    for reason, count in sorted(reasons.items(), key=lambda entry: -entry[1]):
        print(f"{count:>6}  {reason}")


if __name__ == "__main__":
    main()
