"""For the tests with the real libraries, which `make test-local` runs in an environment of their own.

Where PyTorch is not installed nothing here is collected: the other tests need none of it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.config.models import Row
from support.local import RUNNER_OF, Asked, row_of

collect_ignore_glob = [] if importlib.util.find_spec("torch") else ["test_*.py"]

# What is that small is done before a second thread is awake.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder with a tiny model for each kind of weights, built by the libraries themselves."""
    folder = tmp_path_factory.mktemp("tiny")
    built = subprocess.run(
        [sys.executable, Path(__file__).with_name("tiny.py"), folder], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    assert sorted(json.loads(built.stdout.splitlines()[-1])["built"]) == sorted(RUNNER_OF)
    return folder


@pytest.fixture(scope="session")
def loop():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def model(loop: asyncio.Runner, tiny: Path):
    """Returns a tiny model by name, loaded once for all tests."""
    asked: dict[str, Asked] = {}

    def of(name: str) -> Asked:
        if name not in asked:
            asked[name] = Asked(loop, row_of(tiny, name))
        return asked[name]

    yield of
    for one in asked.values():
        loop.run(one.host.close())


@pytest.fixture
def other(loop: asyncio.Runner) -> Callable[[Row], Asked]:
    """Returns a host for a row of one test's own."""
    asked: list[Asked] = []

    def of(row: Row) -> Asked:
        asked.append(Asked(loop, row))
        return asked[-1]

    yield of
    for one in asked:
        loop.run(one.host.close())
