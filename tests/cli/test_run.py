"""The command that is the daemon, up to the door of `bridge.daemon`."""

from __future__ import annotations

import logging
import sys
from types import ModuleType

import pytest

from bridge.config.load import load_config
from bridge.config.template import default_config_text
from bridge.errors import InUseError


@pytest.fixture
def served(monkeypatch):
    """Stands where the daemon would run; holds the configurations that it was started with."""
    seen = []
    stand_in = ModuleType("bridge.daemon")

    async def serve(config, *, source, say):
        seen.append(config)
        say("is running")
        if stand_in.fails:
            raise stand_in.fails

    stand_in.serve, stand_in.fails, stand_in.seen = serve, None, seen
    monkeypatch.setitem(sys.modules, "bridge.daemon", stand_in)
    monkeypatch.setattr(logging, "basicConfig", lambda **settings: seen.append(settings["level"]))
    return stand_in


def test_run_serves_the_configuration(served, home):
    result = home.run("run")
    assert (result.exit_code, result.stdout) == (0, "is running\n")
    assert served.seen == [logging.WARNING, load_config(home.config)]


def test_the_first_run_writes_the_configuration_and_says_where(served, home):
    home.config.unlink()
    result = home.run("run", "--verbose")
    assert result.stdout.splitlines()[0] == f"The configuration file was written: {home.config}"
    assert home.config.read_text(encoding="utf-8") == default_config_text()
    assert served.seen[0] == logging.DEBUG


def test_a_second_daemon_is_exit_code_6(served, home):
    served.fails = InUseError("The port is taken.", "Set another.")
    assert home.run("run").exit_code == 6
    # Whoever asks why the service does not come finds it in the log.
    assert "The port is taken. Set another." in home.run("logs").stdout


def test_quietly_it_says_nothing_and_writes_its_log(served, home):
    home.config.unlink()
    result = home.run("run", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_a_wrong_configuration_serves_nobody(served, home):
    home.write("[pads.snare]\n")
    assert home.run("run").exit_code == 5
    assert not any(not isinstance(entry, int) for entry in served.seen)
