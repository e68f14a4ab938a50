"""What the service managers of the systems have in common: a file, and orders for each verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bridge.service.plan import Plan
from bridge.service.system import System


@dataclass(frozen=True, slots=True)
class Order:
    """Is a command for the service manager. `may_fail` where it only makes sure of something; `tries` where the manager
    is known to be still busy with the order before."""

    command: tuple[str, ...]
    may_fail: bool = False
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Says how the manager sees the service: whether it knows it, and in words what it says of it."""

    known: bool
    text: str


class Manager(Protocol):
    """Describes one system's way: pure but for `check` and `state`, which ask."""

    @property
    def kind(self) -> str:
        """Returns what it is, in words."""
        ...

    @property
    def file(self) -> Path:
        """Returns the file that the service consists of."""
        ...

    def content(self, plan: Plan) -> bytes: ...

    def is_ours(self, content: bytes) -> bool:
        """Tells whether a file of that name was written by the bridge."""
        ...

    def check(self, system: System) -> None:
        """Raises ServiceError with the cure where the manager can't be reached."""
        ...

    def state(self, system: System) -> State: ...

    def arrived(self, *, anew: bool, known: bool) -> Sequence[Order]:
        """Returns the orders after the file was written: `anew` where it differs from the one before."""
        ...

    def start(self, *, known: bool) -> Sequence[Order]: ...
    def stop(self) -> Sequence[Order]: ...
    def restart(self, *, known: bool) -> Sequence[Order]: ...

    def leaving(self) -> Sequence[Order]:
        """Returns the orders before the file is deleted."""
        ...

    def left(self) -> Sequence[Order]:
        """Returns the orders after the file was deleted."""
        ...
