"""A fake model: makes its takes at once, and fails as often and in as many ways as models do in a long day.

What becomes of a call depends on its seed alone. A prompt with the word `sure` never fails.
"""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bridge.domain.brief import Brief
from bridge.domain.licence import Licence
from bridge.errors import ModelError
from bridge.ports import CallState, Capabilities, Failed, Finished, Lost, RawTake
from bridge.units import Seconds, Usd

NAME = "fake"
RATE = 22_050
FRAMES = 6_600
FATES = {"refuses": 10, "breaks": 5, "forgets": 3, "fails": 25, "trips": 2, "is silent": 3, "babbles": 5}
"""What goes wrong, in how many calls of a hundred."""


def install(folder: Path) -> None:
    """Writes the record of a distribution with this model, as pip would, into a folder for the daemon's path."""
    record = folder / "torture_fake-1.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: torture-fake\nVersion: 1\n", encoding="utf-8")
    (record / "entry_points.txt").write_text(
        f"[oneshot_bridge.models]\n{NAME} = torture.fake:open_model\n", encoding="utf-8"
    )


def open_model(_context: Any) -> Fake:
    return Fake()


def fate_of(brief: Brief, seed: int) -> str:
    """Returns what goes wrong with a call; empty for one that goes well."""
    if "sure" in brief.prompt:
        return ""
    drawn = random.Random(seed).randrange(100)
    for fate, share in FATES.items():
        drawn -= share
        if drawn < 0:
            return fate
    return ""


class Fake:
    """Implements `bridge.ports.Model`."""

    name = NAME
    version = "1"
    provider = "fake"
    licence = Licence(id="CC0-1.0")
    capabilities = Capabilities(seconds=(0.05, 10.0), repeatable=True, concurrent=8, notes=True)

    def __init__(self) -> None:
        self._calls: dict[str, tuple[Brief, int]] = {}

    async def estimate(self, brief: Brief) -> Usd:
        return Usd(0.0)

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        match fate_of(brief, seed):
            case "refuses":
                raise ModelError("The fake model has no time.")
            case "breaks":
                raise RuntimeError("a mistake in the fake model")
        ticket = f"{seed}-{len(self._calls)}"
        self._calls[ticket] = brief, seed
        return ticket

    async def poll(self, ticket: str, patience: Seconds) -> CallState:
        brief, seed = self._calls.pop(ticket, (None, 0))
        if brief is None:
            return Lost()
        match fate_of(brief, seed):
            case "forgets":
                return Lost()
            case "fails":
                return Failed(reason="The fake model does not like these words.")
            case "trips":
                return Failed(reason="The fake model tripped.", retryable=True)
            case "is silent":
                return Finished(takes=(RawTake(sound=_wave(array("h", bytes(2 * FRAMES))), seed=seed),))
            case "babbles":
                return Finished(takes=(RawTake(sound=b"no sound at all", seed=seed),))
        return Finished(takes=(RawTake(sound=_tone(seed), seed=seed),))

    async def cancel(self, ticket: str) -> None:
        self._calls.pop(ticket, None)

    async def find(self, brief: Brief, seed: int, since: float) -> Sequence[str]:
        return [ticket for ticket, (_, known) in self._calls.items() if known == seed]


def _tone(seed: int) -> bytes:
    dice = random.Random(seed)
    step, fall = 2 * math.pi * 110 * 2 ** dice.uniform(0, 3) / RATE, math.exp(-1 / (dice.uniform(0.02, 0.08) * RATE))
    level, samples = 16_000.0, array("h")
    for n in range(FRAMES):
        samples.append(int(level * math.sin(step * n)))
        level *= fall
    return _wave(samples)


def _wave(samples: array[int]) -> bytes:
    content = samples.tobytes()
    head = b"".join(number.to_bytes(size, "little")
                    for number, size in ((16, 4), (1, 2), (1, 2), (RATE, 4), (2 * RATE, 4), (2, 2), (16, 2)))
    return (b"RIFF" + (36 + len(content)).to_bytes(4, "little") + b"WAVEfmt " + head + b"data"
            + len(content).to_bytes(4, "little") + content)
