"""Sends real sounds, spoilt in the ways in which models spoil sounds, through gate and shaping, and has what comes
out judged
by a checker that shares no measurement with them.

    python tests/bench/acceptance.py [--most 1500]

Prints for every point of the checklist how many published files pass it, and for every way of spoiling what became
of the
takes: published, or refused under which name.
"""
# ruff: noqa: E402 (the threads of the libraries are set, and the folders found, before they are imported)

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import io
import shutil
import subprocess
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.fft
import scipy.signal
import soundfile

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import labelled

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.errors import SoundError
from bridge.shaping import tasks
from bridge.sound import chain
from bridge.sound.codec import encode_float
from bridge.sound.wav import wav_bytes

RATE = 44_100
PUBLISHED = "published"
METAL = ("hat", "open-hat", "cymbal")
FAR = {
    "kick": METAL, "tom": METAL, "snare": ("kick", "tom"), "clap": ("kick", "tom", "cymbal"),
    "hat": ("kick", "tom"), "open-hat": ("kick", "tom"), "cymbal": ("kick", "tom"),
}  # fmt: skip
"""Of what is asked (left), what nobody would take for it."""

Wave = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Holds a spoilt sound, what was asked for, and the outcomes that are right."""

    way: str
    name: str
    samples: Wave
    rate: int
    family: str
    right: tuple[str, ...]
    prompt: str = "x"
    note: int | None = None


# --- ways to spoil: (samples, rate, random) → samples --------------------------------------------------------------


def _noise(shape: tuple[int, ...], level: float, dice: np.random.Generator) -> Wave:
    return 10 ** (level / 20) * dice.standard_normal(shape)


def lead_in(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    before, behind = round(dice.uniform(0.02, 0.6) * rate), round(dice.uniform(0.1, 1.0) * rate)
    padded = np.pad(x / np.abs(x).max() * 0.7, ((before, behind), (0, 0)))
    return padded + _noise(padded.shape, dice.uniform(-90, -58), dice)


def tail_cut(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    return x[: round(dice.uniform(0.6, 0.9) * len(x))]


def offset(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    return x + dice.uniform(0.02, 0.3) * dice.choice([-1, 1]) * np.abs(x).max()


def several(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    step = round(max(dice.uniform(0.25, 0.7), 1.2 * _seconds(x, rate, -30)) * rate)
    count = int(dice.integers(2, 6))
    out = np.zeros((step * (count - 1) + len(x), x.shape[1]))
    for place in range(count):
        out[place * step : place * step + len(x)] += dice.uniform(0.5, 1) * x
    return out


def room(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    t = np.arange(round(1.5 * rate)) / rate
    tail = dice.standard_normal((len(t), 1)) * np.exp(-t / dice.uniform(0.1, 0.35))[:, None]
    wet = scipy.signal.fftconvolve(x, tail, axes=0)
    wet *= 10 ** (dice.uniform(-26, -16) / 20) * np.abs(x).max() / np.abs(wet).max()
    wet[: len(x)] += x
    return wet


def low_rate(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    return scipy.signal.resample_poly(x.mean(axis=1, keepdims=True), 160, round(160 * rate / 16_000), axis=0)


def detune(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    return scipy.signal.resample(x, max(1, round(len(x) * 2 ** (dice.uniform(-49, 49) / 1200))), axis=0)


def quiet(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    return x / np.abs(x).max() * 10 ** (dice.uniform(-46, -25) / 20)


def clip_little(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    """Clips so much that one value in 300 is cut off."""
    return np.clip(x, *(np.quantile(np.abs(x), 0.9967) * np.array([-1, 1])))


def clip_hard(x: Wave, rate: int, dice: np.random.Generator) -> Wave:
    loud = np.abs(x)[np.abs(x) > 1e-3 * np.abs(x).max()]
    top = np.quantile(loud, 0.75)
    return np.clip(x, -top, top) / top


REPAIRABLE: dict[str, Callable[[Wave, int, np.random.Generator], Wave]] = {
    "clean": lambda x, rate, dice: x,
    "lead-in and noise": lead_in,
    "tail cut off": tail_cut,
    "offset": offset,
    "several hits": several,
    "room": room,
    "16 kHz mono": low_rate,
    "detuned": detune,
    "quiet": quiet,
    "clipped a little": clip_little,
}


def _seconds(x: Wave, rate: int, level: float) -> float:
    """Returns the seconds from the first to the last value within `level` dB of the peak."""
    loud = np.flatnonzero(np.abs(x).max(axis=1) > 10 ** (level / 20) * np.abs(x).max())
    return float(loud[-1] - loud[0]) / rate


def takes(most: int) -> list[Take]:
    """Returns every sound that is as long as its family, spoilt in one way each, and what nothing can be made of."""
    chosen, by_family, beds = [], defaultdict(list), []
    for sound in labelled.sounds():
        x, rate = sound.audio.samples.astype(np.float64), sound.audio.sample_rate
        if sound.family == "loop" and len(x) > 1.5 * rate:
            beds.append((sound.name, x, rate))
        if sound.family in FAMILIES and sound.family != "loop" and np.abs(x).max() > 0.01:
            row = FAMILIES[sound.family]
            if 1.4 * row.shortest <= _seconds(x, rate, -40) and len(x) / rate <= 2 * row.longest:
                chosen.append((sound.name, sound.family, x, rate))
                by_family[sound.family].append((sound.name, x, rate))
    chosen.sort(key=lambda row: zlib.crc32(row[0].encode()))
    found = [spoil(index, *row) for index, row in enumerate(chosen[:most])]
    return found + hopeless(chosen, by_family, beds)


def spoil(index: int, name: str, family: str, x: Wave, rate: int) -> Take:
    way = list(REPAIRABLE)[index % len(REPAIRABLE)]
    samples = REPAIRABLE[way](x, rate, np.random.default_rng(index))
    right = ("bandwidth",) if way == "16 kHz mono" and family in METAL else (PUBLISHED,)
    return Take(
        way=way, name=name, samples=samples, rate=16_000 if way == "16 kHz mono" else rate, family=family, right=right
    )


def hopeless(chosen: list, by_family: dict, beds: list) -> list[Take]:
    """Returns takes that must be refused, forty of a way where there are so many."""
    dice = np.random.default_rng(7)
    pick = [chosen[place] for place in np.linspace(0, len(chosen) - 1, 40).astype(int)]
    found = []
    for name, family, x, rate in pick:
        nan = x.copy()
        nan[len(x) // 3] = np.nan
        wide = FAMILIES[family]
        for way, samples, right in (
            ("silence", np.zeros_like(x), ("silence",)),
            ("nothing but a noise floor", _noise(x.shape, -75, dice), ("silence",)),
            ("NaN", nan, ("finite",)),
            ("six channels", np.repeat(x[:, :1], 6, axis=1), ("channels",)),
            ("no frames", x[:0], ("empty",)),
            ("one click", np.eye(1, len(x), 400).T * 0.5, ("active",)),
            ("clipped hard", clip_hard(x, rate, dice), ("clipping",)),
            ("broken off", _onset_part(x, rate, 0.3 * wide.shortest), ("length", "active")),
        ):
            found.append(Take(way=way, name=name, samples=samples, rate=rate, family=family, right=right))
    for family in ("808", "bass", "pluck", "mallet", "bell", "lead", "pad-synth", "kick", "snare", "tom"):
        for seed in range(4):
            hiss = 0.3 * np.random.default_rng(seed).standard_normal((6 * RATE, 1 + seed % 2))
            right = ("noise",) if FAMILIES[family].tonal else ("noise", "length", "family")
            found.append(
                Take(way="a hiss", name=f"{family} {seed}", samples=hiss, rate=RATE, family=family, right=right)
            )
    for family, others in FAR.items():
        for other in others:
            for name, x, rate in by_family[other][::12][:8]:
                found.append(
                    Take(way="another family", name=f"{name} as {family}", samples=x, rate=rate, family=family,
                         right=("family", "bandwidth", "length"))
                )  # fmt: skip
    return found + _beds(beds) + _speech() + _wrong_notes()


def _onset_part(x: Wave, rate: int, seconds: float) -> Wave:
    first = int(np.argmax(np.abs(x).max(axis=1) > 0.3 * np.abs(x).max()))
    return x[first : first + max(2, round(seconds * rate))]


def _beds(beds: list) -> list[Take]:
    """Returns mixes of two loops over a held chord: no hit of them stands alone."""
    found = []
    for place, (name, x, rate) in enumerate(beds):
        other = beds[(place * 7 + 3) % len(beds)][1].mean(axis=1)
        t = np.arange(min(len(x), 8 * rate)) / rate
        chord = sum(scipy.signal.sawtooth(2 * np.pi * 110 * ratio * t) for ratio in (1, 1.26, 1.5, 2)) * 0.15
        mix = x.mean(axis=1)[: len(t)] / np.abs(x).max() + 0.7 * np.resize(other, len(t)) / np.abs(other).max() + chord
        family = ("kick", "snare", "pluck", "bass", "hat")[place % 5]
        found.append(
            Take(way="music", name=f"{name} as {family}", samples=mix[:, None] * 0.4, rate=rate, family=family,
                 right=("bed", "hits", "speech", "length", "family"))
        )  # fmt: skip
    return found


SENTENCES = (
    "Here is a deep kick drum sound for your track.", "I am sorry, I can not make that sound.", "one shot snare drum",
    "Thank you for watching, and see you in the next video.", "This is a bass sound in the key of C minor.",
)  # fmt: skip


def _speech() -> list[Take]:
    """Returns spoken prompts, as text-to-audio models like to answer; needs espeak-ng."""
    if not shutil.which("espeak-ng"):
        print("(espeak-ng is not installed: no speech)")
        return []
    found = []
    for place, sentence in enumerate(SENTENCES):
        for voice in ("en-us", "en-gb+f3", "de", "fr"):
            spoken = subprocess.run(["espeak-ng", "-v", voice, "--stdout", sentence], capture_output=True, check=True)
            x, rate = soundfile.read(io.BytesIO(spoken.stdout), always_2d=True)
            family = ("kick", "snare", "pluck", "bass", "perc")[place]
            found.append(
                Take(
                    way="speech",
                    name=f"{voice}: {sentence[:20]}",
                    samples=x,
                    rate=rate,
                    family=family,
                    right=("speech",),
                )
            )
    return found


def _wrong_notes() -> list[Take]:
    """Returns notes of exact pitch that were asked for more than an octave away."""
    t = np.arange(RATE) / RATE
    found = []
    for note in range(40, 76, 2):
        f = 440 * 2 ** ((note - 69) / 12)
        x = sum(np.sin(2 * np.pi * k * f * t + k) / k * np.exp(-(2 + k) * t) for k in range(1, 12) if k * f < 18_000)
        for asked, right in ((note + 14, ("asked-note",)), (note - 16, ("asked-note",)), (note + 3, (PUBLISHED,))):
            found.append(Take(way="note asked", name=f"{note} for {asked}", samples=x[:, None] * 0.3, rate=RATE,
                              family="pluck", right=right, note=asked))  # fmt: skip
    return found


# --- the checker: reads the finished file with libsndfile and measures with scipy alone -----------------------------


def check_file(wav: bytes, family: str, cents: float | None) -> dict[str, bool]:
    """Returns, for every point of the checklist that applies, whether a finished file passes it."""
    with soundfile.SoundFile(io.BytesIO(wav)) as file:
        form = (file.format, file.subtype, file.samplerate) == ("WAV", "PCM_24", RATE)
        x = file.read(always_2d=True)
    row = FAMILIES[family]
    points = {"1 format": form, "2 finite, not silent": bool(np.isfinite(x).all() and np.abs(x).max() > 0.1)}
    peak = np.abs(x).max()
    level = np.abs(x).max(axis=1) / peak
    points["3 offset under −60 dBFS"] = bool(np.abs(x.mean(axis=0)).max() < 1e-3)
    heard = np.flatnonzero(level > 1e-3)
    # A loop is whole bars: it begins on its first hit, and what is missing of the last bar is silence.
    if family != "loop":
        points["4a first value under −60 dB"] = bool(level[0] < 1e-3)
        points["7b no silence behind"] = bool(len(x) - heard[-1] < 0.15 * RATE)
    points["4b heard within 1 ms"] = bool(heard[0] <= 0.001 * RATE)
    points["4c heard within 2.5 ms"] = bool(heard[0] <= 0.0025 * RATE)
    # By the spectrum, exact up to half the rate: an interpolating filter rolls off where a hat is loud.
    padded = np.pad(x, ((512, scipy.fft.next_fast_len(len(x) + 1024) - len(x) - 512), (0, 0)))
    top = 20 * np.log10(np.abs(scipy.signal.resample(padded, 8 * len(padded), axis=0)).max())
    points["5 true peak −3 … −1 dBTP"] = bool(-3 < top <= -0.95)
    points["6 no clipped runs"] = not any(_flat_top(channel, peak) for channel in x.T)
    points["7a ends at zero, faded"] = bool(level[-1] < 1e-4 and level[-44:].max() < 0.02)
    points["8 length of its family"] = bool(0.5 * row.shortest <= len(x) / RATE <= row.longest + 0.01)
    if not row.swells:
        points["9 one onset"] = not _second_onset(x)
    if row.tonal and cents is not None:
        points["10 in tune to 5 cents"] = abs(cents) <= 5
    if x.shape[1] == 2:
        side, middle = x[:, 0] - x[:, 1], x[:, 0] + x[:, 1]
        points["11a stereo has sides"] = bool((side**2).sum() > 10**-3.5 * (middle**2).sum())
        points["11b sides in phase"] = bool(np.corrcoef(x.T)[0, 1] >= 0)
        if family in ("kick", "808", "bass"):
            # By the spectrum: through a filter's slope, stereo above 100 Hz would count where there are no lows.
            power = np.abs(scipy.fft.rfft(np.stack([side, middle]))) ** 2
            low = power[:, : int(100 * len(x) / RATE) + 1].sum(axis=1)
            points["11c mono below 100 Hz"] = bool(low[0] <= 10**-1.5 * low[1] or low.sum() < 1e-5 * power.sum())
    return points


def _flat_top(channel: Wave, peak: float) -> bool:
    """Tells whether three values or more in a row stand still at the peak, and are no smooth top that was rounded.

    Of a wave of 16 bits three values of a low tone's top are equal without any clipping: it turns by less than one
    step. Such a top is a parabola together with the three values on each side, to 2·10⁻⁴ of the peak (one step of
    16 bits at −16 dBFS); a clipped one is none, because the wave comes in with a slope.
    """
    still = (np.abs(np.diff(channel)) < 8e-6 * peak) & (np.abs(channel[1:]) >= 0.999 * peak)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        part = channel[max(0, first - 3) : last + 4]
        places = np.linspace(-1, 1, len(part))
        smooth = np.polyval(np.polyfit(places, part, 2), places)
        if last - first >= 2 and np.abs(part - smooth).max() > 2e-4 * peak:
            return True
    return False


def _second_onset(x: Wave) -> bool:
    """Tells whether, 80 ms or more after the first, a second sound begins that is at most 12 dB softer.

    It begins where the power of 10 ms is 8 dB over all of the 60 ms before, once the lows that a kick swings in are
    out.
    """
    high = scipy.signal.sosfilt(scipy.signal.butter(2, 200, "highpass", fs=RATE, output="sos"), x, axis=0)
    hop = RATE // 200
    count = len(high) // hop
    power = (high[: count * hop] ** 2).sum(axis=1).reshape(count, hop).sum(axis=1)
    power = np.convolve(power, [1, 1], "same") + 1e-12 * power.sum()
    first = int(np.argmax(power > 0.03 * power.max()))
    for place in range(first + 16, count):
        if power[place] > 0.063 * power.max() and power[place] > 6.3 * power[max(0, place - 14) : place - 2].max():
            return True
    return False


# --- the run ---------------------------------------------------------------------------------------------------------


def publish(take: Take) -> tuple[str, bytes, float | None]:
    """Returns what became of a take, the finished file and the cents that it claims."""
    brief = Brief(prompt=take.prompt, model="m", seed=1, family=take.family, mapping="drum", note=take.note)
    audio = Audio.of(take.samples, take.rate)
    judgement = chain.examine(audio, brief)
    # A doubt is a refusal here: it sends a model back for another seed as long as that is free.
    if said := judgement.stop or judgement.doubt:
        return said.name, b"", None
    (shaped,) = tasks.shape_set([encode_float(audio)], brief, RATE)
    if isinstance(shaped, SoundError):
        return shaped.verdict or "shaping", b"", None
    wav = wav_bytes(shaped.pcm, sample_rate=RATE, channels=shaped.channels, bits=24)
    return PUBLISHED, wav, shaped.analysis.cents if shaped.analysis.root is not None else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1500)
    parser.add_argument(
        "--names", action="store_true", help="also print every file that fails a point or goes a wrong way"
    )
    options = parser.parse_args()
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: dict[str, list[str]] = defaultdict(list)
    points: dict[str, list[bool]] = defaultdict(list)
    right = published = 0
    clean = 0
    began = time.process_time()
    everything = takes(options.most)
    for take in everything:
        outcome, wav, cents = publish(take)
        outcomes[take.way][outcome] += 1
        if outcome in take.right:
            right += 1
        else:
            wrong[f"{take.way} → {outcome}"].append(f"{take.name} ({take.family})")
        if wav:
            published += 1
            answers = check_file(wav, take.family, cents)
            clean += all(passed for point, passed in answers.items() if not point.startswith("4b"))
            for point, passed in answers.items():
                points[point].append(passed)
                if not passed:
                    wrong[f"fails {point}"].append(f"{take.way}: {take.name} ({take.family})")
    seconds = time.process_time() - began
    print(f"{len(everything)} takes, {published} published, {seconds:.0f} s of processor\n")
    print("| point of the checklist | files | pass |\n|---|---|---|")
    for point, passed in sorted(points.items(), key=lambda pair: [int(pair[0].split()[0].rstrip("abc")), pair[0]]):
        print(f"| {point} | {len(passed)} | {100 * np.mean(passed):.1f} % |")
    print(f"| **all (but 4b)** | {published} | {100 * clean / max(published, 1):.1f} % |")
    names = sorted({name for counter in outcomes.values() for name in counter} - {PUBLISHED})
    print(f"\nright outcome: {right} of {len(everything)} ({100 * right / len(everything):.1f} %)\n")
    print("| spoilt by | takes | published | " + " | ".join(names) + " |\n|---|" + "---|" * (len(names) + 2))
    for way, counter in outcomes.items():
        cells = " | ".join(str(counter[name] or "·") for name in names)
        print(f"| {way} | {counter.total()} | {counter[PUBLISHED] or '·'} | {cells} |")
    if options.names:
        for what, who in sorted(wrong.items()):
            print(f"\n{what}: {len(who)}\n  " + "\n  ".join(who[:12]))


if __name__ == "__main__":
    main()
