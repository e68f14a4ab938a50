"""A stand-in for stable-audio-tools 0.0.19, built from its documentation."""

import os

from stable_audio_tools.models.factory import create_model_from_config


def get_pretrained_model(name):
    if name not in os.environ.get("STAND_IN_HUB", "").split():
        raise FileNotFoundError(f"{name} is not cached, and outgoing traffic is disabled")
    config = {
        "model_type": "diffusion_cond", "sample_rate": 8_000, "sample_size": 8_000 * 47, "audio_channels": 2,
        "model": {"conditioning": {"cond_dim": 8, "configs": [
            {"id": name, "type": "number"} for name in ("prompt", "seconds_start", "seconds_total")
        ]}, "diffusion": {"diffusion_objective": "v"}},
    }  # fmt: skip
    return create_model_from_config(config), config
