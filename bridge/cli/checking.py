"""What a check of `oneshot doctor` is, and what it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bridge.cli.client import Client
from bridge.config.schema import Config

State = Literal["ok", "notice", "broken"]

EDIT = "oneshot config edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Holds what was looked at and how it is. `notice` is worth knowing, `broken` keeps sounds from coming out."""

    name: str
    state: State
    text: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Holds what the checks look at: the configuration, and what the running daemon says of itself (None: none)."""

    config: Config
    daemon: Client | None
    status: dict[str, Any]

    @property
    def live(self) -> bool:
        return self.daemon is not None
