"""One way to ask the bridge, whether a daemon runs or not.

A `Session` asks the desk (`bridge.web.desk`): through the control channel of the running daemon, or in this very
process, which then opens the library itself. Answers are the same plain JSON values.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bridge.cli.client import Client
from bridge.cli.show import Shown
from bridge.domain.job import ENDED, JobState

if TYPE_CHECKING:
    from bridge.config.schema import Config
    from bridge.web.desk import Desk

_WAIT_SECONDS = 20.0


class Session(ABC):
    """Asks the bridge; every method raises BridgeError where it refuses."""

    live: bool
    """Whether a daemon answers: without one the work ends with the command."""

    @abstractmethod
    def ask(self, name: str, target: str = "", **fields: Any) -> Shown:
        """Asks for a row of `bridge.web.addresses`; fields that are None are not sent."""

    def wait(self, job: str) -> Shown:
        """Returns the job once it has ended, or asks something."""
        while True:
            shown: Shown = self.ask("job", job, wait=_WAIT_SECONDS)["job"]
            if shown["state"] in ENDED or shown["state"] == JobState.ASKING:
                return shown

    def samples(self, **wanted: Any) -> list[Shown]:
        found: list[Shown] = self.ask("samples", **wanted)["samples"]
        return found


class RemoteSession(Session):
    """Asks the running daemon."""

    live = True

    def __init__(self, client: Client) -> None:
        self._client = client

    def ask(self, name: str, target: str = "", **fields: Any) -> Shown:
        return self._client.ask(name, target, **fields)


class LocalSession(Session):
    """Does the work in this process, for as long as the session is open.

    The bridge lives in one task of a loop that runs only while something is asked: nothing happens between two
    questions, and the task that opened it is the one that closes it.
    """

    live = False

    def __init__(self, config: Config) -> None:
        self._config = config
        self._runner = asyncio.Runner()
        self._stop = asyncio.Event()
        self._desk: Desk
        self._life: asyncio.Task[None]

    def __enter__(self) -> Self:
        try:
            self._runner.run(self._open())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner:
            self._runner.run(self._close())

    def ask(self, name: str, target: str = "", **fields: Any) -> Shown:
        said = {key: value for key, value in fields.items() if value is not None}
        answer: Shown = self._runner.run(getattr(self._desk, name)(target, said))
        return answer

    async def _open(self) -> None:
        opened = asyncio.Event()
        self._life = asyncio.create_task(self._live(opened))
        waiting = asyncio.create_task(opened.wait())
        await asyncio.wait({self._life, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._life.done():
            self._life.result()

    async def _live(self, opened: asyncio.Event) -> None:
        from bridge.app import open_bridge
        from bridge.web.desk import Desk

        async with open_bridge(self._config, doors=False) as app:
            self._desk = Desk(app.engine, app.audition)
            opened.set()
            await self._stop.wait()

    async def _close(self) -> None:
        self._stop.set()
        await self._life
