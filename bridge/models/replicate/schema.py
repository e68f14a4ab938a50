"""Asks Replicate what its models take and answer today; for `oneshot models check`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.config.keys import key_of
from bridge.config.models import Row
from bridge.models.replicate.api import Api


async def schema_of(row: Row) -> Mapping[str, Any]:
    """Returns the OpenAPI document of a row's version, or of the newest where none is pinned; empty where it is gone.

    Raises ModelError where there is no key and where Replicate can't be asked. Costs nothing.
    """
    api = Api(key_of)
    try:
        return await api.schema(row)
    finally:
        await api.close()
