"""Asks Cog servers what their model takes and answers; for `oneshot models check`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from bridge.config.models import Row
from bridge.domain.text import without_password
from bridge.errors import ModelError

PATIENCE_SECONDS = 10.0


async def schema_of(row: Row) -> Mapping[str, Any]:
    """Returns the OpenAPI document of the first of a row's servers that answers; ModelError where none does.

    Newer servers have one only if it was built into their container; without it they answer with an error, which says
    nothing of the model.
    """
    reasons = []
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
        for server in row.servers:
            try:
                answer = await client.get(f"{server.rstrip('/')}/openapi.json")
                said = answer.json()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
                reasons.append(f"{without_password(server)}: {str(problem) or type(problem).__name__}")
                continue
            if answer.is_success and isinstance(said, dict) and "components" in said:
                return said
            reasons.append(f"{without_password(server)}: it has no openapi.json")
    raise ModelError(f"No server told its inputs ({'; '.join(reasons)}).", "Look whether they run.", retryable=True)
