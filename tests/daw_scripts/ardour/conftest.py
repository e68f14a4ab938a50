"""Ardour as a host: its own Lua, its window on a virtual screen, and the real OSC door for what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.library.folder import Library
from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.hosts import program  # noqa: F401 - a fixture of this folder
from support.osc import scene  # noqa: F401 - a fixture of this folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library that Ardour has registered with, in a folder that trips over quoting and spaces."""
    opened = Library.open(tmp_path / "Über Café's $(kits) %d")
    for state in ("new", "claimed", "done", "failed"):
        (opened.root / "deliveries" / "ardour" / state).mkdir(parents=True)
    yield opened
    opened.close()
