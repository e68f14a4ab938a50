"""The command that writes layouts: for the pads of the configuration, with the ports that both sides use."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bridge.cli import main
from bridge.config.template import toml_value


@pytest.fixture
def config(tmp_path):
    """Returns a function that writes a configuration with these OSC settings, and its path."""

    def write(osc):
        path = tmp_path / "config.toml"
        path.write_text(
            f"state_folder = {toml_value(tmp_path / 'state')}\n[library]\nfolder = {toml_value(tmp_path / 'library')}\n"
            f"{osc}\n[pads.kick]\nprompt = 'deep kick'\n[pads.bell]\nprompt = 'glassy bell'\n"
            "[kits.main]\npads = ['kick']\n",
            encoding="utf-8",
        )
        return path

    return write


def run(config, *arguments):
    return CliRunner().invoke(main, ["--config", str(config), "surface", "export", *map(str, arguments)],
                              prog_name="oneshot")


def test_a_session_is_written_with_the_pads_and_ports_of_the_configuration(config, tmp_path):
    file = tmp_path / "my.json"
    result = run(config("[osc]\nport = 9555"), "-o", file, "--port", 8123)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{file}\n"
    text = file.read_text(encoding="utf-8")
    pages, *_ = json.loads(text)["content"]["widgets"]
    assert [[pad["id"] for pad in tab["widgets"]] for tab in pages["tabs"]] == [["main_kick_pad"], ["others_bell_pad"]]
    assert "'127.0.0.1:9555', '/oneshot/subscribe', {type: 'i', value: 8123}" in json.loads(text)["content"]["onCreate"]


def test_the_file_is_named_after_its_format_and_lies_here(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(config(""), "--format", "touchosc").exit_code == 0
    assert (tmp_path / "oneshot.tosc").read_bytes()[:1] == b"x"
    assert run(config("")).exit_code == 0
    assert (tmp_path / "oneshot.json").exists()


@pytest.mark.parametrize(("listens", "reached"), [("0.0.0.0", "127.0.0.1"), ("192.168.1.7", "192.168.1.7")])
def test_a_surface_looks_for_the_bridge_where_it_listens(config, tmp_path, listens, reached):
    result = run(config(f"[osc]\nhost = '{listens}'\nallow = ['10.0.0.1']"), "-o", tmp_path / "x.json", "--json")
    assert json.loads(result.stdout)["host"] == reached
    assert f"'{reached}:9127'" in (tmp_path / "x.json").read_text(encoding="utf-8")
    told = run(config(""), "-o", tmp_path / "x.json", "--json", "--host", "10.0.0.2")
    assert json.loads(told.stdout) == {"path": str(tmp_path / "x.json"), "host": "10.0.0.2", "port": 9127,
                                       "listens": 8080}


@pytest.mark.parametrize("osc", ["[osc]\nport = 0", "[osc]\nenabled = false"])
def test_a_bridge_without_an_osc_port_of_its_own_has_no_surface(config, tmp_path, osc):
    result = run(config(osc), "-o", tmp_path / "x.json")
    assert result.exit_code != 0
    assert "under [osc]" in result.stderr
    assert not (tmp_path / "x.json").exists()


def test_a_wrong_format_names_the_nearest(config, tmp_path):
    result = run(config(""), "--format", "touchocs", "-o", tmp_path / "x")
    assert "Did you mean touchosc?" in result.stderr


def test_a_folder_that_is_not_there_is_said_plainly(config, tmp_path):
    result = run(config(""), "-o", tmp_path / "no" / "x.json")
    assert result.exit_code != 0
    assert "can't be written" in result.stderr
