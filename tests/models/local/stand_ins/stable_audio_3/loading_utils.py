"""Loads a model of a config and a checkpoint."""

from stand_in import note


def load_diffusion_cond(model_config, ckpt_path, device="cuda", model_half=False):
    from stable_audio_3 import _Inner

    note("load_diffusion_cond", config=model_config, checkpoint=ckpt_path, half=model_half)
    return _Inner()
