"""The one door to the programs of the system that manage services."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Protocol

PATIENCE_SECONDS = 150.0
"""Longer than the systems themselves wait for a service that starts or ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Holds how a program ended and what it said. `code` is 127 where there is no such program."""

    code: int
    said: str = ""
    complained: str = ""


class System(Protocol):
    """Runs a program to its end."""

    def run(self, *command: str) -> Answer: ...


class RealSystem:
    """Runs programs of this computer; never through a shell."""

    def run(self, *command: str) -> Answer:
        try:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                timeout=PATIENCE_SECONDS, check=False,
            )
        except FileNotFoundError:
            return Answer(code=127, complained=f"{command[0]} is not installed")
        except subprocess.TimeoutExpired:
            return Answer(code=124, complained=f"{command[0]} did not end within {PATIENCE_SECONDS:g} s")
        except OSError as problem:
            return Answer(code=126, complained=str(problem.strerror or problem))
        return Answer(code=ended.returncode, said=ended.stdout, complained=ended.stderr.strip())
