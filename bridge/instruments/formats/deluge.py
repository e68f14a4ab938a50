"""Writes presets for the Synthstrom Deluge: an XML file of `KITS` or `SYNTHS`, and its sounds in `SAMPLES`.

Write it to the root of the card. After the firmware's own reader: a sound is transposed by semitones and cents from
middle C, ranges reach down to the one below, positions are frames and end before the frame that they name. The Deluge
knows neither layers nor turns; drums of a kit that choke stop each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import Element, document, element, hardest, names_of_sounds, texts

MIDDLE_C = 60
_CUT, _ONCE, _LOOP = 0, 1, 2
_LOWEST, _HIGHEST, _NEUTRAL = "0x80000000", "0x7FFFFFFF", "0x00000000"
_UNITY = "0x3504F334"
_SHORT_RELEASE = "0xE6666654"
"""The device's release of about 0.1 s: 20 of 50."""
_VELOCITY = "0x3FFFFFE8"
_FIRMWARE = {"firmwareVersion": "4.1.0", "earliestCompatibleFirmware": "4.1.0-alpha"}


def write_deluge(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields a kit of drums, a drum for every key, or a synth over the keyboard; and the sounds."""
    zones = hardest(instrument.zones)
    stem = file_stem(instrument.name)
    names = names_of_sounds(instrument)
    places = {zone.path: f"SAMPLES/{stem}/{names[zone.path]}" for zone in zones}
    if any(zone.follows_keys for zone in zones):
        yield f"SYNTHS/{stem}.XML", document(element("sound", _FIRMWARE, *_sound(zones, places)))
    else:
        drums = [_drum(f"{names[zone.path].split('_')[0]} {zone.low}", zone, places) for zone in zones]
        yield f"KITS/{stem}.XML", document(
            element(
                "kit",
                _FIRMWARE,
                *texts({"lpfMode": "24dB"}),
                element("defaultParams", {}, *texts({"volume": _UNITY, "pan": _NEUTRAL})),
                element("soundSources", {}, *drums),
            )
        )
    for path, place in places.items():
        yield place, sounds.wav(path)


def _drum(name: str, zone: Zone, places: dict[str, str]) -> Element:
    return element("sound", {}, *texts({"name": name}), *_sound([zone], places))


def _sound(zones: Sequence[Zone], places: dict[str, str]) -> list[Element]:
    held = _LOOP if any(zone.loop for zone in zones) else _CUT
    mode = held if zones[0].follows_keys else _ONCE
    about = {"type": "sample", "loopMode": mode, "reversed": 0, "timeStretchEnable": 0, "timeStretchAmount": 0}
    first = element("osc1", {}, *texts(about))
    if len(zones) == 1:
        first.extend(_holder(zones[0], places))
    else:
        # The highest range reaches to the top, and says so by saying nothing.
        tops = [texts({"rangeTopNote": zone.high}) for zone in zones[:-1]] + [[]]
        ranges = [
            element("sampleRange", {}, *top, *_holder(zone, places)) for top, zone in zip(tops, zones, strict=True)
        ]
        first.append(element("sampleRanges", {}, *ranges))
    release = _SHORT_RELEASE if zones[0].follows_keys else _HIGHEST
    envelope = {"attack": _LOWEST, "decay": _LOWEST, "sustain": _HIGHEST, "release": release}
    cable = texts({"source": "velocity", "destination": "volume", "amount": _VELOCITY})
    settings = {
        "polyphonic": "choke" if zones[0].choke else "poly", "voicePriority": 1, "mode": "subtractive",
        "lpfMode": "24dB",
    }  # fmt: skip
    return [
        first,
        element("osc2", {}, *texts({"type": "square"})),
        *texts(settings),
        element(
            "defaultParams",
            {},
            *texts({"oscAVolume": _HIGHEST, "oscBVolume": _LOWEST, "lpfFrequency": _HIGHEST, "hpfFrequency": _LOWEST}),
            element("envelope1", {}, *texts(envelope)),
            element("patchCables", {}, element("patchCable", {}, *cable)),
        ),
    ]


def _holder(zone: Zone, places: dict[str, str]) -> list[Element]:
    """Returns what a range says of its sound; a drum sounds as recorded on its pad, so it is not transposed."""
    transpose, cents = (MIDDLE_C - zone.root, round(-zone.cents)) if zone.follows_keys else (0, 0)
    positions: dict[str, object] = {"startSamplePos": 0}
    if zone.loop is not None:
        positions |= {"startLoopPos": zone.loop[0], "endLoopPos": zone.loop[1] + 1}
    return [
        *texts({"fileName": places[zone.path], "transpose": transpose, "cents": cents}),
        element("zone", {}, *texts(positions)),
    ]


DELUGE = Format(title="Deluge kit or synth", players="Synthstrom Deluge", sounds="apart", write=write_deluge)
