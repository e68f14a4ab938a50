"""Writes presets for 1010music's blackbox and bitbox: a folder with `preset.xml` and the sounds beside it.

Put the folder into `Presets` on the card. A kit has one pad for each of its first 16 keys, an instrument over the keys
is one pad with an asset for every zone. What the XML has no place for, the fine pitch and the loop of a zone, the
device reads from the `smpl` chunk, which every sound of the library brings along. It knows layers, but no turns.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import RequestError
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import Element, document, element, first_turns, hardest, names_of_sounds

PADS, COLUMNS = 16, 4
_TRIGGER, _GATE = 0, 1
_POLYPHONIC = 5
_FULL = 1_000
_RELEASE = 103


def write_1010music(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields a preset: of a kit the hardest strokes, of an instrument over the keys every layer."""
    stem = file_stem(instrument.name)
    names = names_of_sounds(instrument)
    drums = not any(zone.follows_keys for zone in instrument.zones)
    zones = hardest(instrument.zones) if drums else first_turns(instrument.zones)
    if drums and len(zones) > PADS:
        raise RequestError(
            f"A preset of 1010music has {PADS} pads, and {instrument.name} has {len(zones)}.", "Export fewer at once."
        )
    frames = {path: sounds.audio(path).frames for path in dict.fromkeys(zone.path for zone in zones)}
    cells = _kit(stem, zones, names, frames) if drums else _keys(stem, zones, names, frames)
    yield f"{stem}/preset.xml", document(element("document", {}, element("session", {"version": 1}, *cells)))
    for path in frames:
        yield f"{stem}/{names[path]}", sounds.wav(path)


def _kit(stem: str, zones: list[Zone], names: Mapping[str, str], frames: Mapping[str, int]) -> list[Element]:
    """Returns a pad for every drum, and the empty ones."""
    cells = []
    for slot in range(PADS):
        if slot < len(zones):
            zone = zones[slot]
            said = _pad(frames[zone.path]) | {
                "multisammode": 0, "samtrigtype": _TRIGGER, "chokegrp": zone.choke, "rootnote": 0, "padnote": zone.low,
            }  # fmt: skip
            cells.append(_cell(slot, "sample", f"\\Presets\\{stem}\\{names[zone.path]}", said))
        else:
            cells.append(_cell(slot, "samtempl", "", {}))
    return cells


def _keys(stem: str, zones: list[Zone], names: Mapping[str, str], frames: Mapping[str, int]) -> list[Element]:
    """Returns one pad that plays over the keys, the empty ones, and an asset for every zone."""
    said = _pad(frames[zones[0].path]) | {
        "multisammode": 1, "samtrigtype": _GATE, "chokegrp": 0, "rootnote": 0, "padnote": 0, "midimode": 1,
    }  # fmt: skip
    cells = [_cell(0, "sample", f"\\Presets\\{stem}", said)]
    cells += [_cell(slot, "samtempl", "", {}) for slot in range(1, PADS)]
    for row, zone in enumerate(zones):
        about = {
            "rootnote": zone.root, "keyrangebottom": zone.low, "keyrangetop": zone.high,
            "velrangebottom": zone.velocity_low, "velrangetop": zone.velocity_high, "asssrcrow": 0, "asssrccol": 0,
            "samlen": frames[zone.path],
        }  # fmt: skip
        where = {"filename": f"\\Presets\\{stem}\\{names[zone.path]}", "row": row, "type": "asset"}
        cells.append(element("cell", where, element("params", about)))
    return cells


def _pad(frames: int) -> dict[str, object]:
    return {
        "gaindb": 0, "pitch": 0, "panpos": 0, "loopmode": 0, "loopmodes": 0, "reverse": 0, "cellmode": 0,
        "envattack": 0, "envdecay": 0, "envsus": _FULL, "envrel": _RELEASE, "samstart": 0, "samlen": frames,
        "loopstart": 0, "loopend": frames, "quantsize": 3, "synctype": 5, "outputbus": 0, "polymode": _POLYPHONIC,
        "beatcount": 0, "fx1send": 0, "fx2send": 0, "interpqual": 1,
    }  # fmt: skip


def _cell(slot: int, kind: str, filename: str, params: Mapping[str, object]) -> Element:
    row, column = divmod(slot, COLUMNS)
    where = {"row": row, "column": column, "layer": 0, "filename": filename, "type": kind}
    return element("cell", where, element("params", params))


MUSIC_1010 = Format(
    title="1010music preset", players="1010music blackbox, bitbox", sounds="apart", write=write_1010music
)
