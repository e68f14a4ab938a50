"""Workers in the test's own process, for tests that open the bridge dozens of times: no process has to warm up."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any


class WorkersHere:
    """Runs tasks in threads; implements `bridge.ports.Workers`."""

    count = 1

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        module, _, name = task.partition(":")
        return await asyncio.to_thread(getattr(importlib.import_module(module), name), *arguments)
