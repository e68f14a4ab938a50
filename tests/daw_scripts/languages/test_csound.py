"""The file for Csound, in the real program in real time: it takes deliveries and records what it plays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.hosts import ROOT, cents_off, free_port
from support.patience import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio

SCRIPT = Path(__file__).parents[3] / "daw_scripts" / "csound" / "oneshot_bridge.csd"

# Records everything.
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


def sounds(path):
    """Returns what was recorded, cut where it is silent."""
    samples, rate = soundfile.read(path, always_2d=True)
    loud = np.flatnonzero(np.abs(samples).max(axis=1) > 1e-3)
    cuts = np.flatnonzero(np.diff(loud) > rate // 20) + 1
    return [samples[part[0] : part[-1]] for part in np.split(loud, cuts)], rate


async def played(csound, path, *events):
    """Plays score events, one a half second, until all are over; returns their sounds."""
    for event in events:
        csound.type(event)
        await asyncio.sleep(0.5)
    csound.type("e")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await csound.process.wait()
    return sounds(path)


async def test_a_sound_is_loaded_acknowledged_and_played_in_tune(csound, tmp_path):
    bench = csound.orders
    await bench.loaded(bench.deliver("bass", {"path": bench.tone("a.wav", cents=-37.4), "cents": -37.4}))
    drum = {"path": bench.tone("b.wav", cents=20, channels=2, seconds=0.3), "low": 36, "high": 36}
    await bench.loaded(bench.deliver("kick", drum, mode="drum"))
    loop = {"path": bench.tone("c.wav", seconds=0.1), "loop": (1102, 3306)}
    await bench.loaded(bench.deliver("pad", loop))
    heard, rate = await played(
        csound, tmp_path / "sound.wav", *(f'i "Play" 0 0.3 "bass" {note} 127' for note in (ROOT + 7, ROOT - 12)),
        'i "Play" 0 0.01 "kick" 36 127', 'i "Play" 0 1 "kick" 37 127', f'i "Play" 0 0.3 "pad" {ROOT} 64',
    )  # fmt: skip
    assert len(heard) == 4
    for samples, note in zip(heard, (ROOT + 7, ROOT - 12, ROOT + 0.2, ROOT), strict=True):
        assert cents_off(samples, rate, note) == pytest.approx(0, abs=5)
        assert len(samples) / rate == pytest.approx(0.3, abs=0.1)
    assert np.abs(heard[2]).max() == pytest.approx(0.5, abs=0.02)


async def test_layers_and_turns_are_picked(csound, tmp_path):
    bench = csound.orders
    stroke = {"velocity_low": 81, "low": 36, "high": 36}
    soft, hard, other = (bench.tone(f"{note}.wav", note=note, seconds=0.2) for note in (45, 57, 69))
    kick = bench.deliver(
        "kick", {"path": soft, "velocity_high": 80, "low": 36, "high": 36},
        {"path": hard, **stroke, "sequence": (1, 2)}, {"path": other, **stroke, "sequence": (2, 2)}, mode="drum",
    )
    await bench.loaded(kick)
    events = [f'i "Play" 0 1 "kick" 36 {velocity}' for velocity in (50, 100, 100, 100)]
    heard, rate = await played(csound, tmp_path / "sound.wav", *events)
    notes = [next(note for note in (45, 57, 69) if abs(cents_off(samples, rate, note)) < 20) for samples in heard]
    assert notes == [45, 57, 69, 57]


async def test_what_can_not_be_loaded_has_a_reason_and_leaves_the_old_sound(csound, tmp_path):
    bench = csound.orders
    await bench.loaded(bench.deliver("bass", {"path": bench.tone("a.wav")}))
    missing = await bench.answer(bench.deliver("bass", {"path": "nowhere.wav"}))
    assert missing == f"the sample is missing: {bench.folder / 'nowhere.wav'}"
    (bench.folder / "text.wav").write_text("no sound")
    unreadable = await bench.answer(bench.deliver("bass", {"path": "text.wav"}))
    assert unreadable == f"Csound can't load {bench.folder / 'text.wav'}"
    await bench.loaded(bench.deliver("kick", {"path": "a.wav"}))
    await bench.loaded(bench.deliver("kick", action="clear"))
    heard, rate = await played(
        csound, tmp_path / "sound.wav", f'i "Play" 0 0.3 "bass" {ROOT} 127', f'i "Play" 0 0.3 "kick" {ROOT} 127'
    )
    assert [cents_off(samples, rate, ROOT) for samples in heard] == [pytest.approx(0, abs=5)]


async def test_pads_are_triggered_and_kept_from_the_score(csound):
    bench = csound.orders
    csound.type('i "Trigger" 0 0.1 "kick" 64')
    csound.type('i "Ask" 0 0.1 "again" "kick"')
    await until(lambda: bench.told("again"))
    press = await bench.pressed()
    assert (press.pad, press.energy) == ("kick", 64 / 127)
