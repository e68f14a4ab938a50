"""Takes requests in: keeps what they name, listens where no word says what it is, and makes briefs of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from bridge.config.schema import SongSettings
from bridge.domain.brief import FINISH, Brief, Request
from bridge.domain.family import family_of
from bridge.domain.ids import is_id
from bridge.domain.job import PRIORITIES
from bridge.domain.text import shown_name
from bridge.jobs.briefs import as_finish, priority_of, resolve
from bridge.jobs.finding import find_sample
from bridge.jobs.workshop import Workshop
from bridge.store import jobs as job_store
from bridge.store import samples as sample_store
from bridge.units import Decibels


class Intake:
    """Turns requests into briefs; nothing is accepted yet."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    async def brief_of(self, request: Request, song: SongSettings) -> Brief:
        """Returns the brief of a request; raises RequestError or NotFoundError that names what is wrong with it."""
        shop, source = self._shop, ""
        if request.audio or request.image:
            source = shown_name(Path(request.audio or request.image or "").name)
            request = await shop.files.run(self._take_in, request, await self._file_of(request.audio))
        if request.audio_use == FINISH:
            request = await self._named(as_finish(request, shop.pads, source))
        brief = resolve(request, shop.pads, shop.models.get, shop.models.all(), shop.config, song, source)
        if brief.pad and shop.pads[brief.pad].match_level:
            brief = replace(brief, loudness=await shop.database.read(partial(_loudness_on, pad=brief.pad)))
        return brief

    def _take_in(self, request: Request, audio: str) -> Request:
        """Keeps what a request names, so that the file may go before its turn comes."""
        kind = "recording" if request.audio_use == FINISH else "sound"
        references = self._shop.references
        return replace(
            request,
            audio=references.take_in(Path(audio), kind) if audio else None,
            image=references.take_in(Path(request.image), "picture") if request.image else None,
        )

    async def _named(self, request: Request) -> Request:
        """Returns a request to finish a sound with its family: where no word says one, that which is heard."""
        if request.family or not request.audio or family_of(request.prompt or ""):
            return request
        sound = await asyncio.to_thread(self._shop.references.path(request.audio).read_bytes)
        heard = await self._shop.shaper.recognise(sound, priority=PRIORITIES[priority_of(request)])
        return replace(request, family=heard)

    async def _file_of(self, audio: str | None) -> str:
        if audio and (is_id(audio, "s") or audio in self._shop.pads):
            sample = await find_sample(self._shop.database, self._shop.pads, audio)
            return self._shop.library.absolute(sample.path)
        return audio or ""


def _loudness_on(store: Connection, pad: str) -> Decibels | None:
    """Returns how loud the next sound of a pad should be: as loud as the one it replaces should have been.

    So a sound that had to stay softer, because its peak was too sharp, does not make all those after it softer too.
    """
    current = sample_store.current_sample(store, pad)
    if current is None:
        return None
    job = job_store.find_job(store, current.job)
    if job is not None and job.brief.loudness is not None:
        return job.brief.loudness
    character = current.analysis.character
    return character.loudness if character is not None else None
