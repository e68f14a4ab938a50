"""A stand-in for stable-audio-3 0.1.0, built from its documentation of inference and LoRAs."""

import os

import torch
from stand_in import note, tone

NAMES = [size + base for size in ("small-music", "small-sfx", "medium") for base in ("", "-base")]


class _Inner:
    sample_rate = 44_100


class StableAudioModel:
    def __init__(self, model, model_config, device, model_half):
        self.model, self.model_config, self.device, self.model_half = model, model_config, device, model_half

    @staticmethod
    def from_pretrained(model_name, device=None, model_half=True):
        if model_name not in NAMES:
            raise ValueError(f"Unknown model '{model_name}'. Valid models: {NAMES}")
        if model_name not in os.environ.get("STAND_IN_HUB", "").split():
            raise FileNotFoundError("not cached, and outgoing traffic is disabled")
        note("from_pretrained", name=model_name, device=device, half=model_half)
        return StableAudioModel(_Inner(), {}, device, False)

    def load_lora(self, lora_ckpt_paths):
        note("load_lora", paths=lora_ckpt_paths)

    def set_lora_strength(self, strength, lora_index=None):
        note("set_lora_strength", strength=strength, index=lora_index)

    def generate(
        self, prompt=None, negative_prompt=None, duration=120, steps=8, cfg_scale=1.0, batch_size=1,
        sample_size=5292032, truncate_output_to_duration=True, seed=-1, init_audio=None, init_noise_level=1.0,
        inpaint_audio=None, inpaint_mask_start_seconds=None, inpaint_mask_end_seconds=None, duration_padding_sec=6.0,
        apg_scale=1.0, chunked_decode=None, **sampler_kwargs,
    ):  # fmt: skip
        assert prompt is not None, "Must provide either prompt or conditioning"
        callback = sampler_kwargs.pop("callback")
        sounds = {name: sound and [sound[0], sound[1]] for name, sound in (("init", init_audio), ("in", inpaint_audio))}
        note("generate", prompt=prompt, negative=negative_prompt, duration=duration, steps=steps, cfg_scale=cfg_scale,
             batch_size=batch_size, seed=seed, init_noise_level=init_noise_level, start=inpaint_mask_start_seconds,
             end=inpaint_mask_end_seconds, padding=duration_padding_sec, apg_scale=apg_scale, chunked=chunked_decode,
             **sounds, **sampler_kwargs)  # fmt: skip
        for step in range(steps):
            callback({"i": step})
        rate = self.model.sample_rate
        return torch.Tensor(tone(seed, int(duration * rate), rate, 2)[None])
