"""Builds whole models of stable-audio-tools with tiny, random weights, by the library's own configs.

Run by the Python that has the library: `python tiny_tools.py FOLDER` writes them, and a cache of Hugging Face in
FOLDER/hub in which the smallest T5 has the name of t5-small and one model that of Stable Audio Open 1.0.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

WIDTH = 64
"""Of a transformer's head, of what its conditioners make, and of an embedding."""


def config(objective: str = "v", *, embedded: bool = False) -> dict:
    """Returns a model config: an autoencoder, T5 and numbers as conditioners, a transformer of two blocks."""
    numbers = ["seconds_start", "seconds_total"] if objective == "v" else ["seconds_total"]
    conditioners = [{"id": "prompt", "type": "t5", "config": {"t5_model_name": "t5-small", "max_length": 16}},
                    *({"id": name, "type": "number", "config": {"min_val": 0, "max_val": 512}} for name in numbers)]
    coder = {"channels": 4, "c_mults": [1, 2], "strides": [4, 8], "use_snake": True}
    diffusion = {
        "type": "dit", "diffusion_objective": objective, "cross_attention_cond_ids": ["prompt", *numbers],
        "global_cond_ids": numbers, "prepend_cond_ids": ["audio_prompt"] if embedded else [],
        "config": {"io_channels": 4, "embed_dim": WIDTH, "depth": 2, "num_heads": 1, "cond_token_dim": WIDTH,
                   "global_cond_dim": WIDTH * len(numbers), "project_cond_tokens": False,
                   "transformer_type": "continuous_transformer", **({"prepend_cond_dim": WIDTH} if embedded else {})},
    }  # fmt: skip
    if embedded:
        conditioners.append({"id": "audio_prompt", "type": "number", "config": {"min_val": 0, "max_val": 1}})
    autoencoder = {
        "encoder": {"type": "oobleck", "config": {**coder, "in_channels": 2, "latent_dim": 8}},
        "decoder": {"type": "oobleck", "config": {**coder, "out_channels": 2, "latent_dim": 4, "final_tanh": False}},
        "bottleneck": {"type": "vae"}, "latent_dim": 4, "downsampling_ratio": 32, "io_channels": 2,
    }  # fmt: skip
    return {
        "model_type": "diffusion_cond", "sample_size": 8_192, "sample_rate": 8_000, "audio_channels": 2,
        "model": {"io_channels": 4, "diffusion": diffusion,
                  "pretransform": {"type": "autoencoder", "iterate_batch": True, "config": autoencoder},
                  "conditioning": {"cond_dim": WIDTH, "configs": conditioners,
                                   "pre_encoded_keys": ["audio_prompt"] if embedded else []}},
    }  # fmt: skip


def t5(folder: Path) -> None:
    """Writes an encoder as wide as t5-small, and a tokenizer of letters."""
    import torch
    from tokenizers import Tokenizer, models, processors
    from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

    letters = {"<pad>": 0, "</s>": 1, "<unk>": 2, " ": 3, **{chr(97 + place): 4 + place for place in range(26)}}
    words = Tokenizer(models.BPE(vocab=letters, merges=[], unk_token="<unk>"))
    words.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    torch.manual_seed(1)
    encoder = T5Config(vocab_size=len(letters), d_model=512, d_kv=4, d_ff=8, num_layers=1, num_heads=2)
    T5EncoderModel(encoder).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")
    tokenizer.save_pretrained(folder)


def cached(hub: Path, name: str) -> Path:
    """Returns where the files of a repository lie in a cache of Hugging Face."""
    folder = hub / f"models--{name.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("0", "utf-8")
    (folder / "snapshots" / "0").mkdir(parents=True)
    return folder / "snapshots" / "0"


def build(folder: Path, told: dict) -> None:
    import torch
    from safetensors.torch import save_file
    from stable_audio_tools.models.factory import create_model_from_config

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(2)
    model = create_model_from_config(told)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn_like(weight) * 0.05)
    (folder / "model_config.json").write_text(json.dumps(told), "utf-8")
    state = {name: tensor.contiguous().clone() for name, tensor in model.state_dict().items()}
    save_file(state, folder / "model.safetensors")
    torch.save({"state_dict": state}, folder / "own.ckpt")
    louder = {name: tensor * 3 for name, tensor in model.pretransform.model.state_dict().items()}
    torch.save({"state_dict": louder}, folder / "vae.ckpt")
    torch.save({"state_dict": {f"diffusion.{name}": tensor for name, tensor in state.items()}}, folder / "wrapped.ckpt")


if __name__ == "__main__":
    out = Path(sys.argv[1])
    os.environ.update(HF_HUB_CACHE=str(out / "hub"), HF_HUB_OFFLINE="1")
    t5(cached(out / "hub", "t5-small"))
    build(out / "v", config())
    build(out / "flow", config("rf_denoiser"))
    build(out / "embedded", config(embedded=True))
    build(cached(out / "hub", "stabilityai/stable-audio-open-1.0"), config())
