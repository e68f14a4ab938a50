"""The pages that people read say what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bridge.cli import main
from bridge.config.load import config_of
from bridge.config.schema import Pad
from bridge.models.catalogue.rows import catalogue, rows
from bridge.models.catalogue.words import table
from bridge.osc.addresses import reference

HOME = Path(__file__).parents[1]
README = (HOME / "README.md").read_text(encoding="utf-8")
FOLDERS = ("", "docs/", "daw_scripts/", "daw_scripts/*/")
PAGES = sorted(page for folder in FOLDERS for page in HOME.glob(f"{folder}*.md"))

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = [content for _, content in FENCED.findall(README)] + re.findall(r"`([^`\n]+)`", FENCED.sub("", README))
TABLE_OF_COMMANDS = [line for line in README.splitlines() if line.startswith("| `oneshot ")]
TOML = [content for language, content in FENCED.findall(README) if language == "toml"]

LINKS = [
    (page.relative_to(HOME).as_posix(), link)
    for page in PAGES
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", page.read_text(encoding="utf-8")))
    if not re.match(r"[a-z]+:", link)
]


def test_the_osc_page_is_made_from_the_table_of_addresses():
    assert (HOME / "docs" / "osc.md").read_text(encoding="utf-8") == reference()


def test_the_page_of_the_models_shows_the_catalogue():
    assert table(catalogue()) in (HOME / "docs" / "models.md").read_text(encoding="utf-8")


def test_the_rows_and_pads_on_the_page_of_the_models_are_right():
    page = (HOME / "docs" / "models.md").read_text(encoding="utf-8")
    blocks = [content for language, content in FENCED.findall(page) if language == "toml"]
    for block in blocks:
        config = config_of(tomllib.loads(block))
        known = rows(config.models)
        for pad in config.pads.values():
            assert pad.inputs.keys() <= known[pad.model].options.keys()
    assert len(blocks) == 4


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_stands_in_the_table_of_the_readme(command):
    named = re.findall(r"`(?:oneshot )?([a-z-]+)", " ".join(line.split(" | ")[0] for line in TABLE_OF_COMMANDS))
    assert command in named


def test_every_command_that_the_readme_names_exists():
    named = {name for code in CODE for name in re.findall(r"\boneshot ([a-z][a-z-]*)", code)}
    assert named <= set(main.commands)
    assert "run" in named


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_leads_to_a_file_that_exists(page, link):
    assert (HOME / page).parent.joinpath(link.partition("#")[0]).exists()


def test_the_pages_with_links_are_the_ones_that_people_read():
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/osc.md", "daw_scripts/README.md"} <= {
        page.relative_to(HOME).as_posix() for page in PAGES
    }
    assert len(LINKS) > 5


def test_the_readme_shows_settings():
    assert TOML


@pytest.mark.parametrize("block", TOML)
def test_the_settings_in_the_readme_are_right(block):
    shown = tomllib.loads(block)
    for pad in shown.get("pads", {}).values():
        Pad.model_validate(pad)


def test_the_settings_on_the_page_of_midi_are_right_and_its_tables_are_the_defaults():
    page = (HOME / "docs" / "midi.md").read_text(encoding="utf-8")
    blocks = [content for language, content in FENCED.findall(page) if language == "toml"]
    assert len(blocks) == 4
    for block in blocks:
        config_of(tomllib.loads(block))
    shown = config_of({}).midi
    for source, meaning in (*shown.actions.items(), *shown.controls.items()):
        if source != "program":
            (row,) = [line for line in page.splitlines() if line.startswith(f"| {source.upper()}")]
            assert meaning in row
