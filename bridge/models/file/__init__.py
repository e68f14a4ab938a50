"""The model that makes nothing: its take is the sound that the user brought, so that it goes the way of every sound."""

from __future__ import annotations

from bridge.errors import ModelError
from bridge.models.file.model import File
from bridge.models.registry import ModelContext


def open_model(context: ModelContext) -> File:
    """Opens it; it needs the shelf of references and nothing else."""
    if context.references is None:
        raise ModelError("There is no shelf with the sounds that are to be finished.")
    return File(context.references)
