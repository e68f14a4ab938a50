"""Holds the built-in synthesiser to the checklist that real sounds are held to: every family, seed after seed.

    python tests/bench/built_in.py [--seeds 1000] [--first 1] [--seconds 600]

Families take turns, so that they have equally many seeds when the time is up. Prints for every family how many takes
the gate published, how many of these pass every point, and what the others were refused for or failed.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import Counter, defaultdict

import acceptance

from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.models.synth.render import sound
from bridge.sound.codec import decode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600.0)
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    said: dict[str, Counter[str]] = defaultdict(Counter)
    began = time.monotonic()
    for seed, row in itertools.product(range(options.first, options.first + options.seeds), FAMILIES.values()):
        if time.monotonic() - began > options.seconds:
            break
        brief = Brief(prompt=row.name, model="synth", seed=seed, family=row.name, mapping=row.mapping)
        audio = decode(sound(brief, seed))
        take = acceptance.Take(way="built-in", name=str(seed), samples=audio.samples, rate=audio.sample_rate,
                               family=row.name, right=(), prompt=row.name)  # fmt: skip
        outcome, wav, cents = acceptance.publish(take)
        counts[row.name]["takes"] += 1
        if not wav:
            said[row.name][f"refused as {outcome}"] += 1
            continue
        counts[row.name]["published"] += 1
        failed = [point for point, passed in acceptance.check_file(wav, row.name, cents).items() if not passed]
        counts[row.name]["clean"] += not failed
        said[row.name].update(failed)
    print("| family | seeds | published | of these pass every point | refused, or failed |\n|---|---|---|---|---|")
    for name, counter in counts.items():
        published, clean = counter["published"], counter["clean"]
        others = ", ".join(f"{what}: {times}" for what, times in said[name].most_common()) or "·"
        print(f"| {name} | {counter['takes']} | {published} | {100 * clean / max(published, 1):.1f} % | {others} |")


if __name__ == "__main__":
    main()
