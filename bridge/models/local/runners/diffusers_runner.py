"""Runs the pipelines of the library diffusers that make sounds."""

import inspect
import json
import os

from wire import Runner, RunnerError, find_weights, read_sound, serve, torch_devices

PIPELINES = {
    "StableAudioPipeline": "seconds_range", "AudioLDMPipeline": "length", "AudioLDM2Pipeline": "length",
    "MusicLDMPipeline": "length",
}  # fmt: skip
"""The pipelines that can be used, and how each is told how long: from and to a second, or only a length."""

SCHEDULER_SETTINGS = ("sigma_min", "sigma_max", "solver_order", "use_karras_sigmas", "timestep_spacing")
"""What of a scheduler a call may set; each has only some of them."""


class Diffusers(Runner):
    name = "diffusers"
    packages = ("diffusers", "transformers", "torch")

    def devices(self):
        return torch_devices()

    def load(self, weights, device, half, loading):
        import diffusers
        import torch

        index = find_weights(weights, "model_index.json", loading.get("revision"))
        with open(index, encoding="utf-8") as file:
            kind = json.load(file).get("_class_name")
        if kind not in PIPELINES:
            known = ", ".join(PIPELINES)
            raise RunnerError("refused", f"{weights} is a {kind}; those that make sounds are {known}.")
        self.pipe = getattr(diffusers, kind).from_pretrained(
            weights, torch_dtype=torch.float16 if half else torch.float32, local_files_only=True,
            **{name: loading[name] for name in ("revision", "variant") if name in loading},
        )
        self.pipe.set_progress_bar_config(disable=True)
        if loading.get("offload"):
            if device == "cpu":
                raise RunnerError("refused", "offload moves weights between a graphics card and the computer's memory.",
                                  "Leave it out on cpu.")
            self.pipe.enable_model_cpu_offload(device=device)
        else:
            self.pipe.to(device)
        # Each take keeps its seed: a pipeline that ranks its takes would hand them back in another order.
        if hasattr(self.pipe, "score_waveforms"):
            self.pipe.score_waveforms = lambda audio, **_: audio
        if kind == "MusicLDMPipeline":
            _hand_out_tensors(self.pipe.text_encoder)
        self.kind, self.scheduler = kind, self.pipe.scheduler
        self.half = half
        return {"pipeline": kind, "rate": self._rate()}

    def generate(self, call):
        import torch

        said = {
            "prompt": call.take("prompt"),
            "negative_prompt": call.take("negative_prompt"),
            "num_inference_steps": call.take("steps"),
            "guidance_scale": call.take("guidance"),
            "eta": call.take("eta"),
            "transcription": call.take("transcription"),
            "max_new_tokens": call.take("max_new_tokens"),
            **self._length(call),
            **self._start(call.take("audio")),
        }
        self.pipe.scheduler = self._scheduler(call)
        call.no_more()
        said = {name: value for name, value in said.items() if value is not None}
        known = inspect.signature(self.pipe.__call__).parameters
        if strange := sorted(said.keys() - known.keys()):
            raise RunnerError("refused", f"{self.kind} knows no {', '.join(strange)}.")
        if "num_inference_steps" not in said:
            said["num_inference_steps"] = known["num_inference_steps"].default
        steps = said["num_inference_steps"]
        # Drawn on the CPU, so that a seed makes the same noise on every device.
        generators = [torch.Generator("cpu").manual_seed(seed) for seed in call.seeds]
        call.step(0, steps)
        with torch.inference_mode():
            sounds = self.pipe(
                **said, generator=generators, num_waveforms_per_prompt=len(generators),
                callback=lambda done, _, __: call.step(done + 1, steps), callback_steps=1,
            ).audios
        for sound in sounds:
            samples = sound.float().cpu().numpy() if hasattr(sound, "cpu") else sound
            call.save(samples.T if samples.ndim == 2 else samples, self._rate())

    def _rate(self):
        part = getattr(self.pipe, "vocoder", None)
        return int(part.config.sampling_rate if part is not None else self.pipe.vae.config.sampling_rate)

    def _length(self, call):
        seconds, start = call.take("seconds"), call.take("start")
        if PIPELINES[self.kind] == "length":
            if start is not None:
                raise RunnerError("refused", f"{self.kind} knows no start.")
            return {"audio_length_in_s": seconds}
        return {"audio_start_in_s": start, "audio_end_in_s": None if seconds is None else (start or 0.0) + seconds}

    def _start(self, path):
        """Returns the sound to start with, at the pipeline's own rate."""
        import torch

        if path is None:
            return {}
        samples, rate = read_sound(path)
        if rate != self._rate():
            raise RunnerError("refused", f"The sound to start with has {rate} Hz instead of {self._rate()}.")
        waves = torch.from_numpy(samples.T.copy())[None].to(self.pipe.device, self.pipe.vae.dtype)
        return {"initial_audio_waveforms": waves, "initial_audio_sampling_rate": rate}

    def _scheduler(self, call):
        """Returns the scheduler of a call: the model's own, or another by its name, with the settings of the call."""
        import diffusers

        name = call.take("scheduler")
        settings = {key: call.take(key) for key in SCHEDULER_SETTINGS}
        settings = {key: value for key, value in settings.items() if value is not None}
        kind = type(self.scheduler)
        if name is not None:
            kind = getattr(diffusers, f"{name}Scheduler", None)
            fitting = {type(self.scheduler), *self.scheduler.compatibles}
            if kind not in fitting:
                names = ", ".join(sorted(one.__name__.removesuffix("Scheduler") for one in fitting))
                reason = f"The scheduler {name!r} does not fit {self.kind}."
                raise RunnerError("refused", reason, f"There are: {names}.")
        known = inspect.signature(kind.__init__).parameters
        for key in settings:
            if key not in known:
                raise RunnerError("refused", f"The scheduler {kind.__name__} knows no {key}.")
        # A fresh one for each call: schedulers keep what they did.
        return kind.from_config(self.scheduler.config, **settings)


def _hand_out_tensors(text_encoder):
    """Has a text encoder answer as it did up to transformers 4: MusicLDM's pipeline knows nothing newer."""
    asked = text_encoder.get_text_features

    def features(*arguments, **said):
        found = asked(*arguments, **said)
        return getattr(found, "pooler_output", found)

    text_encoder.get_text_features = features


if __name__ == "__main__":
    os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
    serve(Diffusers())
