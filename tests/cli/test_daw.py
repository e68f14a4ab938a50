"""Scripts go into hosts and come out of them again, and nothing else of the user's is touched."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.scripts import installing, startup
from bridge.cli.scripts.installing import Setting, carry_out, installation
from bridge.cli.scripts.places import System
from bridge.cli.scripts.receipt import digest
from bridge.cli.scripts.shelf import SYSTEM_NAMES, scripts, shelf
from bridge.errors import BridgeError

SCRIPTS = scripts(Path(__file__).parents[2] / "daw_scripts")
LINE = 'pcall(dofile, reaper.GetResourcePath() .. "/Scripts/oneshot_bridge.lua")'
BLOCK = f"-- Oneshot Bridge: begin\n{LINE}\n-- Oneshot Bridge: end\n"
SCRIPT = (shelf() / "reaper" / "oneshot_bridge.lua").read_bytes()


@pytest.fixture
def reaper(home, tmp_path, monkeypatch):
    """REAPER's folder of scripts, as it is after REAPER ran once."""
    resources = tmp_path / "REAPER"
    for name in ("HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(System, "here", lambda: System(
        name="windows", home=tmp_path, variables={"APPDATA": str(tmp_path)}
    ))
    (resources / "Scripts").mkdir(parents=True)
    return resources / "Scripts"


def put(script, **changes):
    """Returns a script that is described otherwise."""
    return replace(script, about=script.about.model_copy(update=changes))


def files(folder):
    """Returns everything below a folder, and what it holds."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- installing --------------------------------------------------------------------------------------------------


def test_a_script_lies_where_its_host_looks_for_it_and_knows_the_library(home, reaper):
    result = home.run("daw", "install", "reaper")
    assert result.exit_code == 0, result.output
    there = files(reaper)
    assert there["oneshot_bridge.lua"] == SCRIPT
    assert there["oneshot_bridge.settings"].decode().splitlines()[0] == f"library\t{home.library}"
    assert there["__startup.lua"].decode() == BLOCK
    assert "Left for you: Start REAPER again" in result.stdout


def test_the_settings_hold_the_port_that_the_config_names(home, reaper):
    home.config.write_text(home.config.read_text().replace("[osc]\nport = 0", "[osc]\nport = 4321"))
    home.run("daw", "install", "reaper")
    assert (reaper / "oneshot_bridge.settings").read_text() == f"library\t{home.library}\nosc_port\t4321\n"


def test_installing_twice_is_installing_once(home, reaper):
    home.run("daw", "install", "reaper")
    before = {path: path.stat().st_mtime_ns for path in reaper.rglob("*")}
    result = home.run("daw", "install", "reaper")
    assert "All is as it should be" in result.stderr
    assert {path: path.stat().st_mtime_ns for path in reaper.rglob("*")} == before


def test_a_dry_run_says_all_and_does_nothing(home, reaper):
    answer = home.json("daw", "install", "reaper", "--dry-run")
    assert str(reaper / "oneshot_bridge.lua") in answer["changed"]
    assert (files(reaper), answer["dry_run"]) == ({}, True)
    assert home.run("daw", "uninstall", "reaper").stderr == "Nothing is installed for REAPER.\n"


def test_a_newer_version_takes_the_place_of_an_untouched_older_one(home, reaper):
    home.run("daw", "install", "reaper")
    receipt = home.state / "daw" / "reaper.json"
    old = b"-- an older version\n"
    (reaper / "oneshot_bridge.lua").write_bytes(old)
    (reaper / "gone.lua").write_bytes(old)
    known = json.loads(receipt.read_text())
    for name in ("oneshot_bridge.lua", "gone.lua"):
        known["files"][str(reaper / name)] = [digest(old)]
    receipt.write_text(json.dumps(known))
    rows = {row["host"]: row["script"] for row in home.json("daw", "list")["hosts"]}
    assert rows["reaper"].endswith(", not up to date")
    assert home.run("daw", "install", "reaper").exit_code == 0
    assert sorted(path.name for path in reaper.iterdir()) == [
        "Oneshot Bridge", "__startup.lua", "oneshot_bridge.lua", "oneshot_bridge.settings", "oneshot_bridge_ask.lua",
    ]  # fmt: skip
    assert (reaper / "oneshot_bridge.lua").read_bytes() == SCRIPT


def test_every_pad_has_its_action_and_a_pad_that_goes_takes_it_along(home, reaper):
    def actions():
        made = (path.stem for path in (reaper / "Oneshot Bridge").glob("* - trigger *.lua"))
        return sorted(name.rpartition("trigger ")[2] for name in made if "selected" not in name)

    home.run("daw", "install", "reaper")
    assert actions() == ["808", "bell", "kick"]
    text = home.config.read_text()
    home.config.write_text(text.replace("[pads.bell]", "[pads.gong]").replace('"bell"', '"gong"'))
    assert "not up to date" in home.run("daw", "list").stdout
    home.run("daw", "install", "reaper")
    assert actions() == ["808", "gong", "kick"]
    assert '("trigger", "gong")' in (reaper / "Oneshot Bridge" / "Oneshot Bridge - trigger gong.lua").read_text()


def test_a_file_that_the_user_changed_or_brought_is_not_overwritten_without_a_word(home, reaper):
    (reaper / "oneshot_bridge.lua").write_text("-- mine")
    result = home.run("daw", "install", "reaper")
    assert result.exit_code == 1
    assert str(reaper / "oneshot_bridge.lua") in result.stderr
    assert "oneshot daw install reaper --force" in result.stderr
    assert files(reaper) == {"oneshot_bridge.lua": b"-- mine"}
    assert home.run("daw", "install", "reaper", "--force").exit_code == 0
    assert (reaper / "oneshot_bridge.lua").read_bytes() == SCRIPT


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_never_written_through_not_even_by_force(home, reaper, tmp_path):
    mine = tmp_path / "mine.lua"
    mine.write_text("-- mine")
    (reaper / "oneshot_bridge.lua").symlink_to(mine)
    assert home.run("daw", "install", "reaper", "--force").exit_code == 1
    assert mine.read_text() == "-- mine"
    assert (reaper / "oneshot_bridge.lua").is_symlink()


def test_another_folder_is_remembered_and_moving_leaves_nothing_behind(home, reaper, tmp_path):
    other = tmp_path / "Portable REAPER" / "Scripts"
    other.parent.mkdir()
    home.run("daw", "install", "reaper")
    assert home.json("daw", "install", "reaper", "--folder", str(other))["folder"] == str(other)
    assert files(reaper) == {}
    assert "oneshot_bridge.lua" in files(other)
    assert home.json("daw", "install", "reaper")["folder"] == str(other)
    home.run("daw", "uninstall", "reaper")
    assert not other.exists()


def test_a_host_that_is_not_there_is_said_with_the_cure(home, reaper):
    reaper.rmdir()
    reaper.parent.rmdir()
    result = home.run("daw", "install", "reaper")
    assert result.exit_code == 1
    assert "REAPER was not found" in result.stderr
    assert "--folder PATH" in result.stderr


def test_an_unknown_host_is_said_with_the_nearest(home):
    result = home.run("daw", "install", "reper")
    assert (result.exit_code, "Did you mean reaper?" in result.stderr) == (3, True)


def test_a_crash_in_the_middle_of_an_upgrade_leaves_nothing_that_could_not_be_upgraded(home, reaper, monkeypatch):
    home.run("daw", "install", "reaper")
    (reaper / "oneshot_bridge.settings").unlink()
    written = []

    def dying(move):
        if written:
            raise KeyboardInterrupt
        written.append(move)
        really(move)

    really = installing._carry_out
    monkeypatch.setattr(installing, "_carry_out", dying)
    home.run("daw", "install", "reaper")
    monkeypatch.setattr(installing, "_carry_out", really)
    assert home.run("daw", "install", "reaper").exit_code == 0
    assert home.run("daw", "uninstall", "reaper").exit_code == 0
    assert files(reaper) == {}


# --- taking away -------------------------------------------------------------------------------------------------


def test_what_was_installed_is_taken_away_and_all_else_stays(home, reaper):
    (reaper / "mine.lua").write_text("-- mine")
    home.run("daw", "install", "reaper")
    assert home.run("daw", "uninstall", "reaper").exit_code == 0
    assert files(reaper) == {"mine.lua": b"-- mine"}
    assert not (home.state / "daw" / "reaper.json").exists()


def test_what_the_user_changed_is_not_taken_away_without_a_word(home, reaper):
    home.run("daw", "install", "reaper")
    (reaper / "oneshot_bridge.lua").write_bytes(SCRIPT.replace(b"CREATE_TRACKS = true", b"CREATE_TRACKS = false"))
    result = home.run("daw", "uninstall", "reaper")
    assert result.exit_code == 1
    assert "oneshot daw uninstall reaper --force" in result.stderr
    assert "oneshot_bridge.settings" in files(reaper)
    assert home.run("daw", "uninstall", "reaper", "--force").exit_code == 0
    assert files(reaper) == {}


def test_a_name_that_no_host_has_reads_and_removes_nothing(home, tmp_path):
    (home.state / "daw").mkdir(parents=True)
    (home.state / "x.json").write_text("{}")
    result = home.run("daw", "uninstall", "../x")
    assert (result.exit_code, "can't be a host" in result.stderr) == (1, True)
    assert (home.state / "x.json").exists()


# --- the start-up file -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "own", [b"-- mine\nreturn 1", b"-- mine\r\nfoo()\r\n", b"\xef\xbb\xbf-- mine\n", b"\xff\n", b""]
)
def test_the_users_start_up_file_gets_the_line_and_comes_back_as_it_was(home, reaper, own):
    file = reaper / "__startup.lua"
    file.write_bytes(own)
    file.chmod(0o640)
    home.run("daw", "install", "reaper")
    assert file.read_bytes().count(LINE.encode()) == 1
    assert file.read_bytes().endswith(own.removeprefix(b"\xef\xbb\xbf"))
    assert file.stat().st_mode & 0o777 == 0o640
    home.run("daw", "uninstall", "reaper")
    assert file.read_bytes() == own


def test_a_line_that_the_user_wrote_is_not_doubled_and_stays(home, reaper):
    own = f"foo()\n{LINE}\n".encode()
    (reaper / "__startup.lua").write_bytes(own)
    result = home.run("daw", "install", "reaper")
    assert "has the line already" in result.stderr
    home.run("daw", "uninstall", "reaper")
    assert files(reaper) == {"__startup.lua": own}


def test_a_block_that_the_user_changed_is_theirs(home, reaper):
    home.run("daw", "install", "reaper")
    file = reaper / "__startup.lua"
    changed = file.read_text().replace("pcall", "xpcall")
    file.write_text(changed)
    assert home.run("daw", "uninstall", "reaper").exit_code == 1
    assert file.read_text() == changed


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_start_up_file_that_is_kept_elsewhere_is_changed_there(home, reaper, tmp_path):
    kept = tmp_path / "dotfiles.lua"
    kept.write_text("-- mine\n")
    (reaper / "__startup.lua").symlink_to(kept)
    home.run("daw", "install", "reaper")
    assert kept.read_text() == f"{BLOCK}-- mine\n"
    home.run("daw", "uninstall", "reaper")
    assert kept.read_text() == "-- mine\n"
    assert (reaper / "__startup.lua").is_symlink()


@given(st.binary(max_size=80) | st.text(alphabet="-\r\n aé", max_size=40).map(str.encode))
def test_taking_the_block_out_gives_any_file_back(content):
    text = startup.block(LINE, ".lua")
    put = startup.with_block(content, text, ".lua")
    assert startup.found_in(put, ".lua") == text
    assert startup.with_block(put, text, ".lua") == put
    assert startup.without(put, ".lua") == content


# --- places ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SYSTEM_NAMES)
@pytest.mark.parametrize("host", SCRIPTS)
def test_every_host_has_a_whole_path_on_every_system_or_does_not_exist_there(host, name):
    variables = {name: f"/{name}" for name in ("APPDATA", "LOCALAPPDATA", "USERPROFILE", "ProgramFiles", "HOME")}
    folder = System(name=name, home=Path("/home/ada"), variables=variables).folder(SCRIPTS[host])
    if name in SCRIPTS[host].about.folders:
        assert folder.is_absolute()
        assert not {"%", "$", "~"} & set(str(folder))
    else:
        assert folder is None


@pytest.mark.parametrize("host", SCRIPTS)
def test_every_script_has_a_page_with_the_same_headings(host):
    page = (SCRIPTS[host].source / "README.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## Install", "## Use", "## Limits", "## Proven",
    ]  # fmt: skip


def test_a_variable_that_is_not_set_is_said():
    with pytest.raises(BridgeError, match="APPDATA is not set"):
        System(name="windows", home=Path("/home/ada"), variables={}).folder(SCRIPTS["reaper"])


def test_of_several_versions_the_last_is_taken_and_of_none_the_name_is_said(tmp_path):
    script = put(SCRIPTS["reaper"], folders={"linux": "~/Host/V3.*/Tools"})
    system = System(name="linux", home=tmp_path, variables={})
    assert system.folder(script) == tmp_path / "Host" / "V3.*" / "Tools"
    for version in ("V3.4.3", "V3.10.0", "V3.5.1"):
        (tmp_path / "Host" / version).mkdir(parents=True)
    assert system.folder(script) == tmp_path / "Host" / "V3.10.0" / "Tools"
    (tmp_path / "Host" / "V3.5.1" / "Tools").mkdir()
    assert system.folder(script) == tmp_path / "Host" / "V3.5.1" / "Tools"


@pytest.mark.parametrize("makes", [True, False])
def test_a_place_is_made_only_for_a_host_that_does_not_make_it_itself(tmp_path, makes):
    script = put(SCRIPTS["reaper"], folders={"linux": "~/lib/host/extra"}, make_folder=makes)
    system = System(name="linux", home=tmp_path, variables={})
    setting = Setting(library=tmp_path, osc_port=9127, pads=())
    if not makes:
        with pytest.raises(BridgeError, match="was not found"):
            installation(script, system, tmp_path / "state", setting)
        return
    carry_out(installation(script, system, tmp_path / "state", setting), tmp_path / "state")
    assert (tmp_path / "lib" / "host" / "extra" / "oneshot_bridge.lua").exists()


def test_the_documents_are_where_windows_keeps_them():
    script = put(SCRIPTS["reaper"], folders={"windows": "~/Documents/Host/Scripts"})
    moved = {"~/Documents": Path("/cloud/Documents")}
    system = System(name="windows", home=Path("/home/ada"), variables={}, moved=moved)
    assert system.folder(script) == Path("/cloud/Documents/Host/Scripts")


# --- looking -----------------------------------------------------------------------------------------------------


def test_the_list_names_every_script_and_where_it_is(home, reaper):
    home.run("daw", "install", "reaper")
    rows = {row["host"]: row for row in home.json("daw", "list")["hosts"]}
    assert set(rows) == set(SCRIPTS)
    assert (rows["reaper"]["title"], rows["reaper"]["folder"]) == ("REAPER", str(reaper))
    assert "REAPER" in home.run("daw", "list").stdout


def test_the_status_shows_what_waits_and_what_failed_with_its_reason(either, home, reaper, engine):
    home.run("daw", "install", "reaper")
    engine.deliver("reaper", 1)
    engine._settle("reaper", 1, "failed", "there is no track named kick")
    engine.deliver("studio", 1)
    rows = {row["host"]: row for row in home.json("daw", "status")["hosts"]}
    assert rows["reaper"]["failed"] == {"kick": "there is no track named kick"}
    assert (rows["studio"]["script"], rows["studio"]["waiting"]) == ("", ["kick"])
    result = home.run("daw", "status")
    assert "reaper could not load kick: there is no track named kick" in result.stderr
    assert "not from here" in result.stdout


def test_a_status_with_nothing_to_show_says_so(either, home, reaper):
    assert home.run("daw", "status").stderr == "No script is installed, and no host has come. See: oneshot daw list\n"

