"""A batch that is killed and begun again: the command as a user starts it, with the built-in synthesiser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.configs import write_config
from support.patience import PATIENCE_SECONDS, wait_until

PROMPTS = [f"{tone} {family}" for tone in ("deep", "short") for family in ("hat", "clap", "kick", "perc")]
WORKERS = 2


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    config = write_config(tmp_path, workers=WORKERS)
    (tmp_path / "prompts.txt").write_text("\n".join(PROMPTS), encoding="utf-8")
    return [sys.executable, "-m", "bridge", "--config", str(config), "batch",
            str(tmp_path / "prompts.txt"), "--json"]  # fmt: skip


def wavs(folder: Path) -> list[Path]:
    return sorted((folder / "library" / "samples").glob("*/*.wav"))


def report_of(command: list[str]) -> dict:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS * 4, check=True)
    return json.loads(done.stdout)["report"]


def test_killed_in_the_middle_and_begun_again_it_makes_every_sound_once(tmp_path, command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    wait_until(lambda: len(wavs(tmp_path)) > WORKERS, seconds=60)  # so at least one is in the store
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


RECIPE = """
name = "Small <Pack>"
metadata = true
[[sounds]]
family = "bass"
prompt = "warm <bass>"
notes = [36, 48]
seconds = 0.5
[[sounds]]
prompt = "short kick"
"""


def test_a_pack_is_played_by_sfizz_grows_and_writes_over_nothing(tmp_path, command, peer):
    sfizz = peer.module("pysfizz")
    recipe, folder = tmp_path / "small.toml", tmp_path / "pack"
    recipe.write_text(RECIPE, encoding="utf-8")
    command = [*command[:-2], str(recipe), "--json", "-o", str(folder)]
    report = report_of(command)
    assert (report["made"], len(report["files"])) == (3, 3)
    for file in map(Path, report["files"]):
        assert soundfile.info(file).frames > 0
        said = json.loads(file.with_suffix(".json").read_text("utf-8"))
        assert said["oneshot_bridge"]["brief"]["prompt"] == said["conditioning"]["prompt"]
    synth = sfizz.Synth(sample_rate=48_000, block_size=256)
    assert synth.load_sfz_file(str(folder / "presets" / "sfz" / "warm-bass.sfz"))
    heard = synth.render_note(36, 100, 0.4, 0.6)[0]
    spectrum = np.abs(np.fft.rfft(heard, 1 << 18))
    low = [float(np.max(spectrum[round((hz - 2) * (1 << 18) / 48_000) : round((hz + 2) * (1 << 18) / 48_000)]))
           for hz in (65.41, 92.5)]  # fmt: skip
    assert low[0] > 10 * low[1], "key 36 sounds another pitch than C2"
    page = (folder / "index.html").read_text("utf-8")
    assert "Small &lt;Pack&gt;" in page
    assert "<Pack>" not in page
    assert "<bass>" not in page

    before = {path: path.stat().st_mtime_ns for path in folder.glob("*/*.wav")}
    recipe.write_text(RECIPE + '[[sounds]]\nprompt = "short clap"\n', encoding="utf-8")
    assert len(report_of(command)["files"]) == 4
    assert {path: path.stat().st_mtime_ns for path in before} == before

    strange = tmp_path / "strange"
    (strange / "kick").mkdir(parents=True)
    (strange / "kick" / "small_pack_kick_short.wav").write_bytes(b"mine")
    done = subprocess.run([*command[:-1], str(strange)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not written over" in done.stderr
    assert [path.name for path in strange.rglob("*.*")] == ["small_pack_kick_short.wav"]
