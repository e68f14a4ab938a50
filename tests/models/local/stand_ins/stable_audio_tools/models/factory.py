"""Makes a model of a config: its conditioners, and how it was trained."""

import torch
from stand_in import note


class Conditioner:
    def __init__(self, config):
        self.conditioners = {one["id"]: one["type"] for one in config["configs"]}
        self.default_keys = config.get("default_keys", {})
        self.pre_encoded_keys = config.get("pre_encoded_keys", [])

    def __call__(self, metadata, device):
        for key in self.conditioners:
            if any(key not in one for one in metadata):
                raise ValueError(f"Conditioner key {key} not found in batch metadata")
        said = metadata[0]
        return {key: [said[key], None if key in self.pre_encoded_keys else 1] for key in self.conditioners}


class Module:
    """Holds the one tensor that a checkpoint must have."""

    def __init__(self, key):
        self.key, self.loaded = key, None

    def state_dict(self):
        return {self.key: torch.Tensor([0.0])}


class Pretransform(Module):
    """Holds an autoencoder, by whose names of tensors alone it is loaded."""

    def __init__(self):
        super().__init__("model.decoder.weight")
        self.model = Module("decoder.weight")


class Model(Module):
    def __init__(self, config):
        super().__init__("model.weight")
        model = config["model"]
        self.config, self.sample_rate = config, config["sample_rate"]
        self.conditioner = Conditioner(model["conditioning"])
        self.diffusion_objective = model["diffusion"].get("diffusion_objective", "v")
        self.input_concat_ids = model["diffusion"].get("input_concat_ids", [])
        self.pretransform = Pretransform()

    def to(self, where):
        note("to", where=where)
        return self

    def eval(self):
        return self

    def requires_grad_(self, _):
        return self

    def parameters(self):
        return iter([torch.Tensor([0.0])])


def create_model_from_config(config):
    if config.get("model_type") not in ("diffusion_cond", "diffusion_cond_inpaint", "diffusion_uncond"):
        raise NotImplementedError(f"Unknown model type: {config.get('model_type')}")
    return Model(config)
