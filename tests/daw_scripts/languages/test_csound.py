"""The file for Csound, in the real program in real time: it takes deliveries and records what it plays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.hosts import ROOT, cents_off, free_port
from support.patience import until

pytestmark = pytest.mark.anyio

SCRIPT = Path(__file__).parents[3] / "daw_scripts" / "csound" / "oneshot_bridge.csd"

# Plays what the test writes into a file, line after line, and records everything.
TEST = """
instr Recorder
  aleft, aright monitor
  fout "{sound}", 16, aleft, aright
endin
schedule "Recorder", 0, -1
</CsInstruments>"""


@pytest.fixture
async def csound(peer, orders, program, tmp_path):
    """Gives Csound with the file as it is, and a recorder; what is typed is played as score events."""
    binary = peer("csound")
    bench = orders("csound")
    text = SCRIPT.read_text()
    assert text.count("</CsInstruments>") == 1
    (tmp_path / "test.csd").write_text(text.replace("</CsInstruments>", TEST.format(sound=tmp_path / "sound.wav")))
    started = await program(
        binary, "-+rtaudio=null", "-odac", "-m0", "-Lstdin", f"--omacro:BRIDGE={bench.port}",
        f"--omacro:OWN={free_port()}", str(tmp_path / "test.csd"),
    )
    started.orders = bench
    await bench.subscribed()
    return started


async def test_a_sound_is_loaded_acknowledged_and_played_in_tune(csound):
    bench = csound.orders
    await bench.loaded(bench.deliver("bass", {"path": bench.tone("a.wav", cents=-37.4), "cents": -37.4}))
