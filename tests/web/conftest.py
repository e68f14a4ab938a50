"""A control channel over real HTTP on a free port, in a loop of its own."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.web.credentials import Credentials, read_credentials
from bridge.web.server import ControlServer
from support.audition import FakeAudition
from support.engine import FakeEngine, engine  # noqa: F401 - a fixture of this folder
from support.patience import PATIENCE_SECONDS


class Channel:
    """Runs a control server in a thread; `ask` is a client that can send whatever it likes."""

    def __init__(self, state_folder: Path, status: Callable[[], dict[str, Any]]) -> None:
        self.engine = FakeEngine()
        self.audition = FakeAudition()
        self.state_folder = state_folder
        self.loop = asyncio.new_event_loop()
        self.server = ControlServer(
            self.engine, port=0, state_folder=state_folder, status=status, audition=self.audition
        )
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self.run(self.server.start())

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_SECONDS)

    def close(self) -> None:
        self.run(self.server.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    @property
    def credentials(self) -> Credentials:
        found = read_credentials(self.state_folder)
        assert found is not None
        return found

    @property
    def port(self) -> int:
        return int(self.server.url.rpartition(":")[2])

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Returns the status and the parsed answer; a header whose value is None is left out."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        wanted = {"Authorization": f"Bearer {self.credentials.token}", **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, raw, {key: value for key, value in wanted.items() if value is not None})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.getheader("content-type") == "application/json"
            return answer.status, json.loads(text)
        finally:
            connection.close()


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Channel]:
    running = Channel(tmp_path_factory.mktemp("state"), lambda: {"version": "0", "notices": []})
    yield running
    running.close()


@pytest.fixture
def channel(_running: Channel) -> Channel:
    """One server for all tests, because stopping it takes longer than most of them; its engine is as new."""
    _running.engine.__init__()
    _running.audition.__init__()
    return _running


@pytest.fixture
def own_channel(tmp_path: Path) -> Iterator[Channel]:
    """A server that the test may stop."""
    running = Channel(tmp_path / "state", dict)
    yield running
    running.close()
