"""Decides on which keys a sample sounds: pure, from the sample and the table of families."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, Family
from bridge.domain.instrument import Instrument, Zone
from bridge.domain.sample import Sample
from bridge.units import Cents, MidiNote

LOWEST, HIGHEST = 0, 127


def zone_of(sample: Sample, *, reach: int | None = None) -> Zone:
    """Returns the zone on which a sample is played by itself.

    A drum sits on its one key and sounds there as recorded. A `keys` sample reaches `reach` semitones (its family's
    by default) to both sides of its root, cut at the ends of the keyboard. Without a root it is played around its
    key as if that were its pitch: there is nothing to correct, so its cents are 0.
    """
    if sample.mapping == "drum":
        return _one_key(sample)
    root = _key_of(sample) if sample.root is None else sample.root
    width = _family(sample).reach if reach is None else reach
    return Zone(
        path=sample.path,
        root=root,
        cents=Cents(0.0) if sample.root is None else sample.cents,
        low=MidiNote(max(LOWEST, root - width)),
        high=MidiNote(min(HIGHEST, root + width)),
        choke=_family(sample).choke,
    )


def instrument_of(pad: str, sample: Sample) -> Instrument:
    """Returns a pad's instrument: its current sample over the keys where it is played."""
    return Instrument(name=pad, mode=sample.mapping, zones=(zone_of(sample),))


def kit_of(name: str, currents: Sequence[Sample]) -> Instrument:
    """Returns a kit: every sample on its one key, sounding as recorded, a `keys` sample too; in order of keys.

    `currents` stand in the order of the kit's pads. Where two of them claim one key, the later one has it, as a
    later line does in a list of settings; two sounds on one key would be a third sound that nobody asked for.
    """
    by_key = {zone.low: zone for zone in map(_one_key, currents)}
    return Instrument(name=name, mode="drum", zones=tuple(by_key[key] for key in sorted(by_key)))


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


def _key_of(sample: Sample) -> MidiNote:
    return MidiNote(_family(sample).pad_note) if sample.pad_note is None else sample.pad_note


def _family(sample: Sample) -> Family:
    return FAMILIES.get(sample.family, FAMILIES[DEFAULT_FAMILY])
