"""Shared fixtures: real peers, and nothing else that hides what a test does."""

from __future__ import annotations

import importlib
import os
import shutil
from types import ModuleType

import pytest


class Peer:
    """Finds real programs and packages that tests talk to: missing ones skip a test, and fail it in CI."""

    def __call__(self, program: str, hint: str = "") -> str:
        if path := shutil.which(program):
            return path
        self._missing(f"the program {program} is not installed{hint and f' ({hint})'}")
        raise AssertionError

    def module(self, name: str) -> ModuleType:
        try:
            return importlib.import_module(name)
        except ImportError as problem:
            self._missing(f"the Python package {name} can't be imported: {problem}")
            raise AssertionError from problem

    @staticmethod
    def _missing(reason: str) -> None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"A peer that CI installs is missing: {reason}")
        pytest.skip(reason)


@pytest.fixture(scope="session")
def peer() -> Peer:
    return Peer()
