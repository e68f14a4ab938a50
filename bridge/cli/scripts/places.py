"""Knows the folders of each system in which hosts look for scripts."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import platformdirs

from bridge.cli.scripts.shelf import Script, SystemName
from bridge.errors import BridgeError

_VARIABLE = re.compile(r"%(\w+)%|\$(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Holds what a folder's name depends on; `moved` are folders that the user may keep elsewhere (`~/Documents`)."""

    name: SystemName
    home: Path
    variables: Mapping[str, str]
    moved: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def here(cls) -> Self:
        """Returns this computer."""
        name: SystemName = "windows" if os.name == "nt" else "macos" if sys.platform == "darwin" else "linux"
        moved = {}
        if name == "windows":  # often in OneDrive, and hosts ask Windows where they are
            moved = {"~/Documents": platformdirs.user_documents_path(), "~/Music": platformdirs.user_music_path()}
        return cls(name=name, home=Path.home(), variables=os.environ, moved=moved)

    def folder(self, script: Script) -> Path | None:
        """Returns where the script of a host goes; None where the host does not exist on this system.

        Raises BridgeError where a variable that the folder's name needs is not set.
        """
        written = script.about.folders.get(self.name)
        return None if written is None else self._expanded(written, script.about.title)

    def _expanded(self, written: str, title: str) -> Path:
        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            if name not in self.variables:
                raise BridgeError(
                    f"The folder of {title} can't be found: {name} is not set.", "Say where it is: --folder PATH"
                )
            return self.variables[name]

        for place, really in self.moved.items():
            if written == place or written.startswith(f"{place}/"):
                return really / written[len(place) + 1 :]
        text = _VARIABLE.sub(value, written)
        return _newest(self.home / text[2:] if text.startswith("~/") else Path(text))


def _newest(folder: Path) -> Path:
    """Returns the last of the folders that a name with `*` fits, as of `V3.4` and `V3.5`, or where it would be made;
    the name itself where there is none."""
    if "*" not in str(folder):
        return folder
    inside = folder.relative_to(folder.anchor).as_posix()
    above = folder.parent.relative_to(folder.anchor).as_posix()
    found = list(Path(folder.anchor).glob(inside)) or [one / folder.name for one in Path(folder.anchor).glob(above)]
    return max(found, key=lambda one: [int(number) for number in re.findall(r"\d+", str(one))], default=folder)
