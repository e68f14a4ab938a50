"""Measures the built-in synthesiser: families, aliases, offset, pitch, speed. Prints the tables of docs/synth.md.

    python tests/bench/synthesiser.py [families] [aliases] [offset] [pitch] [speed] [--seeds 500]

- families: the classifier of `recognise.py`, trained on recordings alone, each time without one kit; every sound is
  judged by all of these models.
- aliases: a sound on one note, with its noises, its unison and its vibrato switched off, is periodic: it has lines at
  whole multiples of its pitch and nothing between them. What lies farther than 40 Hz from every line is alias, by
  power against all,
  in a Kaiser window (β 20, sides under −150 dB) over half a second of the held sound.
- offset: the mean of a take against full scale, and the power under 10 Hz against all.
- pitch: the first partial, brought down by the asked pitch, must stand still; how fast its phase turns is the error.
  librosa's YIN hears independently whether it is the right note.
- speed: processor time of one thread, from the brief to the bytes of the take.
"""
from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import io
import resource
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import numpy as np
import soundfile

from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.models.synth import unison
from bridge.models.synth.dice import Dice
from bridge.models.synth.finish import finish
from bridge.models.synth.oscillators import phase
from bridge.models.synth.render import plan, sound
from bridge.models.synth.voices import KINDS

RATE = 44_100
PERIODIC = ("808", "bass", "pluck", "lead", "pad-synth")
"""Families whose sounds are periodic; mallets and bells are sums of modes, and no mode lies above 19 kHz."""
CHORDS = ("chord_stab",)
"""Voices of several notes."""
NEAR = 40.0
HELD = 2.4
"""Seconds: half a second from its third on lies between the beginning and the end of any sound."""
PITCHED = ("808", "bass", "pluck", "mallet", "bell", "lead", "pad-synth")
NOTE = "note"


def brief(family: str, seed: int, prompt: str | None = None, **wishes: object) -> Brief:
    mapping = FAMILIES[family].mapping
    return Brief(prompt=family if prompt is None else prompt, model="synth", seed=seed, family=family, mapping=mapping,
                 **wishes)  # fmt: skip


def heard(wav: bytes) -> np.ndarray:
    """Returns `(frames, channels)` as libsndfile reads it."""
    return soundfile.read(io.BytesIO(wav), dtype="float64", always_2d=True)[0]


# --- families -----------------------------------------------------------------------------------------------------


def show_families(seeds: int) -> None:
    import like_records
    import recognise

    from bridge.audio import Audio
    from bridge.sound.features import features
    from bridge.sound.recognise import kinds

    chosen = [one for one in recognise.examples() if one.family != NOTE]
    # Instruments that were recorded whole: what most soundfonts keep of a note is its first period.
    chosen += [
        recognise.Example(name=one.name, kit=one.kit, family=NOTE, kind=one.family, heard=features(one.audio),
                          audio=one.audio)
        for one in like_records.recordings()
        if one.family in recognise.NOTES
    ]  # fmt: skip
    models = [recognise.train([one for one in chosen if one.kit != kit]) for kit in sorted({one.kit for one in chosen})]
    columns = (*recognise.DRUMS, NOTE)
    drums = sum(one.family != NOTE for one in chosen)
    print(f"\nfamilies: {drums} recordings of drums and {len(chosen) - drums} of instruments, {len(models)} models,"
          f" {seeds} seeds\n")  # fmt: skip
    print("| asked for | " + " | ".join(columns) + " | right |\n|---|" + "---|" * (len(columns) + 1))
    shares = []
    for family in FAMILIES:
        if family in ("fx", "loop"):
            continue
        counts: Counter[str] = Counter()
        for seed in range(1, seeds + 1):
            vector = features(Audio.of(heard(sound(brief(family, seed), seed)), RATE))
            counts.update(recognise.best(kinds(vector, model)) for model in models)
        own = counts[family if family in columns else NOTE] / counts.total()
        shares.append(own)
        cells = " | ".join(f"{100 * counts[name] / counts.total():.0f}" if counts[name] else "·" for name in columns)
        print(f"| {family} | {cells} | {own:.0%} |", flush=True)
    print(f"\nright in the mean of the families: {np.mean(shares):.1%}")


# --- aliases ------------------------------------------------------------------------------------------------------


def _alone(part, cents, level, **_) -> list[unison.Player]:
    """Stands in for the players in unison: the one on the note."""
    return [unison.Player(level=1.0, cycles=phase(part.pitch, part.frames))]


@contextmanager
def periodic() -> Iterator[None]:
    """Switches off what makes a tone less than periodic: noises, unison, vibrato.

    A faint rest of the noise stays: rooms are made of it, and they are as loud as ever. A room is linear and makes no
    line of its own.
    """
    noise = Dice.noise
    with (
        mock.patch.object(unison, "players", _alone),
        mock.patch.object(unison, "sway", lambda part, *_: np.zeros(part.frames)),
        mock.patch.object(Dice, "noise", lambda self, name, frames: 1e-9 * noise(self, name, frames)),
    ):
        yield


def alias(wave: np.ndarray, pitch: float) -> float:
    """Returns dB: the power between the lines of a periodic wave against all."""
    power = np.square(np.abs(np.fft.rfft(wave * np.kaiser(len(wave), 20))))
    place = np.fft.rfftfreq(len(wave), 1 / RATE)
    between = np.abs(place - pitch * np.round(place / pitch)) > NEAR
    return float(10 * np.log10(power[between].sum() / power.sum() + 1e-30))


def high_note(family: str, seed: int) -> int:
    """Returns a note of the upper octave of a family, and half an octave over it."""
    return FAMILIES[family].register[1] + 6 - seed % 18


def alias_of(family: str, seed: int, prompt: str) -> tuple[str, float] | None:
    """Returns the voice that plays, and its alias in dB; None for a chord or a note whose lines lie too close."""
    voice, part = plan(brief(family, seed, prompt, note=high_note(family, seed), seconds=HELD), seed)
    if voice.__name__ in CHORDS or part.pitch < 3 * NEAR:
        return None
    part = replace(part, words=replace(part.words, character=replace(part.character, motion=-2.0)))
    with periodic():
        samples = finish(voice(part), part).samples.astype(np.float64)
    return voice.__name__, alias(samples[round(HELD / 3 * RATE) :][: RATE // 2].mean(axis=1), part.pitch)


def show_aliases(seeds: int) -> None:
    print(f"\naliases: {seeds} seeds\n")
    print("| family | sounds | median dB | loudest dB | its voice | distorted: median | loudest |")
    print("|---|---|---|---|---|---|---|")
    for family in PERIODIC:
        plain = [one for seed in range(1, seeds + 1) if (one := alias_of(family, seed, ""))]
        driven = [one for seed in range(1, seeds + 1, 5) if (one := alias_of(family, seed, "distorted"))]
        if not plain:
            print(f"| {family} | every note is too low to look between its lines | | | | | |")
            continue
        worst, hard = max(plain, key=lambda one: one[1]), [db for _, db in driven]
        print(f"| {family} | {len(plain)} | {np.median([db for _, db in plain]):.0f} | {worst[1]:.0f} | {worst[0]} |"
              f" {np.median(hard):.0f} | {max(hard):.0f} |", flush=True)  # fmt: skip


# --- offset -------------------------------------------------------------------------------------------------------


def show_offset(seeds: int) -> None:
    print(f"\noffset: {seeds} seeds\n\n| family | largest mean, dBFS | most under 10 Hz, dB |\n|---|---|---|")
    for family in FAMILIES:
        means, lows = [], []
        for seed in range(1, seeds + 1):
            samples = heard(sound(brief(family, seed, seconds=min(FAMILIES[family].usual, 2.0)), seed))
            means.append(np.abs(samples.mean(axis=0)).max())
            power = np.square(np.abs(np.fft.rfft(samples.mean(axis=1))))
            lows.append(power[: 1 + int(10 * len(samples) / RATE)].sum() / power.sum())
        print(f"| {family} | {20 * np.log10(max(means) + 1e-12):.0f} | {10 * np.log10(max(lows) + 1e-30):.0f} |",
              flush=True)  # fmt: skip


# --- pitch --------------------------------------------------------------------------------------------------------


def cents_off(samples: np.ndarray, pitch: float) -> float:
    """Returns by how many cents the first partial is off, from the middle of the sound on.

    Means over 16 periods take away the other partials. The phase is doubled: players in unison turn the sign of their
    sum when they cancel, which is no change of pitch.
    """
    mono = samples.mean(axis=1)[round(0.35 * len(samples)) :]
    steady = mono * np.exp(-2j * np.pi * pitch * np.arange(len(mono)) / RATE)
    block = round(16 * RATE / pitch)
    if len(steady) < 4 * block:
        block = round(4 * RATE / pitch)
    means = steady[: len(steady) // block * block].reshape(-1, block).mean(axis=1)
    phases = np.unwrap(np.angle(means**2)) / 2
    slope = np.polyfit(np.arange(len(means)) * block / RATE, phases, 1, w=np.abs(means))[0]
    return float(1200 * np.log2(1 + slope / (2 * np.pi * pitch)))


def yin_off(samples: np.ndarray, pitch: float) -> float:
    """Returns how many cents librosa's YIN hears the sound beside the pitch, the median of its frames."""
    import librosa

    mono = samples.mean(axis=1)[: round(1.0 * RATE)]
    mono = mono[round(0.1 * len(mono)) :]
    length = 2 ** int(np.ceil(np.log2(max(2048, 6 * RATE / pitch))))
    if len(mono) < length:
        return float("nan")
    found = librosa.yin(mono, fmin=0.6 * pitch, fmax=min(1.7 * pitch, 12_000), sr=RATE, frame_length=length)
    return float(1200 * np.log2(np.median(found) / pitch))


def show_pitch(seeds: int) -> None:
    print(f"\npitch: {seeds} seeds, notes all over the register\n")
    print("| family | median cents | 99 % within | farthest | YIN hears the note (50 cents) | YIN's median cents |")
    print("|---|---|---|---|---|---|")
    for family in PITCHED:
        low, high = FAMILIES[family].register
        errors, yin = [], []
        for seed in range(1, seeds + 1):
            note = low + seed * 7 % (high - low + 1)
            seconds = 2.5 if family == "pad-synth" else 1.2
            samples = heard(sound(brief(family, seed, note=note, seconds=seconds), seed))
            pitch = 440 * 2 ** ((note - 69) / 12)
            errors.append(abs(cents_off(samples, pitch)))
            if seed % 5 == 0:
                yin.append(abs(yin_off(samples, pitch)))
        yin = [one for one in yin if np.isfinite(one)]
        print(f"| {family} | {np.median(errors):.2f} | {np.percentile(errors, 99):.2f} | {max(errors):.2f} |"
              f" {np.mean(np.array(yin) < 50):.0%} | {np.median(yin):.1f} |", flush=True)  # fmt: skip


# --- speed --------------------------------------------------------------------------------------------------------


def show_speed(seeds: int) -> None:
    times: dict[str, list[float]] = defaultdict(list)
    sound(brief("kick", 1), 1)
    for family, row in FAMILIES.items():
        for kind in KINDS[family]:
            for seed in range(1, 1 + max(1, seeds // 25)):
                one = brief(family, seed, f"{family} {kind.words[0]}", seconds=min(row.usual, 2.0))
                began = resource.getrusage(resource.RUSAGE_SELF)
                sound(one, seed)
                ended = resource.getrusage(resource.RUSAGE_SELF)
                spent = ended.ru_utime - began.ru_utime + ended.ru_stime - began.ru_stime
                times[f"{family}: {kind.voice.__name__}"].append(1000 * spent)
    every = np.concatenate(list(times.values()))
    print(f"\nspeed: {len(every)} sounds of their usual length, at most 2 s: median {np.median(every):.0f} ms,"
          f" 99 % within {np.percentile(every, 99):.0f} ms, slowest {every.max():.0f} ms")  # fmt: skip
    slow = sorted(((float(np.median(spent)), name) for name, spent in times.items()), reverse=True)[:5]
    print("the slowest in the median: " + ", ".join(f"{name} {spent:.0f} ms" for spent, name in slow))


SECTIONS: dict[str, Callable[[int], None]] = {
    "families": show_families,
    "aliases": show_aliases,
    "offset": show_offset,
    "pitch": show_pitch,
    "speed": show_speed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=" ".join(SECTIONS))
    parser.add_argument("--seeds", type=int, default=500)
    options = parser.parse_args()
    for name in options.sections or SECTIONS:
        SECTIONS[name](options.seeds)


if __name__ == "__main__":
    main()
