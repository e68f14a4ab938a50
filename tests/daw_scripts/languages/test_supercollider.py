"""The class for SuperCollider, in the real language with its real server on JACK."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.hosts import ROOT, cents_off, is_recorded
from support.patience import until

pytestmark = pytest.mark.anyio

SCRIPT = Path(__file__).parents[3] / "daw_scripts" / "supercollider" / "OneshotBridge"


@pytest.fixture
async def sclang(language, orders, tmp_path):
    """Gives the language with the class installed for the test's door, which starts it."""
    bench = orders("supercollider")
    installed = tmp_path / ".local" / "share" / "SuperCollider" / "Extensions" / "OneshotBridge"
    shutil.copytree(SCRIPT, installed)
    (installed / "oneshot_bridge.settings").write_text(f"library\t{bench.folder}\nosc_port\t{bench.port}\n")
    started = await language()
    started.orders = bench
    return started


RECORD = """
fork {
	s.prepareForRecord("PATH", 2); s.sync; s.record; s.sync;
	200.do { if(s.isRecording.not) { 0.05.wait } }; 0.1.wait;
	PLAY
	s.stopRecording; s.sync; 0.2.wait; "recorded".postln;
};
"""


async def record(sclang, path, play):
    """Returns what the server sounds like while some code runs."""
    before = sum("recorded" in line for line in sclang.lines)
    sclang.evaluate(RECORD.replace("PATH", str(path)).replace("PLAY", play))
    await sclang.said("recorded", before + 1)
    await until(lambda: is_recorded(path))
    return soundfile.read(path, always_2d=True)


async def test_a_sound_delivered_before_the_server_runs_is_loaded_with_it_and_plays_in_tune(sclang, tmp_path):
    bench = sclang.orders
    await bench.subscribed()
    bass = bench.deliver("bass", {"path": bench.tone("a.wav", cents=-37.4), "cents": -37.4})
    drum = {"path": bench.tone("b.wav", cents=20, channels=2), "low": 36, "high": 36}
    kick = bench.deliver("kick", drum, mode="drum")
    sclang.evaluate("s.boot")
    await bench.loaded(bass)
    await bench.loaded(kick)
    read_back = "[\\bass, \\kick].collect { |pad| b = OneshotBridge.buffer(pad); [b.numFrames, b.numChannels] }"
    assert await sclang.post(read_back) == "[[44100,1],[44100,2]]"

    played = {
        ROOT + 7: f"OneshotBridge.play(\\bass, {ROOT + 7}); 0.3.wait;",
        ROOT - 12: f"(type: \\oneshot, pad: \\bass, midinote: {ROOT - 12}, amp: 1, sustain: 0.3).play; 0.5.wait;",
        ROOT + 0.2: "OneshotBridge.noteOn(\\kick, 36); OneshotBridge.noteOn(\\kick, 37); 0.3.wait;",
    }
    for note, code in played.items():
        samples, rate = await record(sclang, tmp_path / f"{note}.wav", code)
        assert cents_off(samples, rate, note) == pytest.approx(0, abs=10)
        assert np.abs(samples).max() > 0.1

    loop = {"path": bench.tone("c.wav", seconds=0.2), "loop": (1102, 3306)}
    await bench.loaded(bench.deliver("bass", loop))
    samples, rate = await record(
        sclang, tmp_path / "loop.wav",
        f"OneshotBridge.noteOn(\\bass, {ROOT}); 0.5.wait; OneshotBridge.noteOff(\\bass, {ROOT}); 0.2.wait;",
    )
    assert cents_off(samples, rate, ROOT) == pytest.approx(0, abs=10)
    loud = np.flatnonzero(np.abs(samples).max(axis=1) > 0.01)
    assert (loud[-1] - loud[0]) / rate == pytest.approx(0.55, abs=0.15)


async def test_layers_turns_failures_and_a_new_life_of_the_server(sclang):
    bench = sclang.orders
    sclang.evaluate("s.boot")
    await bench.subscribed()
    soft, hard, other = (bench.tone(f"{tenths}.wav", seconds=tenths / 10) for tenths in (1, 2, 3))
    stroke = {"velocity_low": 81, "low": 36, "high": 36}
    layers = bench.deliver(
        "kick", {"path": soft, "velocity_high": 80, "low": 36, "high": 36},
        {"path": hard, **stroke, "sequence": (1, 2)}, {"path": other, **stroke, "sequence": (2, 2)}, mode="drum",
    )
    await bench.loaded(layers)
    play = "OneshotBridge.pads[\\kick][\\zones].collect { |zone| zone[\\buffer].numFrames }"
    assert await sclang.post( play) == "[4410,8820,13230]"
    picked = (
        "[50, 100, 100, 100].collect { |v| "
        "OneshotBridge.prZones(OneshotBridge.pads[\\kick], 36, v).collect { |zone| zone[\\buffer].numFrames }.asArray }"
    )
    assert await sclang.post( picked) == "[[4410],[8820],[13230],[8820]]"

    missing = bench.deliver("bass", {"path": "nowhere.wav"})
    assert await bench.answer(missing) == f"the sample is missing: {bench.folder / 'nowhere.wav'}"
    (bench.folder / "text.wav").write_text("no sound")
    sclang.evaluate("OneshotBridge.patienceSeconds = 0.3")
    assert "can't load" in await bench.answer(bench.deliver("bass", {"path": "text.wav"}))
    assert await sclang.post( "OneshotBridge.pads.keys.asArray") == "[kick]"

    sclang.evaluate("OneshotBridge.patienceSeconds = 10; s.reboot")
    await sclang.said("server ready", 2)
    await bench.loaded(bench.deliver("bass", {"path": soft}))
    assert await sclang.post( "s.serverRunning and: { OneshotBridge.buffer(\\kick).numFrames == 4410 }") == "true"

    await bench.loaded(bench.deliver("kick", action="clear"))
    assert await sclang.post( "OneshotBridge.noteOn(\\kick)") == "nil"
    for code in ("trigger(\\kick, 64)", "again(\\kick)", "generate(\"glass bell\", \\note, 72)"):
        sclang.evaluate(f"OneshotBridge.{code}")
    await until(lambda: len(bench.scene.engine.requests) == 2)
    press, prompt = bench.scene.engine.requests
    assert (press.pad, press.energy) == ("kick", 64 / 127)
    assert (prompt.prompt, prompt.note) == ("glass bell", 72)
