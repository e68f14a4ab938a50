"""Prints what is known of finished samples: their families, duplicates of older ones, and what knowing costs.

    OMP_NUM_THREADS=1 python tests/bench/known.py [EVERY]

Takes every EVERY-th (3) drum and instrument of `labelled` through the gate and the shaping into a store, as the daemon
does. Families are judged by models that never heard the sound's kit. Copies of what is in the store are then shaped as
new takes: are they noted? So are the built-in synthesiser's sounds with another seed, none of which is a copy.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import time
from dataclasses import dataclass, replace
from sqlite3 import Row, connect

import labelled
import numpy as np
import recognise as families_bench
import soxr

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.domain.sample import Analysis, Sample
from bridge.domain.tags import tags_of
from bridge.errors import SoundError
from bridge.models.synth.render import sound as synth_sound
from bridge.ports import Shaped
from bridge.shaping import tasks
from bridge.sound.character import known
from bridge.sound.codec import decode, encode_float
from bridge.sound.features import features
from bridge.sound.recognise import SURE, families, kinds
from bridge.sound.wav import pcm_sha256, wav_bytes
from bridge.store.database import migrate
from bridge.store.samples import plan_sample, publish_sample
from bridge.store.searching import lend_functions, same_sound, suspects

RATE = 44_100
SEEDS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    name: str
    audio: Audio
    brief: Brief
    wav: bytes


class Shelf:
    """A store of samples without a library: what would be files is held here."""

    def __init__(self) -> None:
        self.store = connect(":memory:", isolation_level=None)
        self.store.row_factory = Row
        lend_functions(self.store)
        migrate(self.store)
        self.held: dict[str, Held] = {}
        self.asked: list[int] = []

    def duplicate(self, shaped: Shaped, brief: Brief) -> tuple[str, str]:
        """Returns which held sound this is a duplicate of, and how that was found: `hash`, `waves` or nothing."""
        sample = self._sample(shaped, brief)
        if same := same_sound(self.store, sample):
            return same, "hash"
        found = suspects(self.store, sample, shaped.fingerprint)
        self.asked.append(len(found))
        answer = tasks.same_recording(wav(shaped), [self.held[id_].wav for id_, _ in found]) if found else None
        return ("", "") if answer is None else (found[answer[0]][0], "waves")

    def put(self, shaped: Shaped, held: Held) -> str:
        sample = self._sample(shaped, held.brief)
        plan_sample(self.store, sample, shaped.fingerprint)
        publish_sample(self.store, sample.id)
        self.held[sample.id] = held
        return sample.id

    def _sample(self, shaped: Shaped, brief: Brief) -> Sample:
        name = f"s-{len(self.held):012d}"
        return Sample(
            id=name, job="j", take="t", pad="", pad_note=None, family=brief.family, mapping=brief.mapping,
            prompt=brief.prompt, path=f"{name}.wav", sha256=pcm_sha256(shaped.pcm), analysis=shaped.analysis,
            created=0.0, tags=tags_of(brief.prompt, brief.family, shaped.analysis),
        )  # fmt: skip


def wav(shaped: Shaped) -> bytes:
    return wav_bytes(shaped.pcm, sample_rate=shaped.sample_rate, channels=shaped.channels)


def shape(sound: bytes, brief: Brief) -> Shaped | None:
    (outcome,) = tasks.shape_set([sound], brief, RATE)
    return None if isinstance(outcome, SoundError) else outcome


def brief_of(family: str) -> Brief:
    return Brief(prompt=family, model="m", seed=1, family=family, mapping=FAMILIES[family].mapping)


def copies(audio: Audio) -> dict[str, Audio]:
    rate, samples = audio.sample_rate, audio.samples
    noise = np.random.default_rng(1).standard_normal(samples.shape) * 10 ** (-70 / 20)
    return {
        "the same take": audio,
        "−7 dB, 200 ms later": Audio.of(np.pad(0.45 * samples, ((rate // 5, 0), (0, 0))), rate),
        "at 48 kHz": Audio.of(soxr.resample(samples, rate, 48_000, "HQ"), 48_000),
        "noise at −70 dBFS": Audio.of(samples + noise, rate),
        "tilt of 3 dB": Audio.of(samples + 0.4 * np.diff(samples, axis=0, prepend=samples[:1]), rate),
        "20 cents higher": Audio.of(soxr.resample(samples, rate * 2 ** (20 / 1200), rate, "HQ"), rate),
    }


def recognised(examples: list[families_bench.Example], finished: list[Shaped | None], every: int) -> None:
    """Prints how often the family is right on finished sounds, by models that never heard the kit."""
    groups = [e.kit if e.kit != "TimGM6mb" else f"TimGM6mb {i % 4}" for i, e in enumerate(examples)]
    rows: dict[str, list[tuple[str, float]]] = {}
    for group in sorted(set(groups)):
        model = families_bench.train([e for e, own in zip(examples, groups, strict=True) if own != group])
        for place in range(0, len(examples), every):
            shaped = finished[place // every]
            if groups[place] == group and shaped is not None:
                found = families(kinds(features(decode(wav(shaped))), model))
                rows.setdefault(examples[place].family, []).append(next(iter(found.items())))
    print("\n| family | finished | right | said (≥ 0.5) | right of those |\n|---|---|---|---|---|")
    every_row = [(family, *answer) for family, answers in rows.items() for answer in answers]
    for family in (*sorted(rows), "all"):
        own = [row for row in every_row if family in (row[0], "all")]
        right = np.array([row[0] == row[1] for row in own])
        said = np.array([row[2] >= SURE for row in own])
        print(f"| {family} | {len(own)} | {right.mean():.0%} | {said.mean():.0%} | {right[said].mean():.0%} |")


def main() -> None:
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    examples = families_bench.examples()
    shelf, finished, twins = Shelf(), [], {"hash": 0, "waves": 0, "waves, another family": 0}
    for example in examples[::every]:
        family = example.kind if example.family == "note" else example.family
        brief = brief_of(family)
        shaped = shape(encode_float(example.audio), brief)
        finished.append(shaped)
        if shaped is None:
            continue
        same, how = shelf.duplicate(shaped, brief)
        if same:
            other = shelf.held[same]
            how += ", another family" if how == "waves" and other.brief.family != family else ""
            twins[how] = twins.get(how, 0) + 1
            continue
        shelf.put(shaped, Held(name=example.name, audio=example.audio, brief=brief, wav=wav(shaped)))
    done = sum(shaped is not None for shaped in finished)
    print(f"{len(finished)} takes, {done} finished, {len(shelf.held)} of them different")
    print(f"duplicates among the recordings themselves: {twins}")
    recognised(examples, finished, every)
    print("\n| copy, shaped as a new take | published | noted | by hash | as another |\n|---|---|---|---|---|")
    shelf.asked.clear()
    counts: dict[str, list[str]] = {}
    for held_id, held in list(shelf.held.items())[::2]:
        for name, copy in copies(held.audio).items():
            shaped = shape(encode_float(copy), held.brief)
            if shaped is not None:
                same, how = shelf.duplicate(shaped, held.brief)
                counts.setdefault(name, []).append(how if same in ("", held_id) else "another")
    for name, ways in counts.items():
        noted = sum(bool(way) for way in ways) / len(ways)
        print(f"| {name} | {len(ways)} | {noted:.0%} | {ways.count('hash')} | {ways.count('another')} |")
    print(f"compared by their waves: {np.mean(shelf.asked):.1f} a take")
    seeds()
    usual()
    cost()


def seeds() -> None:
    """Prints how many of the built-in synthesiser's sounds are noted as one that it made with another seed."""
    print(f"\n| synth, {SEEDS} seeds | noted as duplicates |\n|---|---|")
    for family in FAMILIES:
        if family == "loop":
            continue
        shelf, noted = Shelf(), 0
        for seed in range(1, SEEDS + 1):
            brief = replace(brief_of(family), seed=seed, model="synth")
            shaped = shape(synth_sound(brief, seed), brief)
            if shaped is None:
                continue
            noted += bool(shelf.duplicate(shaped, brief)[0])
            shelf.put(shaped, Held(name=str(seed), audio=decode(wav(shaped)), brief=brief, wav=wav(shaped)))
        print(f"| {family} | {noted} |")


def usual() -> None:
    """Prints what a fifth of a family's recordings lie under and a fifth over: the tables of `bridge.domain.tags`."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for sound in labelled.sounds():
        heard = features(sound.audio)
        if heard.peak > -60:
            for family in (sound.family, "all"):
                rows.setdefault(family, []).append((heard.brightness, heard.hardness))
    print("\n| family | recordings | brightness, a fifth under / over | hardness |\n|---|---|---|---|")
    for family, figures in sorted(rows.items()):
        (dark, soft), (bright, hard) = np.percentile(figures, [20, 80], axis=0)
        print(f"| {family or 'other'} | {len(figures)} | {dark:.0f} / {bright:.0f} Hz | {soft:.1f} / {hard:.1f} dB |")


def cost() -> None:
    """Prints what the character and the fingerprint of two seconds of stereo cost."""
    t = np.arange(2 * RATE) / RATE
    wave = np.stack([np.tanh(2 * np.sin(2 * np.pi * 131 * t + at)) * np.exp(-2 * t) for at in (0, 0.4)], axis=1) / 2
    audio = Audio.of(wave, RATE)
    analysis = Analysis(root=None, cents=0.0, confidence=0.0, seconds=2.0, peak=-1.0, channels=2, sample_rate=RATE)
    sound = encode_float(audio)
    print("\n| two seconds of stereo | ms of a processor |\n|---|---|")
    for name, call in {
        "character and fingerprint": lambda: known(audio, analysis),
        "comparing with one suspect": lambda: tasks.same_recording(sound, [sound]),
        "with eight": lambda: tasks.same_recording(sound, [sound] * 8),
    }.items():
        times = []
        for _ in range(15):
            began = time.process_time()
            call()
            times.append(time.process_time() - began)
        print(f"| {name} | {1000 * np.median(times):.1f} |")


if __name__ == "__main__":
    main()
