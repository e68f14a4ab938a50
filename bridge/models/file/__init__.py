"""The model that makes nothing: its take is the sound that the user brought, so that it goes the way of every sound."""

from __future__ import annotations

from bridge.models.file.model import File
from bridge.models.registry import ModelContext


def open_model(context: ModelContext) -> File:
    """Opens it; without a shelf of references it can be looked at, and has no sound to give."""
    return File(context.references)
