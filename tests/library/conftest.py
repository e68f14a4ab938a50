"""A library in a folder of its own, and samples whose pitch is known because they were computed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.domain.sample import Analysis, Sample
from bridge.library.folder import Library
from bridge.library.names import sample_path

# A second at this rate is what sfizz reads before it plays (8192 frames). What is longer it streams while it plays,
# and a busy computer then renders silence.
RATE = 8_000


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library.open(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def tone() -> Callable[..., bytes]:
    """Returns a maker of 24-bit WAVs with a sine at half of full scale."""

    def make(frequency: float, *, seconds: float = 1.0) -> bytes:
        time = np.arange(round(seconds * RATE)) / RATE
        sound = 0.5 * np.sin(2 * np.pi * frequency * time)
        file = io.BytesIO()
        soundfile.write(file, sound, RATE, subtype="PCM_24", format="WAV")
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def make_sample() -> Callable[..., Sample]:
    def make(root: int | None = 60, cents: float = 0.0, **changes: object) -> Sample:
        values: dict[str, object] = {
            "id": "s-abcdefghijkl", "job": "j-abcdefghijkl", "take": "t-abcdefghijkl", "pad": "keys",
            "pad_note": None, "family": "pluck", "mapping": "keys", "prompt": "a pluck", "sha256": "0" * 64,
            "created": 0.0,
        } | changes
        values.setdefault("path", sample_path(
            pad=str(values["pad"]), family=str(values["family"]), prompt=str(values["prompt"]), root=root,
            sample_id=str(values["id"]),
        ))
        analysis = Analysis(
            root=root, cents=cents, confidence=0.9, seconds=1.0, peak=-6.0, channels=1, sample_rate=RATE
        )
        return Sample(analysis=analysis, **values)

    return make
