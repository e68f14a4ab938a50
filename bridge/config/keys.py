"""The user's keys for providers: from the environment, the OS keyring or a file that only the user can read.

A key is handed to the one who sends it and to nobody else: it is never logged, shown or written into a sound.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Any

from bridge.config.places import config_path
from bridge.errors import ConfigError, NotFoundError

VARIABLES = {"replicate": "REPLICATE_API_TOKEN", "huggingface": "HF_TOKEN"}
"""The providers that take a key (and the place that weights are fetched from), and the environment variable that each
of them is known to have it in."""
_SERVICE = "oneshot-bridge"


def key_of(provider: str) -> str | None:
    """Returns the user's key for a provider; None where there is none. Asks each time, because it may come later."""
    found = _found(provider)
    return found[1] if found else None


def where(provider: str) -> str:
    """Returns where a provider's key lies, in words; empty where there is none."""
    found = _found(provider)
    return found[0] if found else ""


def set_key(provider: str, key: str) -> str:
    """Keeps a key in the OS keyring, else in a file with the rights 0600, and returns where."""
    _known(provider)
    key = key.strip()
    if not key or any(letter.isspace() or not letter.isprintable() for letter in key):
        raise ConfigError(["That is no key: it is empty or has spaces in it."], "Copy it again from the provider.")
    ring = _keyring()
    if ring is not None:
        with contextlib.suppress(Exception):  # a foreign keyring may fail in any way; then the file does
            ring.set_password(_SERVICE, provider, key)
            return "the keyring of this computer"
    path = _file(provider)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{key}\n")
    part.replace(path)
    return str(path)


def forget_key(provider: str) -> bool:
    """Forgets a kept key and tells whether there was one; a variable of the environment is the user's own to unset."""
    _known(provider)
    gone = False
    ring = _keyring()
    if ring is not None:
        with contextlib.suppress(Exception):  # as above; and a key that is not there is no error
            ring.delete_password(_SERVICE, provider)
            gone = True
    if _file(provider).exists():
        _file(provider).unlink()
        gone = True
    return gone


def _known(provider: str) -> str:
    if provider not in VARIABLES:
        raise NotFoundError(f"{provider!r} takes no key.", f"There are: {', '.join(VARIABLES)}.")
    return VARIABLES[provider]


def _found(provider: str) -> tuple[str, str] | None:
    variable = VARIABLES.get(provider)
    if variable is None:
        return None
    if key := os.environ.get(variable, "").strip():
        return f"the variable {variable}", key
    ring = _keyring()
    if ring is not None:
        with contextlib.suppress(Exception):  # a locked or broken keyring is as good as none
            if key := ring.get_password(_SERVICE, provider):
                return "the keyring of this computer", key
    path = _file(provider)
    try:
        if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigError([f"{path} can be read by others."], f"Close it with: chmod 600 '{path}'")
        return (str(path), key) if (key := path.read_text(encoding="utf-8").strip()) else None
    except OSError:
        return None


def _file(provider: str) -> Path:
    return config_path().parent / f"{provider}.key"


def _keyring() -> Any:
    """Returns the `keyring` package where it is installed and has somewhere to keep things."""
    try:
        import keyring
        from keyring.backends.fail import Keyring
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), Keyring) else keyring
