"""The example configs of stable-audio-tools' inference guide, by the command as its users type it: with a stand-in for
the library in a process of its own, and everything else real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from bridge.cli import main
from support.configs import write_config
from support.patience import PATIENCE_SECONDS

STAND_INS = Path(__file__).parents[1] / "models" / "local" / "stand_ins"
OPEN = "stabilityai/stable-audio-open-1.0"
GENERATION = """
    "generation": {
        "steps": 100,
        "cfg_scale": %s,
        "batch_size": 1,
        "sampler_type": "dpmpp-3m-sde",
        "sigma_min": 0.01,
        "sigma_max": 100,
        "rho": 1.0,
        "seed": -1
    },"""
BASIC = """{%s
    "conditioning_defaults": {
        "seconds_start": 0,
        "seconds_total": 30,
        "negative_prompt": "low quality, distorted"
    },
    "input": {
        "type": "config",
        "samples": [
            {
                "prompt": "A relaxing jazz piece with piano and saxophone"
            },
            {
                "prompt": "Upbeat electronic dance music with heavy bass"
            }
        ]
    },
    "output": {
        "output_dir": "generated/basic_examples",
        "file_format": "mp3 v0",
        "file_naming": "prompt",
        "save_metadata": true,
        "cut_to_seconds_total": true
    }
}""" % (GENERATION % "7.0")
AUDIO = """{%s
    "conditioning_defaults": {
        "prompt": "",
        "audio_prompt": null,
        "seconds_start": 90,
        "seconds_total": 180,
        "negative_prompt": null
    },
    "input": {
        "type": "config",
        "samples": [
            {
                "audio_prompt": "/path/to/reference_audio.npy"
            },
            {
                "audio_prompt": "/path/to/reference_audio.npy",
                "prompt": "A jazz piece with smooth saxophone"
            }
        ]
    },
    "output": {
        "output_dir": "generated/audio_conditioning",
        "file_format": "wav",
        "file_naming": "verbose",
        "save_metadata": true,
        "cut_to_seconds_total": true
    }
}""" % (GENERATION % "7.0")
FROM_FILE = """{%s
    "conditioning_defaults": {
        "seconds_start": 0,
        "seconds_total": 40,
        "negative_prompt": "low quality, distorted"
    },
    "input": {
        "type": "file",
        "prompts_file": "prompts.txt"
    },
    "output": {
        "output_dir": "generated/from_file",
        "file_format": "mp3 v0",
        "file_naming": "verbose",
        "save_metadata": true,
        "cut_to_seconds_total": true
    }
}""" % (GENERATION % "6.0")
OWN = {
    "model_type": "diffusion_cond", "sample_rate": 8_000, "sample_size": 8_000 * 190,
    "model": {"diffusion": {"diffusion_objective": "v"}, "conditioning": {
        "cond_dim": 8, "pre_encoded_keys": ["audio_prompt"],
        "configs": [{"id": name, "type": "any"}
                    for name in ("prompt", "seconds_start", "seconds_total", "audio_prompt")],
    }},
}  # fmt: skip


class Desk:
    """Is a folder with a config of the bridge, in which the command is typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = write_config(folder)
        (folder / "own.json").write_text(json.dumps(OWN), "utf-8")
        (folder / "own.ckpt").write_text("checkpoint model.weight", "utf-8")

    def type(self, config: str, *options: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "generation.json").write_text(config, encoding="utf-8")
        command = [sys.executable, "-m", "bridge", "--config", str(self.config), "batch", *options, "--json",
                   "--generation-config", "generation.json"]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(STAND_INS), "STAND_IN_HUB": OPEN,
                       "STAND_IN_LOG": str(self.folder / "asked.jsonl")}  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS * 4, cwd=self.folder,
                              env=environment, check=False)  # fmt: skip

    def report(self, config: str, *options: str) -> dict[str, Any]:
        done = self.type(config, *options)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout)["report"])

    def generated(self) -> list[dict[str, Any]]:
        lines = map(json.loads, (self.folder / "asked.jsonl").read_text("utf-8").splitlines())
        return [line for line in lines if line["what"] == "generate"]


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


def test_the_example_with_words_runs_as_it_is(desk, peer):
    report = desk.report(BASIC, "--pretrained-name", OPEN, "--device", "cpu")
    files = [desk.folder / file for file in report["files"]]
    assert [file.name for file in files] == ["A relaxing jazz piece with piano and saxophone.mp3",
                                             "Upbeat electronic dance music with heavy bass.mp3"]  # fmt: skip
    assert {file.parent for file in files} == {desk.folder / "generated" / "basic_examples"}
    probed = subprocess.run([peer("ffprobe"), "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0",
                             str(files[0])], capture_output=True, text=True, check=True)  # fmt: skip
    assert probed.stdout.strip() == "mp3"

    asked = desk.generated()
    assert [line["conditioning"]["prompt"] for line in asked] == [file.stem for file in files]
    for line, file in zip(asked, files, strict=True):
        said = json.loads(file.with_suffix(".json").read_text("utf-8"))
        sampler = {"steps": 100, "cfg_scale": 7.0, "sampler_type": "dpmpp-3m-sde", "sigma_min": 0.01, "sigma_max": 100,
                   "rho": 1.0}  # fmt: skip
        assert {key: line[key] for key in sampler} == sampler
        assert said["generation_config"] == {**sampler, "batch_size": 1, "seed": line["seed"], "seconds_start": 0}
        assert said["conditioning"]["seconds_total"] == line["conditioning"]["seconds_total"] == 30
        assert (said["conditioning"]["negative_prompt"], line["negative"]) == ("low quality, distorted",) * 2
        assert (said["sample_rate"], said["file_format"]) == (soundfile.info(file).samplerate, "mp3 v0")
    assert len({line["seed"] for line in asked}) == 2

    added = desk.config.read_text("utf-8").partition("[models.")[2]
    assert added == 'stable-audio-open-1-0]\nprovider = "local"\nrunner = "stable-audio-tools"\n' \
                    f'weights = "{OPEN}"\ndevice = "cpu"\n'  # fmt: skip
    again = desk.report(BASIC, "--pretrained-name", OPEN, "--device", "cpu")
    assert (again["made"], again["there_before"]) == (0, 2)
    assert desk.config.read_text("utf-8").count("[models.") == 1, "the model is added once"


def test_the_example_with_audio_prompts_runs_with_a_model_that_takes_them(desk):
    np.save(desk.folder / "reference_audio.npy", np.ones((4, 8), np.float32))
    config = AUDIO.replace("/path/to", desk.folder.as_posix())
    report = desk.report(config, "--model-config", "own.json", "--ckpt-path", "own.ckpt")
    prompted, unprompted = sorted(Path(file).name.partition("_cfg7")[0] for file in report["files"])
    assert "A jazz piece with smooth saxophone".startswith(prompted), "too long a name is cut in its words"
    assert (len(prompted) > len("A jazz piece"), unprompted) == (True, "fx")
    assert all("_start90_seconds180_reference_audio" in file for file in report["files"])
    for line in desk.generated():
        assert line["conditioning"]["audio_prompt"] == {"shape": [4, 8]}
        assert (line["conditioning"]["seconds_start"], line["conditioning"]["seconds_total"]) == (90, 180)
    said = json.loads((desk.folder / report["files"][0]).with_suffix(".json").read_text("utf-8"))
    facts = {key: OWN[key] for key in ("sample_rate", "sample_size", "model_type")}
    assert said["model_config"].items() >= facts.items()


def test_the_example_with_a_file_runs_as_it_is(desk):
    (desk.folder / "prompts.txt").write_text("Cyberpunk\nJazz music with piano\nElectronic beats\n", "utf-8")
    report = desk.report(FROM_FILE, "--pretrained-name", OPEN, "--model-half")
    names = [Path(file).name for file in report["files"]]
    seeds = [line["seed"] for line in desk.generated()]
    assert names == [f"{prompt}_cfg6_seed{seed}_start0_seconds40_neg.mp3"
                     for prompt, seed in zip(("Cyberpunk", "Jazz music with piano", "Electronic beats"), seeds,
                                             strict=True)]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--model-config", "own.json"), "--ckpt-path is missing"),
        (("--ckpt-path", "own.ckpt"), "--model-config is missing"),
        (("--device", "cpu"), "--model-config is missing"),
        (("--pretrained-name", OPEN, "--ckpt-path", "own.ckpt"), "brings its own config"),
        (("--model-config", "own.json", "--ckpt-path", "none.ckpt"), "none.ckpt is not there"),
        (("--model-config", "own.ckpt", "--ckpt-path", "own.ckpt"), "is no model config"),
        (("--pretrained-name", OPEN, "--model", "synth"), "both name a model"),
        (("--pretrained-name", OPEN, "--device", "cpu", "--dry-run"), "is no model of your config yet"),
    ],
)
def test_options_that_name_no_model_are_refused_and_nothing_is_written(desk, monkeypatch, options, said):
    before = desk.config.read_text("utf-8")
    generation = desk.folder / "generation.json"
    generation.write_text(BASIC, encoding="utf-8")
    monkeypatch.chdir(desk.folder)
    done = CliRunner().invoke(main, ["--config", str(desk.config), "batch", *options, str(generation)])
    assert done.exit_code != 0
    assert said in done.output
    assert desk.config.read_text("utf-8") == before
