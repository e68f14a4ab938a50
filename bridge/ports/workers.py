"""Processes that compute beside the daemon."""

from __future__ import annotations

from typing import Any, Protocol


class Workers(Protocol):
    """Runs heavy work in another process."""

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        """Calls `package.module:function` with picklable arguments in a worker process and returns its answer.

        Lower `priority` goes first. A BridgeError of the function comes back as it was raised, any other error as a
        BridgeError that names its type; a worker that died is a retryable one. Cancelling the awaiting task ends the
        worker's process, so nothing goes on unseen. `gpus` is how much of a GPU it needs, where that decides on which
        of several computers it runs.
        """
        ...
