"""The file for Sonic Pi, in real Ruby with a stand-in of Sonic Pi's functions, before the real OSC door."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from support.hosts import ROOT, free_port
from support.patience import until

pytestmark = pytest.mark.anyio

SCRIPT = Path(__file__).parents[3] / "daw_scripts" / "sonic-pi" / "oneshot_bridge.rb"
STAND_IN = Path(__file__).with_name("sonic_pi_stand_in.rb")


@pytest.fixture
async def sonic_pi(peer, orders, program, tmp_path):
    """Gives the file running, installed for the test's door; what is typed is evaluated."""
    ruby = peer("ruby")
    bench = orders("sonic-pi")
    place = tmp_path / ".sonic-pi" / "config"
    place.mkdir(parents=True)
    shutil.copy(SCRIPT, place)
    (place / "oneshot_bridge.settings").write_text(f"library\t{bench.folder}\nosc_port\t{bench.port}\n")
    started = await program(ruby, STAND_IN, place / SCRIPT.name, str(bench.port), str(free_port()))
    started.orders = bench
    await bench.subscribed()
    return started


async def played(sonic_pi, code, times=1):
    """Returns what some code plays: each sound's file, its shift in semitones, and its level."""
    before = sum(line.startswith("PLAYED") for line in sonic_pi.lines)
    sonic_pi.type(code)
    await sonic_pi.said("PLAYED", before + times)
    heard = [line.split() for line in sonic_pi.lines if line.startswith("PLAYED")][before:]
    return [(name, 12 * math.log2(float(rate)), float(amp)) for _, name, rate, amp in heard]


async def test_a_sound_is_loaded_acknowledged_and_played_at_the_rate_of_its_key(sonic_pi):
    bench = sonic_pi.orders
    await bench.loaded(bench.deliver("bass", {"path": bench.tone("a.wav", cents=-37.4), "cents": -37.4}))
    await bench.loaded(bench.deliver("kick", {"path": bench.tone("b.wav"), "low": 36, "high": 36}, mode="drum"))
    assert await played(sonic_pi, f"oneshot :bass, {ROOT + 7}, 127") == [("a.wav", pytest.approx(7.374), 1.0)]
    assert await played(sonic_pi, "oneshot :bass, :e2, 127, sustain: 0.5") == [("a.wav", pytest.approx(-16.626), 1.0)]
    assert await played(sonic_pi, "oneshot :kick, 37; oneshot :kick, 36, 64") == [
        ("b.wav", 0.0, pytest.approx((64 / 127) ** 2))
    ]


async def test_layers_turns_reasons_and_triggers(sonic_pi):
    bench = sonic_pi.orders
    stroke = {"velocity_low": 81, "low": 36, "high": 36}
    soft, hard, other = (bench.tone(f"{name}.wav") for name in ("soft", "hard", "other"))
    kick = bench.deliver(
        "kick", {"path": soft, "velocity_high": 80, "low": 36, "high": 36},
        {"path": hard, **stroke, "sequence": (1, 2)}, {"path": other, **stroke, "sequence": (2, 2)}, mode="drum",
    )
    await bench.loaded(kick)
    heard = await played(sonic_pi, "[50, 100, 100, 100].each { |velocity| oneshot :kick, 36, velocity }", 4)
    assert [name for name, _, _ in heard] == [soft, hard, other, hard]

    missing = await bench.answer(bench.deliver("kick", {"path": "nowhere.wav"}))
    assert missing == f"the sample is missing: {bench.folder / 'nowhere.wav'}"
    (bench.folder / "text.wav").write_text("no sound")
    assert "can't load" in await bench.answer(bench.deliver("kick", {"path": "text.wav"}))
    assert [name for name, _, _ in await played(sonic_pi, "oneshot :kick, 36, 50")] == [soft]

    sonic_pi.type('$oneshot_free_seconds = 0; puts "IMPATIENT"')
    await sonic_pi.said("IMPATIENT")
    await bench.loaded(bench.deliver("kick", {"path": hard}, mode="drum"))
    await sonic_pi.said("FREED", 2)
    freed = {Path(line.removeprefix("FREED ")).name for line in sonic_pi.lines if line.startswith("FREED")}
    assert freed == {soft, other}

    sonic_pi.type("oneshot_ask :kick, 64")
    sonic_pi.type("oneshot_ask :kick, :keep")
    await until(lambda: bench.told("keep"))
    press = await bench.pressed()
    assert (press.pad, press.energy) == ("kick", 64 / 127)
