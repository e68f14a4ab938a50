"""Runs models of stable-audio-tools: published ones by their name, and one's own from a config and a checkpoint."""

import json
import math
import os

from sounds import read_any
from wire import Runner, RunnerError, read_sound, serve, torch_devices

CONFIG = "model_config.json"
CHECKPOINTS = ("model.safetensors", "model.ckpt")
KINDS = ("diffusion_cond", "diffusion_cond_inpaint")
"""The `model_type`s that make sound from words."""
USUAL_STEPS = {"v": 100, "rectified_flow": 50, "rf_denoiser": 8}
USUAL_SCALE = {"v": 7.0, "rectified_flow": 7.0, "rf_denoiser": 1.0}
"""By the objective that a model was trained for; the last is what distilled models have, like Open Small."""
USUAL_SAMPLER = {"v": "dpmpp-3m-sde", "rectified_flow": "euler", "rf_denoiser": "pingpong"}
LEAST_NOISE, MOST_NOISE = 0.3, 500.0
"""Of the schedule of a model whose objective is v: what is published of Open 1.0."""
SAMPLERS = {
    "v": (
        "dpmpp-3m-sde", "dpmpp-2m-sde", "dpmpp-2m", "k-heun", "k-lms", "k-dpmpp-2s-ancestral", "k-dpm-2", "k-dpm-fast",
        "k-dpm-adaptive", "v-ddim", "v-ddim-cfgpp",
    ),
    "rf": ("euler", "rk4", "dpmpp", "pingpong"),
}  # fmt: skip
DEAF = {
    "k-dpm-fast": ("rho",), "k-dpm-adaptive": ("rho", "steps"),
    "v-ddim": ("rho", "sigma_min"), "v-ddim-cfgpp": ("rho", "sigma_min"),
}  # fmt: skip
"""What these samplers never look at. Those of rectified flow look at neither rho nor sigma_min."""
SOUND_CONDITIONERS = ("PretransformConditioner", "CLAPAudioConditioner")
"""Conditioners that encode a sound themselves."""


class StableAudioTools(Runner):
    name = "stable-audio-tools"
    packages = ("stable-audio-tools", "torch")

    def __init__(self):
        self._model, self._config, self._device = None, {}, "cpu"

    def devices(self):
        return torch_devices()

    def load(self, weights, device, half, loading):
        import torch

        self._model = None
        model, self._config = _loaded(weights, loading)
        kind = self._config.get("model_type")
        if kind not in KINDS:
            raise RunnerError("refused", "Its model_type is {!r}; this runs {}.".format(kind, " and ".join(KINDS)))
        model = model.to(device).eval().requires_grad_(False)
        self._model, self._device = model.to(torch.float16) if half else model, device
        return {
            "device": device, "half": half, "rate": self._config["sample_rate"], "kind": kind,
            "seconds": self._config["sample_size"] / self._config["sample_rate"],
            "conditioning": sorted(model.conditioner.conditioners),
        }  # fmt: skip

    def generate(self, call):
        import torch

        words = {"prompt": call.take("prompt", "") or "", "seconds_start": call.take("seconds_start"),
                 "seconds_total": call.take("seconds_total"), "audio_prompt": call.take("audio_prompt")}  # fmt: skip
        conditioning = self._conditioning(words)
        rate, longest = self._config["sample_rate"], self._config["sample_size"]
        seconds = words["seconds_total"] if words["seconds_total"] is not None else longest / rate
        frames = max(1, int(seconds * rate))
        size = call.take("sample_size") or longest
        if frames > size:
            raise RunnerError("refused", f"seconds_total is {seconds:g}, and the model makes {size / rate:g}.")
        said, progress = self._sampling(call)
        conditionings = {"conditioning_tensors": conditioning}
        if negative := call.take("negative_prompt"):
            if said["cfg_scale"] == 1:
                raise RunnerError("refused", "With a cfg_scale of 1 no model looks at a negative_prompt.")
            conditionings["negative_conditioning_tensors"] = dict(conditioning, prompt=negative)
        call.no_more()
        for number, seed in enumerate(call.seeds):
            progress.begin(number, len(call.seeds))
            with torch.inference_mode():
                tensors = {key: self._encoded(told) for key, told in conditionings.items()}
                made = _made(self._model, self._config["model_type"], dict(
                    said, **tensors, batch_size=1, sample_size=size, seed=seed, device=self._device, callback=progress,
                ))  # fmt: skip
            call.save(made[0, :, :frames].to(torch.float32).clamp(-1.0, 1.0).cpu().numpy().T, rate)

    def _conditioning(self, words):
        """Returns what the model's conditioners are told; refuses what none of them takes, and what is missing."""
        there = self._model.conditioner.conditioners
        usual = {"seconds_start": 0, "seconds_total": self._config["sample_size"] / self._config["sample_rate"]}
        found = {}
        for key, value in words.items():
            if key in there:
                found[key] = usual.get(key) if value is None else value
            elif value and key != "seconds_total":
                known = ", ".join(sorted(there))
                raise RunnerError("refused", f"The model takes no {key}; it takes {known}.")
        stand_in = self._model.conditioner.default_keys
        missing = [key for key in there if found.get(key) is None and stand_in.get(key) not in found]
        if missing:
            raise RunnerError("refused", "The model wants {}, too.".format(", ".join(missing)))
        if "audio_prompt" in found:
            found["audio_prompt"] = self._audio_prompt(found["audio_prompt"])
        return found

    def _audio_prompt(self, path):
        """Returns an embedding as the model's, or a sound for a conditioner that encodes it; nothing is unpickled."""
        import numpy
        import torch

        conditioner = self._model.conditioner
        encodes = type(conditioner.conditioners["audio_prompt"]).__name__ in SOUND_CONDITIONERS
        encoded = "audio_prompt" in conditioner.pre_encoded_keys or not encodes
        if not path.lower().endswith(".npy"):
            if encoded:
                raise RunnerError("refused", "This model's audio_prompt is an embedding, in a .npy file.")
            from stable_audio_tools.inference.utils import prepare_audio

            sound, rate = read_any(path)
            return prepare_audio(
                torch.from_numpy(sound.T.copy()), in_sr=rate, target_sr=self._config["sample_rate"],
                target_length=self._config["sample_size"], target_channels=2, device=self._device,
            )[0]  # fmt: skip
        if not encoded:
            raise RunnerError("refused", "This model encodes its audio_prompt itself: name a sound, no .npy file.")
        try:
            array = numpy.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as problem:
            raise RunnerError("refused", f"{path} is no array of numbers: {problem}") from problem
        if array.ndim == 3 and array.shape[0] == 1:
            array = array[0]
        width = self._config["model"]["conditioning"]["cond_dim"]
        if "audio_prompt" not in self._model.input_concat_ids and array.shape[-1:] != (width,):
            shape = f"{path} has the shape {array.shape}"
            raise RunnerError("refused", f"{shape}; the model wants {width} numbers in a row.")
        return torch.from_numpy(array.astype("float32")).to(self._device)

    def _encoded(self, conditioning):
        """Returns what the conditioners make of it. An embedding that nobody masks gets a mask that hides nothing:
        without one the model can't be prepended or crossed with it."""
        import torch

        conditioner = self._model.conditioner
        tensors = conditioner([dict(conditioning)], self._device)
        for key in conditioner.pre_encoded_keys:
            tensor, mask = tensors[key]
            if mask is None and tensor.ndim == 3:
                tensors[key] = [tensor, torch.ones(tensor.shape[:2], device=tensor.device)]
        return tensors

    def _sampling(self, call):
        """Returns the arguments of the sampler, and what it reports to; refuses all that it would not look at."""
        objective = self._model.diffusion_objective
        flow = objective != "v"
        sampler = call.take("sampler_type") or USUAL_SAMPLER[objective]
        if sampler not in SAMPLERS["rf" if flow else "v"]:
            known = ", ".join(SAMPLERS["rf" if flow else "v"])
            raise RunnerError("refused", f"This model has no sampler {sampler!r}; it has {known}.")
        told = {key: call.take(key) for key in ("steps", "sigma_min", "sigma_max", "rho")}
        for key in ("rho", "sigma_min") if flow else DEAF.get(sampler, ()):
            if told[key] is not None and not (key == "rho" and told[key] == 1):
                raise RunnerError("refused", f"The sampler {sampler} takes no {key}.", "Leave it out.")
            told[key] = None
        said = {key: value for key, value in told.items() if value is not None}
        said["steps"] = told["steps"] or USUAL_STEPS[objective]
        said["sampler_type"], said["cfg_scale"] = sampler, call.take("cfg_scale", USUAL_SCALE[objective])
        if not flow:
            said.setdefault("sigma_max", MOST_NOISE)
            if "sigma_min" not in DEAF.get(sampler, ()):
                said.setdefault("sigma_min", LEAST_NOISE)
        self._begin_with(call, said, told, flow)
        return said, _Progress(call, said["steps"])

    def _begin_with(self, call, said, told, flow):
        """Adds the sound that it begins with, and how much noise is put over it."""
        import torch

        path, level, strength = call.take("init_audio"), call.take("init_noise_level"), call.take("strength")
        if path is None:
            if level is not None or strength is not None:
                raise RunnerError("refused", "There is no sound to begin with.", "Give one (audio).")
            return
        if told["sigma_max"] is not None:
            raise RunnerError("refused", "With a sound to begin with, sigma_max is its init_noise_level.", "Say that.")
        if level is not None and strength is not None:
            raise RunnerError("refused", "strength and init_noise_level say the same.", "Say one of them.")
        most, least = (1.0, 0.0) if flow else (said["sigma_max"], said.get("sigma_min", LEAST_NOISE))
        if level is None:
            share = 0.5 if strength is None else strength
            # Along the schedule: a strength of 0.3 leaves out the first 30 % of the way from noise to sound.
            level = 1.0 - share if flow else math.exp((1 - share) * math.log(most) + share * math.log(least))
        if not least < level <= (1.0 if flow else math.inf):
            bound = "0, and at most 1" if flow else f"{least:g}, the sigma_min"
            raise RunnerError("refused", f"init_noise_level is {level:g}; it must be above {bound}.")
        said.pop("sigma_max", None)
        sound, rate = read_sound(path)
        said["init_audio"] = (rate, torch.from_numpy(sound.T.copy()).to(next(self._model.parameters()).dtype))
        said["init_noise_level"] = level


class _Progress:
    """Hears of every step of the sampler, over all takes of a call."""

    def __init__(self, call, steps):
        self._call, self._steps, self._before, self._all = call, steps, 0, steps

    def begin(self, number, takes):
        self._before, self._all = number * self._steps, takes * self._steps
        self._call.step(self._before, self._all)

    def __call__(self, told):
        self._call.step(min(self._before + int(told["i"]) + 1, self._before + self._steps), self._all)


def _made(model, kind, said):
    from stable_audio_tools.inference import generation

    if kind == "diffusion_cond_inpaint":
        return generation.generate_diffusion_cond_inpaint(model, **said)
    return generation.generate_diffusion_cond(model, **said)


def _loaded(weights, loading):
    """Returns a model and its config: a published one, one in a folder, or one's own."""
    loading = dict(loading)
    config_path, pretransform = loading.pop("model_config", ""), loading.pop("pretransform_ckpt_path", "")
    if config_path:
        model, config = _from_files(config_path, weights)
    elif os.path.isdir(weights):
        checkpoint = next((name for name in CHECKPOINTS if os.path.exists(os.path.join(weights, name))), CHECKPOINTS[0])
        model, config = _from_files(os.path.join(weights, CONFIG), os.path.join(weights, checkpoint))
    else:
        model, config = _published(weights)
    if pretransform:
        if model.pretransform is None:
            raise RunnerError("refused", f"The model has no pretransform to load {pretransform} into.")
        # A pretransform has its tensors under a name that it does not answer to when it loads: fill what is in it.
        _fill(getattr(model.pretransform, "model", model.pretransform), pretransform)
    return model, config


def _published(weights):
    from stable_audio_tools import get_pretrained_model

    try:
        return get_pretrained_model(weights)
    except OSError as problem:
        # What the hub raises where it may not or can't fetch derives from OSError.
        # It names what is missing: the weights themselves, or the model that reads their words.
        what = f"The weights of {weights} are not on this computer: {_shortly(problem)}"
        raise RunnerError("weights", what) from problem


def _shortly(problem):
    return " ".join(str(problem).split())[:200]


def _from_files(config_path, checkpoint):
    from stable_audio_tools.models.factory import create_model_from_config

    try:
        with open(config_path, encoding="utf-8") as file:
            config = json.load(file)
    except OSError as problem:
        raise RunnerError("weights", f"{config_path} can't be read: {problem.strerror}.") from problem
    except ValueError as problem:
        raise RunnerError("corrupt", f"{config_path} is no JSON: {problem}.") from problem
    if not isinstance(config, dict) or not {"model_type", "sample_rate", "sample_size", "model"} <= config.keys():
        raise RunnerError("corrupt", f"{config_path} is no model config of stable-audio-tools.")
    if not os.path.exists(checkpoint):
        raise RunnerError("weights", f"The checkpoint {checkpoint} is not there.")
    model = create_model_from_config(config)
    _fill(model, checkpoint)
    return model, config


def _fill(module, checkpoint):
    """Loads a checkpoint; one that leaves a part of the model as it was made is refused, not played."""
    from stable_audio_tools.models.utils import copy_state_dict, load_ckpt_state_dict

    try:
        found = load_ckpt_state_dict(checkpoint)
    except FileNotFoundError as problem:
        raise RunnerError("weights", f"The checkpoint {checkpoint} is not there.") from problem
    except Exception as problem:
        raise RunnerError("corrupt", f"{checkpoint} is no checkpoint: {problem}") from problem
    wanted = module.state_dict()
    fits = [key for key in wanted if key in found and found[key].shape == wanted[key].shape]
    if len(fits) < len(wanted):
        first = next(key for key in wanted if key not in fits)
        lacks = f"{len(wanted) - len(fits)} of {len(wanted)} tensors are not in it, {first} for one"
        raise RunnerError(
            "corrupt", f"{checkpoint} does not fit its config: {lacks}.",
            "A checkpoint of a training run is unwrapped first, with unwrap_model.py of stable-audio-tools.",
        )  # fmt: skip
    copy_state_dict(module, found)


if __name__ == "__main__":
    serve(StableAudioTools())
