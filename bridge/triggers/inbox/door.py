"""The inbox door: looks, waits until files are whole, hands them to the engine, and puts them where they belong.

One worker does all of it in turn. A file is taken out of people's hands before it is handed over, under a token of its
own that is the `ref` of its job: so a crash anywhere in between makes it neither twice nor not at all.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from bridge.domain.event import Event
from bridge.domain.job import ENDED, Job, JobState
from bridge.domain.text import shown_name
from bridge.errors import BridgeError, LibraryError, StoreError
from bridge.ports import Engine
from bridge.triggers.inbox.asking import REF, drop_of, request_of
from bridge.triggers.inbox.names import kind_of
from bridge.triggers.inbox.place import Claim, Place
from bridge.triggers.inbox.settling import Entry, Settling
from bridge.triggers.watching import Alarm, Watch

log = logging.getLogger(__name__)

RESCAN_SECONDS = 5.0
"""Between looks where no event says that something happened: folders in clouds and on networks send none."""
SLOW_SECONDS = 30.0
"""Between the tries of what the disk refuses."""
SOON_SECONDS = 0.25
MOST_SEEN = 500
"""Entries that are looked at in one go; the others wait where they lie."""
MOST_AT_WORK = 16
"""Jobs of the inbox that may be unfinished before the next file is taken."""
MOST_REMEMBERED = 1_000
"""Newest jobs that are looked at after a start, for those whose files were not put away."""
FOLDER_SECONDS = 10.0
"""How long a dropped folder must be quiet: copying a tree has longer pauses."""
TRIES = 3
_LOST = frozenset({JobState.FAILED, JobState.CANCELLED})


class InboxDoor:
    """Makes jobs of the files in a folder. `check` raises LibraryError while the library is away, `settle_seconds` is
    how long a file must be quiet."""

    def __init__(
        self, engine: Engine, folder: Path, *, check: Callable[[], None], settle_seconds: float = 2.0,
        rescan_seconds: float = RESCAN_SECONDS, slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self.folder = folder
        self._engine = engine
        self._place = Place(folder, check)
        self._settling = Settling(settle_seconds)
        self._settle_seconds = settle_seconds
        self._rescan_seconds = rescan_seconds
        self._slow_seconds = slow_seconds
        self._alarm = Alarm()
        self._pads: frozenset[str] = frozenset()
        self._at_work: set[str] = set()
        self._lost: set[str] = set()
        self._owing = True
        """Whether something may lie between inbox and done: looked for at the start and after every trouble."""
        self._watch = Watch(self._alarm.ring)
        self._hears = True
        self._trouble = ""
        self._unsubscribe: Callable[[], None] = lambda: None
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> list[str]:
        """Begins; returns what is in the way, a line each. Never raises for that: it may go away by itself."""
        self._unsubscribe = self._engine.subscribe(self._heard)
        notices = []
        try:
            await asyncio.to_thread(self._prepare)
        except BridgeError as problem:
            self._trouble = str(problem)
            notices.append(f"The inbox can't be used: {problem}")
        self._worker = asyncio.create_task(self._work(), name="inbox door")
        return notices

    async def close(self) -> None:
        """Stops where it stands; the next start goes on."""
        self._unsubscribe()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        await asyncio.to_thread(self._watch.stop)

    # --- the worker -------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            self._alarm.reset()
            try:
                pause = await self._round()
                if self._trouble:
                    log.info("The inbox goes on.")
                self._trouble = ""
            except (LibraryError, StoreError) as problem:
                self._owing = True
                if str(problem) != self._trouble:
                    log.warning("The inbox waits: %s", problem)
                self._trouble = str(problem)
                await asyncio.sleep(self._slow_seconds)
                continue
            except Exception:  # a border: a mistake here costs a round, never the door
                log.exception("The inbox stumbled.")
                await asyncio.sleep(self._slow_seconds)
                continue
            await self._alarm.wait(pause)
            # Whatever woke it, more of the same is on its way.
            await asyncio.sleep(min(SOON_SECONDS, pause))

    async def _round(self) -> float:
        """Does what there is to do; returns after how many seconds to look again, if nothing happens before."""
        if self._owing:
            await asyncio.to_thread(self._prepare)
            await self._catch_up()
        await self._put_lost_away()
        entries, more = await asyncio.to_thread(self._look)
        for entry in entries:
            if len(self._at_work) >= MOST_AT_WORK:
                return self._rescan_seconds  # a job that ends wakes it
            await self._take(entry)
        await self._put_lost_away()
        return min(self._rescan_seconds, max(SOON_SECONDS, self._settle_seconds / 4)) if more else self._rescan_seconds

    def _prepare(self) -> None:
        """Makes the folders that are gone, and listens to those that are there now. Waits for the disk."""
        hears = self._watch.follow(self._place.prepare(self._pads))
        if not hears and self._hears:
            log.info("The system does not tell of all changes in the inbox: it is looked at every %g s.",
                     self._rescan_seconds)
        self._hears = hears

    def _look(self) -> tuple[list[Entry], bool]:
        """Returns what can be taken, in order, and whether more is about to be. Waits for the disk."""
        self._prepare()
        now = time.monotonic()
        entries = self._place.entries(self._pads, MOST_SEEN)
        ready = [
            entry for entry, quiet in self._settling.quiet(entries, now)
            if not (entry.nature == "file" and self._place.is_unfinished(entry, quiet))
            and not (entry.nature == "folder" and quiet < FOLDER_SECONDS)
        ]
        return ready, len(ready) < len(entries)

    # --- taking -----------------------------------------------------------------------------------------------

    async def _take(self, entry: Entry) -> None:
        if entry.nature == "folder":
            self._pads = frozenset(pad.name for pad in await self._engine.pads())
            if not drop_of(entry.parts).pad and entry.parts[-1].casefold() in self._pads:
                return  # a pad's folder that was not known as one yet: the next look goes into it
        try:
            claim = await asyncio.to_thread(self._place.claim, entry)
        except OSError as problem:
            log.warning("%s stays in the inbox: %s.", shown_name("/".join(entry.parts)), problem.strerror)
            self._settling.put_off(entry, time.monotonic() + self._slow_seconds)
            return
        if claim is not None:
            await self._hand_over(claim)

    async def _hand_over(self, claim: Claim) -> None:
        """Makes a claim a job and puts it away; raises LibraryError or StoreError where the disk is in the way, and
        then it is tried again."""
        path = self._place.path(claim)
        try:
            request = await asyncio.to_thread(request_of, claim, path, self._pads)
            job = await self._patiently(partial(self._engine.trigger, request))
        except (LibraryError, StoreError):
            await self._put_back(claim)
            raise
        except BridgeError as refused:
            log.info("inbox: %s is refused: %s", shown_name(claim.name), refused)
            await self._refuse(claim, _reason(claim, refused.message.replace(str(path), shown_name(claim.name)),
                                              refused.hint))
            return
        except Exception:  # a border: a mistake inside the engine costs this file, not the door
            log.exception("inbox: %s failed", shown_name(claim.name))
            await self._refuse(claim, _reason(claim, "The bridge itself made an error.", "Its log says more."))
            return
        await self._settle(claim, job)

    async def _patiently(self, call: Callable[[], Awaitable[Job]]) -> Job:
        """Tries a trigger again where that may help, as after a worker's death; not for ever."""
        for _ in range(TRIES - 1):
            try:
                return await call()
            except BridgeError as problem:
                if not problem.retryable or isinstance(problem, LibraryError | StoreError):
                    raise
                await asyncio.sleep(SOON_SECONDS)
        return await call()

    async def _settle(self, claim: Claim, job: Job) -> None:
        """Puts away what became a job, and remembers the job until it ends."""
        await asyncio.to_thread(self._place.keep, claim, job.id)
        now = await self._engine.job(job.id)
        if now.state in _LOST:
            self._lost.add(job.id)
        elif now.state not in ENDED and now.state is not JobState.ASKING:
            self._at_work.add(job.id)

    async def _refuse(self, claim: Claim, reason: str) -> None:
        await asyncio.to_thread(self._place.refuse, claim, reason)

    async def _put_back(self, claim: Claim) -> None:
        """Lets a file lie where it lay while it can't be taken, unless it may be a job already."""
        with suppress(BridgeError):
            if not await self._job_of(claim):
                await asyncio.to_thread(self._place.put_back, claim)

    async def _job_of(self, claim: Claim) -> Job | None:
        jobs = await self._engine.jobs(limit=MOST_REMEMBERED)
        return next((job for job in jobs if job.ref == f"{REF}{claim.token}"), None)

    # --- putting away -----------------------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        """Goes on with what a crash or a full disk left: claims without a place, failed jobs whose files say done."""
        await asyncio.to_thread(self._place.sweep)
        self._pads = frozenset(pad.name for pad in await self._engine.pads())
        jobs = [job for job in await self._engine.jobs(limit=MOST_REMEMBERED) if job.ref.startswith(REF)]
        known = {job.ref: job for job in jobs}
        for claim in await asyncio.to_thread(self._place.claims):
            if job := known.get(f"{REF}{claim.token}"):
                await self._settle(claim, job)
            else:
                await self._hand_over(claim)
        self._lost |= {job.id for job in jobs if job.state in _LOST}
        unfinished = await self._engine.jobs(unfinished=True, limit=MOST_REMEMBERED)
        self._at_work |= {
            job.id for job in unfinished if job.ref.startswith(REF) and job.state is not JobState.ASKING
        }
        self._owing = False

    async def _put_lost_away(self) -> None:
        """Moves the files of jobs that brought no sound from done to failed."""
        if not self._lost:
            return
        jobs = {job: await self._engine.job(job) for job in tuple(self._lost)}

        def reason(name: str, job: str) -> str:
            return _text(name, *_end_of(jobs[job]), job=job)

        await asyncio.to_thread(self._place.give_up, jobs, reason)
        self._lost -= jobs.keys()

    def _heard(self, event: Event) -> None:
        if not event.ref.startswith(REF):
            return
        if event.kind in ("failed", "cancelled"):
            self._lost.add(event.job)
        elif event.kind != "ready" and event.stage != JobState.ASKING:
            return
        self._at_work.discard(event.job)
        self._alarm.ring()


def _end_of(job: Job) -> tuple[str, str]:
    """Returns why a job brought no sound, and the cure."""
    if job.state is JobState.CANCELLED:
        by = f"another sound of pad {job.brief.pad} took its place" if job.reason == "superseded" else "by you"
        return f"Its job was cancelled: {by}.", ""
    return job.reason, job.hint


def _reason(claim: Claim, message: str, hint: str) -> str:
    finishable = kind_of(claim.name) == "sound" and not drop_of(claim.parts).finish
    also = "To have the sound itself shaped and mapped, drop it into inbox/finish." if finishable else ""
    return _text(claim.name, message, hint, also=also, where="/".join(("inbox", *claim.parts[:-1])))


def _text(name: str, message: str, hint: str, *, also: str = "", where: str = "the inbox", job: str = "") -> str:
    """Returns the text that lies beside a file that brought no sound."""
    lines = [
        f"{shown_name(name)} brought no sound.", "", message, hint, also, f"Job: {job}" if job else "", "",
        f"To try again, move the file back into {shown_name(where)}.", "",
    ]
    return "\n".join(line for place, line in enumerate(lines) if line or place in (1, 6, 8))
