"""What the tests with the real libraries share: rows of the tiny models, and hosts that wait for their takes."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import soundfile

from bridge.config.models import Row
from bridge.models.catalogue.rows import rows
from bridge.models.errands import Stage
from bridge.models.local.host import Host

RUNNER_OF = {
    "stable-audio": ("diffusers", "stable-audio-open"), "audioldm": ("diffusers", "audioldm"),
    "audioldm2": ("diffusers", "audioldm2"), "musicldm": ("diffusers", "musicldm"),
    "musicgen": ("transformers", "musicgen-small"), "musicgen-melody": ("transformers", "musicgen-melody"),
}  # fmt: skip


def row_of(folder: Path, name: str, **changes) -> Row:
    runner, like = RUNNER_OF[name]
    said = {"provider": "local", "runner": runner, "like": like, "weights": str(folder / name), **changes}
    return rows({"tiny": Row.model_validate(said)})["tiny"]


class Made(list):
    """The takes of a call: samples and rate of each."""

    def __init__(self, sounds: list[bytes]) -> None:
        super().__init__(soundfile.read(io.BytesIO(sound), dtype="float32") for sound in sounds)


class Asked:
    """A host with a loop of its own: `make` waits for the takes of one call, `run` for anything."""

    def __init__(self, loop: asyncio.Runner, row: Row) -> None:
        self.run = loop.run
        self.host = Host("tiny", row)

    def make(self, *seeds: int, sound: Path | None = None, **inputs) -> Made:
        async def wave(rate: int) -> bytes:
            return sound.read_bytes()

        inputs = {"prompt": "deep bell", "seconds": 0.5, **inputs}
        given = {"audio": wave} if sound is not None else None
        return Made(self.run(self.host.run(inputs, seeds or (7,), Stage(), given)))
