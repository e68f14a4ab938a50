"""Writes presets for Ableton Live: a Simpler (`.adv`) over the keys, or a Drum Rack (`.adg`) of Simplers.

Gzipped XML in the way of Live 11; Live 12 opens what 11 wrote, but not the other way round. Only what carries the
sound is said, and Live takes its defaults for the rest. Write it to your User Library: sounds are found from there. A
pad's note counts down from 128, its Simpler hears middle C; `Detune` is what the player adds in cents; starts and ends
are frames that are played. Turns, which Live 11 does not know, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import (
    Element,
    by_keys,
    document,
    element,
    first_turns,
    gzipped,
    names_of_sounds,
)

MIDDLE_C = 60
KEYS_RELEASE_MS = 120
DRUM_RELEASE_MS = 60_000
"""The longest there is: a drum that is let go sounds on to its end."""
VELOCITY = 0.8
_OF_USER_LIBRARY = 6
_ONE_SHOT, _CLASSIC = 1, 0
_LOOPED, _NOT_LOOPED, _NO_RELEASE_LOOP = 1, 0, 3
_ABOUT = {
    "MajorVersion": 5, "MinorVersion": "11.0_11300", "SchemaChangeCount": 3, "Creator": "Ableton Live 11.3",
    "Revision": "",
}  # fmt: skip

Facts = Mapping[str, tuple[int, int, int]]
"""Of every sound its frames, its sample rate, and the size of its file."""


def write_live(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields a preset and its sounds, as they lie in a User Library."""
    stem = file_stem(instrument.name)
    zones = first_turns(instrument.zones)
    names = names_of_sounds(instrument)
    places = {zone.path: f"Samples/Imported/{stem}/{names[zone.path]}" for zone in zones}
    wavs = {path: sounds.wav(path) for path in places}
    facts: dict[str, tuple[int, int, int]] = {}
    for path, wav in wavs.items():
        audio = sounds.audio(path)
        facts[path] = (audio.frames, audio.sample_rate, len(wav))
    if any(zone.follows_keys for zone in zones):
        where = f"Presets/Instruments/Simpler/{stem}.adv"
        preset = _simpler(stem, zones, places, facts)
        preset.insert(0, element("LastPresetRef", {}, element("Value", {}, _origin(where))))
    else:
        where = f"Presets/Instruments/Drum Rack/{stem}.adg"
        preset = _rack(stem, by_keys(zones), places, facts)
        preset.insert(1, element("PresetRef", {}, _origin(where)))
    yield where, gzipped(document(element("Ableton", _ABOUT, preset)))
    for path, place in places.items():
        yield place, wavs[path]


def _rack(name: str, groups: Sequence[Sequence[Zone]], places: Mapping[str, str], facts: Facts) -> Element:
    return element(
        "GroupDevicePreset",
        {},
        element("Device", {}, element("DrumGroupDevice", {"Id": 0}, _value("UserName", name))),
        element(
            "BranchPresets",
            {},
            *(_pad(number, zones, places, facts) for number, zones in enumerate(groups)),
        ),
    )


def _pad(number: int, zones: Sequence[Zone], places: Mapping[str, str], facts: Facts) -> Element:
    name = places[zones[0].path].rsplit("/", 1)[1].split("_")[0].removesuffix(".wav")
    device = element("AbletonDevicePreset", {"Id": 0}, element("Device", {}, _simpler(name, zones, places, facts)))
    return element(
        "DrumBranchPreset",
        {"Id": number},
        _value("Name", name),
        element("DevicePresets", {}, device),
        element(
            "ZoneSettings",
            {},
            _value("ReceivingNote", 128 - zones[0].low),
            _value("SendingNote", MIDDLE_C),
            _value("ChokeGroup", zones[0].choke),
        ),
    )


def _simpler(name: str, zones: Sequence[Zone], places: Mapping[str, str], facts: Facts) -> Element:
    """Returns a Simpler; with more than one zone it is one that plays several samples."""
    parts = [_part(number, zone, places[zone.path], *facts[zone.path]) for number, zone in enumerate(zones)]
    keys = zones[0].follows_keys
    envelope = _knobs({"ReleaseTime": KEYS_RELEASE_MS if keys else DRUM_RELEASE_MS})
    return element(
        "OriginalSimpler",
        {"Id": 0},
        _value("UserName", name),
        element("Player", {}, element("MultiSampleMap", {}, element("SampleParts", {}, *parts))),
        element(
            "VolumeAndPan", {}, *_knobs({"VolumeVelScale": VELOCITY}), element("Envelope", {}, *envelope)
        ),
        element("Globals", {}, _value("PlaybackMode", _CLASSIC if keys or len(zones) > 1 else _ONE_SHOT)),
    )  # fmt: skip


def _part(number: int, zone: Zone, place: str, frames: int, sample_rate: int, size: int) -> Element:
    keys = zone.follows_keys
    start, end = zone.loop or (0, frames - 1)
    return element(
        "MultiSamplePart",
        {"Id": number},
        *_values({"Name": place.rsplit("/", 1)[1].removesuffix(".wav"), "Selection": True, "IsActive": True}),
        # A pad hears middle C only.
        _range("KeyRange", zone.low if keys else 0, zone.high if keys else 127),
        _range("VelocityRange", zone.velocity_low, zone.velocity_high),
        _range("SelectorRange", 0, 127),
        *_values({
            "RootKey": zone.root if keys else MIDDLE_C, "Detune": round(-zone.cents) if keys else 0,
            "TuneScale": 100 if keys else 0, "Panorama": 0, "Volume": 1, "SampleStart": 0, "SampleEnd": frames - 1,
        }),
        _loop("SustainLoop", start, end, _NOT_LOOPED if zone.loop is None else _LOOPED),
        _loop("ReleaseLoop", 0, frames - 1, _NO_RELEASE_LOOP),
        element(
            "SampleRef",
            {},
            _file(place, size),
            *_values({"DefaultDuration": frames, "DefaultSampleRate": sample_rate}),
        ),
    )  # fmt: skip


def _origin(where: str) -> Element:
    """Returns which file of the User Library a preset is."""
    return element("FilePresetRef", {"Id": 0}, _file(where, 0))


def _file(place: str, size: int) -> Element:
    return element("FileRef", {}, *_values({
        "RelativePathType": _OF_USER_LIBRARY, "RelativePath": place, "Path": "", "Type": 1, "LivePackName": "",
        "LivePackId": "", "OriginalFileSize": size, "OriginalCrc": 0,
    }))  # fmt: skip


def _range(name: str, low: int, high: int) -> Element:
    return element(name, {}, *_values({"Min": low, "Max": high, "CrossfadeMin": low, "CrossfadeMax": high}))


def _loop(name: str, start: int, end: int, mode: int) -> Element:
    return element(name, {}, *_values({"Start": start, "End": end, "Mode": mode, "Crossfade": 0, "Detune": 0}))


def _value(name: str, value: object) -> Element:
    return element(name, {"Value": value})


def _values(values: Mapping[str, object]) -> Iterator[Element]:
    return (_value(name, value) for name, value in values.items())


def _knobs(values: Mapping[str, object]) -> Iterator[Element]:
    """Yields what can be automated: its value is what the hand has set."""
    return (element(name, {}, _value("Manual", value)) for name, value in values.items())


LIVE = Format(title="Live Simpler or Drum Rack", players="Ableton Live 11 and 12", sounds="apart", write=write_live)
