"""Measures the pitch detector against sounds whose pitch is known, beside pYIN, YIN (librosa) and swift-f0.

    python tests/bench/pitch.py                 tables for both parts of the data
    python tests/bench/pitch.py --part tune     only the part that the detector may be tuned on
    python tests/bench/pitch.py --misses        also every confident answer that is wrong

The others take part if their packages are installed (`pip install librosa swift-f0`). They hear the same sounds, and
their frames are made one note by the same rule as ours: weights by loudness, their own confidence and a bias to late
frames, and the note with the most weight. pYIN is slow: the comparison is over one sound in `--every`, for all alike.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import sources
from made import BOOMS, CHORDS, INTERVALS, chords, hisses, hz, tones
from sources import Sound, held_out

from bridge.audio import Audio
from bridge.sound import pitch as detector

SHORT = 0.25
DRUM_RULE = "drums, by the rule of drums"
SEEDS = {"tune": 1, "held": 2}


@dataclass(frozen=True, slots=True)
class Answer:
    sound: Sound
    note: float
    """Fractional MIDI note; NaN: none found."""
    confident: bool
    kind: str
    milliseconds: float

    @property
    def cents(self) -> float:
        return 100 * (self.note - self.sound.note)

    @property
    def octave(self) -> bool:
        return abs(self.cents) > 600 and abs((self.cents + 600) % 1200 - 600) <= 50


Method = Callable[[Sound], tuple[float, bool, str]]


def ours(sound: Sound) -> tuple[float, bool, str]:
    pitch = detector.measure(Audio.of(sound.samples, sound.rate))
    return pitch.root + pitch.cents / 100 if pitch.frequency else np.nan, pitch.claimed(), pitch.kind


def by_the_rule_of_drums(sound: Sound) -> tuple[float, bool, str]:
    """Answers as for a sound that need not have a note."""
    pitch = detector.measure(Audio.of(sound.samples, sound.rate))
    return pitch.root + pitch.cents / 100, pitch.claimed(detector.CERTAIN), pitch.kind


def peers() -> dict[str, Method]:
    """Returns the other detectors that are installed, warmed up."""
    methods: dict[str, Method] = {}
    if importlib.util.find_spec("librosa"):
        import librosa

        low, high, rate, frame = 20.0, 5_000.0, 22_050, 4_096

        def yin(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            track = librosa.yin(wave, fmin=low, fmax=high, sr=rate, frame_length=frame)
            return track, np.ones(len(track))

        def pyin(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            track, _, voiced = librosa.pyin(wave, fmin=low, fmax=high, sr=rate, frame_length=frame, fill_na=None)
            return track, voiced

        methods["pYIN"] = _voted(pyin, rate)
        methods["YIN"] = _voted(yin, rate)
    if importlib.util.find_spec("swift_f0"):
        import swift_f0

        network = swift_f0.SwiftF0(threads=1)

        def swift(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            found = network.detect(wave, 16_000)
            return found.pitch_hz, found.confidence

        methods["swift-f0"] = _voted(swift, 16_000)
    for method in methods.values():
        method(next(tones(0, 1)))
    return methods


def _voted(track: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], rate: int) -> Method:
    import soxr

    def measure(sound: Sound) -> tuple[float, bool, str]:
        wave = soxr.resample(sound.samples.mean(axis=1), sound.rate, rate, "HQ")
        frequencies, sure = track(np.pad(wave, (0, max(0, 4_096 - len(wave)))))
        frequencies, sure = np.asarray(frequencies), np.nan_to_num(np.asarray(sure))
        ends = np.linspace(0, len(wave), len(frequencies) + 1).astype(int)
        loud = np.sqrt([np.square(wave[a : max(b, a + 1)]).mean() for a, b in pairwise(ends)])
        weights = loud**0.5 * sure**2 * (0.1 + 0.9 * np.arange(len(loud)) / len(loud))
        weights = np.where(np.isfinite(frequencies) & (frequencies > 0), weights, 0)
        if not weights.sum() > 0:
            return np.nan, False, ""
        notes = 69 + 12 * np.log2(np.where(weights > 0, frequencies, 440) / 440)
        agree = np.abs(notes[:, None] - notes) <= 0.35
        best = agree[(agree @ weights).argmax()] & (weights > 0)
        order = np.flatnonzero(best)[np.argsort(notes[best])]
        reached = np.cumsum(weights[order])
        note = notes[order][np.searchsorted(reached, reached[-1] / 2)]
        agreement = weights[best].sum() / weights.sum()
        return float(note), agreement * np.average(sure, weights=loud**2 + 1e-12) >= 0.5, ""

    return measure


def ask(method: Method, sounds: Iterable[Sound]) -> list[Answer]:
    answers = []
    for sound in sounds:
        start = time.perf_counter()
        note, confident, kind = method(sound)
        answers.append(Answer(sound, note, bool(confident), kind, 1000 * (time.perf_counter() - start)))
    return answers


def cut(sounds: Iterable[Sound]) -> list[Sound]:
    """Returns the sounds cut to a quarter of a second, with a fade of 10 ms."""
    short = []
    for sound in sounds:
        samples = sound.samples[: round(SHORT * sound.rate)].copy()
        fade = min(len(samples), round(0.01 * sound.rate))
        samples[len(samples) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
        short.append(replace(sound, samples=samples))
    return short


def share(values: Iterable[bool]) -> str:
    values = list(values)
    return f"{100 * np.mean(values):6.1f}" if values else "     –"


def row(name: str, answers: list[Answer]) -> None:
    sure = [answer for answer in answers if answer.confident]
    print(
        f"| {name:<30} | {len(answers):5} | {share(a.confident for a in answers)} | "
        f"{share(abs(a.cents) <= 50 for a in sure)} | {share(abs(a.cents) <= 10 for a in sure)} | "
        f"{share(a.octave for a in sure)} | {share(abs(a.cents) <= 50 for a in answers)} | "
        f"{share(abs(a.cents) <= 10 for a in answers)} | {np.median([a.milliseconds for a in answers]):7.1f} |"
    )


HEAD = """
|                                |     n |  sure % | of the sure: 50 c | 10 c | octave | of all: 50 c | 10 c | ms |
|---|---|---|---|---|---|---|---|---|"""


def table(answers: dict[str, list[Answer]]) -> None:
    recorded, made = answers["recorded"], answers["made"]
    print(HEAD)
    row("soundfonts", recorded)
    row("– without organs", [a for a in recorded if a.sound.program not in sources.ORGANS])
    row("– note borne out by the loop", [a for a in recorded if a.sound.proof == "loop"])
    row("– below note 40", [a for a in recorded if a.sound.note < 40])
    row("– above note 84", [a for a in recorded if a.sound.note > 84])
    row("– cut to 250 ms", answers["recorded, short"])
    row("– cut, without organs", [a for a in answers["recorded, short"] if a.sound.program not in sources.ORGANS])
    row("made", made)
    row("– cut to 250 ms", answers["made, short"])
    row("– 808s that glide", [a for a in made if a.sound.instrument in BOOMS[1:]])
    for kind in dict.fromkeys(answer.sound.instrument for answer in made):
        row(f"– {kind}", [a for a in made if a.sound.instrument == kind])


def claims(answers: dict[str, list[Answer]]) -> None:
    print("\n| claimed as one note, though it is none | n | claimed % | called chord % | noise % | unsure % |")
    print("|---|---|---|---|---|---|")
    for name in ("drums", DRUM_RULE, "hisses", "chords", "recorded chords", "intervals"):
        groups = {name: answers[name]}
        if name == "drums":
            groups["– all but snares"] = [a for a in answers[name] if a.sound.instrument != "snare"]
            groups |= {f"– {kind}": [a for a in answers[name] if a.sound.instrument == kind] for kind in sources.NOISES}
        for label, group in groups.items():
            kinds = (share(a.kind == kind for a in group) for kind in ("chord", "noise", "unsure"))
            print(f"| {label:<30} | {len(group):5} | {share(a.confident for a in group)} | {' | '.join(kinds)} |")
    notes = answers["recorded"] + answers["made"]
    kinds = (share(a.kind == kind for a in notes) for kind in ("chord", "noise", "unsure"))
    print(f"| {'(single notes)':<30} | {len(notes):5} | {share(a.confident for a in notes)} | {' | '.join(kinds)} |")


def recorded_chords(sounds: list[Sound], seed: int, count: int = 60) -> list[Sound]:
    """Returns chords played on recordings: one instrument, brought to the notes of a chord by varispeed."""
    import soxr

    random = np.random.default_rng(seed)
    middle = [sound for sound in sounds if 48 <= sound.note <= 72 and sound.program not in sources.ORGANS]
    usable = [sound for sound in middle if len(sound.samples) > 0.5 * sound.rate]
    made = []
    for index in range(count):
        sound = usable[random.integers(len(usable))]
        steps = CHORDS[list(CHORDS)[index % len(CHORDS)]]
        mono = sound.samples[:, 0].astype(np.float64)
        voices = [soxr.resample(mono, sound.rate * hz(69 + step) / 440, sound.rate, "HQ") for step in steps]
        frames = min(map(len, voices))
        samples = sum(voice[:frames] for voice in voices)
        made.append(replace(sound, samples=(samples / np.abs(samples).max() * 0.8).astype(np.float32)[:, None]))
    return made


def gather(part: str) -> dict[str, list[Sound]]:
    """Returns the sounds of one part of the data; instruments are in one part only, made sounds have other seeds."""
    wanted = part == "held"
    seed = SEEDS[part]
    recorded = [sound for sound in sources.instruments() if held_out(sound.instrument) == wanted]
    made = list(tones(seed))
    return {
        "recorded": recorded,
        "recorded, short": cut(recorded),
        "made": made,
        "made, short": cut(made),
        "drums": [sound for sound in sources.noises() if held_out(sound.source) == wanted],
        "hisses": list(hisses(seed)),
        "chords": list(chords(seed)),
        "recorded chords": recorded_chords(recorded, seed),
        "intervals": list(chords(seed, INTERVALS)),
    }


def speed(sounds: list[Sound]) -> None:
    """Prints how long one second of sound takes: the best of five of each."""
    long = [sound for sound in sounds if len(sound.samples) >= sound.rate]
    seconds = [replace(sound, samples=sound.samples[: sound.rate]) for sound in long]
    best = [min(ask(ours, [sound])[0].milliseconds for _ in range(5)) for sound in seconds[::5][:40]]
    print(f"\nOne second of sound: median {np.median(best):.1f} ms, worst {max(best):.1f} ms ({len(best)} sounds).")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["tune", "held", "both"], default="both")
    parser.add_argument("--only", choices=["ours", "beside"], help="only our tables, or only those beside the others")
    parser.add_argument("--every", type=int, default=4, help="how many sounds there are to one of the comparison")
    parser.add_argument("--misses", action="store_true", help="print every confident answer that is wrong")
    options = parser.parse_args()
    others = {} if options.only == "ours" else peers()
    for part in SEEDS if options.part == "both" else [options.part]:
        sounds = gather(part)
        ask(ours, sounds["made"][:20])  # warm up
        print(f"\n## The {'held-out part' if part == 'held' else 'part tuned on'}")
        if options.only != "beside":
            report(sounds, options.misses)
        if others:
            compare(sounds, others, options.every)


def report(sounds: dict[str, list[Sound]], misses: bool) -> None:
    """Prints the tables of our own answers, and, if asked, the confident ones that are wrong."""
    answers = {name: ask(ours, group) for name, group in sounds.items()}
    answers[DRUM_RULE] = ask(by_the_rule_of_drums, sounds["drums"])
    table(answers)
    claims(answers)
    speed(sounds["made"])
    for name in ("recorded", "recorded, short", "made", "made, short") if misses else ():
        for a in answers[name]:
            if a.confident and not abs(a.cents) <= 50:
                print(name, a.sound.source, a.sound.name, f"{a.sound.note:.2f} {a.cents:+.0f}")


def compare(sounds: dict[str, list[Sound]], others: dict[str, Method], every: int) -> None:
    """Prints all detectors side by side over some of the sounds."""
    for name in ("recorded", "recorded, short", "made", "drums"):
        print(f"\nSide by side: {name}, one sound in {every}" + HEAD)
        for label, method in {"ours": ours, **others}.items():
            answers = ask(method, sounds[name][::every])
            if name == "drums":
                print(f"| {label:<30} | {len(answers):5} | {share(a.confident for a in answers)} (claimed as tonal) |")
            else:
                row(label, answers)
                if name == "made":
                    row(f"– {label}, 808s that glide", [a for a in answers if a.sound.instrument in BOOMS[1:]])


if __name__ == "__main__":
    main()
