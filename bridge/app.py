"""The composition root: the only place where the parts meet. Started in order, stopped in reverse."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bridge import __version__
from bridge.config.changes import as_opened, changed, waiting
from bridge.config.keys import key_of
from bridge.config.problems import where
from bridge.config.schema import Config
from bridge.errors import ConfigError, LibraryError
from bridge.jobs.engine import BridgeEngine
from bridge.jobs.files import FileThread, in_time
from bridge.jobs.rebuilding import open_store
from bridge.jobs.rehearsal import misfits
from bridge.jobs.workshop import Workshop
from bridge.library.folder import Library
from bridge.library.opening import open_library, store_of
from bridge.models.catalogue.rows import rows
from bridge.models.registry import ModelContext, Models, open_models
from bridge.player.audition import Audition
from bridge.ports import Clock, SystemClock
from bridge.service.chronicle import Chronicle
from bridge.service.logbook import STORY
from bridge.shaping import Shaping
from bridge.store import events as event_store
from bridge.store import jobs as job_store
from bridge.store import spending
from bridge.store.database import Database
from bridge.store.references import ReferenceShelf
from bridge.store.shelf import Shelf
from bridge.units import Usd
from bridge.workers.cluster import ClusterPool
from bridge.workers.pool import WorkerPool

if TYPE_CHECKING:
    from bridge.doors import Doors

log = logging.getLogger(__name__)
story = logging.getLogger(STORY)

WARM = ("bridge.shaping.tasks", "bridge.models.synth.render")
"""What every worker imports before it is asked, so that the first pad pressed does not wait for scipy."""

OPENING_SECONDS = 30.0
"""The most that a library may take to be opened, by a disk that has to wake up first."""
SILENT = "Look at the disk, or the network that it is on."
SECONDS_A_DAY = 86_400
MOST_TOLD = 8
"""Mistakes of a configuration that are told by OSC; a file of another kind has hundreds."""


@dataclass
class App:
    """Holds the running parts."""

    opened: Config
    """What the parts were opened with."""
    engine: BridgeEngine
    audition: Audition
    models: Models
    context: ModelContext
    library: Library
    database: Database
    at_once: int
    """How many tasks are computed at once."""
    files: FileThread
    hurt: asyncio.Event
    """Is set when the store turns out to be damaged: whoever runs the bridge opens it anew, and that builds it anew."""
    mended: str = ""
    """What had to be done for the store; empty where it was sound."""
    doors: Doors | None = None
    resumed: int = 0
    trouble: tuple[str, ...] = ()
    """What is wrong with the configuration that was saved last; empty where it counts."""
    doubts: tuple[str, ...] = ()
    """What the configuration says that will be refused when a pad is pressed."""

    def __post_init__(self) -> None:
        self.config = self.opened

    @property
    def listening(self) -> list[str]:
        """Says where the doors are, a line each."""
        return self.doors.listening if self.doors else []

    @property
    def notices(self) -> list[str]:
        """Says what is missing, a line each."""
        config = [f"The config has mistakes, so the one before counts: {'; '.join(self.trouble)}"] * bool(self.trouble)
        later = waiting(self.opened, self.config)
        config += [f"Takes effect at the next start: {', '.join(later)}"] * bool(later)
        models = [f"Model {name} is not available: {why}" for name, why in self.models.problems.items()]
        formats = [f"Format {name} is not kept: {why}" for name, why in self.library.problems.items()]
        mended = [self.mended] * bool(self.mended)
        mended += [f"{_silent(self.library)} {SILENT}"] * self.files.stalled
        return [*mended, *config, *self.doubts, *models, *formats, *(self.doors.notices if self.doors else [])]

    async def reload(self, config: Config) -> list[str]:
        """Takes up a changed configuration and returns the places of what changed.

        Jobs that were accepted keep their briefs, and the models that they are at. Raises ConfigError for rows of
        models that are wrong; then nothing has changed.
        """
        places = changed(self.config, config)
        before, after = rows(self.config.models), rows(config.models)
        if before != after:
            self.models.renew(self.context, before, after)
        self.engine.configure(as_opened(config, self.opened))
        self.config, self.trouble = config, ()
        await self.rehearse()
        newest, oldest = await self.engine.jobs_at_work()
        await self.models.let_go(newest=newest, oldest=oldest)
        if self.doors is not None:
            await self.doors.renew(config)
        return places

    def refuse(self, problem: ConfigError) -> None:
        """Says everywhere that a saved configuration has mistakes; the one before goes on counting."""
        self.trouble = problem.problems
        for text in problem.problems[:MOST_TOLD]:
            self.engine.announce(f"The config has a mistake: {text}", problem.hint)

    async def rest(self) -> int:
        """Prepares for the end: what is worked on may end, for so long as the config says; returns how many did not.

        What lies in the inbox stays there for the next start, and is not refused as a trigger of now would be.
        """
        if self.doors is not None:
            await self.doors.shut("inbox")
        return await self.engine.rest(self.config.jobs.finish_seconds)

    async def rehearse(self) -> None:
        """Looks what of the configuration will be refused when it is used."""
        found = await misfits(self.config, self.models)
        self.doubts = tuple(f"{where(place)}: {text}" for place, text in found)


@asynccontextmanager
async def open_bridge(config: Config, *, doors: bool, clock: Clock | None = None) -> AsyncIterator[App]:
    """Opens the bridge: with `doors` as the daemon, which takes up unfinished jobs and listens; without them for one
    command, which does its own work and leaves the rest alone.

    Raises InUseError when another process holds the library or a port, and LibraryError, StoreError or ModelError
    when a part can't be opened.
    """
    async with AsyncExitStack() as stack:
        app = await _open_parts(config, stack, clock or SystemClock(), hasty=not doors)
        if doors:
            from bridge.doors import Doors, Hall  # late: a command without a daemon has none, and they are half of this

            await app.rehearse()
            _tell_in_log(app, stack)
            app.resumed = await app.engine.start()
            started = time.time()
            hall = Hall(engine=app.engine, audition=app.audition, library=app.library,
                        state_folder=config.state_folder, status=lambda: status(app, started))
            app.doors = Doors(config, hall)
            stack.push_async_callback(app.doors.close)
            await app.doors.open()
        yield app


def _tell_in_log(app: App, stack: AsyncExitStack) -> None:
    """Has every job that ends from now on written down."""

    async def spent(job: str) -> tuple[str, Usd]:
        return await app.database.read(
            lambda store: (spending.maker_of_job(store, job), spending.counted_of_job(store, job))
        )

    chronicle = Chronicle(app.engine, spent)
    chronicle.start()
    stack.push_async_callback(chronicle.close)


async def _open_parts(config: Config, stack: AsyncExitStack, clock: Clock, *, hasty: bool) -> App:
    library = await _open_library(config)
    stack.callback(library.close)
    home = store_of(config.state_folder, library.id)
    hurt = asyncio.Event()
    wake = partial(asyncio.get_running_loop().call_soon_threadsafe, hurt.set)
    # Away from the loop: a service whose loop stands still for long is taken for dead.
    database, mended = await asyncio.to_thread(open_store, home, library, on_damage=wake)
    stack.callback(database.close)
    if mended:
        story.warning("%s", mended)
    shelf = Shelf(home / "takes")
    await _tidy(config, database, shelf, clock)
    files = FileThread()
    stack.callback(files.close)
    workers = await _open_workers(config, stack, hasty=hasty)
    references = ReferenceShelf(home / "references")
    if references.names():  # most people have none, and nobody should wait for a look through all jobs
        wanted = await database.read(lambda store: job_store.references(store, _oldest_take(config, clock)))
        references.sweep(wanted)
    context = ModelContext(workers=workers, clock=clock, key_of=key_of, references=references)
    models = open_models(context, rows(config.models))
    stack.push_async_callback(models.close)
    engine = BridgeEngine(
        Workshop(
            config=config, database=database, shelf=shelf, references=references, library=library, files=files,
            models=models,
            shaper=Shaping(workers, sample_rate=config.library.sample_rate), clock=clock, pads=dict(config.pads),
            at_once=workers.count,
        )
    )
    files.on_stall = partial(engine.announce, _silent(library), SILENT)
    audition = Audition(engine, config.audition, say=engine.announce)
    stack.push_async_callback(audition.close)
    app = App(
        opened=config, engine=engine, audition=audition, models=models, context=context, library=library,
        database=database, files=files, hurt=hurt, mended=mended, at_once=workers.count,
    )
    stack.push_async_callback(app.engine.close)
    return app


async def _open_workers(config: Config, stack: AsyncExitStack, *, hasty: bool) -> WorkerPool | ClusterPool:
    """Opens what computes: the cluster that the configuration names, which must answer now, or processes of our own."""
    if config.jobs.on:
        cluster = ClusterPool(config.jobs.on)
        stack.push_async_callback(cluster.close)
        await cluster.start()
        return cluster
    pool = WorkerPool(config.jobs.worker_count, warm=() if hasty else WARM)
    stack.push_async_callback(pool.close)
    if not hasty:
        await pool.start()
    return pool


def _silent(library: Library) -> str:
    return f"The library {library.root} does not answer: finished sounds wait for it."


async def _open_library(config: Config) -> Library:
    folder, formats = config.library.folder, config.library.formats
    try:
        return await in_time(
            partial(open_library, config.state_folder, folder, kept=formats), OPENING_SECONDS,
            undo=lambda library: library.close(),
        )
    except TimeoutError:
        raise LibraryError(f"{folder} does not answer.", SILENT, retryable=True) from None


async def _tidy(config: Config, database: Database, shelf: Shelf, clock: Clock) -> None:
    """Forgets what is old: raw takes, events, and the bytes that a crash left without a row."""
    shelf.drop(await database.write(lambda store: job_store.forget_takes(store, _oldest_take(config, clock))))
    shelf.sweep(await database.read(job_store.take_files))
    await database.write(event_store.forget_events)


def _oldest_take(config: Config, clock: Clock) -> float:
    """Returns since when raw takes, and what they were made from, are kept (seconds since 1970)."""
    return clock.now() - config.jobs.keep_takes_days * SECONDS_A_DAY


def status(app: App, started: float) -> dict[str, Any]:
    """Says how the daemon is: version, since when, where it listens, what it misses."""
    return {
        "version": __version__,
        "pid": os.getpid(),
        "since": started,
        "library": str(app.library.root),
        "listening": app.listening,
        "notices": app.notices,
        "midi": app.doors.midi if app.doors else None,
    }
