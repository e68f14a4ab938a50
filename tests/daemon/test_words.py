"""A sound asked for in words, as a user asks: what they were taken for is in the answer and beside the sound."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.patience import PATIENCE_SECONDS

CONFIG = """
state_folder = "{folder}/state"
[library]
folder = "{folder}/library"
[midi]
enabled = false
[jobs]
workers = 1
"""


def test_words_are_heard_kept_and_told(tmp_path):
    (tmp_path / "config.toml").write_text(CONFIG.format(folder=tmp_path.as_posix()), encoding="utf-8")
    command = [sys.executable, "-m", "bridge", "--config", str(tmp_path / "config.toml"), "generate"]
    words = "tiefe Glocke in C4, nicht zu hell, eine halbe Sekunde"
    done = subprocess.run([*command, words, "--json"], capture_output=True, timeout=PATIENCE_SECONDS * 4, check=True)
    (job,) = json.loads(done.stdout)["jobs"]
    told = {"words": ["bell", "deep", "not bright"], "note": 60, "key": "", "seconds": 0.5, "tempo": None}
    assert job["understood"] == told
    (sample,) = job["samples"]
    assert sample["family"] == "bell"
    sidecar = json.loads(Path(sample["file"]).with_suffix(".json").read_text(encoding="utf-8"))
    assert sidecar["understood"] == told

    wave, rate = soundfile.read(sample["file"], always_2d=True)
    assert len(wave) / rate == pytest.approx(0.5, abs=0.1)
    power = np.abs(np.fft.rfft(wave.mean(axis=1), 1 << 17))
    hz = np.fft.rfftfreq(1 << 17, 1 / rate)
    near = (hz > 240) & (hz < 285)
    assert 1200 * np.log2(hz[near][power[near].argmax()] / 261.63) == pytest.approx(0, abs=10)
