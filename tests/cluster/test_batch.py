"""A batch on a real Ray cluster, a node of which is killed in the middle; the command as a user starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import soundfile

from support.configs import write_config
from support.patience import wait_until

PATIENCE_SECONDS = 120.0
COUNT = 16


def command(folder: Path, recipe: Path, *words: str) -> list[str]:
    folder.mkdir(exist_ok=True)
    config = write_config(folder)
    return [sys.executable, "-m", "bridge", "--config", str(config), "batch", str(recipe), "--json",
            *words]  # fmt: skip


def sounds(folder: Path) -> dict[str, bytes]:
    """Returns the samples of a library as PCM, each by what it was asked for with."""
    found = {}
    for wav in (folder / "library" / "samples").glob("*/*.wav"):
        brief = json.loads(wav.with_suffix(".json").read_text("utf-8"))["brief"]
        key = f"{brief['prompt']} {brief['seed']}"
        assert key not in found, "a sound was made twice"
        found[key] = soundfile.read(wav, dtype="int32")[0].tobytes()
    return found


def test_with_a_node_killed_in_the_middle_it_makes_the_sounds_that_one_computer_makes_each_once(tmp_path, nodes):
    nodes.join()
    recipe = tmp_path / "pack.toml"
    recipe.write_text(f'[[sounds]]\nfamilies = ["kick", "clap"]\nseconds = 0.4\ncount = {COUNT // 2}\n', "utf-8")
    far, near = tmp_path / "far", tmp_path / "near"
    process = subprocess.Popen(command(far, recipe, "--on", "ray"), stdout=subprocess.PIPE, text=True)
    wait_until(lambda: len(list(far.glob("library/samples/*/*.wav"))) >= 4, seconds=PATIENCE_SECONDS)
    nodes.kill()
    answer, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    report = json.loads(answer)["report"]
    assert (report["made"], report["sounds"], report["failed"]) == (COUNT, COUNT, {})
    subprocess.run(command(near, recipe), check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_SECONDS)
    assert sounds(far) == sounds(near)
    assert len(sounds(far)) == COUNT
