"""The runners of stable-audio-tools, Stable Audio 3 and PaddleMIX, in processes of their own, with stand-ins for the
libraries (`stand_ins`): what a brief asks for arrives there, and what would not be heard is refused by name."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.audio import Audio
from bridge.config.models import Row
from bridge.domain.brief import Brief
from bridge.errors import ModelError, RequestError
from bridge.models.catalogue.inputs import inputs_of
from bridge.models.catalogue.rows import known_weights, rows
from bridge.models.errands import Stage
from bridge.models.local.host import Host
from bridge.sound.codec import encode_float

STAND_INS = Path(__file__).parent / "stand_ins"
OPEN, SMALL_SFX = "stabilityai/stable-audio-open-1.0", "stabilityai/stable-audio-3-small-sfx"
MUSIC = ("miniGPT4/MiniGPT4-7B", "THUDM/chatglm-6b", "cvssp/audioldm")
CONFIG = {
    "model_type": "diffusion_cond", "sample_rate": 16_000, "sample_size": 32_000,
    "model": {"conditioning": {"cond_dim": 8, "configs": [{"id": "prompt", "type": "t5"},
                                                          {"id": "seconds_total", "type": "number"}]},
              "diffusion": {"diffusion_objective": "rf_denoiser"}},
}  # fmt: skip


class Library:
    """Runs calls by a runner whose libraries are stand-ins, and reads what those were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "asked.jsonl"

    def make(self, row: dict[str, Any], *calls: dict[str, Any], seeds: tuple[int, ...] = (3,)) -> list[list[bytes]]:
        """Returns the takes of calls by one process."""
        return asyncio.run(self._make(self.row(row), calls, seeds))

    def row(self, row: dict[str, Any]) -> Row:
        return rows({"mine": Row.model_validate({"provider": "local", "device": "cpu", **row})})["mine"]

    async def _make(self, row: Row, calls: tuple[dict[str, Any], ...], seeds: tuple[int, ...]) -> list[list[bytes]]:
        host = Host("mine", row)
        try:
            return [await self._call(host, row, dict(call), seeds) for call in calls]
        finally:
            await host.close()

    async def _call(self, host: Host, row: Row, call: dict[str, Any], seeds: tuple[int, ...]) -> list[bytes]:
        files = {field: str(call[field]) for field in ("audio", "image") if field in call}
        brief = Brief(model="mine", seed=seeds[0], family="fx", mapping="drum", count=len(seeds), **{
            "prompt": "a bell", **call, **files, "inputs": tuple(call.get("inputs", {}).items()),
        })  # fmt: skip
        sounds = {row.inputs["audio"].name: self._wave} if "audio" in files else {}
        return await host.run(inputs_of(row, brief, brief.seed, files), seeds, Stage(), sounds)

    async def _wave(self, rate: int) -> bytes:
        return encode_float(Audio.of(np.zeros((rate, 2), np.float32), rate))

    def asked(self, what: str) -> list[dict[str, Any]]:
        lines = map(json.loads, self.log.read_text("utf-8").splitlines() if self.log.exists() else ())
        return [line for line in lines if line["what"] == what]


@pytest.fixture
def library(tmp_path, monkeypatch) -> Library:
    found = Library(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(STAND_INS))
    monkeypatch.setenv("STAND_IN_LOG", str(found.log))
    monkeypatch.setenv("STAND_IN_HUB", " ".join((OPEN, "small-sfx", "small-sfx-base", *MUSIC)))
    return found


@pytest.fixture
def own(tmp_path) -> dict[str, Any]:
    """Returns the row of a model of one's own: a config, a checkpoint and one for its autoencoder."""
    return own_model(tmp_path, CONFIG)


def own_model(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "own.ckpt").write_text("checkpoint model.weight", "utf-8")
    (folder / "vae.ckpt").write_text("checkpoint decoder.weight", "utf-8")
    return {"runner": "stable-audio-tools", "like": "own", "weights": str(folder / "own.ckpt"),
            "loading": {"model_config": str(folder / "config.json"),
                        "pretransform_ckpt_path": str(folder / "vae.ckpt")}}  # fmt: skip


def heard(take: bytes) -> tuple[float, float, int]:
    """Returns the pitch of a take in Hz, its seconds and its channels."""
    samples, rate = soundfile.read(io.BytesIO(take), always_2d=True)
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples)), len(samples) / rate, samples.shape[1]


def test_published_weights_get_every_input_and_each_take_its_seed(library):
    said = {"negative": "noise", "seconds": 0.5, "inputs": {
        "steps": 4, "cfg_scale": 6.5, "sampler_type": "k-heun", "sigma_min": 0.01, "sigma_max": 100, "rho": 1.0,
        "seconds_start": 2,
    }}  # fmt: skip
    (takes,) = library.make({"runner": "stable-audio-tools", "weights": OPEN, "half": True}, said, seeds=(3, 4))
    assert [heard(take) for take in takes] == [(pytest.approx(440, abs=2), 0.5, 2), (pytest.approx(550, abs=2), 0.5, 2)]
    first, second = library.asked("generate")
    assert first == {
        "what": "generate", "steps": 4, "cfg_scale": 6.5, "sampler_type": "k-heun", "sigma_min": 0.01,
        "sigma_max": 100, "rho": 1.0, "batch_size": 1, "sample_size": 8_000 * 47, "seed": 3, "device": "cpu",
        "init": None, "init_noise_level": 1.0, "negative": "noise",
        "conditioning": {"prompt": "a bell", "seconds_start": 2, "seconds_total": 0.5},
    }  # fmt: skip
    assert second == {**first, "seed": 4}
    assert [line["where"] for line in library.asked("to")] == ["cpu", "float16"]


def test_a_model_of_ones_own_is_loaded_of_config_checkpoint_and_pretransform(library, own):
    ((take,),) = library.make(own, {"seconds": 1.5, "inputs": {"steps": 2}})
    assert heard(take)[1] == 1.5
    assert [(line["into"], line["keys"]) for line in library.asked("loaded")] == [
        ("model.weight", ["model.weight"]), ("decoder.weight", ["decoder.weight"]),
    ]  # fmt: skip
    (asked,) = library.asked("generate")
    assert (asked["sampler_type"], asked["cfg_scale"], asked["sample_size"]) == ("pingpong", 1.0, 32_000)


def test_a_sound_to_begin_with_is_noised_by_what_of_it_is_not_to_stay(library, own, tmp_path):
    published = {"runner": "stable-audio-tools", "weights": OPEN}
    sound = {"audio": tmp_path / "any.wav", "audio_use": "init", "seconds": 0.5}
    library.make(published, {**sound, "strength": 0.5, "inputs": {"steps": 1, "sigma_min": 0.01}},
                 {**sound, "inputs": {"steps": 1, "init_noise_level": 7.5}})  # fmt: skip
    library.make(own, {**sound, "strength": 0.75, "inputs": {"steps": 1}})
    levels = [line["init_noise_level"] for line in library.asked("generate")]
    assert levels == [pytest.approx((0.01 * 500) ** 0.5), 7.5, 0.25], "along the schedule of noise"
    assert all("sigma_max" not in line for line in library.asked("generate"))
    assert library.asked("generate")[0]["init"] == [8_000, {"shape": [2, 8_000]}]


def test_an_embedding_and_a_sound_reach_the_conditioner_that_takes_them(library, tmp_path):
    conditioning = {"cond_dim": 8, "pre_encoded_keys": ["audio_prompt"],
                    "configs": [{"id": "prompt", "type": "t5"}, {"id": "audio_prompt", "type": "any"}]}  # fmt: skip
    model = own_model(tmp_path, {**CONFIG, "model": {"conditioning": conditioning, "diffusion": {}}})
    np.save(tmp_path / "a.npy", np.ones((1, 5, 8), np.float32))
    np.save(tmp_path / "narrow.npy", np.ones((5, 7), np.float32))
    library.make(model, {"seconds": 1.0, "inputs": {"audio_prompt": str(tmp_path / "a.npy"), "steps": 1}})
    (asked,) = library.asked("generate")
    assert asked["conditioning"]["audio_prompt"] == {"shape": [5, 8]}
    wrong = {"b.wav": "is an embedding", "narrow.npy": "wants 8 numbers in a row"}
    named = [({"audio_prompt": str(tmp_path / name)}, said) for name, said in wrong.items()]
    for inputs, said in [({}, "wants audio_prompt, too"), *named]:
        with pytest.raises(ModelError, match=said):
            library.make(model, {"seconds": 1.0, "inputs": inputs})


def test_nothing_that_an_embedding_holds_is_run(library, tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    conditioning = {"cond_dim": 8, "pre_encoded_keys": ["audio_prompt"],
                    "configs": [{"id": "audio_prompt", "type": "any"}]}  # fmt: skip
    model = own_model(tmp_path, {**CONFIG, "model": {"conditioning": conditioning, "diffusion": {}}})
    np.save(tmp_path / "trap.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError, match="is no array of numbers"):
        library.make(model, {"inputs": {"audio_prompt": str(tmp_path / "trap.npy")}, "prompt": ""})
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"inputs": {"sampler_type": "k-dpm-adaptive", "steps": 9}}, "k-dpm-adaptive takes no steps"),
        ({"inputs": {"sampler_type": "v-ddim", "sigma_min": 0.1}}, "v-ddim takes no sigma_min"),
        ({"inputs": {"sampler_type": "k-dpm-fast", "rho": 7.0}}, "k-dpm-fast takes no rho"),
        ({"negative": "noise", "inputs": {"cfg_scale": 1.0}}, "no model looks at a negative_prompt"),
        ({"inputs": {"init_noise_level": 3.0}}, "no sound to begin with"),
        ({"inputs": {"sample_size": 4096}, "seconds": 1.0}, "seconds_total is 1, and the model makes 0.512"),
    ],
)
def test_what_a_sampler_would_not_look_at_is_refused_by_name(library, call, said):
    with pytest.raises(ModelError, match=said):
        library.make({"runner": "stable-audio-tools", "weights": OPEN}, call)
    assert library.asked("generate") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "own.ckpt").write_text("checkpoint else.weight"), "1 of 1 tensors are not in it"),
        (lambda folder: (folder / "own.ckpt").write_text("what"), "is no checkpoint"),
        (lambda folder: (folder / "own.ckpt").unlink(), r"own\.ckpt is not there"),
        (lambda folder: (folder / "config.json").write_text("{"), "is no JSON"),
        (lambda folder: (folder / "config.json").write_text("{}"), "is no model config"),
        (lambda folder: (folder / "config.json").write_text(json.dumps({**CONFIG, "model_type": "diffusion_uncond"})),
         "model_type is 'diffusion_uncond'"),
        (lambda folder: (folder / "vae.ckpt").write_text("checkpoint no"), r"vae\.ckpt does not fit"),
    ],
)  # fmt: skip
def test_a_model_that_is_not_whole_is_refused_not_played(library, own, tmp_path, change, said):
    change(tmp_path)
    with pytest.raises(ModelError, match=said):
        library.make(own, {"inputs": {"steps": 1}})


def test_weights_that_are_not_here_are_not_fetched(library, monkeypatch):
    monkeypatch.setenv("STAND_IN_HUB", "")
    for row in ({"runner": "stable-audio-tools", "weights": OPEN}, {"runner": "stable-audio-3", "weights": SMALL_SFX},
                {"runner": "paddlemix", "weights": MUSIC[2]}):  # fmt: skip
        with pytest.raises(ModelError, match="are not on this computer"):
            library.make(row, {})


def test_stable_audio_3_is_asked_in_its_own_words(library):
    said = {"seconds": 0.5, "inputs": {"steps": 4, "sampler_type": "pingpong", "duration_padding_sec": 1.0,
                                       "chunked_decode": False}}  # fmt: skip
    (takes,) = library.make({"runner": "stable-audio-3", "weights": SMALL_SFX}, said, seeds=(3, 4))
    assert [heard(take)[1:] for take in takes] == [(0.5, 2), (0.5, 2)]
    assert heard(takes[1])[0] == pytest.approx(550, abs=2)
    assert library.asked("from_pretrained")[0]["name"] == "small-sfx"
    assert library.asked("generate")[0] == {
        "what": "generate", "prompt": "a bell", "negative": None, "duration": 0.5, "steps": 4, "cfg_scale": 1.0,
        "batch_size": 1, "seed": 3, "init_noise_level": 1.0, "start": None, "end": None, "padding": 1.0,
        "apg_scale": 1.0, "chunked": False, "init": None, "in": None, "sampler_type": "pingpong",
    }  # fmt: skip


def test_only_base_models_take_guidance_and_words_to_avoid(library):
    base = {"runner": "stable-audio-3", "weights": SMALL_SFX + "-base"}
    library.make(base, {"negative": "hiss", "seconds": 0.2, "inputs": {"steps": 1, "cfg_scale": 5.0, "apg_scale": 0.5}})
    (asked,) = library.asked("generate")
    assert (asked["negative"], asked["cfg_scale"], asked["apg_scale"]) == ("hiss", 5.0, 0.5)
    distilled = {"runner": "stable-audio-3", "weights": SMALL_SFX}
    with pytest.raises(RequestError, match="cfg_scale"):
        library.make(distilled, {"inputs": {"cfg_scale": 5.0}})
    assert not known_weights()["stable-audio-3"]["stable-audio-3-small-sfx"].inputs.keys() & {"negative"}


def test_loras_are_stacked_and_weighed_and_one_that_is_missing_is_named(library, tmp_path):
    (tmp_path / "warm.safetensors").touch()
    paths = [str(tmp_path / "warm.safetensors")]
    row = {"runner": "stable-audio-3", "weights": SMALL_SFX, "loading": {"lora_ckpt_path": paths}}
    call = {"seconds": 0.2, "inputs": {"steps": 1}}
    library.make(row, {**call, "inputs": {"steps": 1, "lora_strength": 0.3}}, call)
    assert [line["paths"] for line in library.asked("load_lora")] == [paths]
    assert [line["strength"] for line in library.asked("set_lora_strength")] == [0.3, 1.0], "the next call begins anew"
    with pytest.raises(ModelError, match=r"cold\.safetensors is not there"):
        library.make({**row, "loading": {"lora_ckpt_path": [str(tmp_path / "cold.safetensors")]}}, call)
    with pytest.raises(ModelError, match="No LoRA is loaded"):
        library.make({"runner": "stable-audio-3", "weights": SMALL_SFX}, {"inputs": {"lora_strength": 0.3}})


def test_a_sound_is_begun_with_mended_or_gone_on_from(library, tmp_path):
    row, sound = {"runner": "stable-audio-3", "weights": SMALL_SFX}, {"audio": tmp_path / "any.wav", "seconds": 3.0}
    library.make(
        row,
        {**sound, "audio_use": "init", "strength": 0.25, "inputs": {"steps": 1}},
        {**sound, "audio_use": "init", "inputs": {"steps": 1, "inpaint_start": 0.25, "inpaint_end": 0.5}},
        {**sound, "audio_use": "continue", "inputs": {"steps": 1}},
    )
    begun, mended, longer = library.asked("generate")
    assert (begun["init"][0], begun["init_noise_level"], begun["in"]) == (44_100, 0.75, None)
    assert (mended["init"], mended["in"][0], mended["start"], mended["end"]) == (None, 44_100, 0.25, 0.5)
    assert (longer["in"][0], longer["start"], longer["end"]) == (44_100, 1.0, 3.0)
    with pytest.raises(ModelError, match="there is nothing to make"):
        library.make(row, {**sound, "seconds": 0.5, "audio_use": "continue"})


def test_a_stable_audio_3_in_a_folder_is_loaded_from_there(library, tmp_path):
    folder = tmp_path / "my-small-base"
    folder.mkdir()
    (folder / "model_config.json").write_text('{"model_type": "diffusion_cond_inpaint"}', "utf-8")
    (folder / "model.safetensors").touch()
    row = {"runner": "stable-audio-3", "like": "stable-audio-3-small-sfx-base", "weights": str(folder)}
    library.make(row, {"seconds": 0.2, "inputs": {"steps": 1}})
    (loaded,) = library.asked("load_diffusion_cond")
    assert loaded["checkpoint"] == str(folder / "model.safetensors")
    assert library.asked("generate")[0]["cfg_scale"] == 7.0, "a base model is asked as one"


def test_appflow_makes_a_sound_that_its_seed_and_words_to_avoid_count_for(library):
    said = {"negative": "low quality", "seconds": 0.5, "inputs": {"num_inference_steps": 3, "guidance_scale": 2.0}}
    (takes,) = library.make({"runner": "paddlemix", "weights": MUSIC[2]}, said, seeds=(3, 4))
    assert [heard(take) for take in takes] == [(pytest.approx(440, abs=2), 0.5, 1), (pytest.approx(550, abs=2), 0.5, 1)]
    assert library.asked("pipeline")[1] == {
        "what": "pipeline", "prompt": "a bell", "seconds": 0.5, "steps": 3, "guidance": 2.0, "negative": "low quality",
        "seed": 4,
    }  # fmt: skip
    assert [line["number"] for line in library.asked("seed")] == [3, 4]


def test_a_picture_becomes_words_and_these_a_sound(library, tmp_path):
    (tmp_path / "a.png").write_bytes(b"picture")
    call = {"prompt": "", "image": tmp_path / "a.png", "seconds": 0.5, "inputs": {"request": "Hear: {}"}}
    library.make({"runner": "paddlemix", "weights": MUSIC[2]}, call)
    assert [line["models"] for line in library.asked("appflow")] == [[MUSIC[2]], [MUSIC[0]], [MUSIC[1]]]
    assert library.asked("look")[0]["image"] == "RGB"
    assert library.asked("write")[0]["prompt"] == "Hear: A crowded room with green lights."
    assert library.asked("pipeline")[0]["prompt"] == "pulsing lights in a dark room"
