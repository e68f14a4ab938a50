"""Ableton Live as a stand-in with the script in it, and deliveries that the library really wrote."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.library.deliveries import Acknowledgement
from bridge.library.folder import Library

SCRIPT = Path(__file__).parents[2] / "daw_scripts" / "live" / "OneshotBridge"
STAND_IN = Path(__file__).parents[1] / "daw_scripts" / "live_stand_in"
WAV = b"RIFF\x24\x00\x00\x00WAVE"

# What came when: 11.3.25 makes audio clips and the later 12.0.0 does not; 12.3 inserts devices, 12.4 replaces samples.
VERSIONS = [(11, 0, 0), (11, 3, 25), (12, 0, 0), (12, 0, 5), (12, 3, 0), (12, 4, 0)]
BROWSING = VERSIONS[:-1]
CLIPPING = [(11, 3, 25), (12, 0, 5), (12, 3, 0), (12, 4, 0)]
every_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))


@pytest.fixture
def library(tmp_path):
    """A library in a folder with a name that trips over every kind of quoting."""
    opened = Library.open(tmp_path / "Über Café's best $(kits) %d")
    for state in ("new", "claimed", "done", "failed"):
        (opened.root / "deliveries" / "live" / state).mkdir(parents=True)
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
    def deliver(seq=1, *, pad="kick", sample="a", missing=False, zones=None, **changes):
        path = f"samples/{pad or 'unassigned'}/{sample}.wav"
        if not missing:
            library.write_sample(path, WAV, {})
        key = {"root": 36, "cents": 0.0, "low": 36, "high": 36}
        mode = changes.get("mode", "drum")
        zones = [{}] if zones is None else zones
        made = tuple(Zone(path=path, **{**key, **zone}, follows_keys=mode == "keys") for zone in zones)
        values = {
            "host": "live", "seq": seq, "sample": sample, "pad": pad, "action": "load", "mode": mode,
            "target": f"track:{pad}", "path": path, "mtime": 1_800_000_000, "zones": made,
        }
        library.write_delivery(Delivery(**{**values, **changes}))
        return path

    return deliver


def clearing(seq, pad="kick", **changes):
    nothing = {"action": "clear", "sample": "", "path": "", "zones": (), "missing": True}
    return {"seq": seq, "pad": pad, **nothing, **changes}


def loaded(*numbers):
    return [Acknowledgement(host="live", seq=seq, loaded=True) for seq in numbers]


def failure(library):
    (acknowledgement,) = library.acknowledgements()
    assert not acknowledgement.loaded
    return acknowledgement.reason


def files(library, state):
    return sorted(os.listdir(library.root / "deliveries" / "live" / state))


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
