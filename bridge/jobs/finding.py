"""Finds samples for whoever asks: by what they are, and by what they sound like."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.domain.sample import Sample
from bridge.errors import RequestError
from bridge.store.database import Database
from bridge.store.samples import list_near, list_samples
from bridge.store.searching import Wanted, fingerprint_of


def tags_in(text: str) -> tuple[str, ...]:
    """Returns the tags that stand behind commas in a text."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


async def find_samples(database: Database, wanted: Wanted, *, near: Sample | None, limit: int) -> Sequence[Sample]:
    """Returns the samples that are wanted, the newest first, or those `near` a sample, the nearest first.

    Raises RequestError for a sample that nobody listened to when it was made.
    """
    if near is None:
        # A word that stands nowhere is looked for in every sample: nobody else should wait for that.
        search = database.look if wanted.text else database.read
        return await search(lambda store: list_samples(store, wanted, limit=limit))
    fingerprint = await database.read(lambda store: fingerprint_of(store, near.id))
    if fingerprint is None:
        raise RequestError(
            f"How {near.id} sounds was not written down when it was made.",
            f"Make one more of it and search near that: oneshot again {near.id}",
        )
    return await database.look(lambda store: list_near(store, wanted, fingerprint, but=near.id, limit=limit))
