"""What the default install pulls in is what was looked at: the packages, their licences, and in CI their versions."""

from __future__ import annotations

import os
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HOME = Path(__file__).resolve().parents[1]
ROW = re.compile(
    r"^\| (?P<name>[a-z0-9-]+) \| (?P<version>[\d.]+) \| (?P<range>.+?) \| (?P<licence>[^|]+?) \| [\d.]+ \|",
    re.MULTILINE,
)
ALLOWED = {"MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "Apache-2.0 OR BSD-2-Clause", "PSF-2.0",
           "Unlicense", "MPL-2.0", "LGPL-2.1-or-later"}
WORDS = {"MIT": "MIT", "BSD-2-Clause": "BSD", "BSD-3-Clause": "BSD|Redistribution and use in source",
         "Apache-2.0": "Apache", "Unlicense": "unencumbered", "PSF-2.0": "PSF|Python Software Foundation",
         "MPL-2.0": "MPL|Mozilla", "LGPL-2.1-or-later": "LGPL|Lesser General"}
"""What the licence of a package must name itself by, where it does so in words of its own."""

TABLE = {row["name"]: row for row in ROW.finditer((HOME / "docs" / "dependencies.md").read_text(encoding="utf-8"))}
NOT_EVERYWHERE = {"python-rtmidi"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed_by(name: str) -> dict[str, str]:
    """Returns the packages that a distribution needs here, each with the range that it says."""
    needed = (Requirement(text) for text in metadata.distribution(name).requires or ())
    return {plain(one.name): str(one.specifier) for one in needed
            if one.marker is None or one.marker.evaluate({"extra": ""})}


def all_needed(name: str) -> set[str]:
    found, waiting = set(), [name]
    while waiting:
        new = needed_by(waiting.pop()).keys() - found
        found |= new
        waiting += new
    return found


def test_the_table_holds_exactly_what_the_default_install_needs():
    needed = all_needed("oneshot-bridge")
    # Older and newer Pythons need a package more or less.
    assert needed - TABLE.keys() <= {"async-timeout", "exceptiongroup", "colorama"}
    assert TABLE.keys() - needed <= NOT_EVERYWHERE


def test_the_table_says_the_ranges_that_the_package_says():
    for name, said in needed_by("oneshot-bridge").items():
        assert set(TABLE[name]["range"].strip("`").split(",")) == set(said.split(",")), name


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_licence_is_allowed_and_is_what_the_package_says(name):
    licence = TABLE[name]["licence"]
    assert licence in ALLOWED
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        assert name in NOT_EVERYWHERE
        return
    said = " ".join([found.get("License-Expression") or "", found.get("License") or "",
                     *(one for one in found.get_all("Classifier", []) if one.startswith("License"))])
    words = WORDS.get(licence.split(" OR ")[0].replace("MIT-0", "MIT"), licence)
    assert re.search(words, said), f"{name} says {said[:200]!r}"
    assert not re.search(r"(?<!L)(?<!Lesser )\bA?GPL", found.get("License-Expression") or ""), name


def test_ci_installs_the_versions_that_were_looked_at():
    reviewed = dict(line.split("==") for line in (HOME / ".ci" / "reviewed.txt").read_text().split() if "==" in line)
    assert reviewed == {name: row["version"] for name, row in TABLE.items()}
    if os.environ.get("CI") == "true":
        assert {name: metadata.version(name) for name in all_needed("oneshot-bridge") & reviewed.keys()} == {
            name: reviewed[name] for name in all_needed("oneshot-bridge") & reviewed.keys()
        }
