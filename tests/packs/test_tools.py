"""Generation configs of stable-audio-tools: every key is honoured, or refused by its name."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.domain.brief import Brief
from bridge.errors import RequestError
from bridge.models.catalogue.base import capabilities_of
from bridge.models.catalogue.inputs import inputs_of
from bridge.models.catalogue.rows import catalogue
from bridge.packs.names import LONGEST_STEM, stem_of
from bridge.packs.tools import Can, check_embedding, model_of_weights, read_script

GENERATION = {"steps": 100, "cfg_scale": 7.0, "batch_size": 1, "sampler_type": "dpmpp-3m-sde", "sigma_min": 0.01,
              "sigma_max": 100, "rho": 1.0, "seed": -1}  # fmt: skip
OUTPUT = {"output_dir": "generated/basic_examples", "file_format": "mp3 v0", "file_naming": "prompt",
          "save_metadata": True, "cut_to_seconds_total": True}  # fmt: skip
WORDS = {
    "generation": GENERATION,
    "conditioning_defaults": {"seconds_start": 0, "seconds_total": 30, "negative_prompt": "low quality, distorted"},
    "input": {"type": "config", "samples": [{"prompt": "A relaxing jazz piece with piano and saxophone"},
                                            {"prompt": "Upbeat electronic dance music with heavy bass"}]},
    "output": OUTPUT,
}  # fmt: skip
FROM_FILE = {
    **WORDS, "generation": {**GENERATION, "cfg_scale": 6.0},
    "conditioning_defaults": {**WORDS["conditioning_defaults"], "seconds_total": 40},
    "input": {"type": "file", "prompts_file": "prompts.txt"},
    "output": {**OUTPUT, "output_dir": "generated/from_file", "file_naming": "verbose"},
}  # fmt: skip
WITH_SOUND = {
    "generation": GENERATION,
    "conditioning_defaults": {"prompt": "", "audio_prompt": None, "seconds_start": 90, "seconds_total": 180,
                              "negative_prompt": None},
    "input": {"type": "config", "samples": [{"audio_prompt": "{npy}"},
                                            {"audio_prompt": "{npy}", "prompt": "A jazz piece"}]},
    "output": {**OUTPUT, "file_format": "wav", "file_naming": "verbose"},
}  # fmt: skip
SYNTH = Can(model="synth", negative=True)


def can(model: str) -> Can:
    has = capabilities_of(catalogue()[model])
    return Can(model=model, options=catalogue()[model].options.keys(), negative=has.negative, seeded=has.seeded,
               audio=bool(has.audio))  # fmt: skip


def plan(config: Any, model: Can, *, left_out=frozenset(), edition: str = "", prompts: str = ""):
    return read_script("config.json", json.dumps(config), model, left_out=left_out, edition=edition,
                       read=lambda path: prompts, find=Path, digest=lambda path: path)  # fmt: skip


def with_key(section: str, key: str, value: Any) -> dict[str, Any]:
    changed = deepcopy(WORDS)
    changed.setdefault(section, {})[key] = value
    return changed


def sent(item, model: str) -> dict[str, Any]:
    """Returns the inputs that the model of an item would be sent."""
    said = item.fields
    brief = Brief(prompt=said["prompt"], model=model, seed=said["seed"], family="fx", mapping="drum",
                  negative=said.get("negative", ""), seconds=said["seconds"], count=said.get("count", 1),
                  inputs=tuple(said["inputs"].items()))  # fmt: skip
    return inputs_of(catalogue()[model], brief, brief.seed, {})


def test_the_example_with_words_reaches_the_model_with_every_key():
    found = plan(WORDS, can("stable-audio-open"))
    first = sent(found.items[0], "stable-audio-open")
    assert first == {
        "prompt": "A relaxing jazz piece with piano and saxophone", "negative_prompt": "low quality, distorted",
        "seconds_total": 30, "seconds_start": 0, "steps": 100, "cfg_scale": 7.0, "sampler_type": "dpmpp-3m-sde",
        "sigma_min": 0.01, "sigma_max": 100, "batch_size": 1, "seed": found.items[0].fields["seed"],
    }  # fmt: skip
    out = found.output
    assert (out.folder, out.format, out.naming, out.metadata, out.layout) == (
        "generated/basic_examples", "mp3 v0", "prompt", True, "flat",
    )  # fmt: skip
    assert [item.longest for item in found.items] == [30, 30]
    assert found.items[0].said["generation"] == GENERATION


def test_the_example_with_a_file_makes_a_sound_of_each_line():
    prompts = "Cyberpunk\nJazz music with piano\n\nElectronic beats\n"
    found = plan(FROM_FILE, can("stable-audio-open"), prompts=prompts)
    assert [item.fields["prompt"] for item in found.items] == ["Cyberpunk", "Jazz music with piano", "Electronic beats"]
    assert sent(found.items[2], "stable-audio-open")["cfg_scale"] == 6.0


@pytest.fixture
def with_sound(tmp_path) -> dict[str, Any]:
    np.save(tmp_path / "a.npy", np.zeros((1, 64, 215), np.float32))
    return json.loads(json.dumps(WITH_SOUND).replace("{npy}", (tmp_path / "a.npy").as_posix()))


def test_the_example_with_an_embedding_is_refused_by_name_where_a_model_takes_none(with_sound):
    with pytest.raises(RequestError) as refused:
        plan(with_sound, can("stable-audio-open"))
    assert "samples[0].audio_prompt: stable-audio-open takes no embedding (this one has the shape (1, 64, 215))" in str(
        refused.value
    )
    assert "--leave-out audio_prompt" in refused.value.hint


def test_what_the_user_leaves_out_is_left_out_wherever_it_stands(with_sound):
    with_sound["conditioning_defaults"] = {"prompt": "warm tone", "seconds_start": 90, "seconds_total": 2}
    left_out = {"audio_prompt", "generation", "conditioning_defaults.seconds_start"}
    found = plan(with_sound, SYNTH, left_out=left_out)
    assert [item.fields.get("prompt") for item in found.items] == ["warm tone", "A jazz piece"]
    assert all("inputs" not in item.fields and "audio" not in item.fields for item in found.items)


@pytest.fixture
def tune(tmp_path) -> Path:
    soundfile.write(tmp_path / "tune.wav", np.zeros((64, 2)), 44_100)
    return tmp_path / "tune.wav"


def test_a_sound_goes_to_a_model_that_takes_one(tune):
    said = deepcopy(WORDS)
    said["generation"] = {"steps": 8, "cfg_scale": 1.0}
    said["input"]["samples"] = [{"audio_prompt": str(tune), "prompt": "a lead"}]
    (item,) = plan(said, can("stable-audio-3")).items
    assert item.fields["audio"] == str(tune)
    with pytest.raises(RequestError, match="audio_prompt: stable-audio-open takes no sound"):
        plan(said, can("stable-audio-open"))


CONDITIONED = Can(
    model="mine", negative=True,
    options=("steps", "cfg_scale", "sampler_type", "sigma_min", "sigma_max", "seconds_start", "audio_prompt"),
    config={"model_type": "diffusion_cond", "sample_rate": 44_100, "sample_size": 2_097_152,
            "model": {"conditioning": {"cond_dim": 64}, "diffusion": {}}},
)  # fmt: skip


def test_an_embedding_goes_to_a_model_that_is_conditioned_on_one(with_sound, tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((1, 215, 64), np.float32))
    found = plan(with_sound, CONDITIONED)
    first, second = (item.fields for item in found.items)
    assert first["inputs"]["audio_prompt"] == second["inputs"]["audio_prompt"] == (tmp_path / "a.npy").as_posix()
    assert (first.get("prompt"), first["family"]) == (None, "fx"), "a sound without words has to say what it is"
    assert (second["prompt"], second.get("family")) == ("A jazz piece", None)
    assert found.items[0].said["model"] == {
        "sample_rate": 44_100, "sample_size": 2_097_152, "model_type": "diffusion_cond",
    }  # fmt: skip


def test_an_embedding_of_another_width_is_refused_before_anything_is_made(with_sound):
    with pytest.raises(RequestError, match=r"has the shape \(1, 64, 215\), and mine wants 64 numbers in a row"):
        plan(with_sound, CONDITIONED)


def test_an_embedding_that_is_joined_to_the_input_may_be_as_long_as_that(with_sound):
    diffusion = {"diffusion": {"input_concat_ids": ["audio_prompt"]}}
    model = {**CONDITIONED.config, "model": {**CONDITIONED.config["model"], **diffusion}}
    assert len(plan(with_sound, replace(CONDITIONED, config=model)).items) == 2


def test_a_file_is_found_where_the_command_finds_it(tune):
    said = {"input": {"type": "config", "samples": [{"audio_prompt": "beside.wav"}]}}
    found = read_script("config.json", json.dumps(said), can("stable-audio-3"), left_out=(), edition="",
                        read=lambda path: "", find=lambda named: tune, digest=lambda path: path)  # fmt: skip
    assert found.items[0].fields["audio"] == str(tune)


@pytest.mark.parametrize("content", [None, b"", b"x"])
def test_what_is_no_sound_is_refused_as_an_audio_prompt(tmp_path, content):
    file = tmp_path / "a.wav"
    if content is not None:
        file.write_bytes(content)
    config = {**WORDS, "generation": {}, "input": {"type": "config", "samples": [{"audio_prompt": str(file)}]}}
    with pytest.raises(RequestError, match="can't be read"):
        plan(config, can("stable-audio-3"))


def test_a_sound_without_a_frame_is_refused_as_an_audio_prompt(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros((0, 2)), 44_100)
    config = {**WORDS, "generation": {},
              "input": {"type": "config", "samples": [{"audio_prompt": str(tmp_path / "a.wav")}]}}  # fmt: skip
    with pytest.raises(RequestError, match="holds no sound"):
        plan(config, can("stable-audio-3"))


def test_a_model_without_a_sampler_refuses_each_of_its_keys_and_says_both_ways_on():
    with pytest.raises(RequestError) as refused:
        plan(WORDS, SYNTH)
    for key in ("steps", "cfg_scale", "sampler_type", "sigma_min", "sigma_max"):
        assert f"generation.{key}: synth has no such input." in refused.value.message
    assert "rho" not in refused.value.message, "1 is what every model without that input does"
    assert "--model stable-audio-open" in refused.value.hint
    assert "--leave-out steps,cfg_scale,sampler_type,sigma_min,sigma_max" in refused.value.hint


def test_a_model_calls_the_same_input_by_its_own_name():
    (item, *_) = plan({**WORDS, "generation": {"steps": 25, "cfg_scale": 4.5},
                       "conditioning_defaults": {"seconds_total": 10}}, can("tangoflux")).items  # fmt: skip
    assert item.fields["inputs"] == {"steps": 25, "guidance_scale": 4.5}


def test_any_seed_is_a_seed_of_its_own_for_each_sound_and_the_same_next_time():
    one, other = plan(WORDS, can("stable-audio-open")), plan(WORDS, can("stable-audio-open"))
    assert len({item.fields["seed"] for item in one.items}) == 2
    assert [item.ref for item in one.items] == [item.ref for item in other.items]
    said = plan(with_key("generation", "seed", 42), can("stable-audio-open"))
    assert {item.fields["seed"] for item in said.items} == {42}


def test_the_size_of_a_batch_is_the_variations_of_one_call():
    found = plan(with_key("generation", "batch_size", 4), can("stable-audio-open"))
    assert sent(found.items[0], "stable-audio-open")["batch_size"] == 4


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("generation", "stesp", 3, r'generation\.stesp: unknown key; did you mean "steps"\?'),
        ("generation", "rho", 7.0, "generation.rho: stable-audio-open has no such input"),
        ("generation", "seed", 0, "generation.seed: seeds go from 1"),
        ("generation", "seed", -2, "generation.seed: must be at least -1"),
        ("generation", "batch_size", 99, "generation.batch_size: must be at most 16"),
        ("conditioning_defaults", "seconds_totl", 3, 'did you mean "seconds_total"'),
        ("conditioning_defaults", "audio_prompt", "/nowhere/a.npy", r"/nowhere/a\.npy can't be read"),
        ("input", "type", "folder", "input.type: write 'config' or 'file'"),
        ("input", "type", "file", "that has a prompts_file, and no samples"),
        ("input", "samples", [{"promt": "a"}], 'did you mean "prompt"'),
        ("input", "samples", [{}], r"input\.samples\[0\]\.prompt: is missing"),
        ("output", "file_naming", "date", "output.file_naming"),
        ("output", "file_format", "mp3 v1", r"output\.file_format: there is no 'mp3 v1'; did you mean \"mp3 v0\""),
        ("output", "cut_to_seconds_total", False, "output.cut_to_seconds_total: every sound is trimmed here"),
        ("more", "key", 1, "more: unknown key"),
    ],
)
def test_a_key_that_can_not_be_honoured_is_named(section, key, value, said):
    with pytest.raises(RequestError, match=said):
        plan(with_key(section, key, value), can("stable-audio-open"))


def test_a_negative_prompt_is_refused_where_the_model_takes_none():
    config = {**WORDS, "generation": {}}
    with pytest.raises(RequestError, match="negative_prompt: stable-audio-2-5 takes none"):
        plan(config, can("stable-audio-2-5"))


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("the embedding was unpickled",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (np.array([Trap()], dtype=object), "is no array of numbers"),
        (np.zeros((4, 4), np.int32), "holds int32"),
        (np.zeros((2, 0), np.float32), "none of them empty"),
        (np.zeros((1, 2, 3, 4), np.float32), "1 to 3 dimensions"),
        (np.float32(3.0), "1 to 3 dimensions"),
        (b"\x80\x04not numpy at all", "is no array of numbers"),
        (b"", "is no array of numbers"),
    ],
)
def test_what_is_no_embedding_is_refused_and_nothing_in_it_runs(tmp_path, content, said):
    file = tmp_path / "a.npy"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        np.save(file, content, allow_pickle=True)
    with pytest.raises(RequestError, match=said):
        check_embedding(str(file))


def test_the_model_is_found_by_its_published_weights():
    links = {name: row.licence.link for name, row in catalogue().items() if row.licence}
    assert model_of_weights("stabilityai/stable-audio-open-1.0", links) == "stable-audio-open"
    with pytest.raises(RequestError, match=r"No model here has the weights 'me/mine'.*stabilityai/stable-audio-open"):
        model_of_weights("me/mine", links)


@pytest.mark.parametrize("prompt", ["A jazz piece with smooth saxophone " * 5, "日本語" * 60, "short"])
def test_a_verbose_name_keeps_what_tells_a_sound_from_its_neighbours_however_long_its_words(prompt):
    fields = {"prompt": prompt, "seed": 4_294_967_295, "seconds": 180.0, "negative": "hiss",
              "inputs": {"cfg_scale": 7.0, "seconds_start": 90, "audio_prompt": "/a/reference.npy"}}  # fmt: skip
    name = stem_of("verbose", "pack", fields, {"family": "fx"}, "")
    assert name.endswith("_cfg7_seed4294967295_start90_seconds180_neg_reference")
    assert name.startswith(prompt[:5])
    assert len(name) <= LONGEST_STEM
    assert len(name.encode()) <= 2 * LONGEST_STEM
