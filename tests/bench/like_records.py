"""Holds the built-in synthesiser beside real drum kits and instruments: how fast, how long, how bright, how rough.

    python tests/bench/like_records.py [--seeds 40]

Every sound is mono, from its first value over −40 dB of the peak on. Measured with numpy and scipy alone:

- attack: ms from −20 dB of its highest level (RMS of 2 ms) to −1 dB
- decay: ms from its highest level until it stays under −20 dB
- centre: Hz, the mean of its spectrum by power; of its first 30 ms, and of all
- top: Hz under which 95 % of its power lies
- flatness: dB, geometric over arithmetic mean of its power from 100 Hz to 16 kHz: 0 for white noise, −60 for a tone
- rest: dB of what still sounds 250 ms after the beginning, against the first 30 ms

Instruments are taken from one more soundfont, and only where a recording is long enough to be one: many soundfonts keep
no more of a sound than its first period and go on with a loop. Where a soundfont says the recordings' notes, the
synthesiser plays the same ones, as far as they lie in the register of its family.

A row shows the median of the recordings with their middle 80 %, the median of the synthesiser's, and how many of these
lie within the recordings' middle 90 %. Recordings keep the names that their makers gave them.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator

import labelled
import numpy as np
import scipy.fft

from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.models.synth.render import sound
from bridge.shaping.tasks import shape_set
from bridge.sound.codec import decode
from bridge.sound.wav import wav_bytes

RATE = 44_100
MEASURES = ("attack ms", "decay ms", "centre of 30 ms Hz", "centre Hz", "top Hz", "flatness dB", "rest dB")
FEWEST = 8
"""Recordings of a family, or it is left out."""
INSTRUMENTS = (*labelled.NOTES, "fluid-soundfont-gm")
WHOLE = 0.3
"""Seconds of a recorded instrument, or it is only the start of one."""
NO_BASS = re.compile(r"bassoon", re.IGNORECASE)


def recordings() -> Iterator[labelled.Labelled]:
    """Yields the recordings of every family but loops."""
    for one in labelled.sounds((*labelled.DRUMS, *INSTRUMENTS)):
        row = FAMILIES.get(one.family)
        if row is None or row.name == "loop" or NO_BASS.search(one.name):
            continue
        if one.kit.startswith("Fluid") and not row.tonal:
            continue  # its drums lie in other packages
        if not row.tonal or one.audio.seconds >= WHOLE:
            yield one


def keys(family: str, notes: list[int], seeds: int) -> list[int | None]:
    """Returns the note to play for every seed: those of the recordings, from the lowest to the highest, evenly."""
    low, high = FAMILIES[family].register
    inside = sorted(note for note in notes if low <= note <= high)
    if not FAMILIES[family].tonal or not inside:
        return [None] * seeds
    return [inside[place * len(inside) // seeds] for place in range(seeds)]


def measured(samples: np.ndarray, rate: int) -> list[float] | None:
    """Returns the measures of one sound; None for silence."""
    wave = samples.mean(axis=1).astype(np.float64)
    peak = np.abs(wave).max(initial=0.0)
    if peak == 0:
        return None
    wave = wave[int(np.argmax(np.abs(wave) > 0.01 * peak)) :][: 3 * rate]
    hop = rate // 500
    count = max(2, len(wave) // hop)
    wave = np.pad(wave, (0, max(0, count * hop - len(wave))))
    level = 10 * np.log10((wave[: count * hop].reshape(count, hop) ** 2).mean(axis=1) + 1e-12)
    top = int(level.argmax())
    rise = level[: top + 1]
    attack = top - int(np.argmax(rise > level[top] - 20)) - int(np.argmax(rise[::-1] < level[top] - 1))
    loud = np.flatnonzero(level > level[top] - 20)
    first, all_of_it = spectrum(wave[: round(0.03 * rate)]), spectrum(wave)
    start, later = level[:15], level[125:140]
    rest = float(np.clip(later.max(initial=-90) - start.max(), -60, 20))
    return [2.0 * max(0, attack), 2.0 * (loud[-1] - top), centre(*first(rate)), centre(*all_of_it(rate)),
            *shape_of(*all_of_it(rate)), rest]


def spectrum(wave: np.ndarray):
    power = np.abs(scipy.fft.rfft(wave * np.hanning(2 * len(wave))[len(wave) :], max(4096, len(wave)))) ** 2

    def at(rate: int) -> tuple[np.ndarray, np.ndarray]:
        return scipy.fft.rfftfreq(2 * (len(power) - 1), 1 / rate), power

    return at


def centre(frequency: np.ndarray, power: np.ndarray) -> float:
    return float((frequency * power).sum() / (power.sum() + 1e-20))


def shape_of(frequency: np.ndarray, power: np.ndarray) -> tuple[float, float]:
    """Returns the frequency under which 95 % of the power lies, and the flatness in dB."""
    top = float(frequency[int(np.searchsorted(np.cumsum(power), 0.95 * power.sum()))])
    heard = power[(frequency > 100) & (frequency < 16_000)] + 1e-20
    # In 64 bands of equal width, or one silent line would make any sound a tone.
    bands = np.array([band.mean() for band in np.array_split(heard, 64)])
    return top, float(10 * (np.log10(bands).mean() - np.log10(bands.mean())))


def synthesised(family: str, seed: int, note: int | None) -> tuple[np.ndarray, int] | None:
    brief = Brief(prompt=family, model="synth", seed=seed, family=family, mapping=FAMILIES[family].mapping, note=note)
    (shaped,) = shape_set([sound(brief, seed)], brief, RATE)
    if isinstance(shaped, Exception):
        return None
    audio = decode(wav_bytes(shaped.pcm, sample_rate=RATE, channels=shaped.channels))
    return audio.samples, audio.sample_rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    options = parser.parse_args()
    real: dict[str, list[list[float]]] = defaultdict(list)
    notes: dict[str, list[int]] = defaultdict(list)
    for one in recordings():
        if row := measured(one.audio.samples, one.audio.sample_rate):
            real[one.family].append(row)
            notes[one.family] += [one.note] if one.note is not None else []
    print("| family | recordings, synth | measure | recordings: median (10 … 90 %) | synth | within 5 … 95 % |")
    print("|---|---|---|---|---|---|")
    for family in FAMILIES:
        played = enumerate(keys(family, notes[family], options.seeds), start=1)
        made = [measured(*one) for seed, note in played if (one := synthesised(family, seed, note))]
        theirs, ours = np.array(real[family]), np.array([row for row in made if row])
        if len(theirs) < FEWEST or not len(ours):
            continue
        for place, name in enumerate(MEASURES):
            column, own = theirs[:, place], ours[:, place]
            low, first, median, last, high = np.percentile(column, [5, 10, 50, 90, 95])
            inside = np.mean((own >= low) & (own <= high))
            print(f"| {family} | {len(theirs)}, {len(ours)} | {name} | {median:.0f} ({first:.0f} … {last:.0f}) |"
                  f" {np.median(own):.0f} | {inside:.0%} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
