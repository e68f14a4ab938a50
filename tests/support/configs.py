"""The config of a daemon that keeps to itself: its folders are a test's, its ports the system's choice, no MIDI."""

from __future__ import annotations

from pathlib import Path

_QUIET = """
state_folder = "{folder}/state"
[library]
folder = "{folder}/library"
[osc]
port = 0
[control]
port = 0
[midi]
enabled = false
[jobs]
workers = {workers}
"""


def write_config(folder: Path, more: str = "", *, workers: int = 1) -> Path:
    """Writes `config.toml` into a folder, with `more` at its end, where `[jobs]` is open, and returns its path."""
    path = folder / "config.toml"
    path.write_text(_QUIET.format(folder=folder.as_posix(), workers=workers) + more, encoding="utf-8")
    return path
