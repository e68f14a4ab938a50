"""Models in Cog containers on servers of one's own: `server` speaks to one of them, `pool` finds a free one, `model`
is what the engine sees, `schema` asks what goes in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from bridge.config.models import Row
from bridge.domain.text import without_password
from bridge.errors import ModelError
from bridge.models.cog.model import CogChat, CogModel
from bridge.models.registry import ModelContext


def open_row(name: str, row: Row, context: ModelContext) -> CogModel | CogChat:
    """Opens a row of the provider `cog`; asks no server yet, because a server that is not there is normal life.

    Raises ModelError where an address is none; one that is there twice is one server.
    """
    cure = f'Write them in the config under [models.{name}]: servers = ["http://127.0.0.1:5000"]'
    if not row.servers:
        raise ModelError(f"The model {name} names no servers.", cure)
    for url in row.servers:
        if not _is_address(url):
            raise ModelError(f"{without_password(url)} is no address of a server of {name}.", cure)
    row = row.model_copy(update={"servers": tuple(dict.fromkeys(row.servers))})
    return CogChat(name, row, context) if row.kind == "chat" else CogModel(name, row, context)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
