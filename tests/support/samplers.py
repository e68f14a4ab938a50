"""What tests of driven samplers share: a library, and new sounds in it that are on their way to a sampler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.domain.brief import Request
from bridge.domain.event import Event
from bridge.library.folder import Library
from support.engine import FakeEngine


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library.open(tmp_path / "Sounds")
    yield opened
    opened.close()


async def made(engine: FakeEngine, library: Library, host: str, pad: str) -> str:
    """Makes a sound for a pad, with a file, and sends its delivery; returns the name of the file."""
    sample = engine.finish((await engine.trigger(Request(pad=pad))).id)
    file = library.root / sample.path
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, 0.5 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 44_100), 44_100, subtype="PCM_24")
    deliver(engine, host, pad)
    return file.name


def deliver(engine: FakeEngine, host: str, pad: str) -> int:
    """Puts a pad on its way into a host; returns the number of the delivery."""
    seq = len(engine.all_deliveries) + 1
    order = replace(engine.deliver(host, seq, emit=False), pad=pad)
    engine.all_deliveries[-1] = order
    engine.emit(Event(kind="delivery", host=host, seq=seq, pad=pad))
    return seq


def answers(engine: FakeEngine) -> list[tuple[Any, ...]]:
    """Returns what the host said of its deliveries."""
    return [call for call in engine.calls if call[0] in ("loaded", "load_failed")]
