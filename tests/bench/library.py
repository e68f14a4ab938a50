"""Prints how long searches take in a library of 100,000 samples, and by which indexes SQLite answers them.

    OMP_NUM_THREADS=1 python tests/bench/library.py [SAMPLES]

The samples are made up: families, lengths, notes and words as a user's would be, fingerprints at random.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
import time
from pathlib import Path
from sqlite3 import Connection

import numpy as np

from bridge.domain.family import DEFAULT_FAMILY, FAMILIES
from bridge.domain.ids import new_id
from bridge.domain.sample import Analysis, Character, Sample
from bridge.domain.tags import BRIGHTNESS, tags_of
from bridge.sound.likeness import SIZE
from bridge.store.database import connect, migrate
from bridge.store.samples import list_near, list_samples, plan_sample
from bridge.store.searching import Wanted, find_numbers, same_sound, suspects
from bridge.units import Cents, Decibels, Hz, MidiNote, Seconds

_WORDS = "deep punchy tight dirty warm glassy dusty analog vinyl metallic airy short long dark bright soft hard"
WORDS = _WORDS.split()
SEARCHES = {
    "ls": Wanted(),
    "--family kick": Wanted(family="kick"),
    "--longer 0.3 --shorter 1": Wanted(longer=Seconds(0.3), shorter=Seconds(1.0)),
    "--longer 3.999 (rare)": Wanted(longer=Seconds(3.998)),
    "--note C2": Wanted(note=MidiNote(36)),
    "--tag dark": Wanted(tags=("dark",)),
    "--tag rare": Wanted(tags=("rare",)),
    "--text 'deep vinyl'": Wanted(text="deep vinyl"),
    "--text nowhere": Wanted(text="nowhere"),
    "--family kick --longer 0.3 --shorter 1 --tag dark": Wanted(
        family="kick", longer=Seconds(0.3), shorter=Seconds(1.0), tags=("dark",)
    ),
}


def spread(family: str) -> tuple[float, float]:
    """Returns mean and deviation of the logarithm of a family's brightness; the table holds fifths."""
    low, high = (math.log(value) for value in BRIGHTNESS.get(family, BRIGHTNESS[DEFAULT_FAMILY]))
    return (low + high) / 2, (high - low) / (2 * 0.84)


def fill(store: Connection, count: int) -> None:
    """Writes so many published samples with everything that a sample has."""
    chance, numbers = random.Random(1), np.random.default_rng(1)
    store.execute("PRAGMA foreign_keys = OFF")
    store.execute("BEGIN")
    for place in range(count):
        family = chance.choice(list(FAMILIES))
        prompt = " ".join([*chance.sample(WORDS, 4), *(["rare"] if place % 20_000 == 7 else []), family])
        heard = Character(
            family=family, share=0.9, brightness=Hz(chance.lognormvariate(*spread(family))),
            hardness=Decibels(chance.uniform(-5, 30)), loudness=Decibels(-12.0),
        )  # fmt: skip
        analysis = Analysis(
            root=MidiNote(chance.randrange(24, 96)) if place % 2 else None, cents=Cents(0.0), confidence=0.9,
            seconds=Seconds(chance.uniform(0.05, 4.0)), peak=Decibels(-1.0), channels=1, sample_rate=44_100,
            tone="note", glide=0.0, character=heard,
        )  # fmt: skip
        sample = Sample(
            id=new_id("s"), job="j", take="t", pad=family, pad_note=MidiNote(36), family=family, mapping="drum",
            prompt=prompt, path=f"samples/{family}/{place}.wav", sha256=f"{place:064x}", analysis=analysis,
            created=float(place), tags=tags_of(prompt, family, analysis),
        )  # fmt: skip
        plan_sample(store, sample, numbers.integers(-127, 128, SIZE, dtype=np.int8).tobytes())
    store.execute("UPDATE samples SET published = 1")
    store.execute("COMMIT")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        store = connect(path)
        migrate(store)
        fill(store, count)
        print(f"{count} samples, {path.stat().st_size / 1e6:.0f} MB")
        print("\n| search | ms | found | plan |\n|---|---|---|---|")
        for name, wanted in SEARCHES.items():
            where, values = wanted.where()
            plan = store.execute(
                f"EXPLAIN QUERY PLAN SELECT number FROM samples WHERE {where} ORDER BY number DESC LIMIT 50", values
            )
            steps = "; ".join(row["detail"] for row in plan)
            took = timed(lambda wanted=wanted: list_samples(store, wanted))
            print(f"| `{name}` | {took:.1f} | {len(find_numbers(store, wanted, 50))} | {steps} |")
        one = list_samples(store, limit=1)[0]
        row = store.execute("SELECT fingerprint FROM fingerprints LIMIT 1").fetchone()
        print(f"\n`--near`: {timed(lambda: list_near(store, Wanted(), row['fingerprint'], but='', limit=50)):.0f} ms")
        kicks = Wanted(family="kick")
        print(f"`--near --family kick`: {timed(lambda: list_near(store, kicks, row[0], but='', limit=50)):.0f} ms")
        took = timed(lambda: (same_sound(store, one), suspects(store, one, row[0])))
        print(f"looking for a duplicate: {took:.1f} ms")


def timed(call, times: int = 5) -> float:
    """Returns the median time of a call in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - began))
    return float(np.median(found))


if __name__ == "__main__":
    main()
