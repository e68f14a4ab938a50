"""Knows where the configuration, the state and the sounds lie on each operating system."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "oneshot-bridge"
CONFIG_VARIABLE = "ONESHOT_CONFIG"
LIBRARY_NAME = "Oneshot Bridge"


def config_path() -> Path:
    """Returns the path of the configuration file; the environment variable ONESHOT_CONFIG overrides it."""
    if chosen := os.environ.get(CONFIG_VARIABLE):
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def state_folder() -> Path:
    """Returns the folder of the database, the kept takes and the token: never the library, which may be synced."""
    return platformdirs.user_state_path(APP, appauthor=False)


def default_library() -> Path:
    """Returns the folder for finished sounds: "Oneshot Bridge" in the music folder of the user."""
    return platformdirs.user_music_path() / LIBRARY_NAME
