"""The commands of the service, in front of a manager that notes what it is told."""

from __future__ import annotations

import pytest

from bridge.cli import serving
from bridge.service.service import Service
from bridge.service.system import Answer
from bridge.service.systemd import Systemd
from support.service import SystemctlStandIn


@pytest.fixture
def systemctl(tmp_path, monkeypatch):
    stand_in = SystemctlStandIn(tmp_path)
    found = Service(Systemd({"XDG_CONFIG_HOME": str(tmp_path)}), stand_in)
    monkeypatch.setattr(serving, "service_of", lambda shell: found)
    monkeypatch.setattr(serving, "PATIENCE_SECONDS", 0.1)
    return stand_in


@pytest.fixture
def comes(systemctl, monkeypatch):
    """The daemon answers while the service runs."""
    answer = {"pid": 4242, "version": "0.0.0", "since": 0.0, "notices": ["No MIDI"]}
    monkeypatch.setattr(serving, "_status", lambda shell: answer if systemctl.running else None)


@pytest.mark.usefixtures("comes")
def test_it_is_installed_seen_stopped_started_and_removed(home, systemctl):
    assert "process 4242" in home.run("service", "install").stdout
    assert systemctl.running
    seen = home.json("service", "status")
    assert (seen["installed"], seen["running"], seen["pid"], seen["notices"]) == (True, True, 4242, ["No MIDI"])
    assert home.run("service", "stop").exit_code == 0
    assert home.run("service", "status").exit_code == 1
    assert home.run("service", "start").exit_code == 0
    assert home.run("service", "restart").exit_code == 0
    assert home.run("service", "status").exit_code == 0
    assert "sounds" in home.run("service", "uninstall").stdout
    assert (systemctl.running, systemctl.file.exists()) == (False, False)
    assert home.config.exists()


def test_a_dry_run_shows_the_file_and_every_command_and_does_nothing(home, systemctl):
    result = home.run("service", "install", "--dry-run")
    assert result.exit_code == 0
    assert f"{systemctl.file}:" in result.stdout
    assert "    Type=notify" in result.stdout
    assert "$ systemctl --user enable oneshot-bridge.service" in result.stdout
    assert not systemctl.file.exists()
    assert systemctl.starts == 0


@pytest.mark.usefixtures("comes")
def test_removing_can_be_looked_at_first_too(home, systemctl):
    home.run("service", "install")
    result = home.run("service", "uninstall", "--dry-run")
    assert "is deleted" in result.stdout
    assert systemctl.file.exists()


@pytest.mark.usefixtures("systemctl")
def test_removing_what_is_not_there_is_no_mistake(home):
    result = home.run("service", "uninstall")
    assert (result.exit_code, result.stdout) == (0, "The service is not installed.\n")


def test_beside_a_daemon_that_was_started_by_hand_it_is_not_installed(home, systemctl, daemon):
    result = home.run("service", "install")
    assert result.exit_code == 6
    assert "process 4242" in result.stderr
    assert not systemctl.file.exists()


@pytest.mark.usefixtures("systemctl")
def test_a_daemon_that_does_not_come_is_an_error_that_names_the_log(home):
    result = home.run("service", "install")
    assert result.exit_code == 1
    assert "oneshot logs" in result.stderr


def test_without_a_manager_nothing_is_written(home, systemctl, monkeypatch):
    monkeypatch.setattr(systemctl, "run", lambda *command: Answer(code=1, complained="No medium found"))
    result = home.run("service", "install")
    assert result.exit_code == 1
    assert "No medium found" in result.stderr
    assert not systemctl.file.exists()


@pytest.mark.usefixtures("comes")
def test_what_the_service_will_not_see_of_this_shell_is_said_and_never_written(home, systemctl, monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_secret")
    monkeypatch.setenv("ONESHOT_BUDGET__DAY", "5")
    result = home.run("service", "install")
    assert "oneshot keys set replicate" in result.stderr
    assert "ONESHOT_BUDGET__DAY" in result.stderr
    assert b"r8_secret" not in systemctl.file.read_bytes()
    assert "r8_secret" not in result.output
