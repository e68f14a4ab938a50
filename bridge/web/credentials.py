"""Tells other programs of this user how to reach the running daemon: one small file in the state folder.

The file `control.json` holds `url`, `token` and `pid`, is readable by its owner only, appears when the daemon starts
and goes when it stops. A daemon that was killed leaves it behind: who reads it must ask whether somebody answers.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from bridge.errors import StoreError

_URL = re.compile(r"http://127\.0\.0\.1:\d{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Holds where the daemon listens, the secret that opens it, and its process id."""

    url: str
    token: str
    pid: int


def new_token() -> str:
    """Returns a fresh secret of 256 bits, in characters that need no quoting anywhere."""
    return secrets.token_urlsafe(32)


def token_file(state_folder: Path) -> Path:
    """Returns the path of the file that holds the credentials of the daemon with this state folder."""
    return state_folder / "control.json"


def write_credentials(state_folder: Path, credentials: Credentials) -> None:
    """Writes the file whole or not at all, readable by its owner only; raises StoreError where it can't."""
    path = token_file(state_folder)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        state_folder.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        # The mode counts from the first byte on: a chmod afterwards would leave a moment for others to read.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(credentials), file)
            file.write("\n")
        temporary.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise StoreError(f"{path} can't be written: {problem.strerror}.", "Look at: oneshot doctor") from problem


def read_credentials(state_folder: Path) -> Credentials | None:
    """Returns what the file says, or None where there is none or it makes no sense.

    Only addresses of this computer make sense: the token goes nowhere else.
    """
    try:
        found = json.loads(token_file(state_folder).read_text(encoding="utf-8"))
        credentials = Credentials(url=found["url"], token=found["token"], pid=found["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    sensible = (
        isinstance(credentials.url, str)
        and _URL.fullmatch(credentials.url)
        and isinstance(credentials.token, str)
        and credentials.token.isascii()
        and credentials.token.isprintable()
        and isinstance(credentials.pid, int)
    )
    return credentials if sensible else None


def remove_credentials(state_folder: Path, token: str) -> None:
    """Removes the file if it still holds this token; the file of a daemon that came later stays."""
    found = read_credentials(state_folder)
    if found is not None and found.token == token:
        token_file(state_folder).unlink(missing_ok=True)
