"""Models that this computer runs itself, each in a process of its own: `child` is that process, `host` starts it,
watches it and unloads it, `model` is what the engine sees. `runners` holds the scripts that run in the process; they
import nothing of the bridge."""

from __future__ import annotations

from bridge.config.models import Row
from bridge.errors import ModelError
from bridge.models.local.model import LocalModel
from bridge.models.registry import ModelContext


def open_row(name: str, row: Row, context: ModelContext) -> LocalModel:
    """Opens a row of the provider `local`; starts nothing yet. Raises ModelError for a chat model."""
    if row.kind == "chat":
        raise ModelError(f"{name} answers in words; this computer runs only models that make sounds.")
    return LocalModel(name, row, context)
