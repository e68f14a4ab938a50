"""Runs Stable Audio 3: published models by their name, or one in a folder; with LoRAs, from a sound, into a sound."""

import json
import os

from wire import Runner, RunnerError, read_sound, serve, torch_devices

PUBLISHED = "stabilityai/stable-audio-3-"
"""What stands before the package's own names of its models, where they are published."""
CONFIG, CHECKPOINT = "model_config.json", "model.safetensors"
USUAL_STEPS, USUAL_SCALE = {True: 50, False: 8}, {True: 7.0, False: 1.0}
"""Of base models, and of the distilled ones."""


class StableAudio3(Runner):
    name = "stable-audio-3"
    packages = ("stable-audio-3", "torch")

    def __init__(self):
        self._model, self._base, self._loras = None, False, 0

    def devices(self):
        return torch_devices()

    def load(self, weights, device, half, loading):
        loading = dict(loading)
        loras = loading.pop("lora_ckpt_path", None) or []
        self._model, self._base = None, weights.rstrip("/\\").endswith("-base")
        model = _from_folder(weights, device, half) if os.path.isdir(weights) else _published(weights, device, half)
        missing = [path for path in loras if not os.path.exists(path)]
        if missing:
            raise RunnerError("weights", f"The LoRA {missing[0]} is not there.")
        if loras:
            model.load_lora(list(loras))
        self._model, self._loras = model, len(loras)
        return {"device": device, "half": bool(getattr(model, "model_half", half)), "rate": self._rate,
                "loras": self._loras}  # fmt: skip

    @property
    def _rate(self):
        return int(self._model.model.sample_rate)

    def generate(self, call):
        said = {"prompt": call.take("prompt", "") or "", "duration": call.take("duration", 5.0)}
        said["steps"] = call.take("steps") or USUAL_STEPS[self._base]
        said["cfg_scale"] = call.take("cfg_scale", USUAL_SCALE[self._base])
        self._guidance(call, said)
        self._sound(call, said)
        for name in ("sampler_type", "apg_scale", "duration_padding_sec", "chunked_decode"):
            value = call.take(name)
            if value is not None:
                said[name] = value
        self._strength(call)
        call.no_more()
        for number, seed in enumerate(call.seeds):
            progress = _Progress(call, number, said["steps"])
            progress.begin()
            made = self._model.generate(**said, seed=seed, batch_size=1, callback=progress)
            call.save(made[0].float().clamp(-1.0, 1.0).cpu().numpy().T, self._rate)

    def _guidance(self, call, said):
        """Takes what steers by words to avoid; distilled models look at none of it."""
        negative = call.take("negative_prompt")
        if negative:
            said["negative_prompt"] = negative
        if self._base:
            if negative and said["cfg_scale"] == 1:
                raise RunnerError("refused", "With a cfg_scale of 1 no model looks at a negative_prompt.")
            return
        deaf = [name for name, heard in (("negative_prompt", negative), ("cfg_scale", said["cfg_scale"] != 1)) if heard]
        if deaf:
            raise RunnerError("refused", "Only the base models look at {}.".format(" and ".join(deaf)))

    def _sound(self, call, said):
        """Takes the sound that it begins with, that it mends between two times, or that it goes on from."""
        path, strength, level = call.take("audio"), call.take("strength"), call.take("init_noise_level")
        start, end = call.take("inpaint_start"), call.take("inpaint_end")
        going_on = call.take("continue")
        if path is None:
            if (strength, level, start, end) != (None, None, None, None):
                raise RunnerError("refused", "There is no sound to work on.", "Give one (audio).")
            return
        import torch

        samples, rate = read_sound(path)
        sound = (rate, torch.from_numpy(samples.T.copy()))
        if going_on or start is not None or end is not None:
            if strength is not None or level is not None:
                raise RunnerError("refused", "What is mended or gone on from stays as it is.",
                                       "Leave out strength and init_noise_level.")  # fmt: skip
            length = len(samples) / rate
            first = (length if going_on else 0.0) if start is None else start
            last = (said["duration"] if going_on else length) if end is None else end
            if not 0 <= first < last:
                raise RunnerError("refused", f"From {first:g} s to {last:g} s there is nothing to make.",
                                       f"The sound has {length:g} s; ask for more seconds to go on.")  # fmt: skip
            said.update(inpaint_audio=sound, inpaint_mask_start_seconds=first, inpaint_mask_end_seconds=last)
            return
        if strength is not None and level is not None:
            raise RunnerError("refused", "strength and init_noise_level say the same.", "Say one of them.")
        usual = 0.9 if strength is None else 1.0 - strength
        said.update(init_audio=sound, init_noise_level=usual if level is None else level)

    def _strength(self, call):
        strength = call.take("lora_strength")
        if strength is not None and not self._loras:
            raise RunnerError("refused", "No LoRA is loaded, so lora_strength says nothing.",
                                   "Name some: loading.lora_ckpt_path")  # fmt: skip
        if self._loras:
            self._model.set_lora_strength(1.0 if strength is None else strength)


class _Progress:
    """Hears of every step of the sampler, over all takes of a call."""

    def __init__(self, call, number, steps):
        self._call, self._before, self._steps, self._done = call, number * steps, steps, 0

    def begin(self):
        self._call.step(self._before, self._steps * len(self._call.seeds))

    def __call__(self, _):
        self._done = min(self._done + 1, self._steps)
        self._call.step(self._before + self._done, self._steps * len(self._call.seeds))


def _published(weights, device, half):
    from stable_audio_3 import StableAudioModel

    name = weights[len(PUBLISHED) :] if weights.startswith(PUBLISHED) else weights
    try:
        return StableAudioModel.from_pretrained(name, device=device, model_half=half)
    except ValueError as problem:
        raise RunnerError("refused", f"The package knows no model {name!r}: {problem}") from problem
    except OSError as problem:
        # What the hub raises where it may not or can't fetch derives from OSError.
        raise RunnerError("weights", f"The weights of {weights} are not on this computer.") from problem


def _from_folder(folder, device, half):
    """Loads a config and a checkpoint by the parts that `from_pretrained` is made of."""
    from stable_audio_3 import StableAudioModel
    from stable_audio_3.loading_utils import load_diffusion_cond

    config, checkpoint = os.path.join(folder, CONFIG), os.path.join(folder, CHECKPOINT)
    for path in (config, checkpoint):
        if not os.path.exists(path):
            raise RunnerError("weights", f"{path} is not there.")
    with open(config, encoding="utf-8") as file:
        told = json.load(file)
    # Half precision is for the GPU alone, as in the package itself.
    half = half and device == "cuda"
    model = load_diffusion_cond(told, checkpoint, device=device, model_half=half)
    model.use_lora, model.lora_names = False, []
    return StableAudioModel(model, told, device, half)


if __name__ == "__main__":
    serve(StableAudio3())
