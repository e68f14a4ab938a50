"""A device that really plays: PortAudio in front of a real JACK server, and a look at what is plugged where."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from bridge.player.player import Player
from support.jack import JackServer

RATE = 48_000
"""Of the server."""
LEAD = RATE
"""Frames of silence at the beginning of what is played: a recorder must find the ports before it can hear them."""


@pytest.fixture
def portaudio(jack: JackServer, peer: Any) -> Iterator[JackServer]:
    """Gives the running server, to which PortAudio can play."""
    if "JACK Audio Connection Kit" not in {output.system for output in asyncio.run(Player().outputs())}:
        peer.missing("PortAudio knows no JACK (libportaudio2)")
    yield jack
    jack.ensure()


@pytest.fixture
def noise() -> NDArray[np.float32]:
    """Half a second of noise and silence before it: every frame differs from every other."""
    frames = np.random.default_rng(7).uniform(-0.8, 0.8, (RATE // 2, 2))
    return np.concatenate([np.zeros((LEAD, 2)), frames]).astype(np.float32)


def written(path: Path, samples: NDArray[np.floating], rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


async def plugged(peer: Any) -> dict[str, str]:
    """Returns the ports of PortAudio, by the playback port that each is connected with."""
    asked = await asyncio.create_subprocess_exec(peer("jack_lsp", "jackd2"), "-c", stdout=subprocess.PIPE)
    lines = (await asked.communicate())[0].decode().split("\n")
    return {
        line.strip(): port for port, line in itertools.pairwise(lines)
        if port.startswith("PortAudio") and line.startswith(" ")
    }
