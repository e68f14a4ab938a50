"""The abstractions for Pure Data, in the real program: it takes deliveries, plays them, and records what it plays."""

from __future__ import annotations

import asyncio
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.hosts import ROOT, cents_off, free_port, is_recorded
from support.patience import until

pytestmark = pytest.mark.anyio

SCRIPTS = Path(__file__).parents[3] / "daw_scripts" / "puredata"

# Two pads, and a recorder; what arrives at the netreceive is played and recorded.
PATCH = """#N canvas 0 0 600 400 10;
#X obj 20 20 oneshot-bridge {own};
#X obj 20 60 oneshot-pad bass;
#X obj 220 60 oneshot-pad kick;
#X obj 20 100 writesf~ 2;
#X obj 20 200 netreceive -u {control};
#X obj 20 230 route bass kick record bridge dsp;
#X obj 120 260 s pd;
#X msg 120 230 dsp \\$1;
#X obj 20 300 print test;
#X connect 1 0 3 0;
#X connect 1 1 3 1;
#X connect 2 0 3 0;
#X connect 2 1 3 1;
#X connect 4 0 5 0;
#X connect 5 0 1 0;
#X connect 5 1 2 0;
#X connect 5 2 3 0;
#X connect 5 3 0 0;
#X connect 5 4 7 0;
#X connect 7 0 6 0;
"""


@pytest.fixture
async def pd(peer, orders, program, tmp_path):
    """Gives Pure Data with the abstractions installed for the test's door; its `say` sends a message to the patch."""
    binary = peer("pd", "puredata-core")
    bench = orders("puredata")
    own, control = free_port(), free_port()
    extra = tmp_path / "extra"
    extra.mkdir()
    for script in SCRIPTS.glob("*.pd"):
        shutil.copy(script, extra)
    (extra / "oneshot_bridge.settings").write_text(f"library\t{bench.folder}\nosc_port\t{bench.port}\n")
    (tmp_path / "test.pd").write_text(PATCH.format(own=own, control=control))
    started = await program(
        binary, "-nogui", "-noaudio", "-r", "48000", "-nomidi", "-noprefs", "-stderr", "-path", str(extra),
        str(tmp_path / "test.pd"),
    )
    await bench.subscribed()

    def say(message):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(f"{message};\n".encode(), ("127.0.0.1", control))

    started.say, started.orders = say, bench
    return started


async def record(pd, path, *messages, seconds=0.7):
    """Returns what the pads sound like."""
    for message in (f"record open -bytes 4 -rate 48000 {path}", "dsp 1", "record start", *messages):
        pd.say(message)
    await asyncio.sleep(seconds)
    for message in ("record stop", "dsp 0"):
        pd.say(message)
    await until(lambda: is_recorded(path))
    return soundfile.read(path, always_2d=True)


async def test_a_sound_is_loaded_acknowledged_and_played_in_tune(pd, tmp_path):
    bench = pd.orders
    await bench.loaded(bench.deliver("bass", {"path": bench.tone("a.wav", cents=-37.4), "cents": -37.4}))
    drum = {"path": bench.tone("b.wav", cents=20, channels=2), "low": 36, "high": 36}
    await bench.loaded(bench.deliver("kick", drum, mode="drum"))
    for note, message in ((ROOT + 7, f"bass {ROOT + 7} 127"), (ROOT + 0.2, "kick 36 127")):
        samples, rate = await record(pd, tmp_path / f"{note}.wav", message, "kick 37 127")
        assert rate == 48_000
        assert cents_off(samples, rate, note) == pytest.approx(0, abs=5)
        assert np.abs(samples).max() == pytest.approx(0.5, abs=0.02)


async def test_layers_and_turns_are_picked_and_a_held_note_ends_when_it_is_let_go(pd, tmp_path):
    bench = pd.orders
    stroke = {"velocity_low": 81, "low": 36, "high": 36}
    soft, hard, other = (bench.tone(f"{note}.wav", note=note, seconds=0.15) for note in (45, 57, 69))
    kick = bench.deliver(
        "kick", {"path": soft, "velocity_high": 80, "low": 36, "high": 36},
        {"path": hard, **stroke, "sequence": (1, 2)}, {"path": other, **stroke, "sequence": (2, 2)}, mode="drum",
    )
    await bench.loaded(kick)
    heard = []
    for velocity in (50, 100, 100, 100):
        samples, rate = await record(pd, tmp_path / f"{len(heard)}.wav", f"kick 36 {velocity}", seconds=0.3)
        heard.append(next(note for note in (45, 57, 69) if abs(cents_off(samples, rate, note)) < 20))
    assert heard == [45, 57, 69, 57]

    await bench.loaded(bench.deliver("bass", {"path": bench.tone("long.wav")}))
    samples, rate = await record(pd, tmp_path / "held.wav", f"bass {ROOT} 127", f"bass {ROOT} 0", seconds=0.5)
    assert len(np.flatnonzero(np.abs(samples).max(axis=1) > 0.01)) / rate < 0.2


async def test_what_can_not_be_loaded_has_a_reason_and_leaves_the_old_sound(pd, tmp_path):
    bench = pd.orders
    await bench.loaded(bench.deliver("bass", {"path": bench.tone("a.wav", seconds=0.2)}))
    assert await bench.answer(bench.deliver("bass", {"path": "nowhere.wav"})) == (
        f"Pure Data can't read {bench.folder / 'nowhere.wav'}"
    )
    assert "at most 16 zones" in await bench.answer(bench.deliver("bass", *[{"path": "a.wav"}] * 17))
    samples, rate = await record(pd, tmp_path / "old.wav", f"bass {ROOT} 127", seconds=0.4)
    assert cents_off(samples, rate, ROOT) == pytest.approx(0, abs=5)
    await bench.loaded(bench.deliver("bass", action="clear"))
    samples, _ = await record(pd, tmp_path / "none.wav", f"bass {ROOT} 127", seconds=0.2)
    assert not samples.any()


async def test_a_pad_that_is_in_no_patch_waits_and_pads_are_triggered_from_the_patch(pd):
    bench = pd.orders
    bench.deliver("snare", {"path": bench.tone("a.wav")})
    await bench.loaded(bench.deliver("bass", {"path": "a.wav"}))
    assert bench.told("loaded", "load_failed") == [("loaded", "puredata", 2)]
    for message in ("kick trigger 64", "kick again", "bridge generate glass note 72", "bridge keep kick"):
        pd.say(message)
    engine = bench.scene.engine
    await until(lambda: bench.told("keep"))
    press, prompt = engine.requests
    assert (press.pad, press.energy) == ("kick", pytest.approx(64 / 127))
    assert (prompt.prompt, prompt.note) == ("glass", 72)
    assert bench.told("again", "keep") == [("again", "kick", "osc"), ("keep", "kick")]
