"""The SuperCollider sender, in SuperCollider: it presses a pad and its server loads the new sound."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

SENDER = Path(__file__).parents[2] / "examples" / "senders" / "send.scd"

PRESS_AND_WAIT = """
fork {
	s.bootSync;
	~bridge.sendMsg("/oneshot/pad/kick", 100);
	while { ~sound.isNil } { 0.05.wait };
	"loaded % frames at % Hz".format(~sound.numFrames, ~sound.sampleRate).postln;
	0.exit;
};
"""


@pytest.fixture
def sclang(peer, tmp_path):
    """Runs a script in the language until it exits, and returns what it posted."""
    program = peer("sclang", "supercollider-language and supercollider-server")

    def run(script: str) -> str:
        home = tmp_path / "supercollider"
        home.mkdir(mode=0o700)
        (home / "script.scd").write_text(script)
        surroundings = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "offscreen",
                        "QTWEBENGINE_DISABLE_SANDBOX": "1", "SC_JACK_DEFAULT_OUTPUTS": "system"}
        done = subprocess.run(
            ["stdbuf", "-oL", program, "-u", "0", str(home / "script.scd")], env=os.environ | surroundings, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=90, check=False,
        )
        return done.stdout

    return run


def test_the_sender_presses_a_pad_and_its_server_loads_the_new_sound(daemon, jack, sclang) -> None:
    port = daemon.start().listens("OSC").rpartition(":")[2]
    text = SENDER.read_text()
    block = text[text.index("(\ns.boot") + 2 : text.index("\n)\n") + 1]
    posted = sclang(block.replace("9127", port) + PRESS_AND_WAIT)
    (sample,) = daemon.get("samples")
    assert f"accepted: job {sample['job']} for pad kick" in posted
    assert f"new sound for kick: {daemon.library / sample['path']}" in posted
    loaded = re.search(r"loaded (\d+) frames at (\d+)", posted)
    assert loaded, posted
    assert int(loaded[2]) == 44_100
    assert abs(int(loaded[1]) / 44_100 - sample["analysis"]["seconds"]) < 1e-3
