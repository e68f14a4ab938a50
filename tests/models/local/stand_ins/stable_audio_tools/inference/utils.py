"""Prepares a sound for a conditioner."""

import torch


def prepare_audio(audio, in_sr, target_sr, target_length, target_channels, device):
    return torch.Tensor(audio.array[None, :, :target_length])
