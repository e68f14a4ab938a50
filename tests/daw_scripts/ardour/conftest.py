"""Ardour as a host: its own Lua, its window on a virtual screen, and the real OSC door for what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.library.folder import Library
from support.deliveries import AWKWARD, open_library
from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.hosts import program  # noqa: F401 - a fixture of this folder
from support.osc import scene  # noqa: F401 - a fixture of this folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / AWKWARD, "ardour")
    yield opened
    opened.close()
