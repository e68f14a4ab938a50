"""Trains the family classifier, and measures it on kits that it has not heard; measures duplicates and speed too.

python tests/bench/recognise.py            prints the tables
python tests/bench/recognise.py --write    also writes bridge/sound/recognise.npz
"""
# ruff: noqa: E402 (the threads of the libraries are set, and the folders found, before they are imported)

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import labelled
import soxr

from bridge.audio import Audio
from bridge.sound.features import NAMES, Features, features
from bridge.sound.recognise import IMPOSSIBLE, KIN, KINDS, NOTE, WEIGHTS, Weights, families, kinds, support

DRUMS = ("kick", "snare", "clap", "hat", "open-hat", "cymbal", "tom", "perc")
NOTES = ("bass", "pluck", "mallet", "bell", "lead", "pad-synth")
SHRINK = 0.05
"""Share of the identity in the common covariance: 51 features are too many for some of the classes."""
TEMPERATURE = 2.0
"""By which the discriminant's scores are divided: as they come they are far too sure of kits never heard."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    name: str
    kit: str
    family: str
    kind: str
    heard: Features
    audio: Audio


def examples() -> list[Example]:
    """Returns every sound whose name says a family that the classifier knows."""
    found = []
    for sound in labelled.sounds():
        if sound.family in DRUMS + NOTES:
            family = NOTE if sound.family in NOTES else sound.family
            heard = features(sound.audio)
            if heard.peak > -60:
                found.append(
                    Example(
                        name=sound.name, kit=sound.kit, family=family, kind=sound.kind, heard=heard, audio=sound.audio
                    )
                )
    assert all(example.family == KINDS.get(example.kind, example.kind) for example in found)
    return found


def train(chosen: list[Example]) -> Weights:
    """Returns the discriminant of some examples; a class of one kit weighs as the root of its number."""
    table = np.array([example.heard.vector for example in chosen])
    names = sorted({example.kind for example in chosen})
    places = np.array([names.index(example.kind) for example in chosen])
    kits = np.array([example.kit for example in chosen])
    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    scaled = (table - mean) / scale
    weight = np.zeros(len(chosen))
    for place in range(len(names)):
        for kit in set(kits[places == place]):
            own = (places == place) & (kits == kit)
            weight[own] = own.sum() ** -0.5
    centres = np.array(
        [np.average(scaled[places == p], axis=0, weights=weight[places == p]) for p in range(len(names))]
    )
    apart = scaled - centres[places]
    common = (apart * weight[:, None]).T @ apart / weight.sum()
    inverse = np.linalg.inv((1 - SHRINK) * common + SHRINK * np.eye(len(common)))
    return Weights(
        mean=mean,
        scale=scale,
        slopes=inverse @ centres.T / TEMPERATURE,
        bias=-0.5 * np.einsum("kf,fg,kg->k", centres, inverse, centres) / TEMPERATURE,
        kinds=tuple(names),
    )


def unheard(chosen: list[Example]) -> list[dict[str, float]]:
    """Returns the probabilities of every kind for every example, by a model that never heard its kit.

    The notes come mostly from one soundfont: for them it is cut in four.
    """
    answers: list[dict[str, float]] = [{}] * len(chosen)
    group = [example.kit if example.kit != "TimGM6mb" else f"TimGM6mb {i % 4}" for i, example in enumerate(chosen)]
    for kit in sorted(set(group)):
        model = train([example for example, own in zip(chosen, group, strict=True) if own != kit])
        for place, own in enumerate(group):
            if own == kit:
                answers[place] = kinds(chosen[place].heard, model)
    return answers


def best(found: dict[str, float]) -> str:
    return next(iter(families(found)))


def show(chosen: list[Example], answers: list[dict[str, float]]) -> None:
    names = (*DRUMS, NOTE)
    table = {name: dict.fromkeys(names, 0) for name in names}
    for example, found in zip(chosen, answers, strict=True):
        table[example.family][best(found)] += 1
    print(
        f"\nLeave one kit out: {len(chosen)} sounds, {len({e.kit for e in chosen})} kits; rows are the names' families\n"  # noqa: E501 (a table)
    )
    print("| family | " + " | ".join(names) + " | right | in its kin | vetoed |")
    print("|---|" + "---|" * (len(names) + 3))
    shares = []
    for name in names:
        own = [found for example, found in zip(chosen, answers, strict=True) if example.family == name]
        right = table[name][name] / len(own)
        kin = sum(max(found, key=found.__getitem__) in KIN.get(name, set()) | {name} for found in own) / len(own)
        veto = sum(support(name, found) < IMPOSSIBLE for found in own)
        shares.append(right)
        cells = " | ".join(str(table[name][other]) for other in names)
        print(f"| {name} | {cells} | {right:.0%} | {kin:.0%} | {veto if name in KIN else '–'} |")
    total = sum(table[name][name] for name in names) / len(chosen)
    print(f"\nright {total:.1%}, mean of the families {np.mean(shares):.1%}")
    print("\nVetoes: share of sounds of the row's family refused when the column's was asked for\n")
    print("| sound | " + " | ".join(KIN) + " |\n|---|" + "---|" * len(KIN))
    for name in names:
        own = [found for example, found in zip(chosen, answers, strict=True) if example.family == name]
        print(
            f"| {name} | " + " | ".join(f"{np.mean([support(a, f) < IMPOSSIBLE for f in own]):.0%}" for a in KIN) + " |"
        )


def duplicates(chosen: list[Example]) -> None:
    """Prints how alike copies and different sounds are, and what the waves say."""
    from bridge.sound.similar import SUSPECT, correlation, fingerprint, likenesses

    prints = [fingerprint(example.heard) for example in chosen]
    copies: dict[str, list[tuple[float, float]]] = {}
    for example in chosen[::6]:
        audio = example.audio
        rate = audio.sample_rate
        for name, changed in {
            "−7 dB, 2 ms later": np.pad(0.45 * audio.samples, ((rate // 500, 0), (0, 0))),
            "tilt of 3 dB": audio.samples + 0.4 * np.diff(audio.samples, axis=0, prepend=audio.samples[:1]),
            "20 cents higher": soxr.resample(audio.samples, rate * 2 ** (20 / 1200), rate, "HQ"),
        }.items():
            other = Audio.of(changed, rate)
            alike = float(likenesses(fingerprint(features(other)), [fingerprint(example.heard)])[0])
            copies.setdefault(name, []).append((alike, correlation(audio, other)))
    print("\n| copy | likeness p1 / p10 / median | correlation of the waves p1 / median |\n|---|---|---|")
    for name, rows in copies.items():
        alike, waves = np.array(rows).T
        print(
            "| {} | {:.3f} / {:.3f} / {:.3f} | {:.3f} / {:.3f} |".format(
                name, *np.percentile(alike, [1, 10, 50]), *np.percentile(waves, [1, 50])
            )
        )
    nearest, suspects, same = [], 0, []
    for place, one in enumerate(prints):
        alike = likenesses(one, prints)
        alike[place] = -1
        best = int(alike.argmax())
        nearest.append(alike[best])
        if alike[best] >= SUSPECT:
            suspects += 1
            if chosen[best].audio.sample_rate == chosen[place].audio.sample_rate:
                same.append(correlation(chosen[place].audio, chosen[best].audio))
    print("nearest other sound: likeness median {:.3f}, p90 {:.3f}".format(*np.percentile(nearest, [50, 90])))
    print(
        f"suspects {suspects} of {len(prints)}; of them the waves agree to 0.98 in {sum(value >= 0.98 for value in same)}"  # noqa: E501 (a table)
    )


def speed(chosen: list[Example]) -> None:
    sounds = [example.audio for example in chosen[::25]]
    began, seconds = time.process_time(), sum(audio.seconds for audio in sounds)
    for audio in sounds:
        features(audio)
    print(
        f"\nfeatures: {1000 * (time.process_time() - began) / len(sounds):.1f} ms a sound, {seconds / len(sounds):.2f} s long in the mean"  # noqa: E501 (a table)
    )
    t = np.arange(88_200) / 44_100
    wave = np.stack([np.tanh(2 * np.sin(2 * np.pi * 131 * t + shift)) * np.exp(-2 * t) for shift in (0, 0.4)], axis=1)
    audio, times = Audio.of(wave, 44_100), []
    for _ in range(20):
        began = time.process_time()
        features(audio)
        times.append(time.process_time() - began)
    print(f"two seconds of stereo at 44.1 kHz: {1000 * np.median(times):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    chosen = examples()
    if parser.parse_args().write:
        model = train(chosen)
        path = Path(__file__).parents[2] / "bridge/sound" / WEIGHTS
        np.savez_compressed(
            path,
            names=np.array(NAMES),
            kinds=np.array(model.kinds),
            mean=model.mean.astype(np.float32),
            scale=model.scale.astype(np.float32),
            slopes=model.slopes.astype(np.float32),
            bias=model.bias.astype(np.float32),
            patch=np.mean([example.heard.patch for example in chosen], axis=0).astype(np.float32),
        )
        print(f"{path.name}: {path.stat().st_size} bytes from {len(chosen)} sounds")
    show(chosen, unheard(chosen))
    duplicates(chosen)
    speed(chosen)


if __name__ == "__main__":
    main()
