"""Finds the instrument that somebody wants to carry elsewhere: of a pad, a kit, or sounds of their choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from sqlite3 import Connection

from bridge.domain.instrument import Instrument
from bridge.domain.sample import Sample
from bridge.errors import NotFoundError, RequestError
from bridge.instruments.mapping import HIGHEST, instrument_of, kit_of
from bridge.jobs.finding import find_sample
from bridge.store import samples as sample_store
from bridge.store.database import Database
from bridge.units import MidiNote

LONGEST_NAME = 32
SET = "set"
"""The name of what is made of several sounds, until the user finds a better one."""


async def find_instrument(
    database: Database, pads: Collection[str], kits: Mapping[str, Sequence[str]], targets: Sequence[str]
) -> Instrument:
    """Returns what one pad, kit or sample plays, or the instrument of several pads and samples.

    Several sounds over the keys, each of another root, share the keyboard. Anything else becomes a kit, and of two on
    one key the later goes to the next free one. Raises NotFoundError for what is not there or still empty, and
    RequestError for a kit among several.
    """
    if len(targets) == 1 and targets[0] not in pads and targets[0] in kits:
        return await _kit(database, targets[0], kits[targets[0]])
    if asked := [target for target in targets if target not in pads and target in kits]:
        raise RequestError(f"The kit {asked[0]} is an instrument by itself.", "Export it alone, or name its pads.")
    samples = [await find_sample(database, pads, target) for target in dict.fromkeys(targets)]
    if not samples:
        raise RequestError("No pad, kit or sample is named.", "Name one: oneshot pads")
    parts = await database.read(lambda store: sample_store.parts_of(store, [sample.id for sample in samples]))
    if len(samples) == 1:
        name = targets[0] if targets[0] in pads else _name(samples[0])
        return instrument_of(name, samples[0], parts.get(samples[0].id, ()))
    roots = {sample.root for sample in samples}
    if all(sample.mapping == "keys" for sample in samples) and None not in roots and len(roots) == len(samples):
        first, *others = [replace(one, layer=1, turn=1) for one in samples]
        return instrument_of(SET, first, others)
    return kit_of(SET, _spread(samples), parts)


async def _kit(database: Database, name: str, pads: Sequence[str]) -> Instrument:
    def look(store: Connection) -> tuple[list[Sample], dict[str, list[Sample]]]:
        currents = sample_store.current_samples(store)
        held = [currents[pad] for pad in pads if pad in currents]
        return held, sample_store.parts_of(store, [sample.id for sample in held])

    held, parts = await database.read(look)
    if not held:
        raise NotFoundError(f"The kit {name} holds no sound yet.", f"Make one with: oneshot trigger {pads[0]}")
    return kit_of(name, held, parts)


def _name(sample: Sample) -> str:
    """Returns a name for what a sample plays that no other sample's has."""
    own = sample.id.removeprefix("s-")
    return f"{(sample.pad or sample.family)[: LONGEST_NAME - 1 - len(own)]}-{own}"


def _spread(samples: Sequence[Sample]) -> list[Sample]:
    """Returns samples of which no two sit on one key in a kit."""
    spread: list[Sample] = []
    taken: set[int] = set()
    for sample in samples:
        wanted = kit_of(SET, [sample]).zones[0].low
        free = [key for key in (*range(wanted, HIGHEST + 1), *range(wanted)) if key not in taken]
        if not free:
            raise RequestError(f"{len(samples)} sounds are more than there are keys.", "Export fewer at once.")
        taken.add(free[0])
        spread.append(replace(sample, pad_note=MidiNote(free[0])))
    return spread
