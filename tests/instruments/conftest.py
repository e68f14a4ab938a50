"""A sample to put on keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.domain.sample import Analysis, Sample


@pytest.fixture(scope="session")
def make_sample() -> Callable[..., Sample]:
    def make(root: int | None = 60, cents: float = 0.0, **changes: object) -> Sample:
        analysis = Analysis(
            root=root, cents=cents, confidence=0.9, seconds=0.5, peak=-1.0, channels=1, sample_rate=44_100
        )
        values: dict[str, object] = {
            "id": "s-abcdefghijkl", "job": "j-abcdefghijkl", "take": "t-abcdefghijkl", "pad": "keys",
            "pad_note": None, "family": "pluck", "mapping": "keys", "prompt": "a pluck",
            "path": "samples/keys/keys_a-pluck_C_060_s-abcdefghijkl.wav", "sha256": "0" * 64, "created": 0.0,
        }
        return Sample(analysis=analysis, **{**values, **changes})

    return make
