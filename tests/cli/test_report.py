"""`oneshot doctor --report`: what somebody needs who helps, and nothing that nobody may know."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from bridge.service.bundle import homeless, without_secrets
from bridge.service.redact import HIDDEN, Redactor

KEY = 'Planted"Key\\0123'
"""JSON spells two of its letters otherwise."""


@pytest.fixture
def planted(home, monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)

    async def reach():
        return 0.0

    monkeypatch.setattr("bridge.cli.surroundings._reach_replicate", reach)
    monkeypatch.setenv("HOME", str(home.folder))
    (home.state / "logs").mkdir(parents=True)
    (home.state / "logs" / "oneshot.log").write_text(f"sent {KEY} from {home.folder}/x\nthe last line\n")
    home.write(f'[models.box]\nprovider = "cog"\nlike = "musicgen"\nservers = ["http://ada:pass-word@127.0.0.1:1"]\n'
               f"# my key is {KEY}\n")
    return home


def parts_of(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_it_holds_the_checks_the_versions_the_config_and_the_log(planted, tmp_path):
    file = tmp_path / "report.zip"
    result = planted.run("doctor", "--report", str(file))
    assert result.exit_code == 0, result.output
    assert "Look into it first" in result.stdout
    parts = parts_of(file)
    assert set(parts) == {"doctor.json", "versions.json", "config.toml", "log.txt", "jobs.json"}
    assert {"python", "clock", "library", "service", "log"} <= {check["name"] for check in json.loads(
        parts["doctor.json"]
    )}
    assert {"oneshot-bridge", "python", "platform", "numpy", "mido"} <= set(json.loads(parts["versions.json"]))
    assert "[pads.kick]" in parts["config.toml"]
    assert parts["log.txt"].endswith("the last line\n")


def test_no_key_no_password_and_no_home_folder_is_in_it(planted, tmp_path):
    file = tmp_path / "report.zip"
    planted.run("doctor", "--json", "--report", str(file))
    everything = "\n".join(parts_of(file).values())
    for secret in (KEY, json.dumps(KEY)[1:-1], "pass-word", str(planted.folder)):
        assert secret not in everything
    assert f"sent {HIDDEN} from ~/x" in everything


@pytest.mark.parametrize("command", [
    ("doctor",), ("config", "show"), ("models",), ("models", "show", "box"), ("keys", "show"), ("jobs",),
])
@pytest.mark.usefixtures("local")
def test_no_command_shows_a_key_or_a_password(planted, command):
    for form in ((), ("--json",)):
        said = planted.run(*command, *form).output
        assert not [secret for secret in (KEY, json.dumps(KEY)[1:-1], "pass-word") if secret in said]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_only_the_user_may_read_it(planted, tmp_path):
    file = tmp_path / "report.zip"
    planted.run("doctor", "--report", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_place_that_can_not_be_written_is_an_error_with_a_cure(planted, tmp_path):
    result = planted.run("doctor", "--report", str(tmp_path / "nowhere" / "report.zip"))
    assert result.exit_code == 1
    assert "can't be written" in result.stderr


def test_a_config_with_mistakes_is_reported_too(planted, tmp_path):
    planted.config.write_text("[pads.snare]\nbussy = 1\n")
    file = tmp_path / "report.zip"
    assert planted.run("doctor", "--report", str(file)).exit_code == 1
    assert "bussy" in parts_of(file)["config.toml"]


def test_a_store_of_another_kind_costs_its_part_and_not_the_report(planted, tmp_path):
    store = planted.state / "libraries" / "x" / "store.sqlite"
    store.parent.mkdir(parents=True)
    store.write_bytes(b"no database at all" * 100)
    file = tmp_path / "report.zip"
    planted.run("doctor", "--report", str(file))
    assert "not a database" in parts_of(file)["jobs.json"]


def test_secrets_are_found_in_every_corner_of_a_value():
    redact = homeless(Redactor(lambda: [KEY]), Path("/home/ada"))
    value = {"a": [KEY, {"b": f"x{KEY}"}], KEY: "/home/ada/Music", "n": 1}
    assert without_secrets(value, redact) == {"a": [HIDDEN, {"b": f"x{HIDDEN}"}], HIDDEN: "~/Music", "n": 1}
