"""A batch that is killed and begun again: the command as a user starts it, with the built-in synthesiser."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from support.patience import PATIENCE_SECONDS, wait_until

PROMPTS = [f"{tone} {family}" for tone in ("deep", "bright", "short") for family in ("hat", "clap", "kick", "perc")]
CONFIG = """
state_folder = "{folder}/state"
[library]
folder = "{folder}/library"
[osc]
port = 0
[control]
port = 0
[midi]
enabled = false
[jobs]
workers = 2
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    (tmp_path / "config.toml").write_text(CONFIG.format(folder=tmp_path.as_posix()), encoding="utf-8")
    (tmp_path / "prompts.txt").write_text("\n".join(PROMPTS), encoding="utf-8")
    return [sys.executable, "-m", "bridge", "--config", str(tmp_path / "config.toml"), "batch",
            str(tmp_path / "prompts.txt"), "--json"]  # fmt: skip


def wavs(folder: Path) -> list[Path]:
    return sorted((folder / "library" / "samples").glob("*/*.wav"))


def report_of(command: list[str]) -> dict:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS * 4, check=True)
    return json.loads(done.stdout)["report"]


def test_killed_in_the_middle_and_begun_again_it_makes_every_sound_once(tmp_path, command):
    dice = random.Random(7)
    for _ in range(2):
        there, wanted = len(wavs(tmp_path)), dice.randint(1, 3)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        wait_until(lambda there=there, wanted=wanted: len(wavs(tmp_path)) >= there + wanted, seconds=60)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    killed = len(wavs(tmp_path))
    assert 0 < killed < len(PROMPTS)

    report = report_of(command)
    assert report["made"] + report["there_before"] == len(PROMPTS)
    assert report["there_before"] > 0
    found = wavs(tmp_path)
    prompts = [json.loads(wav.with_suffix(".json").read_text("utf-8"))["brief"]["prompt"] for wav in found]
    assert sorted(prompts) == sorted(PROMPTS)
    assert all(soundfile.info(wav).frames > 0 for wav in found)

    before = [(wav, wav.stat().st_mtime_ns) for wav in found]
    assert report_of(command)["made"] == 0
    assert [(wav, wav.stat().st_mtime_ns) for wav in wavs(tmp_path)] == before
