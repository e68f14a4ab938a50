"""What the tests of local models share: rows whose runner is the stand-in, and hosts that end with their test."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge.config.models import Row
from bridge.models.local.host import Host

RUNNER = Path(__file__).with_name("stand_in_runner.py")


@pytest.fixture
def row():
    def of(**changes) -> Row:
        return Row.model_validate({
            "provider": "local", "runner": str(RUNNER), "weights": "tiny", "seconds": [0.05, 5.0],
            "inputs": {
                "prompt": {"name": "prompt", "required": True},
                "seconds": {"name": "seconds", "type": "number", "low": 0.05, "high": 5},
                "seed": {"name": "seed", "type": "integer", "low": 1, "high": 4294967295},
                "count": {"name": "count", "type": "integer", "low": 1, "high": 4, "default": 1},
                "audio": {"name": "audio", "type": "file"},
            },
            "options": {"steps": {"name": "steps", "type": "integer", "low": 1, "high": 100}},
            "audio": ["init"], "licence": {"id": "CC0-1.0", "commercial": "yes"}, **changes,
        })  # fmt: skip

    return of


@pytest.fixture
def with_host(row):
    """Runs a story with a host, which is closed whatever comes of it."""

    def run(tell, **changes):
        async def main():
            host = Host("tiny", row(**changes))
            try:
                return await tell(host)
            finally:
                await host.close()

        return asyncio.run(main())

    return run
