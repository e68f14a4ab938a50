"""One way to ask the bridge, whether a daemon runs or not.

A `Session` asks the desk (`bridge.web.desk`): through the control channel of the running daemon, or in this very
process, which then opens the library itself. Answers are the same plain JSON values.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bridge.cli.client import Client
from bridge.cli.show import Shown
from bridge.domain.job import ENDED, JobState
from bridge.errors import DamagedError

if TYPE_CHECKING:
    from bridge.app import App
    from bridge.config.schema import Config
    from bridge.web.desk import Desk

_WAIT_SECONDS = 20.0


class Session(ABC):
    """Asks the bridge; every method raises BridgeError where it refuses."""

    live: bool
    """Whether a daemon answers: without one the work ends with the command."""
    hands: int = 0
    """How many sounds keep all that computes busy, where this very process has them made."""

    @abstractmethod
    def ask(self, name: str, target: str = "", **fields: Any) -> Shown:
        """Asks for a row of `bridge.web.addresses`; fields that are None are not sent."""

    @abstractmethod
    def listening(self, tell: Callable[[Shown], None]) -> AbstractContextManager[None]:
        """Calls `tell` for every event that happens while something is asked or waited for in the block."""

    def wait(self, job: str) -> Shown:
        """Returns the job once it has ended, or asks something."""
        while True:
            shown: Shown = self.ask("job", job, wait=_WAIT_SECONDS)["job"]
            if _is_over(shown):
                return shown

    def samples(self, **wanted: Any) -> list[Shown]:
        found: list[Shown] = self.ask("samples", **wanted)["samples"]
        return found


class RemoteSession(Session):
    """Asks the running daemon."""

    live = True

    def __init__(self, client: Client) -> None:
        self._client = client
        self._events: Iterator[Shown | int] | None = None
        self._tell: Callable[[Shown], None]

    def ask(self, name: str, target: str = "", **fields: Any) -> Shown:
        return self._client.ask(name, target, **fields)

    @contextmanager
    def listening(self, tell: Callable[[Shown], None]) -> Iterator[None]:
        with self._client.follow() as self._events:
            self._tell = tell
            try:
                yield
            finally:
                self._events = None

    def wait(self, job: str) -> Shown:
        while self._events is not None:
            shown: Shown = self.ask("job", job)["job"]
            if _is_over(shown):
                return shown
            for event in self._events:
                if isinstance(event, int):
                    break  # nothing happens: look for oneself
                self._tell(event)
                if event["job"] == job and (event["kind"] in ENDED or event["stage"] == JobState.ASKING):
                    break
        return super().wait(job)


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
        self._app: App
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

    @contextmanager
    def listening(self, tell: Callable[[Shown], None]) -> Iterator[None]:
        from bridge.web.views import plain

        unsubscribe = self._app.engine.subscribe(lambda event: tell(plain(event)))
        try:
            yield
        finally:
            unsubscribe()

    async def _open(self) -> None:
        opened = asyncio.Event()
        self._life = asyncio.create_task(self._live(opened))
        waiting = asyncio.create_task(opened.wait())
        await asyncio.wait({self._life, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._life.done():
            self._life.result()

    async def _live(self, opened: asyncio.Event) -> None:
        try:
            await self._serve(opened)
        except DamagedError:
            if opened.is_set():
                raise
            await self._serve(opened)  # with a store that is built anew

    async def _serve(self, opened: asyncio.Event) -> None:
        from bridge.app import open_bridge
        from bridge.web.desk import Desk

        async with open_bridge(self._config, doors=False) as app:
            self._app = app
            self.hands = 2 * app.at_once
            self._desk = Desk(app.engine, app.audition)
            opened.set()
            await self._stop.wait()

    async def _close(self) -> None:
        self._stop.set()
        await self._life


def _is_over(job: Shown) -> bool:
    """Tells whether there is nothing to wait for: a job that asks waits for its user."""
    return job["state"] in ENDED or job["state"] == JobState.ASKING
