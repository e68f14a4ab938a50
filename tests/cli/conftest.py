"""The command line against a whole fake engine: behind a real control channel, or in the command's own process."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bridge.cli import main
from bridge.config.template import toml_value
from bridge.web.credentials import read_credentials, write_credentials
from bridge.web.server import ControlServer
from support.audition import FakeAudition
from support.engine import KITS, PADS, FakeEngine
from support.jack import jack, jack_server, keyboard  # noqa: F401 - fixtures of this folder
from support.patience import PATIENCE_SECONDS


@dataclass
class Home:
    """A user's files: a configuration whose library and state lie in a folder of the test."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def library(self) -> Path:
        return self.folder / "library"

    def write(self, more: str = "", top: str = "") -> None:
        """Writes a configuration with the pads of the fake engine; MIDI is off, for it depends on the machine."""
        pads = "".join(
            f"[pads.{name}]\nprompt = {toml_value(prompt)}\npad_note = {note}\n"
            for name, (prompt, note) in PADS.items()
        )
        self.config.write_text(
            f"state_folder = {toml_value(self.state)}\n{top}\n"
            f"[library]\nfolder = {toml_value(self.library)}\n"
            "[midi]\nenabled = false\n[osc]\nport = 0\n[control]\nport = 0\n"
            f"{pads}[kits.main]\npads = {toml_value(KITS['main'])}\n{more}",
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> Result:
        """Runs `oneshot` in this process."""
        return CliRunner().invoke(main, ["--config", str(self.config), *arguments], prog_name="oneshot")

    def run_with_input(self, typed: str, *arguments: str) -> Result:
        """Runs `oneshot` in this process and types what it asks for."""
        command = ["--config", str(self.config), *arguments]
        return CliRunner().invoke(main, command, prog_name="oneshot", input=typed)

    def json(self, *arguments: str) -> Any:
        """Runs a command with --json and returns its answer, which must be one line and all there is."""
        result = self.run(*arguments, "--json")
        assert result.stdout.count("\n") == 1, result.output
        assert result.stdout.isascii()
        return json.loads(result.stdout)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("ONESHOT_CONFIG", raising=False)
    found = Home(tmp_path)
    found.write()
    return found


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(eager=True)


@pytest.fixture
def audition() -> FakeAudition:
    return FakeAudition()


class Switch:
    """Is whatever engine or loudspeaker the test has; so one server serves all tests, for stopping it takes longer than
    most."""

    current: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ControlServer, Switch, Switch, Path]]:
    loop, switch, sound, state = asyncio.new_event_loop(), Switch(), Switch(), tmp_path_factory.mktemp("daemon")
    status = {"version": "0.0.0", "pid": 4242, "notices": ["No MIDI: nothing is plugged in"], "listening": []}
    server = ControlServer(switch, port=0, state_folder=state, status=lambda: status, audition=sound)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(PATIENCE_SECONDS)
    yield server, switch, sound, state
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(PATIENCE_SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def daemon(
    home: Home, engine: FakeEngine, audition: FakeAudition, _server: tuple[ControlServer, Switch, Switch, Path]
) -> ControlServer:
    """A running daemon of this home: the control channel, with the fake engine behind it."""
    server, switch, sound, state = _server
    switch.current, sound.current = engine, audition
    write_credentials(home.state, read_credentials(state))
    return server


@pytest.fixture
def local(engine: FakeEngine, audition: FakeAudition, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """No daemon: the command opens the bridge itself, here with the fake engine in it.

    `opened` and `closed` hold the tasks that did so, `fails` what opening raises.
    """
    seen = SimpleNamespace(opened=[], closed=[], doors=[], fails=None)

    @asynccontextmanager
    async def open_bridge(config, *, doors):
        if seen.fails is not None:
            raise seen.fails
        seen.doors.append(doors)
        seen.opened.append(asyncio.current_task())
        try:
            yield SimpleNamespace(engine=engine, audition=audition, at_once=2)
        finally:
            seen.closed.append(asyncio.current_task())

    stand_in = ModuleType("bridge.app")
    stand_in.open_bridge = open_bridge
    monkeypatch.setitem(sys.modules, "bridge.app", stand_in)
    return seen


@pytest.fixture(params=["daemon", "local"])
def either(request: pytest.FixtureRequest) -> str:
    """Runs a test twice: with a daemon, and without."""
    request.getfixturevalue(request.param)
    return request.param
