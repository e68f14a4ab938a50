"""The configuration file and the places of things."""

from __future__ import annotations

import stat
import sys

import pytest

from bridge.cli.exits import CODES
from bridge.config.load import load_config
from bridge.config.template import default_config_text

SNAR = "pads = ['snar']"


def test_a_configuration_that_is_right_is_said_to_be(home):
    result = home.run("config", "check")
    assert (result.exit_code, result.stdout) == (0, f"{home.config} is right: 3 pads, 1 kits, 0 hosts.\n")


def test_every_mistake_is_listed_with_exit_code_5(home):
    home.write("[pads.snare]\nprompt = 'x'\nbussy = 1\n[kits.b]\npads = ['snar']\n")
    lines = home.config.read_text(encoding="utf-8").splitlines()
    for command in (("config", "check"), ("trigger", "kick"), ("path", "library")):
        result = home.run(*command)
        assert (result.exit_code, result.stdout) == (5, "")
        assert result.stderr.splitlines() == [
            f'pads.snare.bussy: unknown key; did you mean "busy"? (line {lines.index("bussy = 1") + 1})',
            f"kits.b.pads[0]: there is no pad 'snar'; did you mean \"snare\"? (line {lines.index(SNAR) + 1})",
            "  Edit the file with: oneshot config edit",
        ]


def test_a_setting_from_beside_the_file_wins_and_is_shown_with_where_it_was_said(home, monkeypatch):
    monkeypatch.setenv("ONESHOT_BUDGET__DAY", "7")
    monkeypatch.setenv("ONESHOT_BUDGET__MONTH", "70")
    from click.testing import CliRunner

    from bridge.cli import main

    command = ["--config", str(home.config), "-o", "budget.month=60", "-o", "pads.kick.prompt=dull", "config", "show"]
    rows = {line.split()[0]: line for line in CliRunner().invoke(main, command).stdout.splitlines()}
    assert rows["budget.day"].endswith("ONESHOT_BUDGET__DAY")
    assert rows["budget.month"].split()[1:] == ["60.0", "-o", "budget.month=60"]
    assert '"dull"' in rows["pads.kick.prompt"]
    assert "line" in rows["pads.808.prompt"]
    assert "osc.host" not in rows


def test_a_mistake_from_beside_the_file_says_where_it_was_said(home, monkeypatch):
    monkeypatch.setenv("ONESHOT_BUDGT__DAY", "7")
    assert 'budgt: unknown key; did you mean "budget"? (ONESHOT_BUDGT__DAY)' in home.run("config", "check").stderr
    monkeypatch.delenv("ONESHOT_BUDGT__DAY")
    from click.testing import CliRunner

    from bridge.cli import main

    result = CliRunner().invoke(main, ["--config", str(home.config), "-o", "osc.port=many", "-o", "pad", "pads"])
    assert (result.exit_code, result.stdout) == (5, "")
    assert "-o pad: is not PLACE=VALUE" in result.stderr


def test_a_model_that_nobody_knows_is_a_mistake_with_its_line(home):
    home.write("[pads.snare]\nprompt = 'x'\nmodel = 'synht'\n")
    result = home.run("config", "check")
    assert result.exit_code == 5
    assert "pads.snare.model: there is no model 'synht'; did you mean \"synth\"? (line" in result.stderr


def test_a_configuration_that_was_named_must_be_there(home):
    home.config.unlink()
    for command in (("config", "check"), ("pads",)):
        result = home.run(*command)
        assert result.exit_code == 5
        assert "there is no such file" in result.stderr


def test_before_the_first_run_the_defaults_count(home, monkeypatch):
    from click.testing import CliRunner

    from bridge.cli import main

    monkeypatch.setenv("ONESHOT_CONFIG", str(home.folder / "none" / "config.toml"))
    result = CliRunner().invoke(main, ["path", "kit", "main"])
    assert result.exit_code == 0, result.output
    assert result.stdout.rstrip().endswith("main.sfz")
    assert not (home.folder / "none").exists()


def test_the_default_file_can_be_read_and_saved(home):
    result = home.run("config", "show-default")
    assert result.stdout == default_config_text()
    home.config.write_text(result.stdout, encoding="utf-8")
    assert load_config(home.config).pads


@pytest.mark.skipif(sys.platform == "win32", reason="the editor of this test is a shell script")
def test_edit_writes_the_default_first_and_checks_what_was_edited(home, monkeypatch):
    editor = home.folder / "editor"
    editor.write_text('#!/bin/sh\necho "bogus = 1" > "$1.new"; cat "$1" >> "$1.new"; mv "$1.new" "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("VISUAL", str(editor))
    home.config.unlink()
    result = home.run("config", "edit")
    assert result.exit_code == 5
    assert "bogus: unknown key" in result.stderr
    assert home.config.read_text(encoding="utf-8") == "bogus = 1\n" + default_config_text()


def test_every_place_has_its_path(home):
    library = home.library
    expected = {
        ("library",): library, ("state",): home.state, ("config",): home.config,
        ("instrument", "kick"): library / "instruments" / "kick.sfz", ("kit", "main"): library / "kits" / "main.sfz",
    }
    for arguments, place in expected.items():
        result = home.run("path", *arguments)
        assert (result.exit_code, result.stdout) == (0, f"{place}\n"), arguments
    assert home.run("config", "path").stdout == f"{home.config}\n"
    assert str(library) in home.run("path").stdout


def test_a_preset_that_is_not_there_yet_is_said_beside_the_output(home):
    assert "not there yet" in home.run("path", "kit", "main").stderr
    (home.library / "kits").mkdir(parents=True)
    (home.library / "kits" / "main.sfz").touch()
    assert home.run("path", "kit", "main").stderr == ""


@pytest.mark.parametrize("arguments", [("instrument", "kik"), ("kit", "mian"), ("kit", "../../etc/passwd")])
def test_a_place_of_nothing_is_exit_code_3(home, arguments):
    result = home.run("path", *arguments)
    assert (result.exit_code, result.stdout) == (3, "")


def test_a_sample_has_its_path(either, home):
    sample = home.json("trigger", "kick")["jobs"][0]["samples"][0]
    for target in (sample["id"], "kick"):
        assert home.run("path", "sample", target).stdout == f"{sample['file']}\n"


def test_the_help_names_every_exit_code(home):
    shown = home.run("--help").stdout
    for line in CODES.splitlines():
        assert line.strip() in shown


def test_the_version_is_that_of_the_package(home):
    from bridge import __version__

    assert home.run("--version").stdout == f"oneshot {__version__}\n"


def test_the_examples_of_the_house_pass_the_check(home):
    from pathlib import Path

    for example in (Path(__file__).parents[2] / "examples").glob("*.toml"):
        home.config.write_bytes(example.read_bytes())
        assert home.run("config", "check").exit_code == 0, example
