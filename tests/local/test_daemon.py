"""A tiny model in the real daemon: asked by the command, published into the library."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import soundfile

from support.configs import write_config

IMPORT_SECONDS = 300.0
"""How long a machine with better things to do may take to import PyTorch: no measure, only an end."""

MORE = """attempts = 1
[models.tiny]
provider = "local"
runner = "diffusers"
like = "stable-audio-open"
weights = "{weights}"
[pads.bell]
prompt = "deep bell"
family = "fx"
model = "tiny"
seconds = 0.5
inputs = {{ steps = 2 }}
"""


def test_a_pad_plays_what_a_local_model_made(tiny, tmp_path):
    config = write_config(tmp_path, MORE.format(weights=tiny / "stable-audio"))
    oneshot = [sys.executable, "-m", "bridge", "--config", str(config)]
    with subprocess.Popen([*oneshot, "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            assert any("is running" in line for line in daemon.stdout)
            made = subprocess.run(
                [*oneshot, "trigger", "bell", "--json"], capture_output=True, text=True, timeout=IMPORT_SECONDS
            )
        finally:
            daemon.send_signal(signal.SIGINT if os.name != "nt" else signal.CTRL_BREAK_EVENT)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout.splitlines()[-1])
    (path,) = (tmp_path / "library" / "samples" / "bell").glob("*.wav")
    assert str(path.name) in json.dumps(told)
    with soundfile.SoundFile(path) as sound:
        assert (sound.samplerate, sound.channels, sound.subtype) == (44_100, 2, "PCM_24")
    sidecar = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert sidecar["calls"][0]["model"] == "tiny"
    assert "Stability-AI-Community" in json.dumps(sidecar["licence"])
