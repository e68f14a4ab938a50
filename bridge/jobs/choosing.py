"""Keeps and discards samples, which decides what their pads hold."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from sqlite3 import Connection

from bridge.domain.sample import Sample
from bridge.errors import LibraryError, RequestError, StoreError
from bridge.jobs import moves
from bridge.jobs.courier import Courier
from bridge.jobs.finding import find_sample
from bridge.jobs.publishing import Publisher
from bridge.jobs.workshop import Workshop
from bridge.library.sidecar import marks_of
from bridge.store import samples as sample_store

log = logging.getLogger(__name__)


class Chooser:
    """Sets the user's marks, in the store and in the sidecar, and tells hosts of a pad that changed by it.

    The store is what counts: presets, sidecars and hosts follow as soon as their folder takes them.
    """

    def __init__(self, shop: Workshop, publisher: Publisher, courier: Courier) -> None:
        self._database = shop.database
        self._library = shop.library
        self._files = shop.files
        self._hub = shop.hub
        self._clock = shop.clock
        self._pads = shop.pads
        self._publisher = publisher
        self._courier = courier
        self._marking = asyncio.Lock()
        self._behind = True
        """Whether there may be sidecars without their marks; the last process may have left some."""

    async def keep(self, target: str) -> Sample:
        """Marks a sample as kept and puts it on its pad, unless that is locked."""
        sample = await self._meant(target)

        def keep(store: Connection) -> bool:
            sample_store.mark_sample(store, sample.id, kept=True, discarded=False)
            current = sample_store.current_sample(store, sample.pad) if sample.pad else None
            if not sample.pad or (current is not None and (self._is_locked(sample.pad) or current.id == sample.id)):
                return False
            sample_store.put_on_pad(store, sample.pad, sample.id)
            self._courier.address(store, sample.pad, sample)
            return True

        return await self._changed(sample, await self._database.write(keep))

    async def discard(self, target: str) -> Sample:
        """Marks a sample as discarded; a pad that held it goes back to the one before, if it is not locked."""
        sample = await self._meant(target)

        def discard(store: Connection) -> bool:
            current = sample_store.current_sample(store, sample.pad) if sample.pad else None
            holds = current is not None and current.id == sample.id
            if holds and self._is_locked(sample.pad):
                raise RequestError(f"Pad {sample.pad} is locked: it holds on to its sound.", "Unlock it first.")
            sample_store.mark_sample(store, sample.id, kept=False, discarded=True)
            if not holds:
                return False
            self._courier.address(store, sample.pad, sample_store.step_back(store, sample.pad))
            return True

        return await self._changed(sample, await self._database.write(discard))

    async def _meant(self, target: str) -> Sample:
        """Returns the sample that is kept or discarded: for a part its main one, for a pad that swaps on keep the
        newest that waits, else its current one."""
        if target in self._pads and self._pads[target].swap == "on-keep":
            waiting = await self._database.read(lambda store: sample_store.waiting_sample(store, target))
            if waiting is not None:
                return waiting
        sample = await find_sample(self._database, self._pads, target)
        return await find_sample(self._database, self._pads, sample.part_of) if sample.part_of else sample

    def _is_locked(self, pad: str) -> bool:
        return pad in self._pads and self._pads[pad].lock

    async def _changed(self, sample: Sample, pad_changed: bool) -> Sample:
        if pad_changed:
            await self._publisher.redraw(sample.pad)
            now = self._clock.now()
            self._hub.tell([await self._database.read(lambda store: moves.pad_event(store, sample.pad, now))])
        self._behind = True
        await self.catch_up()
        return await find_sample(self._database, self._pads, sample.id)

    async def catch_up(self) -> None:
        """Writes the marks into the sidecars that do not hold them yet; while their folder is away that waits."""
        async with self._marking:
            if not self._behind:
                return
            self._behind = False
            try:
                for sample in await self._database.read(sample_store.samples_behind):
                    if await self._wrote_marks(sample):
                        await self._database.write(partial(sample_store.note_sidecar, sample=sample))
                    else:
                        self._behind = True
            except StoreError as problem:
                self._behind = True
                log.debug("the sidecars are looked at again later: %s", problem)

    async def _wrote_marks(self, sample: Sample) -> bool:
        """Returns whether a sidecar holds the marks now, or never can."""
        try:
            await self._files.run(self._library.change_sidecar, sample.path, {"marks": marks_of(sample)})
        except LibraryError as problem:
            log.debug("the marks of %s stand in the store alone: %s", sample.id, problem)
            return not problem.retryable
        return True
