"""Ableton Live as a stand-in with the script in it, and deliveries that the library really wrote."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from functools import partial
from pathlib import Path

import pytest

from support import deliveries
from support.deliveries import AWKWARD, open_library

SCRIPT = Path(__file__).parents[2] / "daw_scripts" / "live" / "OneshotBridge"
STAND_IN = Path(__file__).parents[1] / "daw_scripts" / "live_stand_in"
loaded = partial(deliveries.loaded, "live")
files = partial(deliveries.files, "live")

# What came when: 11.3.25 makes audio clips and the later 12.0.0 does not; 12.3 inserts devices, 12.4 replaces samples.
VERSIONS = [(11, 0, 0), (11, 3, 25), (12, 0, 0), (12, 0, 5), (12, 3, 0), (12, 4, 0)]
BROWSING = VERSIONS[:-1]
CLIPPING = [(11, 3, 25), (12, 0, 5), (12, 3, 0), (12, 4, 0)]
every_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))


@pytest.fixture
def library(tmp_path):
    opened = open_library(tmp_path / AWKWARD, "live")
    yield opened
    opened.close()


@pytest.fixture
def script(tmp_path, library, monkeypatch):
    """The script as it is installed: in the User Library, with the settings that the installer writes."""
    folder = tmp_path / "Ableton" / "User Library" / "Remote Scripts" / "OneshotBridge"
    shutil.copytree(SCRIPT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "oneshot_bridge.settings").write_text(f"library\t{library.root}\nosc_port\t9\n", encoding="utf-8")
    for place in (STAND_IN, folder.parent):
        monkeypatch.syspath_prepend(str(place))
    before = set(sys.modules)
    yield importlib.import_module("OneshotBridge")
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("OneshotBridge", "Live", "_Framework", "live_handles", "live_set", "live_host"):
            del sys.modules[name]


@pytest.fixture
def live_set(script):
    return importlib.import_module("live_set")


@pytest.fixture
def live_host(script):
    return importlib.import_module("live_host")


@pytest.fixture
def start(script, live_host, tmp_path):
    """Starts a Live of some version with the script in it."""
    running = []

    def start(version=(12, 4, 0), **changes):
        host = live_host.Host(version, tmp_path / "Ableton" / "User Library")
        for name, value in changes.items():
            assert hasattr(host, name)
            setattr(host, name, value)
        host.start(script)
        running.append(host)
        return host

    yield start
    for host in running:
        host.quit()


@pytest.fixture
def deliver(library):
    return partial(deliveries.deliver, library, "live")


def clearing(seq, pad="kick", **changes):
    nothing = {"action": "clear", "sample": "", "path": "", "zones": (), "missing": True}
    return {"seq": seq, "pad": pad, **nothing, **changes}


def is_sound(library, heard, path):
    """Tells whether Live plays the very file of the library, under whatever name."""
    return os.path.samefile(heard, library.absolute(path))


def heard(library, track, key, path):
    """Returns how far from how it was recorded a key plays the one sound that it plays."""
    ((file, shift),) = track.heard(key)
    assert is_sound(library, file, path)
    return shift


def quiet(host):
    """Nothing went wrong: no message, every undo step closed."""
    assert host.song.undo_depth == 0
    return host.messages == [] == host.log
