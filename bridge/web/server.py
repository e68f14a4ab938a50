"""Serves the control channel inside the daemon's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from bridge.domain.event import Event
from bridge.errors import BridgeError, InUseError, StoreError
from bridge.ports import Engine, Listening, Mute
from bridge.web.credentials import Credentials, new_token, remove_credentials, write_credentials
from bridge.web.desk import Desk, Fields
from bridge.web.guard import Guard
from bridge.web.routes import MidiHeard, Status, build

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 2
# Windows says "access denied" of a port that another program holds for itself.
_TAKEN = {errno.EADDRINUSE, errno.EACCES} if sys.platform == "win32" else {errno.EADDRINUSE}


class ControlServer:
    """Answers on 127.0.0.1 whoever knows the token, which lies in the state folder while it runs.

    `port` 0 takes any free one; `url` says which. `status` returns what `GET /v1/status` shows.
    """

    def __init__(
        self, engine: Engine, *, port: int, state_folder: Path, status: Status, audition: Listening | None = None,
        midi_heard: MidiHeard | None = None,
    ) -> None:
        self._port = port
        self._state_folder = state_folder
        self._token = new_token()
        self._status = status
        self._midi_heard = midi_heard
        self._desk = _ClosingDesk(engine, audition or Mute())
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Opens the port, answers from now on and writes the credentials.

        Raises InUseError where another program holds the port, StoreError where the credentials can't be written.
        """
        listener = _listen(self._port)
        self._port = listener.getsockname()[1]
        app = Guard(build(self._desk, self._status, self._midi_heard), token=self._token, port=self._port)
        self._server = _Server(_settings(app))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]), name="control channel")
        opened = asyncio.create_task(self._server.opened.wait())
        await asyncio.wait({opened, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        if self._serving.done():
            opened.cancel()
            listener.close()
            self._serving.result()
        try:
            write_credentials(self._state_folder, Credentials(url=self.url, token=self._token, pid=os.getpid()))
        except StoreError:
            await self.close()
            raise
        log.info("control channel at %s", self.url)

    async def close(self) -> None:
        """Removes the credentials, answers who waits and closes the port; closing twice is closing once."""
        if self._server is None or self._serving is None:
            return
        remove_credentials(self._state_folder, self._token)
        self._desk.closing.set()
        self._server.leave.set()
        await self._serving
        self._server = self._serving = None


class _ClosingDesk(Desk):
    """Answers those who wait at once when the daemon stops, so that the stop waits for nobody."""

    def __init__(self, engine: Engine, audition: Listening) -> None:
        super().__init__(engine, audition)
        self.closing = asyncio.Event()

    async def job(self, target: str, fields: Fields) -> dict[str, Any]:
        return await self._unless_closing(super().job(target, fields)) or await super().job(target, {})

    async def outcomes(self, target: str, fields: Fields) -> dict[str, Any]:
        now = {**fields, "wait": 0.0}
        return await self._unless_closing(super().outcomes(target, fields)) or await super().outcomes(target, now)

    async def _unless_closing(self, answering: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any] | None:
        """Returns an answer, or None where the daemon stops before it is there."""
        answer = asyncio.create_task(answering)
        closing = asyncio.create_task(self.closing.wait())
        try:
            await asyncio.wait({answer, closing}, return_when=asyncio.FIRST_COMPLETED)
            return answer.result() if answer.done() else None
        finally:
            answer.cancel()
            closing.cancel()

    async def play(self, target: str, fields: Fields) -> dict[str, Any]:
        answer = asyncio.create_task(super().play(target, fields))
        closing = asyncio.create_task(self.closing.wait())
        try:
            await asyncio.wait({answer, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                await self._audition.silence()
            return await answer
        finally:
            answer.cancel()
            closing.cancel()

    def events(self, target: str, fields: Fields) -> AsyncIterator[Event | int]:
        return self._until_closing(super().events(target, fields))

    async def _until_closing(self, events: AsyncIterator[Event | int]) -> AsyncIterator[Event | int]:
        closing = asyncio.create_task(self.closing.wait())
        coming = asyncio.ensure_future(anext(events))
        try:
            while True:
                await asyncio.wait({coming, closing}, return_when=asyncio.FIRST_COMPLETED)
                if closing.done():
                    return
                yield coming.result()
                coming = asyncio.ensure_future(anext(events))
        finally:
            closing.cancel()
            coming.cancel()
            await asyncio.wait({closing, coming})


class _Server(uvicorn.Server):
    """Leaves the signals to the daemon, says when the port is open, and sleeps until it is to close: uvicorn's own loop
    looks ten times a second, and that is most of what an idle daemon does."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.opened, self.leave = asyncio.Event(), asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.leave.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.opened.set()


def _settings(app: Guard) -> uvicorn.Config:
    """Returns the settings of uvicorn: plain HTTP, only warnings logged, nothing trusted that came from outside."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


def _listen(port: int) -> socket.socket:
    """Opens a TCP port on this computer and holds it; the second who asks for it gets InUseError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # There SO_REUSEADDR would let another program take the port away.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError as problem:
        listener.close()
        if problem.errno in _TAKEN:
            raise InUseError(
                f"Port {port} on {HOST}, the control channel's, is taken by another program.",
                "A daemon may be running already (oneshot doctor); or set another control.port: oneshot config edit",
            ) from problem
        raise BridgeError(f"Port {port} on {HOST} can't be opened: {problem.strerror}.") from problem
    return listener
