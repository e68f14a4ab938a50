"""What a host's script is given to load, as the library really writes it, and what it made of it."""

from __future__ import annotations

import os
from pathlib import Path

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.library.deliveries import Acknowledgement
from bridge.library.folder import Library

QUOTE = "'" if os.name == "nt" else '"'
AWKWARD = f"Über Café's {QUOTE}best{QUOTE} $(kits) %d"
"""A folder with a name that trips over every kind of quoting."""
FRAMES = 1_000
WAV = b"RIFF\x24\x00\x00\x00WAVE" + bytes(FRAMES)


def lua(text) -> str:
    """Returns a Lua string literal."""
    return '"' + "".join(f"\\{byte:03d}" for byte in str(text).encode()) + '"'


def open_library(root: Path, host: str) -> Library:
    """Returns a new library with the folders of one host's deliveries."""
    library = Library.open(root)
    for state in ("new", "claimed", "done", "failed"):
        (library.root / "deliveries" / host / state).mkdir(parents=True)
    return library


def deliver(library, host, seq=1, *, pad="kick", sample="a", missing=False, zones=None, **changes):
    """Writes a delivery and, unless they are to be missing, its sounds; returns the path of the first.

    `zones` are changes to a drum's zone on note 36; `changes` are of the delivery.
    """
    key = {"root": 36, "cents": 0.0, "low": 36, "high": 36}
    made = []
    for number, zone in enumerate([{}] if zones is None else zones):
        path = zone.get("path", f"samples/{pad or 'unassigned'}/{sample}{number or ''}.wav")
        if not missing:
            library.write_sample(path, WAV, {})
        made.append(Zone(**{"path": path, **key, **zone}, follows_keys=changes.get("mode") == "keys"))
    path = made[0].path if made else ""
    values = {
        "host": host, "seq": seq, "sample": sample, "pad": pad, "action": "load", "mode": "drum",
        "target": f"track:{pad}", "path": path, "mtime": 1_800_000_000, "zones": tuple(made),
    }
    library.write_delivery(Delivery(**{**values, **changes}))
    return path


def loaded(host, *numbers):
    """Returns the acknowledgements of a host that loaded these deliveries."""
    return [Acknowledgement(host=host, seq=seq, loaded=True) for seq in numbers]


def failure(library):
    """Returns why the one acknowledged delivery was not loaded."""
    (acknowledgement,) = library.acknowledgements()
    assert not acknowledgement.loaded
    return acknowledgement.reason


def files(host, library, state):
    """Returns the names of a host's deliveries in a state."""
    return sorted(os.listdir(library.root / "deliveries" / host / state))
