"""Models in Cog containers on servers of one's own: `errands` holds the calls under way, `pool` finds a free server,
`model` is what the engine sees."""

from __future__ import annotations

from bridge.config.models import Row
from bridge.errors import ModelError
from bridge.models.cog.model import CogChat, CogModel
from bridge.models.registry import ModelContext


def open_row(name: str, row: Row, context: ModelContext) -> CogModel | CogChat:
    """Opens a row of the provider `cog`; asks no server yet, because a server that is not there is normal life."""
    if not row.servers:
        raise ModelError(
            f"The model {name} names no servers.",
            f'Write them in the config under [models.{name}]: servers = ["http://127.0.0.1:5000"]',
        )
    return CogChat(name, row, context) if row.kind == "chat" else CogModel(name, row, context)
