"""Writes `.xrni`: one archive with the sounds inside, an instrument of Renoise 3.

An archive of `Instrument.xml` and a folder `SampleData` in which the sounds stand in the order of the samples; any
file that Renoise can open will do. Its notes are MIDI notes, from 0 to 119; fine tuning is ±127 for a semitone, a loop
ends before the frame that it names, and where keys overlap the instrument may let the samples take turns.
"""

from __future__ import annotations

from collections.abc import Iterator

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import RequestError
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import Element, document, element, names_of_sounds, stored, texts

HIGHEST = 119
FINE_STEPS = 127
MOST_GROUPS = 15
MOST_SAMPLES = 255
_DOC_VERSION = 33
_RELEASE = (0.12 / 60) ** (1 / 3)
"""A release of 120 ms: Renoise's envelopes last 60 s at 1, and follow the cube."""


def write_xrni(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields the one file of an instrument; keys above Renoise's keyboard are left out."""
    names = names_of_sounds(instrument)
    zones = [zone for zone in instrument.zones if zone.low <= HIGHEST]
    if len(zones) > MOST_SAMPLES:
        raise RequestError(
            f"Renoise has {MOST_SAMPLES} samples an instrument, and this one has {len(zones)}.", "Export fewer at once."
        )
    content = [("Instrument.xml", _description(instrument.name, zones, names))]
    content += [
        (f"SampleData/Sample{number:03d} ({names[zone.path].removesuffix('.wav')}).wav", sounds.wav(zone.path))
        for number, zone in enumerate(zones)
    ]
    yield f"{folder}/{file_stem(instrument.name)}.xrni", stored(content)


def _description(name: str, zones: list[Zone], names: dict[str, str]) -> bytes:
    turns = any(zone.sequence[1] > 1 for zone in zones)
    samples = (_sample(zone, names[zone.path].removesuffix(".wav")) for zone in zones)
    generator = element(
        "SampleGenerator",
        {},
        element("Samples", {"type": "SampleList"}, *samples),
        element("ModulationSets", {}, _modulation()),
        *texts({"KeyzoneOverlappingMode": "Cycle" if turns else "Play All"}),
    )
    return document(element("RenoiseInstrument", {"doc_version": _DOC_VERSION}, *texts({"Name": name}), generator))


def _sample(zone: Zone, name: str) -> Element:
    mapping = {
        "Layer": "Note-On Layer",
        "BaseNote": min(zone.root, HIGHEST),
        "NoteStart": zone.low,
        "NoteEnd": min(zone.high, HIGHEST),
        "MapKeyToPitch": zone.follows_keys,
        # Renoise counts velocities from 0.
        "VelocityStart": 0 if zone.velocity_low == 1 else zone.velocity_low,
        "VelocityEnd": zone.velocity_high,
        "MapVelocityToVolume": True,
    }
    return element(
        "Sample", {}, *texts(dict(_settings(zone, name))), element("Mapping", {}, *texts(mapping))
    )  # fmt: skip


def _settings(zone: Zone, name: str) -> Iterator[tuple[str, object]]:
    # A root above the keyboard is reached from its highest note.
    above = max(0, zone.root - HIGHEST) if zone.follows_keys else 0
    yield from {
        "Name": name, "FileName": name, "Volume": 1, "Panning": 0.5, "Transpose": -above,
        "Finetune": round(-zone.cents / 100 * FINE_STEPS), "OneShotTrigger": not zone.follows_keys,
        "NewNoteAction": "NoteOff", "InterpolationMode": "Cubic",
    }.items()  # fmt: skip
    if zone.choke:
        yield "MuteGroupIndex", min(zone.choke, MOST_GROUPS) - 1
    start, end = (0, 0) if zone.loop is None else (zone.loop[0], zone.loop[1] + 1)
    yield from {
        "LoopMode": "Off" if zone.loop is None else "Forward", "LoopRelease": False, "LoopStart": start, "LoopEnd": end,
        "ModulationSetIndex": 0,
    }.items()  # fmt: skip


def _modulation() -> Element:
    """Returns the one set of envelopes: the mixer that Renoise asks for, and a volume that fades with the key."""
    mixer = [_knob(name, value) for name, value in {"IsActive": 1, "Volume": 1, "Panning": 0, "Pitch": 0}.items()]
    mixer += texts({"PitchModulationRange": 12})
    mixer += [_knob(name, value) for name, value in {"Cutoff": 127, "Resonance": 0, "Drive": 0}.items()]
    volume = [_knob("IsActive", 1)]
    volume += texts({"Target": "Volume", "Operator": "*", "Bipolar": False, "TempoSynced": False})
    times = {"Attack": 0.0, "Hold": 0.0, "Decay": 0.0, "Sustain": 1.0, "Release": _RELEASE}
    volume += [_knob(name, value) for name, value in times.items()]
    devices = [
        element(kind, {"type": kind}, *parts)
        for kind, parts in (("SampleMixerModulationDevice", mixer), ("SampleAhdsrModulationDevice", volume))
    ]
    return element(
        "ModulationSet", {}, element("Devices", {}, *devices), *texts({"Name": "Set 1", "FilterType": 0})
    )  # fmt: skip


def _knob(name: str, value: float) -> Element:
    return element(name, {}, *texts({"Value": value, "Visualization": "Device only"}))


XRNI = Format(title="Renoise instrument", players="Renoise, Redux", sounds="inside", write=write_xrni)
