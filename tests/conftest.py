"""For every test: real peers, one kind of event loop, and no test that a slow machine could fail."""

from __future__ import annotations

import importlib
import os
import shutil
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

# Speed is measured in benchmarks. Here neither an example nor the making of one has a time limit.
settings.register_profile("any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-speed")


class Peer:
    """Finds real programs and packages that tests talk to: missing ones skip a test, and fail it in CI."""

    def __call__(self, program: str, hint: str = "") -> str:
        if path := shutil.which(program):
            return path
        self.missing(f"the program {program} is not installed{hint and f' ({hint})'}")
        raise AssertionError

    def module(self, name: str) -> ModuleType:
        try:
            return importlib.import_module(name)
        except ImportError as problem:
            self.missing(f"the Python package {name} can't be imported: {problem}")
            raise AssertionError from problem

    @staticmethod
    def missing(reason: str) -> None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"A peer that CI installs is missing: {reason}")
        pytest.skip(reason)


@pytest.fixture(scope="session")
def peer() -> Peer:
    return Peer()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Runs `pytest.mark.anyio` tests on asyncio, the only loop that the bridge runs on."""
    return "asyncio"
