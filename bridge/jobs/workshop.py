"""What the parts of the engine work with, handed to each as one thing."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.config.schema import Config, Pad
from bridge.jobs.estimates import Estimates
from bridge.jobs.files import FileThread
from bridge.jobs.hub import Hub
from bridge.library.folder import Library
from bridge.ports import Clock, Generators, Shaper
from bridge.store.database import Database
from bridge.store.references import ReferenceShelf
from bridge.store.shelf import Shelf


@dataclass(slots=True, kw_only=True)
class Workshop:
    """Holds the outside of the engine (store, library, models, shaper, clock) and what its parts share.

    `pads` are the pads as they are now: those of the config, with what was set until the restart. `config` changes
    while the daemon runs: ask for what it says each time. `at_once` is how many tasks the workers take at once.
    """

    config: Config
    database: Database
    shelf: Shelf
    references: ReferenceShelf
    library: Library
    files: FileThread
    models: Generators
    shaper: Shaper
    clock: Clock
    at_once: int
    pads: dict[str, Pad]
    hub: Hub = field(default_factory=Hub)
    estimates: Estimates = field(default_factory=Estimates)
