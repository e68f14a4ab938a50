"""Writes drum kits for Hydrogen: a folder with `drumkit.xml`, or the same packed as `.h2drumkit`.

After the schema that Hydrogen 1.0 to 1.2 bring with them (`drumkit.xsd`). Velocities and gains are 0…1, a layer's pitch
is what the player adds in semitones. Every range of keys is one instrument of the kit; a sound over the keys is played
up and down from its root in Hydrogen's piano roll.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import RequestError
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import Element, by_keys, document, element, gzipped, names_of_sounds, texts

DESCRIPTION = "drumkit.xml"
MOST_LAYERS = 16
RELEASE_FRAMES = 1_000
_NAMESPACE = "http://www.hydrogen-music.org/drumkit"
_NO_GROUP = -1


def write_hydrogen(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields the folder of a kit: its description and its sounds."""
    stem = file_stem(instrument.name)
    for name, content in _kit(instrument, sounds):
        yield f"{stem}/{name}", content


def write_h2drumkit(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields a kit as the one file that Hydrogen imports."""
    stem = file_stem(instrument.name)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as target:
        for name, content in _kit(instrument, sounds):
            entry = tarfile.TarInfo(f"{stem}/{name}")
            entry.size = len(content)
            target.addfile(entry, io.BytesIO(content))
    yield f"{folder}/{stem}.h2drumkit", gzipped(archive.getvalue())


def _kit(instrument: Instrument, sounds: Sounds) -> list[tuple[str, bytes]]:
    names = names_of_sounds(instrument)
    groups = by_keys(instrument.zones)
    if full := next((group for group in groups if len(group) > MOST_LAYERS), None):
        raise RequestError(
            f"Hydrogen has {MOST_LAYERS} layers an instrument, and key {full[0].low} has {len(full)}.",
            "Export a pad with fewer layers or turns.",
        )
    parts = [_part(number, group, names) for number, group in enumerate(groups)]
    component = element("drumkitComponent", {}, *texts({"id": 0, "name": "Main", "volume": 1}))
    about = {
        "name": instrument.name, "author": "Oneshot Bridge", "info": "", "license": "undefined license",
        "image": "", "imageLicense": "undefined license",
    }  # fmt: skip
    root = element(
        "drumkit_info",
        {"xmlns": _NAMESPACE},
        *texts(about),
        element("componentList", {}, component),
        element("instrumentList", {}, *parts),
    )
    return [(DESCRIPTION, document(root)), *((name, sounds.wav(path)) for path, name in names.items())]


def _part(number: int, zones: Sequence[Zone], names: dict[str, str]) -> Element:
    """Returns an instrument of the kit: what lies on one range of keys."""
    first = zones[0]
    turns = any(zone.sequence[1] > 1 for zone in zones)
    part = element("instrument", {}, *texts({
        "id": number, "name": names[first.path].split("_")[0].removesuffix(".wav"), "volume": 1, "isMuted": False,
        "isSoloed": False, "pan": 0, "pitchOffset": 0, "randomPitchFactor": 0, "gain": 1, "applyVelocity": True,
        "filterActive": False, "filterCutoff": 1, "filterResonance": 0, "Attack": 0, "Decay": 0, "Sustain": 1,
        "Release": RELEASE_FRAMES, "muteGroup": first.choke or _NO_GROUP, "midiOutChannel": -1,
        "midiOutNote": first.root, "isStopNote": first.follows_keys,
        "sampleSelectionAlgo": "ROUND_ROBIN" if turns else "VELOCITY", "isHihat": -1, "lower_cc": 0, "higher_cc": 127,
        "FX1Level": 0, "FX2Level": 0, "FX3Level": 0, "FX4Level": 0,
    }))  # fmt: skip
    layers = [element("layer", {}, *texts(_layer(zone, names[zone.path]))) for zone in zones]
    part.append(element("instrumentComponent", {}, *texts({"component_id": 0, "gain": 1}), *layers))
    return part


def _layer(zone: Zone, name: str) -> dict[str, object]:
    return {
        "filename": name,
        # Borders lie between two velocities: a note exactly on one would belong to both layers.
        "min": 0 if zone.velocity_low == 1 else (zone.velocity_low - 0.5) / 127,
        "max": 1 if zone.velocity_high == 127 else (zone.velocity_high + 0.5) / 127,
        "gain": 1,
        "pitch": -zone.cents / 100 if zone.follows_keys else 0,
    }


HYDROGEN = Format(title="Hydrogen kit", players="Hydrogen", sounds="apart", write=write_hydrogen)
H2DRUMKIT = Format(title="Hydrogen kit, packed", players="Hydrogen", sounds="inside", write=write_h2drumkit)
