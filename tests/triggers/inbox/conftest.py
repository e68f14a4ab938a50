"""An inbox door on a real folder, with a fake engine behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.triggers.inbox import InboxDoor
from bridge.triggers.inbox.place import REASON
from support.engine import FakeEngine

SETTLE_SECONDS = 0.2


class Scene:
    """Holds the folder and the engine; `open` opens the door, as often as the daemon starts."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        self.engine = FakeEngine()
        self.check: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def open(self, settle_seconds: float = SETTLE_SECONDS) -> AsyncIterator[list[str]]:
        door = InboxDoor(
            self.engine, self.inbox, check=lambda: self.check(), settle_seconds=settle_seconds, rescan_seconds=0.1,
            slow_seconds=0.1,
        )
        try:
            yield await door.start()
        finally:
            await door.close()

    def put(self, where: str, content: bytes = b"deep kick") -> Path:
        path = self.inbox / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def files(self, where: str = ".") -> list[str]:
        """Returns the files below a folder of the inbox, without the reasons."""
        folder = self.inbox / where
        found = (str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())
        return sorted(name for name in found if not name.endswith(REASON))

    def reason(self, name: str) -> str:
        return (self.inbox / "failed" / f"{name}{REASON}").read_text(encoding="utf-8")

    def prompts(self) -> list[str | None]:
        return [request.prompt for request in self.engine.requests]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)
