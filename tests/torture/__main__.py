"""Runs the legs of the torture, and prints its seed and its figures.

    python tests/torture [--size small|long|0.3] [--seed N] [--into docs/reliability.md] [LEG …]

`--into` puts the tables into a page, between the lines `<!-- torture: LEG -->` and `<!-- end -->`. Ends with 1 where
anything was lost, doubled or broken.
"""

from __future__ import annotations

import argparse
import importlib
import re
import secrets
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from torture.leg import Leg, table

SIZES = {"small": 0.01, "long": 1.0}
MOST_TOLD = 100


def legs() -> list[str]:
    """Returns the names of the modules of this folder that are legs."""
    return [path.stem for path in sorted(Path(__file__).parent.glob("*.py"))
            if "\ndef run(" in path.read_text(encoding="utf-8")]


def report(leg: Leg, seed: int, size: str, seconds: float) -> str:
    """Returns what a leg found, as Markdown."""
    told = f"Seed {seed}, {size}, {seconds:,.0f} s.\n"
    parts = [table(leg.rows) if leg.rows else "", leg.figures, told]
    return "\n".join(part.strip() + "\n" for part in parts if part.strip())


def put_into(page: Path, name: str, text: str) -> None:
    """Replaces what a page says of a leg; raises ValueError where it has no place for it."""
    begin, end = f"<!-- torture: {name} -->", "<!-- end -->"
    before = page.read_text(encoding="utf-8")
    after, found = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n\n{text}\n{end}", before, count=1,
        flags=re.DOTALL,
    )
    if not found:
        raise ValueError(f"{page} has no line {begin}")
    page.write_text(after, encoding="utf-8")


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also in the background, where shells take it away
    found = legs()
    parser = argparse.ArgumentParser(prog="torture", description="Tries to make the bridge lose or double something.")
    parser.add_argument("legs", nargs="*", choices=[*found, []], metavar="LEG", help=", ".join(found))
    parser.add_argument("--size", default="long", help="small, long, or how many times the long run, like 0.3")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--into", type=Path)
    said = parser.parse_args()
    print(f"seed {said.seed}, {said.size}", flush=True)
    bad = []
    for name in said.legs or found:
        print(f"\n## {name}\n", flush=True)
        started = time.monotonic()
        leg = importlib.import_module(f"torture.{name}").run(said.seed, SIZES.get(said.size) or float(said.size))
        text = report(leg, said.seed, said.size, time.monotonic() - started)
        print(text, flush=True)
        for line in leg.wrong[:MOST_TOLD]:
            print(f"WRONG: {line}", flush=True)
        if len(leg.wrong) > MOST_TOLD:
            print(f"WRONG: and {len(leg.wrong) - MOST_TOLD} things more", flush=True)
        if said.into:
            put_into(said.into, name, text)
        if not leg.good:
            bad.append(name)
    print(f"\nNot survived: {', '.join(bad)}." if bad else "\nAll survived.", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
