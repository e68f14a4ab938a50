"""The daemon and the scripts of hosts that can't be had here: the bridge is the real one, the hosts are stand-ins."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support.patience import wait_until

ROOT = Path(__file__).parents[2]
STAND_INS = ROOT / "tests" / "daw_scripts"

IN_BITWIG = """
const dgram = require("dgram");
const { Bitwig } = require(STAND_IN);
const bitwig = new Bitwig(), drums = bitwig.addDrums("Drums");
bitwig.selected = bitwig.addTrack("kick");
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
    with lasting_daemon.config.open("a") as config:
        config.write('\n[hosts.bitwig]\ntarget = "pad:{pad_note}"\n')
    return lasting_daemon.start()


def is_done(daemon, host, pad):
    states = [order["state"] for order in daemon.get("deliveries") if (order["host"], order["pad"]) == (host, pad)]
    return states == ["done"]


def path_of(daemon, pad):
    (sample,) = daemon.get("samples", pad=pad)
    return str(daemon.library / sample["path"])


def test_a_button_in_bitwig_brings_a_new_sound_onto_the_drum_pad(daemon, peer, tmp_path) -> None:
    port = daemon.listens("OSC").rpartition(":")[2]
    scenario = tmp_path / "scenario.js"
    places = {"STAND_IN": str(STAND_INS / "bitwig_stand_in.js"), "PORT": int(port),
              "SCRIPT": str(ROOT / "daw_scripts" / "bitwig" / "OneshotBridge.control.js")}  # fmt: skip
    scenario.write_text(
        "".join(f"const {name} = {json.dumps(value)};\n" for name, value in places.items()) + IN_BITWIG
    )
    program = subprocess.Popen([peer("node"), scenario], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: is_done(daemon, "bitwig", "kick"))
        report = json.loads(program.communicate(timeout=30)[0])
    finally:
        program.kill()
        program.communicate()
    (machine,) = report["tracks"][0]["devices"]
    assert machine["pads"]["36"]["devices"][0]["file"] == path_of(daemon, "kick")
    assert report["popups"] == []


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
