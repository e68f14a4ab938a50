"""Changes one setting in the user's file and leaves the rest as it stands: comments, order, blank lines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bridge.config.load import Source
from bridge.errors import ConfigError


def set_in_file(path: Path, place: tuple[str, ...], value: Any) -> None:
    """Writes a value at a place of the file, which is replaced as a whole.

    Raises ConfigError where the file can't be read or written, or would be wrong with the new value; then it is as it
    was.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
        table: Any = document
        for part in place[:-1]:
            table = table.setdefault(part, tomlkit.table())
        table[place[-1]] = value
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(tomlkit.dumps(document), encoding="utf-8")
        try:
            Source(path=beside).load()
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, UnicodeDecodeError, TOMLKitError) as problem:
        raise ConfigError([f"{path}: {problem}"], "Edit the file with: oneshot config edit") from problem
