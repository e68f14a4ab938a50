"""Waiting for what happens, however slow the machine: a test asserts what came, never how fast."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0
"""Long enough for the busiest machine: who waits so long has found a mistake, not a slow computer."""


async def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Lets the loop run until a condition holds; raises TimeoutError if it never does."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Waits outside a loop, or beside one in another thread; raises TimeoutError if the condition never holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{condition} did not hold within {seconds:g} s")
        time.sleep(0.005)
