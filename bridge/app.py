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
from bridge.config.keys import key_of
from bridge.config.schema import Config
from bridge.feedback.osc import OscVoice
from bridge.jobs.engine import BridgeEngine
from bridge.jobs.files import FileThread
from bridge.jobs.workshop import Workshop
from bridge.library.folder import Library
from bridge.models.catalogue.rows import rows
from bridge.models.registry import ModelContext, Models, open_models
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import Subscribers
from bridge.ports import Clock, SystemClock
from bridge.shaping import Shaping
from bridge.store import events as event_store
from bridge.store import jobs as job_store
from bridge.store.database import Database
from bridge.store.references import ReferenceShelf
from bridge.store.shelf import Shelf
from bridge.triggers.inbox import InboxDoor
from bridge.triggers.midi import MidiDoor
from bridge.triggers.osc import OscDoor
from bridge.web.server import ControlServer
from bridge.workers.pool import WorkerPool

log = logging.getLogger(__name__)

WARM = ("bridge.shaping.tasks", "bridge.models.synth.render")
"""What every worker imports before it is asked, so that the first pad pressed does not wait for scipy."""

SECONDS_A_DAY = 86_400


@dataclass
class App:
    """Holds the running parts. `notices` says in a line each what is missing; `listening` where the doors are."""

    config: Config
    engine: BridgeEngine
    models: Models
    library: Library
    database: Database
    notices: list[str] = field(default_factory=list)
    listening: list[str] = field(default_factory=list)
    resumed: int = 0


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
            await _open_doors(app, stack)
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
            models=models.all(), model_of=models.get, chat_of=models.chat,
            shaper=Shaping(workers, sample_rate=config.library.sample_rate), clock=clock, pads=dict(config.pads),
        )
    )
    app = App(
        config=config, engine=engine, models=models, library=library, database=database,
        notices=[f"Model {name} is not available: {why}" for name, why in models.problems.items()],
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


async def _open_doors(app: App, stack: AsyncExitStack) -> None:
    """Opens the doors that can be opened; one that can't is a notice, unless its port is taken."""
    config = app.config
    started = time.time()
    if config.osc.enabled:
        subscribers, outlet = Subscribers(), Outlet()
        voice = OscVoice(app.engine, subscribers, outlet)
        await voice.start()
        stack.push_async_callback(voice.close)
        osc = OscDoor(app.engine, subscribers, outlet, host=config.osc.host, port=config.osc.port)
        await osc.start()
        stack.push_async_callback(osc.close)
        app.listening.append(f"OSC      udp {osc.address[0]}:{osc.address[1]}")
    if config.midi.enabled:
        midi = MidiDoor(
            app.engine, virtual_port=config.midi.virtual_port, ports=config.midi.ports, channel=config.midi.channel,
            api=config.midi.api,
        )
        app.notices.extend(await midi.start())
        stack.push_async_callback(midi.close)
        app.listening.extend(f"MIDI     {port}" for port in midi.listening)
    if config.inbox.enabled:
        inbox = InboxDoor(
            app.engine, app.library.root / "inbox", check=app.library.check,
            settle_seconds=config.inbox.settle_seconds,
        )
        app.notices.extend(await inbox.start())
        stack.push_async_callback(inbox.close)
        app.listening.append(f"inbox    {inbox.folder}")
    control = ControlServer(
        app.engine, port=config.control.port, state_folder=config.state_folder,
        status=lambda: status(app, started),
    )
    await control.start()
    stack.push_async_callback(control.close)
    app.listening.append(f"control  {control.url}")


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
