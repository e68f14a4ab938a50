"""Makes a sound of the length that it is asked for, and reports every step."""

import torch
from stand_in import note, tone

V = ("k-heun", "k-lms", "k-dpmpp-2s-ancestral", "k-dpm-2", "k-dpm-fast", "k-dpm-adaptive", "dpmpp-2m-sde",
     "dpmpp-3m-sde", "dpmpp-2m", "v-ddim", "v-ddim-cfgpp")  # fmt: skip
FLOW = ("euler", "rk4", "dpmpp", "pingpong")


def generate_diffusion_cond(
    model, steps=250, cfg_scale=6, conditioning=None, conditioning_tensors=None, negative_conditioning=None,
    negative_conditioning_tensors=None, batch_size=1, sample_size=2097152, sample_rate=48000, seed=-1, device="cuda",
    init_audio=None, init_noise_level=1.0, return_latents=False, **sampler_kwargs,
):  # fmt: skip
    assert conditioning is not None or conditioning_tensors is not None, "Must provide conditioning"
    callback = sampler_kwargs.pop("callback")
    known = V if model.diffusion_objective == "v" else FLOW
    if sampler_kwargs["sampler_type"] not in known:
        raise ValueError(f"Unknown sampler type {sampler_kwargs['sampler_type']}")
    note(
        "generate", steps=steps, cfg_scale=cfg_scale, batch_size=batch_size, sample_size=sample_size, seed=seed,
        device=device, init=init_audio and [init_audio[0], init_audio[1]], init_noise_level=init_noise_level,
        conditioning={key: value[0] for key, value in conditioning_tensors.items()},
        negative=negative_conditioning_tensors and negative_conditioning_tensors["prompt"][0], **sampler_kwargs,
    )  # fmt: skip
    for step in range(steps):
        callback({"i": step})
    return torch.Tensor(tone(seed, sample_size, model.sample_rate, 2)[None])


generate_diffusion_cond_inpaint = generate_diffusion_cond
