"""Writes `.multisample`: one archive with the sounds inside, played by Bitwig Studio and Studio One.

Open format of Bitwig and PreSonus (github.com/bitwig/multisample): a ZIP with `multisample.xml` in which nothing is
compressed. It holds where sounds lie, not how they are played: choke groups are for the host.
"""

from __future__ import annotations

from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import Element, document, element, names_of_sounds, stored

DESCRIPTION = "multisample.xml"


def write_multisample(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields the one file of an instrument: its sounds stand in it as they lie in the library."""
    names = names_of_sounds(instrument)
    content = [(DESCRIPTION, _description(instrument, names))]
    content += [(name, sounds.wav(path)) for path, name in names.items()]
    yield f"{folder}/{file_stem(instrument.name)}.multisample", stored(content)


def _description(instrument: Instrument, names: dict[str, str]) -> bytes:
    return document(
        element(
            "multisample",
            {"name": instrument.name},
            element("generator", text="Oneshot Bridge"),
            element("category", text="Drum" if instrument.mode == "drum" else "Keyboard"),
            element("creator"),
            *(_sample(zone, names[zone.path]) for zone in instrument.zones),
        )
    )


def _sample(zone: Zone, name: str) -> Element:
    keys = {
        "root": zone.root,
        "track": 1 if zone.follows_keys else 0,
        "tune": -zone.cents / 100,  # semitones
        "low": zone.low,
        "high": zone.high,
    }
    loop: dict[str, object] = {"mode": "off"}
    if zone.loop is not None:
        # The stop is the frame behind the loop: the format's own default for it is the length of the file.
        loop = {"mode": "loop", "start": zone.loop[0], "stop": zone.loop[1] + 1}
    logic = "round-robin" if zone.sequence[1] > 1 else "always-play"
    return element(
        "sample",
        {"file": name, "zone-logic": logic},
        element("key", keys),
        element("velocity", {"low": zone.velocity_low, "high": zone.velocity_high}),
        element("select"),
        element("loop", loop),
    )


MULTISAMPLE = Format(title="multisample", players="Bitwig Studio, Studio One", sounds="inside", write=write_multisample)
