"""Puts finished sounds into the watched folder, onto their pads and on their way to the hosts.

The order is the contract: WAV, sidecar, the pad's current sound in the store, presets, deliveries, and only then
the notice. Presets are a picture of the store, drawn again whenever it changed, so a crash leaves nothing to repair
but the picture.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from sqlite3 import Connection

from bridge.domain.event import Event
from bridge.domain.instrument import Instrument
from bridge.domain.job import PRIORITIES, Job
from bridge.domain.sample import Sample
from bridge.domain.tags import tags_of
from bridge.domain.take import Call, Take, Verdict
from bridge.domain.understood import Understood
from bridge.errors import BridgeError
from bridge.instruments.mapping import instrument_of, kit_of
from bridge.jobs.calls import brief_for
from bridge.jobs.courier import Courier
from bridge.jobs.instruments import zones_of
from bridge.jobs.stamps import stamped_wav
from bridge.jobs.workshop import Workshop
from bridge.library.names import sample_path
from bridge.library.sidecar import sidecar_of
from bridge.ports import Model, Reader, Shaped
from bridge.sound.wav import pcm_sha256, wav_bytes
from bridge.store import events as event_store
from bridge.store import jobs as job_store
from bridge.store import samples as sample_store
from bridge.store import searching

log = logging.getLogger(__name__)


class Publisher:
    """Turns shaped sounds into published samples."""

    def __init__(self, shop: Workshop, courier: Courier) -> None:
        self._database = shop.database
        self._library = shop.library
        self._files = shop.files
        self._model_of = shop.models.at_work
        self._shaper = shop.shaper
        self._shop = shop
        self._pads = shop.pads
        self._courier = courier
        self._drawing = asyncio.Lock()
        self._behind = False
        """Whether the folder did not take presets that changed."""

    def plan(
        self, sample_id: str, job: Job, take: Take, verdicts: Sequence[Verdict], shaped: Shaped, *, now: float,
        part_of: str = "",
    ) -> Sample:
        """Returns the sample that a shaped take, or a part made from it, will be, with its name for ever."""
        brief = job.brief
        return Sample(
            id=sample_id, job=job.id, take=take.id, pad=brief.pad, pad_note=brief.pad_note, family=brief.family,
            mapping=brief.mapping, prompt=brief.prompt, sha256=pcm_sha256(shaped.pcm), analysis=shaped.analysis,
            verdicts=(*verdicts, *shaped.verdicts), created=now,
            tags=tags_of(brief.prompt, brief.family, shaped.analysis),
            path=sample_path(
                pad=brief.pad, family=brief.family, prompt=brief.prompt, root=shaped.analysis.root,
                sample_id=sample_id, part=bool(part_of),
            ),
            part_of=part_of, layer=shaped.layer, turn=shaped.turn,
        )

    async def compare(self, job: Job, sample: Sample, shaped: Shaped, siblings: Sequence[Sample]) -> Sample:
        """Returns the sample with a note where an older one is the same recording; it is published all the same.

        Parts are made to be alike and are not compared.
        The very same PCM is found by its hash, among the `siblings` of the job too. What only sounds alike is settled
        by the waves, in a worker.
        """
        if sample.part_of:
            return sample
        same = await self._database.read(lambda store: searching.same_sound(store, sample))
        same = same or next((other.id for other in siblings if other.sha256 == sample.sha256), "")
        if same:
            return _noted(sample, same, 1.0)
        found = await self._database.look(lambda store: searching.suspects(store, sample, shaped.fingerprint))
        if not found:
            return sample
        try:
            others = [await self._files.run(self._library.read_sample, path) for _, path in found]
            wav = wav_bytes(shaped.pcm, sample_rate=shaped.sample_rate, channels=shaped.channels)
            answer = await self._shaper.same_recording(wav, others, priority=PRIORITIES[job.priority])
        except BridgeError as problem:
            # Whether a sound is new is good to know; not to know it is no reason to keep the sound back.
            log.warning("sample %s was not compared with older ones: %s", sample.id, problem)
            return sample
        return sample if answer is None else _noted(sample, found[answer[0]][0], answer[1])

    async def write(self, job: Job, samples: Sequence[Sample], shaped: Mapping[str, Shaped]) -> None:
        """Writes WAVs and sidecars; doing it again after a crash changes nothing. `shaped` are the sounds by id."""
        calls, takes = await self._database.read(lambda store: _history(store, job.id))
        zones = zones_of(samples)
        for sample in samples:
            call, take = _origin(sample, calls, takes)
            model, sound = self._model_of(call.model), shaped[sample.id]
            await self._files.run(
                self._library.write_sample,
                sample.path,
                stamped_wav(
                    sound, sample=sample, zone=zones[sample.path], job=job, call=call, take=take, model=model
                ),
                sidecar_of(
                    sample, brief=job.brief, calls=calls, take=take, licence=model.licence, written=job.written,
                    fingerprint=sound.fingerprint, understood=self._understood(job, model), ref=job.ref,
                ),
            )

    def _understood(self, job: Job, model: Model) -> Understood | None:
        """Returns what the model took the words for, if it is one that can tell."""
        if not isinstance(model, Reader):
            return None
        return model.understood(brief_for(job, model), self._shop.config.library.middle_c_octave)

    async def is_out(self, samples: Sequence[Sample]) -> bool:
        """Tells whether the files of a job are public: they became so together, and nothing touches them again."""
        first = samples[0].id
        return await self._database.read(lambda store: sample_store.find_sample(store, first)) is not None

    async def plan_anew(self, old: Sample | None, sample: Sample, shaped: Shaped) -> Sample:
        """Replaces a plan whose sound can't be made the same any more; a file that nobody knew of yet goes."""
        if old is not None:
            await self._files.run(self._library.remove_sample, old.path)
        await self._database.write(lambda store: sample_store.plan_sample(store, sample, shaped.fingerprint))
        return sample

    async def forget(self, old: Sample) -> None:
        """Gives up a plan for which there is no sound any more."""
        await self._files.run(self._library.remove_sample, old.path)
        await self._database.write(lambda store: sample_store.drop_sample(store, old.id))

    async def put_in_place(self, job: Job, samples: Sequence[Sample]) -> None:
        """Makes the samples public: history, current, presets, deliveries. Safe to repeat."""
        pad = job.brief.pad

        def publish(store: Connection) -> bool:
            first_time = any(sample_store.find_sample(store, sample.id) is None for sample in samples)
            for sample in samples:
                sample_store.publish_sample(store, sample.id)
            if not pad or not first_time or not sample_store.is_newer_than_current(store, pad, job.number):
                return False
            if self._holds_on(pad) and sample_store.current_sample(store, pad) is not None:
                return False
            sample_store.put_on_pad(store, pad, samples[0].id)
            self._courier.address(store, pad, samples[0])
            return True

        await self._database.write(publish)
        if pad:
            await self.refresh(pad)

    def _holds_on(self, pad: str) -> bool:
        """Tells whether a pad keeps its sound until the user says otherwise."""
        settings = self._pads.get(pad)
        return settings is not None and (settings.lock or settings.swap == "on-keep")

    async def refresh(self, pad: str) -> None:
        """Draws the presets that show a pad, then sends what waits for the hosts."""
        async with self._drawing:
            currents, parts = await self._database.read(_held)
            kits = {name: kit.pads for name, kit in self._shop.config.kits.items() if pad in kit.pads}
            await self._files.run(self._draw, [pad], kits, currents, parts)
        await self._courier.send(pad)

    async def refresh_all(self) -> None:
        """Draws every preset once, those of pads that were emptied too, for a start after whatever happened."""
        async with self._drawing:
            currents, parts = await self._database.read(_held)
            pads = await self._database.read(sample_store.history_lengths)
            kits = {name: kit.pads for name, kit in self._shop.config.kits.items()}
            await self._files.run(self._draw, list(pads), kits, currents, parts)
            self._behind = False

    async def redraw(self, pad: str = "") -> None:
        """Draws the presets that show a pad, or all, as `refresh` does; what keeps it from that now is waited for."""
        try:
            await (self.refresh(pad) if pad else self.refresh_all())
        except BridgeError as problem:
            if not self._behind:
                log.warning("presets are drawn later: %s", problem)
            self._behind = True

    async def catch_up(self) -> None:
        """Draws the presets that `redraw` could not, and sends what waits for the hosts."""
        if self._behind:
            await self.redraw()
            if not self._behind:
                self._courier.send_later()

    async def withdraw(self, job: Job) -> None:
        """Removes what a failed publication left behind; nothing points at it."""
        paths = await self._database.write(lambda store: sample_store.drop_planned(store, job.id))
        for path in paths:
            await self._files.run(self._library.remove_sample, path)

    def sample_event(self, store: Connection, job: Job, sample: Sample, *, now: float) -> Event:
        """Writes down that a sample is out."""
        return event_store.add_event(
            store, Event(kind="sample", at=now, job=job.id, pad=sample.pad, sample=sample.id, ref=job.ref)
        )

    def _draw(
        self, pads: Sequence[str], kits: Mapping[str, Sequence[str]], currents: Mapping[str, Sample],
        parts: Mapping[str, Sequence[Sample]],
    ) -> None:
        for pad in pads:
            # An emptied pad keeps its file, without zones: the player that has it loaded falls silent and goes on.
            instrument = Instrument(name=pad, mode="drum", zones=())
            current = currents.get(pad)
            if current is not None:
                instrument = instrument_of(pad, current, parts.get(current.id, ()))
            self._library.write_instrument(instrument, current.path if current is not None else "")
        for name, members in kits.items():
            held = [currents[pad] for pad in members if pad in currents]
            self._library.write_kit(kit_of(name, held, parts))


def _held(store: Connection) -> tuple[dict[str, Sample], dict[str, list[Sample]]]:
    """Returns what the pads hold, and the parts of that by their main samples."""
    currents = sample_store.current_samples(store)
    return currents, sample_store.parts_of(store, [sample.id for sample in currents.values()])


def _history(store: Connection, job: str) -> tuple[list[Call], list[Take]]:
    return job_store.calls_of(store, job), [take for take, _ in job_store.takes_of(store, job)]


def _noted(sample: Sample, other: str, agreement: float) -> Sample:
    note = Verdict(name="duplicate", figure=agreement, rule="note", text=f"duplicate of {other}")
    return replace(sample, verdicts=(*sample.verdicts, note), duplicate_of=other)


def _origin(sample: Sample, calls: Sequence[Call], takes: Sequence[Take]) -> tuple[Call, Take]:
    take = next(take for take in takes if take.id == sample.take)
    return next(call for call in calls if call.id == take.call), take
