"""Decides on which keys and velocities samples sound: pure, from the samples and the table of families.

Several samples of one pad become one instrument by three rules. On one root, what is brighter answers to harder
keys (`layers_of`); what is much alike takes turns there. Several roots share the keys between them at their
midpoints (`instrument_of_roots`). So every key of the range has exactly one zone for every velocity and turn.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, Family
from bridge.domain.instrument import Character, Instrument, Zone
from bridge.domain.sample import Sample
from bridge.units import Cents, MidiNote

LOWEST, HIGHEST = 0, 127
SOFTEST, HARDEST = 1, 127

ALIKE = 0.97
"""Cosine of two profiles from which on two sounds pass for two strokes of one hand."""
MOST_LAYERS = 4
"""More would be so narrow that nobody could aim at one."""
SPLITS: dict[int, tuple[int, ...]] = {1: (), 2: (80,), 3: (50, 95), 4: (40, 72, 104)}
"""The highest velocity of every layer but the last, by their number."""

Layers = Sequence[Sequence[Sample]]
"""Samples of one root, softest layer first; the members of a layer take turns."""


def zone_of(sample: Sample, *, reach: int | None = None) -> Zone:
    """Returns the zone on which a sample is played by itself.

    A drum sits on its one key and sounds there as recorded. A `keys` sample reaches `reach` semitones (its family's
    by default) to both sides of its root, cut at the ends of the keyboard. Without a root it is played around its
    key as if that were its pitch: there is nothing to correct, so its cents are 0.
    """
    if sample.mapping == "drum":
        return _one_key(sample)
    root = _root_of(sample)
    width = _family(sample).reach if reach is None else reach
    return Zone(
        path=sample.path,
        root=root,
        cents=Cents(0.0) if sample.root is None else sample.cents,
        low=MidiNote(max(LOWEST, root - width)),
        high=MidiNote(min(HIGHEST, root + width)),
        choke=_family(sample).choke,
        loop=sample.analysis.loop,
    )


def instrument_of(pad: str, sample: Sample, parts: Sequence[Sample] = ()) -> Instrument:
    """Returns the instrument that a sample makes with its parts: its other roots, velocity layers and turns."""
    if not parts:
        return Instrument(name=pad, mode=sample.mapping, zones=(zone_of(sample),))
    return instrument_of_roots(pad, _by_root((sample, *parts)))


def instrument_of_roots(pad: str, roots: Sequence[Layers], *, reach: int | None = None) -> Instrument:
    """Returns an instrument of several roots, each with its layers and turns.

    Two neighbouring roots meet in the middle: the lower one has the keys up to ⌊(a + b) / 2⌋. Below the lowest and
    above the highest root the instrument reaches as far as `zone_of` says. Of two sets on one root the later one has
    it, as in a kit; drums lie on their own keys alone. A set's root is that of its first sample. Raises ValueError
    for a set or a layer without samples, for too many layers, and where drums and keys are mixed.
    """
    if any(not layers or not all(layers) for layers in roots):
        raise ValueError("a root has at least one layer, and a layer at least one sample")
    mappings = {sample.mapping for layers in roots for members in layers for sample in members}
    if len(mappings) > 1:
        raise ValueError("drums and keys make no instrument together")
    by_key = {zone_of(layers[0][0], reach=reach).root: layers for layers in roots}
    keys = sorted(by_key)
    zones: list[Zone] = []
    for place, key in enumerate(keys):
        layers = by_key[key]
        alone = zone_of(layers[0][0], reach=reach)
        low, high = alone.low, alone.high
        if alone.follows_keys:
            low = low if place == 0 else MidiNote((keys[place - 1] + key) // 2 + 1)
            high = high if place == len(keys) - 1 else MidiNote((key + keys[place + 1]) // 2)
        zones += _layered(layers, low, high, reach)
    return Instrument(name=pad, mode=next(iter(mappings), "drum"), zones=tuple(zones))


def layers_of(characters: Sequence[Character]) -> tuple[tuple[int, ...], ...]:
    """Returns the layers that variations of one sound make, softest first: the places of their members.

    A harder stroke is a brighter one. Neighbours in that order whose profiles are all alike (`ALIKE`) share a layer
    and take turns; where more than `MOST_LAYERS` are left, the nearest go together.
    """
    order = sorted(range(len(characters)), key=lambda place: characters[place].brightness)
    layers: list[tuple[int, ...]] = [(place,) for place in order]
    while len(layers) > 1:
        likeness = [
            min(_cosine(characters[a].profile, characters[b].profile) for a in one for b in other)
            for one, other in itertools.pairwise(layers)
        ]
        nearest = max(range(len(likeness)), key=likeness.__getitem__)
        if likeness[nearest] < ALIKE and len(layers) <= MOST_LAYERS:
            break
        layers[nearest : nearest + 2] = [layers[nearest] + layers[nearest + 1]]
    return tuple(layers)


def velocities(layers: int) -> tuple[tuple[int, int], ...]:
    """Returns the lowest and highest velocity of each of 1–`MOST_LAYERS` layers, 1 to 127 without a gap; ValueError
    for any other number of them."""
    if layers not in SPLITS:
        raise ValueError(f"an instrument has 1–{MOST_LAYERS} layers, not {layers}")
    tops = (*SPLITS[layers], HARDEST)
    bottoms = (SOFTEST, *(top + 1 for top in SPLITS[layers]))
    return tuple(zip(bottoms, tops, strict=True))


def kit_of(name: str, currents: Sequence[Sample], parts: Mapping[str, Sequence[Sample]] | None = None) -> Instrument:
    """Returns a kit: every sample on its one key, sounding as recorded, a `keys` sample too; in order of keys.

    `currents` stand in the order of the kit's pads, `parts` are those of each by its id: a key has the layers and turns
    of the sample's own root. Where two of them claim one key, the later one has it, as a later line does in a list of
    settings; two sounds on one key would be a third sound that nobody asked for.
    """
    by_key: dict[MidiNote, list[Zone]] = {}
    for sample in currents:
        roots = _by_root((sample, *(parts or {}).get(sample.id, ())))
        mine = next(layers for layers in roots if sample in itertools.chain(*layers))
        by_key[_key_of(sample)] = [
            replace(_one_key(sample), path=part.path, velocity_low=bottom, velocity_high=top, sequence=sequence)
            for part, (bottom, top), sequence in _struck(mine)
        ]
    return Instrument(name=name, mode="drum", zones=tuple(zone for key in sorted(by_key) for zone in by_key[key]))


def _by_root(samples: Sequence[Sample]) -> list[Layers]:
    """Returns the layers of each root, softest first, each with its turns in order."""
    roots: dict[MidiNote, dict[int, list[Sample]]] = {}
    for sample in sorted(samples, key=lambda one: one.turn):
        roots.setdefault(zone_of(sample).root, {}).setdefault(sample.layer, []).append(sample)
    return [[layers[number] for number in sorted(layers)] for layers in roots.values()]


def _struck(layers: Layers) -> Iterator[tuple[Sample, tuple[int, int], tuple[int, int]]]:
    """Yields each member of some layers with its velocities and its turn."""
    for span, members in zip(velocities(len(layers)), layers, strict=True):
        for turn, sample in enumerate(members, 1):
            yield sample, span, (turn, len(members))


def _layered(layers: Layers, low: MidiNote, high: MidiNote, reach: int | None) -> list[Zone]:
    """Returns the zones of one root's layers on the keys from `low` to `high`."""
    return [
        replace(
            zone_of(sample, reach=reach), low=low, high=high, velocity_low=bottom, velocity_high=top, sequence=sequence
        )
        for sample, (bottom, top), sequence in _struck(layers)
    ]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 1.0


def _one_key(sample: Sample) -> Zone:
    key = _key_of(sample)
    return Zone(
        path=sample.path,
        root=key,
        cents=Cents(0.0),
        low=key,
        high=key,
        follows_keys=False,
        choke=_family(sample).choke,
    )


def _root_of(sample: Sample) -> MidiNote:
    return _key_of(sample) if sample.root is None else sample.root


def _key_of(sample: Sample) -> MidiNote:
    return MidiNote(_family(sample).pad_note) if sample.pad_note is None else sample.pad_note


def _family(sample: Sample) -> Family:
    return FAMILIES.get(sample.family, FAMILIES[DEFAULT_FAMILY])
