"""Turns what the system says about the files of a host into errors with a cure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import BridgeError


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raises BridgeError for every OSError inside, naming the file that the system named, or else `path`."""
    try:
        yield
    except OSError as problem:
        name = problem.filename2 or problem.filename or path
        raise BridgeError(
            f"{name} can't be read or written: {problem.strerror or problem}.",
            "Give yourself permission, and close the program that uses it.",
        ) from problem
