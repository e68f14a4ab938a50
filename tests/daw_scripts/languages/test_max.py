"""The script for Max, in Node with a stand-in of Max's object js, before the real OSC door; and the patches' form."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.hosts import ROOT, free_port
from support.patience import until

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parents[3] / "daw_scripts" / "max"
STAND_IN = Path(__file__).with_name("max_stand_in.js")


@pytest.fixture
async def max_js(peer, orders, program, tmp_path):
    """Gives the script running, installed for the test's door."""
    node = peer("node", "nodejs")
    bench = orders("max")
    place = tmp_path / "Library"
    place.mkdir()
    shutil.copy(FOLDER / "oneshot-bridge.js", place)
    (place / "oneshot_bridge.settings").write_text(f"library\t{bench.folder}\nosc_port\t{bench.port}\n")
    # Where it may send if it did not find its settings: nowhere.
    started = await program(node, STAND_IN, place / "oneshot-bridge.js", "9", str(free_port()))
    started.orders = bench
    await bench.subscribed()
    return started


async def put(max_js, name, value):
    """Gives one of the script's figures another value."""
    max_js.type(json.dumps(["set", name, value]))
    await max_js.said(f"SET {name}")


async def played(max_js, *messages, times=1):
    """Returns what some messages tell the voices."""
    before = sum(line.startswith("VOICE") for line in max_js.lines)
    for message in messages:
        max_js.type(json.dumps(message))
    await max_js.said("VOICE", before + 2 * times)
    heard = [json.loads(line.removeprefix("VOICE ")) for line in max_js.lines if line.startswith("VOICE")][before:]
    assert [word for word, *_ in heard[::2]] == ["target"] * times
    return [tuple(rest) for _, *rest in heard[1::2]]


async def test_a_sound_is_acknowledged_when_max_has_read_it_and_played_at_the_speed_of_its_key(max_js):
    bench = max_js.orders
    await bench.loaded(bench.deliver("bass", {"path": bench.tone("a.wav", cents=-37.4), "cents": -37.4}))
    drum = {"path": bench.tone("b.wav", channels=2, seconds=0.5), "low": 36, "high": 36}
    await bench.loaded(bench.deliver("kick", drum, mode="drum"))
    (high,) = await played(max_js, ["note", "bass", ROOT + 7, 127])
    assert high == ("oneshot-1", 1000, pytest.approx(1000 / 2 ** (7.374 / 12)), 1, ROOT + 7, 1)
    (hit,) = await played(max_js, ["note", "kick", 37, 127], ["note", "kick", 36, 64])
    assert hit == ("oneshot-2", 500, 500, pytest.approx((64 / 127) ** 2), -1, 0)
    assert await played(max_js, ["note", "bass", ROOT + 7, 0]) == [(ROOT + 7,)]


async def test_layers_turns_reasons_and_triggers(max_js):
    bench = max_js.orders
    stroke = {"velocity_low": 81, "low": 36, "high": 36}
    soft, hard, other = (bench.tone(f"{name}.wav") for name in ("soft", "hard", "other"))
    kick = bench.deliver(
        "kick", {"path": soft, "velocity_high": 80, "low": 36, "high": 36},
        {"path": hard, **stroke, "sequence": (1, 2)}, {"path": other, **stroke, "sequence": (2, 2)}, mode="drum",
    )
    await bench.loaded(kick)
    strokes = [["note", "kick", 36, velocity] for velocity in (50, 100, 100, 100)]
    heard = await played(max_js, *strokes, times=4)
    assert [name for name, *_ in heard] == ["oneshot-1", "oneshot-2", "oneshot-3", "oneshot-2"]

    missing = await bench.answer(bench.deliver("kick", {"path": "nowhere.wav"}))
    assert missing == f"the sample is missing: {bench.folder / 'nowhere.wav'}"
    (bench.folder / "text.wav").write_text("no sound")
    assert "can't load" in await bench.answer(bench.deliver("kick", {"path": "text.wav"}))
    await put(max_js, "deaf", True)
    await put(max_js, "PATIENCE_LOOKS", 3)
    assert "can't load" in await bench.answer(bench.deliver("kick", {"path": bench.tone("late.wav")}))
    assert [name for name, *_ in await played(max_js, ["note", "kick", 36, 50])] == ["oneshot-1"]

    await put(max_js, "FREE_MILLISECONDS", 0)
    await bench.loaded(bench.deliver("kick", action="clear"))
    await max_js.said("REMOVED oneshot-3")
    max_js.type(json.dumps(["ask", "kick", "trigger", 64]))
    max_js.type(json.dumps(["ask", "kick", "keep"]))
    await until(lambda: bench.told("keep"))
    press = await bench.pressed()
    assert (press.pad, press.energy) == ("kick", 64 / 127)


@pytest.mark.parametrize("name", ["oneshot-bridge", "oneshot-voice"])
def test_every_cord_of_a_patch_goes_from_an_outlet_to_an_inlet_that_are_there(name):
    patcher = json.loads((FOLDER / f"{name}.maxpat").read_text())["patcher"]
    boxes = {box["box"]["id"]: box["box"] for box in patcher["boxes"]}
    assert len(boxes) == len(patcher["boxes"])
    for box in boxes.values():
        assert len(box.get("outlettype", [])) == box["numoutlets"]
    for line in patcher["lines"]:
        (source, outlet), (target, inlet) = line["patchline"]["source"], line["patchline"]["destination"]
        assert outlet < boxes[source]["numoutlets"]
        assert inlet < boxes[target]["numinlets"]
    texts = [box.get("text", "") for box in boxes.values()]
    if name == "oneshot-bridge":
        assert {"js oneshot-bridge.js", "udpreceive 9136", "poly~ oneshot-voice 16"} <= set(texts)
