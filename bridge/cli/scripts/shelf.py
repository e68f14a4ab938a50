"""Reads the scripts that travel with the bridge: a folder for each host, described by its `host.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

import bridge
from bridge.cli.scripts.startup import COMMENTS
from bridge.errors import BridgeError, unknown

SystemName = Literal["windows", "macos", "linux"]
DESCRIPTION = "host.toml"
SETTINGS = "oneshot_bridge.settings"
"""The file by which a script knows the library; the installer writes it, and no script brings one along."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Startup(_Table):
    """Describes a line for a host's own start-up file, which lies in the same folder as the script."""

    file: str
    line: str


class Made(_Table):
    """Describes files that are made from a template, one for each of some names or for every pad of the config:
    `{name}` in the template and in the name of the file is that name."""

    template: str
    file: str
    names: Literal["pads"] | tuple[str, ...]


class Description(_Table):
    """Holds what a `host.toml` says: where the `files` beside it go on each system, and the `step` that is left to the
    user. `~`, `%NAME%` and `$NAME` in a folder are replaced, with `*` the last that fits is taken; a system without a
    folder is one without the host. `make_folder` says that the host does not make the place itself: where there is
    none, others are taken not to be installed."""

    title: str
    versions: str
    files: tuple[str, ...]
    step: str
    folders: dict[SystemName, str]
    make_folder: bool = False
    startup: Startup | None = None
    made: tuple[Made, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Holds a host's script: the host's name, the folder it travels in, and what that folder says of it."""

    host: str
    source: Path
    about: Description

    def contents(self, settings: bytes, pads: tuple[str, ...]) -> dict[Path, bytes]:
        """Returns what is to lie in the host's folder, by its path in there. Waits for the disk."""
        found = {path: (self.source / path).read_bytes() for name in self.about.files for path in self._below(name)}
        for made in self.about.made:
            template = (self.source / made.template).read_bytes()
            for name in pads if made.names == "pads" else made.names:
                found[Path(made.file.replace("{name}", name))] = template.replace(b"{name}", name.encode())
        return found | {folder / SETTINGS: settings for folder in self._entries()}

    def _below(self, name: str) -> Iterator[Path]:
        """Yields the files that a name of `files` means; a folder means all that was written into it."""
        found = self.source / name
        if not found.is_dir():
            yield Path(name)
            return
        for path in sorted(found.rglob("*")):
            inside = path.relative_to(self.source)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside.parts):
                yield inside

    def _entries(self) -> Iterator[Path]:
        """Yields the folders where a script looks for its settings: its own, or that in which it lies."""
        for name in self.about.files:
            yield Path(name) if (self.source / name).is_dir() else Path(name).parent


def shelf() -> Path:
    """Returns the folder with the scripts: in the package, or beside it where the bridge runs from its sources."""
    package = Path(bridge.__file__).parent
    packed = package / "daw_scripts"
    return packed if packed.is_dir() else package.parent / "daw_scripts"


def scripts(folder: Path | None = None) -> Mapping[str, Script]:
    """Returns every script by the name of its host; raises BridgeError for a description that is wrong."""
    found = sorted((folder or shelf()).glob(f"*/{DESCRIPTION}"))
    return {path.parent.name: _script(path) for path in found}


def script_of(host: str) -> Script:
    """Returns the script of a host; raises NotFoundError with the nearest name for one that has none."""
    known = scripts()
    if host not in known:
        raise unknown("script for a host named", host, known)
    return known[host]


def _script(path: Path) -> Script:
    try:
        about = Description.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise BridgeError(f"{path} is wrong: {problem}") from problem
    wanted = [*about.files, *(made.template for made in about.made)]
    if missing := [name for name in wanted if not (path.parent / name).exists()]:
        raise BridgeError(f"{path} names {', '.join(missing)}, and there is none.")
    if about.startup is not None and Path(about.startup.file).suffix not in COMMENTS:
        raise BridgeError(f"{path} has a start-up file whose comments are not known: {about.startup.file}.")
    return Script(host=path.parent.name, source=path.parent, about=about)


SYSTEM_NAMES: tuple[SystemName, ...] = get_args(SystemName)
