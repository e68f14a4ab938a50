"""Models at Replicate: `transport` and `api` speak to it, `failures` knows what its errors mean, `pace` keeps its
limits, `watch` follows the calls under way, `model` is what the engine sees.

Nothing here imports the client library before the first call: a daemon that never leaves this computer never loads it.
"""

from __future__ import annotations

from functools import lru_cache

from bridge.config.models import Row
from bridge.models.registry import ModelContext
from bridge.models.replicate.model import Office, ReplicateChat, ReplicateModel


def open_row(name: str, row: Row, context: ModelContext) -> ReplicateChat | ReplicateModel:
    """Opens a row of the provider `replicate`; the key is asked for when something is sent."""
    office = _office(context)
    return ReplicateChat(name, row, office) if row.kind == "chat" else ReplicateModel(name, row, office)


@lru_cache(maxsize=4)
def _office(context: ModelContext) -> Office:
    """Returns what all the models of one bridge share: one connection, one pace, one watch."""
    return Office(context)
