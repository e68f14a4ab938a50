"""Finds samples for whoever asks: by what they are, and by what they sound like."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bridge.domain.sample import Sample
from bridge.errors import NotFoundError, RequestError
from bridge.store import samples as sample_store
from bridge.store.database import Database
from bridge.store.searching import Wanted, fingerprint_of


def tags_in(text: str) -> tuple[str, ...]:
    """Returns the tags that stand behind commas in a text."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


async def find_sample(database: Database, pads: Collection[str], target: str) -> Sample:
    """Returns a sample by its id, or the current one of one of the pads; raises NotFoundError where there is none."""
    if target in pads:
        sample = await database.read(lambda store: sample_store.current_sample(store, target))
        if sample is None:
            raise NotFoundError(f"Pad {target} holds no sound yet.", f"Make one with: oneshot trigger {target}")
        return sample
    sample = await database.read(lambda store: sample_store.find_sample(store, target))
    if sample is None:
        raise NotFoundError(f"There is no sample or pad {target!r}.", "List them with: oneshot ls")
    return sample


async def find_samples(database: Database, wanted: Wanted, *, near: Sample | None, limit: int) -> Sequence[Sample]:
    """Returns the samples that are wanted, the newest first, or those `near` a sample, the nearest first.

    Raises RequestError for a sample that nobody listened to when it was made.
    """
    if near is None:
        # A word that stands nowhere is looked for in every sample: nobody else should wait for that.
        search = database.look if wanted.text else database.read
        return await search(lambda store: sample_store.list_samples(store, wanted, limit=limit))
    fingerprint = await database.read(lambda store: fingerprint_of(store, near.id))
    if fingerprint is None:
        raise RequestError(
            f"How {near.id} sounds was not written down when it was made.",
            f"Make one more of it and search near that: oneshot again {near.id}",
        )
    return await database.look(
        lambda store: sample_store.list_near(store, wanted, fingerprint, but=near.id, limit=limit)
    )
