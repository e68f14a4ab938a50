"""The file for SuperDirt, in the real language with its real server, against a stand-in of SuperDirt's library."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.patience import until

pytestmark = pytest.mark.anyio

SCRIPT = Path(__file__).parents[3] / "daw_scripts" / "superdirt" / "oneshot_bridge_superdirt.scd"
STAND_IN = Path(__file__).with_name("superdirt_stand_in.sc")


@pytest.fixture
async def dirt(language, orders, tmp_path):
    """Gives the language with the file installed for the test's door and loaded; SuperDirt does not run yet."""
    bench = orders("superdirt")
    extensions = tmp_path / ".local" / "share" / "SuperCollider" / "Extensions"
    extensions.mkdir(parents=True)
    shutil.copy(STAND_IN, extensions)
    place = tmp_path / ".config" / "SuperCollider"
    place.mkdir(parents=True)
    shutil.copy(SCRIPT, place)
    (place / "oneshot_bridge.settings").write_text(f"library\t{bench.folder}\nosc_port\t{bench.port}\n")
    (place / "startup.scd").write_text('(Platform.userConfigDir +/+ "oneshot_bridge_superdirt.scd").load;\n')
    started = await language()
    started.orders = bench
    return started


async def test_a_pads_sounds_are_the_variants_of_its_name_and_tuned_as_soon_as_superdirt_runs(dirt):
    bench = dirt.orders
    await bench.subscribed()
    one, two = bench.tone("a.wav"), bench.tone("b.wav", seconds=0.5)
    bass = bench.deliver(
        "bass", {"path": one, "root": 48, "cents": -20.0, "high": 53}, {"path": two, "root": 60, "low": 54}
    )
    kick = bench.deliver("kick", {"path": two, "low": 36, "high": 36}, mode="drum")
    dirt.evaluate("s.waitForBoot { ~dirt = SuperDirt(2, s); ~library = ~dirt.soundLibrary }")
    await bench.loaded(bass)
    await bench.loaded(kick)
    assert await dirt.post("~library.buffers[\\bass].collect(_.numFrames)") == "[44100,22050]"
    ratios = await dirt.post("~library.bufferEvents[\\bass].collect { |e| [e.baseFreqToMetaFreqRatio, e.metatune] }")
    first, second = ([float(part) for part in pair.strip("[]").split(",")] for pair in ratios[1:-1].split("],["))
    assert first == [pytest.approx(2 ** (12.2 / 12), abs=1e-4), 1.0]
    assert second == [pytest.approx(1.0, abs=1e-6), 1.0]
    assert await dirt.post("~library.bufferEvents[\\kick].collect { |event| event.metatune }") == "[nil]"

    await bench.loaded(bench.deliver("bass", {"path": two}))
    assert await dirt.post("~library.buffers[\\bass].collect(_.numFrames)") == "[22050]"
    await bench.loaded(bench.deliver("bass", action="clear"))
    assert await dirt.post("~library.buffers[\\bass]") == "nil"

    assert "sample is missing" in await bench.answer(bench.deliver("bass", {"path": "nowhere.wav"}))
    dirt.evaluate("~library.synthEvents[\\pad] = [()]")
    taken = await bench.answer(bench.deliver("pad", {"path": one}))
    assert taken == "SuperDirt has something else named pad"

    dirt.evaluate("~oneshot.(\\kick, 64); ~oneshot.(\\kick, \\keep)")
    await until(lambda: bench.told("keep"))
    press = await bench.pressed()
    assert (press.pad, press.energy) == ("kick", 64 / 127)
