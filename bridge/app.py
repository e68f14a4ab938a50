"""The composition root: the only place where the parts meet. Started in order, stopped in reverse."""

from __future__ import annotations

import asyncio
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
from bridge.errors import BridgeError
from bridge.feedback.midi import MidiLights
from bridge.feedback.osc import OscVoice
from bridge.jobs.engine import BridgeEngine
from bridge.jobs.files import FileThread
from bridge.jobs.workshop import Workshop
from bridge.library.folder import Library
from bridge.midi.devices import Device, open_device
from bridge.midi.ports import Patchbay
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
from bridge.triggers.midi import MidiDoor, wanted_ports
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
    midi_ports: Patchbay | None = None
    midi_door: MidiDoor | None = None

    @property
    def all_notices(self) -> list[str]:
        """Returns what is missing just now: MIDI ports come and go."""
        return [*self.notices, *(self.midi_ports.view().notices if self.midi_ports else ())]


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
        await _open_midi(app, stack)
    control = ControlServer(
        app.engine, port=config.control.port, state_folder=config.state_folder,
        status=lambda: status(app, started), midi_heard=app.midi_door.heard if app.midi_door else None,
    )
    await control.start()
    stack.push_async_callback(control.close)
    app.listening.append(f"control  {control.url}")


async def _open_midi(app: App, stack: AsyncExitStack) -> None:
    """Opens the MIDI door and the lights on one set of ports; what is missing is a notice."""
    settings = app.config.midi
    devices: dict[str, Device] = {}
    for word, name in settings.devices.items():
        try:
            devices[word] = open_device(name)
        except BridgeError as problem:
            app.notices.append(f"MIDI: {problem}")
    door = MidiDoor(app.engine, settings, devices)
    ports = Patchbay(wanted_ports(settings, devices), heard=door.hear)
    lights = MidiLights(app.engine, ports, devices)
    ports.opened = lights.opened
    # Closed in reverse: the lights go out, the ports close, what was played before is done.
    await door.start()
    stack.push_async_callback(door.close)
    await lights.start()
    # A MIDI system may take its time to answer, and the loop must not wait for it.
    await asyncio.to_thread(ports.start)
    stack.push_async_callback(asyncio.to_thread, ports.close)
    stack.push_async_callback(lights.close)
    app.midi_ports, app.midi_door = ports, door
    app.listening.extend(f"MIDI     {port}" for port in ports.view().open_inputs)


def status(app: App, started: float) -> dict[str, Any]:
    """Says how the daemon is: version, since when, where it listens, what it misses."""
    midi = app.midi_ports.view() if app.midi_ports else None
    return {
        "version": __version__,
        "pid": os.getpid(),
        "since": started,
        "library": str(app.library.root),
        "listening": app.listening,
        "notices": app.all_notices,
        "midi": None if midi is None else {
            "system": midi.system, "open_inputs": midi.open_inputs, "open_outputs": midi.open_outputs,
            "notices": midi.notices,
        },
    }
