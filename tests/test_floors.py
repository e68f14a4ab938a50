"""The house has floors: a part imports from floors below its own, never from above or beside."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bridge

HOUSE = Path(bridge.__file__).parent

FLOORS = (
    ("errors", "units", "audio", "disk"),
    ("domain",),
    ("sound", "instruments", "osc", "midi", "surfaces", "config"),
    ("ports", "store", "workers"),
    ("models", "prompts", "library", "shaping"),
    ("jobs", "packs"),
    ("triggers", "feedback", "player", "service", "web"),
    ("app", "doors"),
    ("daemon", "cli", "__main__"),
)
FLOOR_OF = {place: floor for floor, places in enumerate(FLOORS) for place in places}

BESIDE = {("audio", "errors"), ("audio", "units"), ("store", "ports"), ("workers", "ports"), ("app", "doors"),
          ("cli", "daemon"), ("__main__", "cli")}
"""The neighbours that may be used: the ground floor's own order, the ports by those who implement them."""

MODULES = sorted(path.relative_to(HOUSE) for path in HOUSE.rglob("*.py") if "daw_scripts" not in path.parts)


def imports_of(module: Path) -> Iterator[tuple[int, str]]:
    """Yields the line and the name of everything of the bridge that a module imports, wherever in it."""
    for node in ast.walk(ast.parse((HOUSE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.lineno, ("." * node.level) + (node.module or "")
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_from_lower_floors(module: Path) -> None:
    place = module.parts[0].removesuffix(".py")
    if place == "__init__":
        return
    assert place in FLOOR_OF, f"bridge/{module} stands on no floor: name it in FLOORS"
    for line, name in imports_of(module):
        if not name.startswith("bridge."):
            assert not name.startswith("."), f"bridge/{module}:{line} imports relatively"
            continue
        other = name.split(".")[1]
        allowed = FLOOR_OF[other] < FLOOR_OF[place] or other == place or (place, other) in BESIDE
        assert allowed, f"bridge/{module}:{line} imports {name}, which is not below it"


def test_every_place_has_a_floor_and_every_named_module_exists() -> None:
    present = {path.relative_to(HOUSE).parts[0].removesuffix(".py") for path in HOUSE.rglob("*.py")} - {"__init__"}
    assert present - {"daw_scripts"} == set(FLOOR_OF)
