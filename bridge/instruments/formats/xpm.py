"""Writes programs for Akai's MPCs: a folder with an `.xpm` and the sounds beside it.

As MPC 2 writes them, which MPC 3 opens: a drum program puts a sound on a pad, and its pads on MIDI notes; a keygroup
program lays sounds over the keys. `RootNote` counts from 1, pitch is what the player adds in semitones, a pad or
keygroup has four layers, and the loop of a slice ends before the frame that it names. A keygroup or pad takes turns
or answers to velocities, not both: then the first turns are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import RequestError
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import (
    Element,
    by_keys,
    document,
    element,
    first_turns,
    names_of_sounds,
    texts,
)

MOST_LAYERS = 4
MOST_PADS = 128
FIRST_PAD_NOTE = 36
_CYCLE, _BY_VELOCITY = 0, 1
_ONE_SHOT, _NOTE_ON = 0, 2
_NO_SLICE = 129
_RELEASE = 0.415843
"""120 ms of the 1 ms to 100 s that a release spans, on a scale of ratios."""
_VELOCITY = 0.8


def write_xpm(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields a program and its sounds: drums become a drum program, anything else a keygroup program."""
    stem = file_stem(instrument.name)
    names = names_of_sounds(instrument)
    groups = [_playable(group) for group in by_keys(instrument.zones)]
    if len(groups) > MOST_PADS:
        raise RequestError(
            f"An MPC program has {MOST_PADS} keygroups, and {instrument.name} has {len(groups)}.",
            "Export fewer samples at once.",
        )
    drums = all(group[0].low == group[0].high and not group[0].follows_keys for group in groups)
    frames = {path: sounds.audio(path).frames for path in names}
    program = _program(stem, groups, names, frames, drums=drums)
    version = element("Version", {}, *texts({"File_Version": "2.1", "Application": "MPC-V", "Platform": "Linux"}))
    yield f"{stem}/{stem}.xpm", document(element("MPCVObject", {}, version, program))
    for path in dict.fromkeys(zone.path for group in groups for zone in group):
        # The device looks for capitals.
        yield f"{stem}/{names[path].removesuffix('.wav')}.WAV", sounds.wav(path)


def _playable(zones: Sequence[Zone]) -> list[Zone]:
    """Returns what an MPC can play of the zones on one range of keys."""
    alone = len({(zone.velocity_low, zone.velocity_high) for zone in zones}) == 1
    if alone and len(zones) <= MOST_LAYERS:
        return list(zones)
    layers = first_turns(zones)
    if len(layers) > MOST_LAYERS:
        raise RequestError(
            f"An MPC has {MOST_LAYERS} layers a pad, and key {layers[0].low} has {len(layers)}.",
            "Export a pad with fewer layers.",
        )
    return layers


def _program(
    name: str, groups: Sequence[Sequence[Zone]], names: Mapping[str, str], frames: Mapping[str, int], *, drums: bool
) -> Element:
    keygroups = [
        _keygroup(number, zones, names, frames, drums=drums) for number, zones in enumerate(groups, 1)
    ]  # fmt: skip
    program = element("Program", {"type": "Drum" if drums else "Keygroup"}, *texts({"ProgramName": name}))
    if drums:
        notes = [element("PadNote", {"number": n}, *texts({"Note": note})) for n, note in enumerate(_notes(groups), 1)]
        program.append(element("PadNoteMap", {}, *notes))
    else:
        program.extend(texts({"KeygroupNumKeygroups": len(groups), "KeygroupPitchBendRange": 0.16}))
    program.append(element("Instruments", {}, *keygroups))
    return program


def _notes(groups: Sequence[Sequence[Zone]]) -> list[int]:
    """Returns the MIDI notes of all pads: those with a sound have its key, the others what is left from C1 on."""
    used = [zones[0].low for zones in groups]
    order = [*range(FIRST_PAD_NOTE, MOST_PADS), *range(FIRST_PAD_NOTE)]
    return used + [note for note in order if note not in used]


def _keygroup(
    number: int, zones: Sequence[Zone], names: Mapping[str, str], frames: Mapping[str, int], *, drums: bool
) -> Element:
    first = zones[0]
    layers = [
        element("Layer", {"number": place}, *texts(_layer(zone, names[zone.path], frames[zone.path])))
        for place, zone in enumerate(zones, 1)
    ]
    settings: dict[str, object] = {
        "LowNote": 0 if drums else first.low,
        "HighNote": 127 if drums else first.high,
        "IgnoreBaseNote": _said(not first.follows_keys),
        "ZonePlay": _CYCLE if any(zone.sequence[0] > 1 for zone in zones) else _BY_VELOCITY,
        "TriggerMode": _NOTE_ON if first.follows_keys else _ONE_SHOT,
        "OneShot": _said(not first.follows_keys),
        "MuteGroup": first.choke,
        "VelocitySensitivity": _VELOCITY,
        "VolumeAttack": 0.0,
        "VolumeHold": 0.0,
        "VolumeDecay": 0.0,
        "VolumeSustain": 1.0,
        "VolumeRelease": _RELEASE if first.follows_keys else 0.0,
    }
    return element("Instrument", {"number": number}, *texts(settings), element("Layers", {}, *layers))


def _layer(zone: Zone, name: str, frames: int) -> dict[str, object]:
    # A drum is never moved from how it was recorded.
    pitch = -zone.cents / 100 if zone.follows_keys else 0.0
    said: dict[str, object] = {
        "Active": _said(True),
        "Volume": 0.707946,  # 0 dB
        "Pan": 0.5,
        "Pitch": pitch,
        "TuneCoarse": 0,
        "TuneFine": round(100 * pitch),
        "VelStart": 0 if zone.velocity_low == 1 else zone.velocity_low,
        "VelEnd": zone.velocity_high,
        "SampleStart": 0,
        "SampleEnd": 0,
        "LoopStart": 0,
        "LoopEnd": 0,
        "LoopCrossfadeLength": 0,
        "LoopTune": 0,
        "RootNote": zone.root + 1,
        "KeyTrack": _said(zone.follows_keys),
        "SampleName": name.removesuffix(".wav"),
        "SampleFile": "",
        "SliceIndex": _NO_SLICE,
        "Direction": 0,
        "Offset": 0,
        "SliceStart": 0,
    }
    if zone.loop is None:
        return said | {"SliceEnd": frames, "SliceLoop": 0}
    return said | {"SliceLoopStart": zone.loop[0], "SliceEnd": zone.loop[1] + 1, "SliceLoop": 1}


def _said(switch: bool) -> str:
    return "True" if switch else "False"


XPM = Format(title="MPC program", players="Akai MPC 2 and 3, Force", sounds="apart", write=write_xpm)
