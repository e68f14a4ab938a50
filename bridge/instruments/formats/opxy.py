"""Writes presets for the OP-XY: a folder `NAME.preset` with `patch.json` and 16-bit sounds of at most 44.1 kHz.

The device has no published format; this is what its own presets and its memory show. It plays 24 sounds of 20 seconds:
a drum on each of its keys from 53 up, or zones over the keyboard that each reach down to the one below. `tune` is in
cents, times are frames, and a loop that ends with its sound is none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import RequestError
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import at_most, hardest, names_of_sounds, wav16

MOST_ZONES = 24
LONGEST_SECONDS = 20
SAMPLE_RATE = 44_100
FIRST_DRUM_KEY = 53
HIGHEST = 127
_FULL, _CENTRE = 32_767, 16_384

Region = dict[str, object]
Sizes = dict[str, tuple[int, float]]
"""Of every sound the frames of its copy, and how many of them come from one of its own."""


def write_opxy(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields a preset: of layers and turns the first of the hardest, for the device knows neither."""
    zones = hardest(instrument.zones)
    if len(zones) > MOST_ZONES:
        raise RequestError(
            f"The OP-XY plays {MOST_ZONES} sounds a preset, and {instrument.name} has {len(zones)}.",
            "Export fewer pads or samples at once.",
        )
    names = names_of_sounds(instrument)
    sizes: Sizes = {}
    copies: dict[str, bytes] = {}
    for path in dict.fromkeys(zone.path for zone in zones):
        sound = sounds.audio(path)
        if sound.seconds > LONGEST_SECONDS:
            raise RequestError(
                f"The OP-XY plays at most {LONGEST_SECONDS} s, and {names[path]} lasts {sound.seconds:.1f} s.",
                f"Make a shorter one: oneshot generate … --seconds {LONGEST_SECONDS}",
            )
        copy = at_most(SAMPLE_RATE, sound)
        sizes[path] = (copy.frames, copy.sample_rate / sound.sample_rate)
        copies[names[path]] = wav16(copy)
    drums = not any(zone.follows_keys for zone in zones)
    regions = _drums(zones, names, sizes) if drums else _keys(zones, names, sizes)
    preset = f"{file_stem(instrument.name)}.preset"
    yield f"{preset}/patch.json", _patch("drum" if drums else "multisampler", regions)
    for name, content in copies.items():
        yield f"{preset}/{name}", content


def _drums(zones: Sequence[Zone], names: dict[str, str], sizes: Sizes) -> list[Region]:
    """Returns the regions of a kit: in the order of their keys on the keys of the device."""
    regions: list[Region] = []
    for key, zone in enumerate(zones, FIRST_DRUM_KEY):
        frames, _ = sizes[zone.path]
        regions.append({
            "fade.in": 0, "fade.out": 0, "framecount": frames, "hikey": key, "lokey": key, "pan": 0,
            "pitch.keycenter": 60, "playmode": "group" if zone.choke else "oneshot", "reverse": False,
            "sample": names[zone.path], "sample.end": frames, "transpose": 0, "tune": 0,
        })  # fmt: skip
    return regions


def _keys(zones: Sequence[Zone], names: dict[str, str], sizes: Sizes) -> list[Region]:
    """Returns the regions of an instrument, from the bottom of the keyboard to its top."""
    regions: list[Region] = []
    low = 0
    for place, zone in enumerate(zones):
        frames, stretch = sizes[zone.path]
        high = HIGHEST if place == len(zones) - 1 else zone.high
        start, end = (0, frames) if zone.loop is None else (zone.loop[0], zone.loop[1] + 1)
        regions.append({
            "framecount": frames, "gain": 0, "hikey": high, "lokey": low, "loop.crossfade": 0,
            "loop.enabled": zone.loop is not None, "loop.end": min(round(end * stretch), frames - 1),
            "loop.onrelease": zone.loop is not None, "loop.start": round(start * stretch),
            "pitch.keycenter": zone.root, "reverse": False, "sample": names[zone.path], "sample.end": frames,
            "sample.start": 0, "tune": round(-zone.cents),
        })  # fmt: skip
        low = high + 1
    return regions


def _patch(kind: str, regions: list[Region]) -> bytes:
    unmoved = {"amount": _CENTRE, "target": 0}
    sources = ("aftertouch", "modwheel", "pitchbend", "velocity")
    patch = {
        "engine": {
            "bendrange": 8_191, "highpass": 0, "modulation": dict.fromkeys(sources, unmoved), "params": [_CENTRE] * 8,
            "playmode": "poly", "portamento.amount": 0, "portamento.type": _FULL, "transpose": 0, "tuning.root": 0,
            "tuning.scale": 0, "velocity.sensitivity": 19_660, "volume": 18_348, "width": 0,
        },
        "envelope": {
            "amp": {"attack": 0, "decay": 0, "release": 0 if kind == "drum" else 1_000, "sustain": _FULL},
            "filter": {"attack": 0, "decay": 0, "release": 0, "sustain": _FULL},
        },
        "fx": {"active": False, "params": [_FULL, 0, _CENTRE, 0, 0, _FULL, 0, 0], "type": "svf"},
        "lfo": {"active": False, "params": [_CENTRE, 0, 0, 0, 0, 0, 0, 0], "type": "tremolo"},
        "octave": 0, "platform": "OP-XY", "regions": regions, "type": kind, "version": 4,
    }  # fmt: skip
    return json.dumps(patch, indent=1, sort_keys=True).encode("ascii") + b"\n"


OP_XY = Format(title="OP-XY preset", players="OP-XY", sounds="apart", write=write_opxy)
