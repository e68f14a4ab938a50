"""What users install is what stands here, and nothing besides: the built wheel against the sources."""

from __future__ import annotations

import os
import re
from importlib.metadata import distribution, entry_points
from pathlib import Path

import pytest

import bridge

SOURCES = Path(__file__).resolve().parents[1]
PACKAGE = Path(bridge.__file__).resolve().parent
DAW_SCRIPTS = sorted(
    path.relative_to(SOURCES).as_posix() for path in (SOURCES / "daw_scripts").rglob("*") if path.is_file()
)


@pytest.fixture(autouse=True, scope="module")
def _an_installed_wheel() -> None:
    if PACKAGE == SOURCES / "bridge":
        reason = "bridge is imported from its sources, not from a wheel; `make test` builds and installs one"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def modules(package: Path) -> dict[str, bytes]:
    """Returns the Python files of a package by their path in it."""
    return {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in package.rglob("*.py") if "daw_scripts" not in path.relative_to(package).parts
    }


def test_the_package_under_test_is_the_one_of_the_installed_distribution():
    # Not "outside the repository": the environment that `make` builds lies in it.
    assert not PACKAGE.is_relative_to(SOURCES / "bridge")
    assert PACKAGE.parent == Path(distribution("oneshot-bridge").locate_file("")).resolve()


def test_the_installed_modules_are_those_of_the_sources():
    installed, here = modules(PACKAGE), modules(SOURCES / "bridge")
    assert set(installed) == set(here)
    assert [name for name in here if installed[name] != here[name]] == [], "the wheel is older than the sources"


@pytest.mark.parametrize("path", DAW_SCRIPTS)
def test_the_scripts_for_hosts_travel_with_the_package(path):
    assert (PACKAGE / path).read_bytes() == (SOURCES / path).read_bytes()


def test_there_are_scripts_for_hosts():
    assert {"daw_scripts/README.md", "daw_scripts/reaper/oneshot_bridge.lua"} <= set(DAW_SCRIPTS)


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("console_scripts", "oneshot", "bridge.cli:main"),
        ("oneshot_bridge.models", "synth", "bridge.models.synth:open_model"),
        ("oneshot_bridge.midi_devices", "generic", "bridge.midi.devices.generic:open_device"),
        ("oneshot_bridge.formats", "sfz", "bridge.instruments.formats.sfz:SFZ"),
    ],
)
def test_the_command_and_the_built_in_plug_ins_are_declared_and_load(group, name, value):
    (found,) = entry_points(group=group, name=name)
    assert found.value == value
    found.load()


def test_nothing_but_the_package_and_its_command_is_installed():
    files = distribution("oneshot-bridge").files
    assert files
    outside = [file for file in files if file.parts[0] == ".."]
    assert {file.stem for file in outside} == {"oneshot"}
    folders = {file.parts[0] for file in files} - {"..", "bridge"}
    assert all(folder.startswith("oneshot_bridge-") and folder.endswith(".dist-info") for folder in folders), folders
    assert not [file for file in files if {"tests", "examples"} & set(file.parts)]


def test_the_wheel_holds_no_remains_no_secrets_and_nothing_that_runs_by_itself():
    files = [file for file in distribution("oneshot-bridge").files or ()
             if file.parts[0] != ".." and "__pycache__" not in file.parts]
    remains = {".pyc", ".orig", ".rej", ".bak", ".log", ".sqlite", ".pem", ".key", ".env", ".so", ".dll", ".exe",
               ".zip", ".pth"}
    assert [str(file) for file in files if file.suffix in remains or file.name.startswith(".")] == []
    sources = {str(path.relative_to(SOURCES)) for path in (SOURCES / "bridge").rglob("*") if path.is_file()} | {
        f"bridge/{path}" for path in DAW_SCRIPTS
    }
    assert [str(file) for file in files if file.parts[0] == "bridge" and str(file) not in sources] == []
    assert sum(file.locate().stat().st_size for file in files) < 6_000_000
    private = re.compile(rb"r8_[A-Za-z0-9]{30}|BEGIN [A-Z ]*PRIVATE KEY|/(home|Users|tmp|root)/[a-z]+/(?!Music)")
    ours = [file for file in files if file.parts[0] == "bridge"]
    assert [str(file) for file in ours if private.search(file.locate().read_bytes())] == []
