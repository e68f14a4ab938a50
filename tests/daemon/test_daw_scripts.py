"""The daemon and the scripts of hosts that can't be had here: the bridge is the real one, the hosts are stand-ins."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from support.patience import wait_until

ROOT = Path(__file__).parents[2]
STAND_INS = ROOT / "tests" / "daw_scripts"

IN_BITWIG = """
const dgram = require("dgram");
const { Bitwig } = require(STAND_IN);
const bitwig = new Bitwig(), drums = bitwig.addDrums("Drums");
bitwig.selected = bitwig.addTrack(SELECTED);
bitwig.preferences.set("Bridge's OSC port", PORT);
process.stdin.resume();
const listen = (port) => {
  const socket = dgram.createSocket("udp4");
  socket.once("error", () => { bitwig.takenPorts.add(port); listen(port + 1); });
  socket.bind(port, "127.0.0.1", () => {
    socket.on("message", (packet) => bitwig.receive(packet));
    bitwig.onSent = (packet, to) => socket.send(packet, to, "127.0.0.1");
    bitwig.start(SCRIPT);
    setTimeout(() => bitwig.press("New sound"), 200);
    setInterval(() => bitwig.run(20), 20);
  });
  process.stdin.on("end", () => {
    console.log(JSON.stringify(bitwig.report()));
    process.exit();
  });
};
listen(9141);
"""

IN_RENOISE = """
local host = dofile(STAND_IN)
host.preferences.library = LIBRARY
host.start(TOOL)
host.tick(20)
host.report()
"""


@pytest.fixture(scope="module")
def daemon(lasting_daemon):
    config = lasting_daemon.config.read_text().replace("[library]", '[library]\nformats = ["sfz", "multisample"]')
    lasting_daemon.config.write_text(
        config + '\n[hosts.bitwig]\ntarget = "pad:{pad_note}"\n'
        '[pads.lead]\nprompt = "bright lead"\nnote = 60\ntargets = { bitwig = "track:lead" }\n'
    )
    return lasting_daemon.start()


def is_done(daemon, host, pad):
    states = [order["state"] for order in daemon.get("deliveries") if (order["host"], order["pad"]) == (host, pad)]
    return states == ["done"]


def path_of(daemon, pad):
    (sample,) = daemon.get("samples", pad=pad)
    return str(daemon.library / sample["path"])


@pytest.fixture
def press_in_bitwig(daemon, peer, tmp_path):
    def press(pad):
        """Presses *New sound* with the pad's track selected, and returns what is in Bitwig when it is acknowledged."""
        places = {"STAND_IN": str(STAND_INS / "bitwig_stand_in.js"), "SELECTED": pad,
                  "PORT": int(daemon.listens("OSC").rpartition(":")[2]),
                  "SCRIPT": str(ROOT / "daw_scripts" / "bitwig" / "OneshotBridge.control.js")}  # fmt: skip
        scenario = tmp_path / "scenario.js"
        scenario.write_text(
            "".join(f"const {name} = {json.dumps(value)};\n" for name, value in places.items()) + IN_BITWIG
        )
        program = subprocess.Popen([peer("node"), scenario], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            wait_until(lambda: is_done(daemon, "bitwig", pad))
            report = json.loads(program.communicate(timeout=30)[0])
        finally:
            program.kill()
            program.communicate()
        assert report["popups"] == []
        return report["tracks"]

    return press


def test_a_button_in_bitwig_brings_a_new_sound_onto_the_drum_pad(daemon, press_in_bitwig) -> None:
    (drums, _) = press_in_bitwig("kick")
    (machine,) = drums["devices"]
    assert machine["pads"]["36"]["devices"][0]["file"] == path_of(daemon, "kick")


def test_a_button_in_bitwig_brings_a_new_sound_over_the_keys_of_its_track(daemon, press_in_bitwig) -> None:
    (_, track) = press_in_bitwig("lead")
    (sampler,) = track["devices"]
    assert sampler["file"] == path_of(daemon, "lead").replace(".wav", ".multisample")
    with zipfile.ZipFile(sampler["file"]) as preset:
        assert preset.read(Path(path_of(daemon, "lead")).name) == Path(path_of(daemon, "lead")).read_bytes()


def test_a_pressed_pad_brings_a_new_sound_into_renoises_instrument(daemon, peer, tmp_path) -> None:
    scenario = tmp_path / "scenario.lua"
    places = {"STAND_IN": STAND_INS / "renoise_stand_in.lua", "LIBRARY": daemon.library,
              "TOOL": ROOT / "daw_scripts" / "renoise" / "com.oneshotbridge.xrnx" / "main.lua"}  # fmt: skip
    scenario.write_text("".join(f"local {name} = [[{place}]]\n" for name, place in places.items()) + IN_RENOISE)
    command = [peer("luajit"), scenario]
    subprocess.run(command, capture_output=True, timeout=30, check=True)  # makes itself known
    daemon.listener().send("/oneshot/pad/hat", 100)
    new = daemon.library / "deliveries" / "renoise" / "new"
    wait_until(lambda: any(b"\npad\that\n" in path.read_bytes() for path in new.glob("0*")))
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    (found,) = [instrument for instrument in json.loads(done.stdout)["instruments"] if instrument["name"] == "hat"]
    assert [each["file"] for each in found["samples"]] == [path_of(daemon, "hat")]
    wait_until(lambda: is_done(daemon, "renoise", "hat"))
