"""Loads checkpoints; a text with the names of its tensors stands for one."""

from pathlib import Path

import torch
from stand_in import note


def load_ckpt_state_dict(path):
    content = Path(path).read_text(encoding="utf-8")
    if not content.startswith("checkpoint"):
        raise RuntimeError("Invalid magic number; corrupt file?")
    return {key: torch.Tensor([1.0]) for key in content.split()[1:]}


def copy_state_dict(module, state):
    note("loaded", into=module.key, keys=sorted(state))
