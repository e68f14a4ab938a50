"""The composition root: the only place where the parts meet. Started in order, stopped in reverse."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bridge import __version__
from bridge.config.changes import AT_START, changed
from bridge.config.keys import key_of
from bridge.config.schema import Config
from bridge.doors import Doors, Hall
from bridge.errors import ConfigError
from bridge.jobs.engine import BridgeEngine
from bridge.jobs.files import FileThread
from bridge.jobs.workshop import Workshop
from bridge.library.folder import Library
from bridge.models.catalogue.rows import rows
from bridge.models.registry import ModelContext, Models, open_models
from bridge.ports import Clock, SystemClock
from bridge.shaping import Shaping
from bridge.store import events as event_store
from bridge.store import jobs as job_store
from bridge.store.database import Database
from bridge.store.references import ReferenceShelf
from bridge.store.shelf import Shelf
from bridge.workers.pool import WorkerPool

log = logging.getLogger(__name__)

WARM = ("bridge.shaping.tasks", "bridge.models.synth.render")
"""What every worker imports before it is asked, so that the first pad pressed does not wait for scipy."""

SECONDS_A_DAY = 86_400


@dataclass
class App:
    """Holds the running parts."""

    config: Config
    engine: BridgeEngine
    models: Models
    context: ModelContext
    library: Library
    database: Database
    doors: Doors | None = None
    resumed: int = 0
    trouble: str = ""
    """What is wrong with the configuration that was saved last; empty where it counts."""
    waiting: list[str] = field(default_factory=list)
    """The settings that count from the next start on."""

    @property
    def listening(self) -> list[str]:
        """Says where the doors are, a line each."""
        return self.doors.listening if self.doors else []

    @property
    def notices(self) -> list[str]:
        """Says what is missing, a line each."""
        config = [f"The config has mistakes, so the one before counts: {self.trouble}"] if self.trouble else []
        config += [f"From the next start on: {', '.join(self.waiting)}"] if self.waiting else []
        models = [f"Model {name} is not available: {why}" for name, why in self.models.problems.items()]
        return [*config, *models, *(self.doors.notices if self.doors else [])]

    async def reload(self, config: Config) -> list[str]:
        """Takes up a changed configuration and returns the places of what changed.

        Jobs that were accepted keep their briefs. Raises ConfigError for rows of models that are wrong; then nothing
        has changed.
        """
        places = changed(self.config, config)
        kept = [place for place in places if place in AT_START]
        if any(place.startswith("models.") for place in places):
            before, after = rows(self.config.models), rows(config.models)
            fresh = {name: row for name, row in after.items() if before.get(name) != row}
            opened = open_models(self.context, fresh, entry_points=())
            self.models.renew(gone=before.keys() - after.keys(), fresh=opened)
        await self.engine.configure(_as_opened(config, self.config))
        self.config, self.trouble = config, ""
        self.waiting = list(dict.fromkeys([*self.waiting, *kept]))
        if self.doors is not None:
            await self.doors.renew(config)
        return places

    def refuse(self, problem: ConfigError) -> None:
        """Says everywhere that a saved configuration has mistakes; the one before goes on counting."""
        self.trouble = "; ".join(problem.problems)
        self.engine.announce(f"The config has mistakes: {self.trouble}", problem.hint)


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
            app.resumed = await app.engine.start()
            started = time.time()
            hall = Hall(engine=app.engine, state_folder=config.state_folder, status=lambda: status(app, started))
            app.doors = Doors(config, hall)
            stack.push_async_callback(app.doors.close)
            await app.doors.open()
        yield app


async def _open_parts(config: Config, stack: AsyncExitStack, clock: Clock, *, hasty: bool) -> App:
    library = Library.open(config.library.folder)
    stack.callback(library.close)
    home = config.state_folder / "libraries" / library.id
    database = Database(home / "store.sqlite")
    stack.callback(database.close)
    shelf = Shelf(home / "takes")
    await _tidy(config, database, shelf, clock)
    files = FileThread()
    stack.callback(files.close)
    workers = WorkerPool(config.jobs.worker_count, warm=() if hasty else WARM)
    stack.push_async_callback(workers.close)
    if not hasty:
        await workers.start()
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
        )
    )
    app = App(
        config=config, engine=engine, models=models, context=context, library=library, database=database
    )
    stack.push_async_callback(app.engine.close)
    return app


async def _tidy(config: Config, database: Database, shelf: Shelf, clock: Clock) -> None:
    """Forgets what is old: raw takes, events, and the bytes that a crash left without a row."""
    shelf.drop(await database.write(lambda store: job_store.forget_takes(store, _oldest_take(config, clock))))
    shelf.sweep(await database.read(job_store.take_files))
    await database.write(event_store.forget_events)


def _oldest_take(config: Config, clock: Clock) -> float:
    """Returns since when raw takes, and what they were made from, are kept (seconds since 1970)."""
    return clock.now() - config.jobs.keep_takes_days * SECONDS_A_DAY


def _as_opened(config: Config, opened: Config) -> Config:
    """Returns a configuration with what can't change before the next start as it was opened."""
    return config.model_copy(update={
        "state_folder": opened.state_folder,
        "library": config.library.model_copy(
            update={"folder": opened.library.folder, "sample_rate": opened.library.sample_rate}
        ),
        "jobs": config.jobs.model_copy(update={"workers": opened.jobs.workers}),
    })


def status(app: App, started: float) -> dict[str, Any]:
    """Says how the daemon is: version, since when, where it listens, what it misses."""
    return {
        "version": __version__,
        "pid": os.getpid(),
        "since": started,
        "library": str(app.library.root),
        "listening": app.listening,
        "notices": app.notices,
    }
