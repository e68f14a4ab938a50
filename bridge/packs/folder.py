"""Plans the folder of a pack: which sound becomes which file, and what comes beside them. Writes nothing."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from pydantic import TypeAdapter

from bridge.domain.instrument import Instrument
from bridge.domain.sample import Sample
from bridge.instruments.mapping import HIGHEST, MOST_LAYERS, instrument_of_roots, kit_of
from bridge.library.names import slug
from bridge.packs.names import STROKES, distinct, folder_name, key_of, stem_of
from bridge.packs.plan import Item, Plan
from bridge.units import MidiNote

MANIFEST = "pack.json"
COVER = "index.html"
SCHEMA = 1
LOWEST_KEY = 36
"""Where a kit of a family begins: the kick of a General MIDI drum kit."""
MOST_KEYS = 64
"""The most sounds of one kit; more go into a second one."""
LONGEST_NAME = 28
"""Of an instrument, so that a number behind it stays within 32 characters."""
_SAMPLE = TypeAdapter(Sample)

Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Binds a sample to its file in the pack (`path`, with forward slashes). `sample` and `outcome` show it and its job
    as the bridge does."""

    path: str
    item: Item
    sample: Shown
    outcome: Shown

    @property
    def source(self) -> str:
        """Returns where the sample lies on this computer."""
        return str(self.sample["file"])


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFolder:
    """Holds the entries of a pack in the order of its plan, and the paths by sample that it has ever given."""

    plan: Plan
    ending: str
    entries: tuple[Entry, ...]
    given: Mapping[str, str] = field(default_factory=dict)


def folder_of(plan: Plan, outcomes: Mapping[str, Shown], ending: str, given: Mapping[str, str]) -> PackFolder:
    """Returns which file each made sample of a plan gets; what the user discarded is left out.

    `given` are the paths that an earlier run gave to samples: those stay, so that a pack which grows renames nothing.
    """
    strokes = _strokes(plan)
    taken: dict[str, set[str]] = defaultdict(set)
    for known in map(PurePosixPath, given.values()):
        if known.suffix == f".{ending}":
            taken[str(known.parent)].add(known.stem.casefold())
    entries = []
    for item in plan.items:
        outcome = outcomes.get(item.ref)
        for sample in outcome["samples"] if outcome else ():
            if sample["discarded"]:
                continue
            path = given.get(sample["id"], "")
            if PurePosixPath(path).suffix != f".{ending}":
                folder = folder_name(sample["family"]) if plan.output.layout == "families" else "."
                stem = stem_of(plan.output.naming, plan.name, item.fields, sample, strokes.get(item.ref, ""))
                stem = distinct(stem, taken[folder], sample["id"])
                taken[folder].add(stem.casefold())
                path = str(PurePosixPath(folder) / f"{stem}.{ending}")
            entries.append(Entry(path=path, item=item, sample=sample, outcome=outcome or {}))
    return PackFolder(plan=plan, ending=ending, entries=tuple(entries),
                      given={**given, **{entry.sample["id"]: entry.path for entry in entries}})  # fmt: skip


def manifest(pack: PackFolder, beside: Sequence[str], licences: Mapping[str, Shown]) -> bytes:
    """Returns `pack.json`: every sound with what it is, where it comes from and its terms; and which files the pack
    wrote, which is what a later run may write again."""
    sounds = [
        {
            "file": entry.path, "sample": entry.sample["id"], "sha256": entry.sample["sha256"],
            "ref": entry.item.ref, "family": entry.sample["family"], "prompt": entry.sample["prompt"],
            "root": entry.sample["analysis"]["root"], "cents": entry.sample["analysis"]["cents"],
            "key": key_of(entry.sample), "bpm": entry.item.fields.get("bpm"),
            "seconds": entry.sample["analysis"]["seconds"], "tags": list(entry.sample["tags"]),
            "model": entry.outcome["model"], "seed": entry.item.fields["seed"],
            "velocity": entry.item.fields.get("energy"),
            "licence": licences.get(entry.outcome["model"], {}),
        }
        for entry in pack.entries
    ]  # fmt: skip
    content = {"schema": SCHEMA, "name": pack.plan.name, "sounds": sounds, "given": pack.given, "beside": list(beside)}
    return _json(content)


def metadata(entry: Entry, format_name: str, sample_rate: int, sidecar: Shown) -> bytes:
    """Returns the JSON beside a sound: what was asked for in the words of the generator's own tools, and the sidecar
    of the sample. `sample_rate` is the file's."""
    fields, said = entry.item.fields, entry.item.said
    generation = {**said.get("generation", {}), **fields.get("inputs", {}), "seed": fields["seed"]}
    conditioning = {"prompt": fields.get("prompt", ""), "seconds_total": fields.get("seconds"),
                    "negative_prompt": fields.get("negative"), **said.get("conditioning", {})}  # fmt: skip
    model = {"sample_rate": entry.sample["analysis"]["sample_rate"], **said.get("model", {})}
    return _json({
        "generation_config": generation, "conditioning": conditioning, "sample_rate": sample_rate,
        "file_format": format_name, "model_config": {"model": entry.outcome["model"], **model},
        "oneshot_bridge": sidecar,
    })  # fmt: skip


def metadata_path(entry: Entry) -> str:
    return str(PurePosixPath(entry.path).with_suffix(".json"))


# --- instruments ----------------------------------------------------------------------------------------------


def instruments_of(pack: PackFolder) -> Iterator[Instrument]:
    """Yields what the pack plays, its zones naming the files of the pack: kits of each family of drums, and for what
    was asked for at several notes or velocities an instrument over the keyboard.

    The velocities of one sound are its layers, at most `MOST_LAYERS` of them, evenly chosen.
    """
    drums: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    tonal: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in pack.entries:
        if entry.sample["mapping"] == "drum":
            drums[entry.sample["family"]][_sound(entry)].append(entry)
        else:
            tonal[_words(entry)][_sound(entry)].append(entry)
    names: set[str] = set()
    for family, sounds in drums.items():
        struck = [_layers(entries) for entries in sounds.values()]
        for start in range(0, len(struck), MOST_KEYS):
            yield _kit(_name(family, names), struck[start : start + MOST_KEYS])
    for sounds in tonal.values():
        yield from _keyboards([_layers(entries) for entries in sounds.values()], names)


def _kit(name: str, struck: Sequence[Sequence[Sample]]) -> Instrument:
    """Returns the sounds on one key each, from `LOWEST_KEY` up."""
    keyed = [[replace(layer, pad_note=MidiNote(LOWEST_KEY + place)) for layer in layers]
             for place, layers in enumerate(struck)]  # fmt: skip
    assert LOWEST_KEY + len(keyed) <= HIGHEST + 1
    return kit_of(name, [layers[0] for layers in keyed], {layers[0].id: layers[1:] for layers in keyed})


def _keyboards(sounds: Sequence[Sequence[Sample]], names: set[str]) -> Iterator[Instrument]:
    """Yields instruments of which none has two sounds on one root: the second one begins another."""
    while sounds:
        roots: dict[int | None, Sequence[Sample]] = {}
        for layers in sounds:
            roots.setdefault(layers[0].root, layers)
        used = list(roots.values())
        sounds = [layers for layers in sounds if layers not in used]
        name = _name(slug(used[0][0].prompt)[:LONGEST_NAME].strip("-") or used[0][0].family, names)
        yield instrument_of_roots(name, [[[layer] for layer in layers] for layers in used])


def _layers(entries: Sequence[Entry]) -> list[Sample]:
    """Returns the velocities of one sound, the softest first, as the layers of its key."""
    order = sorted(entries, key=lambda entry: entry.item.fields.get("energy", 1.0))
    count = min(len(order), MOST_LAYERS)
    chosen = [order[math.ceil((place + 1) * len(order) / count) - 1] for place in range(count)]
    return [
        replace(_SAMPLE.validate_python(dict(entry.sample)), path=entry.path, layer=number, turn=1, part_of="")
        for number, entry in enumerate(chosen, 1)
    ]


def _strokes(plan: Plan) -> dict[str, str]:
    """Returns by their refs what the velocities of a sound are called that has several."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in plan.items:
        groups[item.strokes].append(item)
    called: dict[str, str] = {}
    for items in groups.values():
        words = STROKES.get(len(items), ())
        order = sorted(items, key=lambda item: item.fields.get("energy", 1.0))
        called |= {item.ref: word for item, word in zip(order, words, strict=False)}
    return called


def _sound(entry: Entry) -> str:
    """Returns what the velocities of one sound share. Each variation of a call is a sound by itself."""
    variation = [sample["id"] for sample in entry.outcome["samples"]].index(entry.sample["id"])
    return f"{entry.item.strokes} {variation}"


def _words(entry: Entry) -> str:
    """Returns what the notes of one instrument share."""
    fields = {key: value for key, value in entry.item.fields.items() if key not in ("energy", "note", "seed")}
    return json.dumps([fields, entry.sample["family"]], sort_keys=True)


def _name(wanted: str, names: set[str]) -> str:
    name, number = wanted, 1
    while name in names:
        number += 1
        name = f"{wanted}-{number}"
    names.add(name)
    return name


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
