"""Knows what of this user must never be read by others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bridge.config.keys import VARIABLES, key_of
from bridge.errors import ConfigError
from bridge.web.credentials import read_credentials


def secrets_of(state_folder: Path) -> Iterator[str]:
    """Yields the keys for providers and the token of the running daemon, as they are now."""
    for provider in VARIABLES:
        try:
            key = key_of(provider)
        except ConfigError:  # a key that others can read is not used, and so not known
            continue
        if key:
            yield key
    if credentials := read_credentials(state_folder):
        yield credentials.token
