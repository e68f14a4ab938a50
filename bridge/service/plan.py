"""What a service manager is asked to run, as a value."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge import __version__
from bridge.errors import BridgeError

TITLE = "Oneshot Bridge"
MARK = "Written by `oneshot service install`"
"""Stands in every file that the service consists of: what does not have it is somebody else's and is left alone."""


class ServiceError(BridgeError):
    """Says that the service manager of this system is missing, or would not do what it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Holds what is to run: the command with its arguments, from which folder, and for which version."""

    command: tuple[str, ...]
    folder: Path
    state_folder: Path
    version: str = __version__

    def __post_init__(self) -> None:
        for part in (*self.command, str(self.folder), str(self.state_folder)):
            if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in part):
                raise ServiceError(
                    f"{part!r} can't be written into a service: it has control characters.", "Rename that folder."
                )


def plan_of(config: Path, options: Sequence[str], state_folder: Path) -> Plan:
    """Returns the plan that runs this very installation with this configuration."""
    return Plan(command=command_of(Path(sys.executable), config, options), folder=Path.home(),
                state_folder=state_folder)


def command_of(python: Path, config: Path, options: Sequence[str]) -> tuple[str, ...]:
    """Returns the command that runs the daemon with an interpreter, the one that the package is installed for.

    `-P` keeps the folder that it is started in out of what it imports.
    """
    if os.name == "nt":
        # The one that opens no window.
        windowless = python.with_name("pythonw.exe")
        python = windowless if windowless.exists() else python
    said = [part for option in options for part in ("--option", option)]
    return (str(python), "-P", "-m", "bridge", "--config", str(config), *said, "run", "--quiet")
