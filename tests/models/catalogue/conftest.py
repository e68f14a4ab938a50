"""What the tests of the catalogue share."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.domain.brief import Brief


@pytest.fixture
def brief():
    """Makes a brief of a kick, changed as said."""

    def make(**said: Any) -> Brief:
        usual: dict[str, Any] = {
            "prompt": "a tight kick", "model": "any", "seed": 7, "family": "kick", "mapping": "drum",
        }  # fmt: skip
        return Brief(**{**usual, **said})

    return make
