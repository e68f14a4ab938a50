"""Brings deliveries into a sampler that the bridge drives: as its host, it claims, loads, reads back and answers.

A sampler plays parts: a kit on one MIDI channel, and pads over the keyboard on others. A delivery of a pad is loaded
when every part that the pad is in was written and loaded as it is now; several deliveries of one kit are one load. One
that does not answer loses nothing: its deliveries wait in the store, and it is looked for again quietly. One that comes
is told everything, for it may hold nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bridge.config.schema import Sampler as SamplerSettings
from bridge.domain.event import Event
from bridge.domain.instrument import Instrument
from bridge.errors import BridgeError, LibraryError, NotFoundError
from bridge.feedback.samplers.sampler import AwayError, Part, Sampler
from bridge.library import atomic
from bridge.library.folder import DELIVERIES, Library
from bridge.ports import Engine

log = logging.getLogger(__name__)

_NUMBERED = re.compile(r".*-(\d+)(\.\w+)?")


class SamplerVoice:
    """Follows the engine's events for one sampler; `name` is its name as a host."""

    def __init__(
        self, engine: Engine, library: Library, name: str, sampler: Sampler, settings: SamplerSettings
    ) -> None:
        self._engine = engine
        self._library = library
        self._name = name
        self._sampler = sampler
        self._settings = settings
        self._folder = library.root / DELIVERIES / name
        self._changed = asyncio.Event()
        self._unsettled = True  # whether something may have to be loaded
        self._stale: set[Part] = set()
        self._files: dict[Part, Path] = {}  # what the sampler plays now
        self._unsubscribe: Callable[[], None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self.notice = ""
        """Why what waits is not loaded; empty where all is well."""

    async def start(self) -> None:
        """Begins to listen to the engine."""
        self._unsubscribe = self._engine.subscribe(self._heard)
        self._worker = asyncio.create_task(self._work(), name=f"sampler {self._name}")

    async def close(self) -> None:
        """Stops; the sampler goes on playing what it has."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
            self._worker = None
        await self._sampler.close()

    def _heard(self, event: Event) -> None:
        """Takes an event from the engine; never waits and never raises."""
        if event.kind == "kit" and not self._settings.kit:
            self._stale.update(part for part in self._parts() if part.is_kit)
            self._changed.set()
        elif event.kind == "delivery" and event.host == self._name:
            self._changed.set()

    async def _work(self) -> None:
        while True:
            try:
                await self._refresh()
                self._tell("")
            except BridgeError as problem:
                # Away, or a library that is away: all of it waits for the next look.
                self._tell(str(problem))
            except Exception:
                # A mistake here must cost this sampler one look, not the bridge.
                log.exception("%s could not be driven.", self._sampler.title)
            await self._sampler.rest()
            with contextlib.suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it may swallow a cancel.
                async with asyncio.timeout(self._sampler.look_seconds):
                    await self._changed.wait()

    def _tell(self, notice: str) -> None:
        if notice and notice != self.notice:
            log.info("%s What it has to load waits.", notice)
        self.notice = notice

    # --- loading ----------------------------------------------------------------------------------------------

    async def _refresh(self) -> None:
        """Loads every part that is not as it should be, and answers the deliveries that wait."""
        if self._changed.is_set():
            self._changed.clear()
            self._unsettled = True
        if await self._sampler.connect():
            self._stale.update(self._parts())
            await self._engine.attach_host(self._name)
            self._unsettled = True
        if not self._unsettled:
            return
        await asyncio.to_thread(self._library.check)
        waiting = await self._engine.deliveries(host=self._name, waiting=True)
        parts = self._parts()
        self._stale.update(part for part in parts if any(self._holds(part, order.pad) for order in waiting))
        refused: dict[Part, str] = {}
        for part in [part for part in parts if part in self._stale]:
            try:
                self._stale.discard(part)  # before it is read: what changes meanwhile makes it stale again
                await self._load(part)
            except (AwayError, LibraryError):
                self._stale.add(part)
                raise
            except BridgeError as problem:
                refused[part] = str(problem)
        for order in waiting:
            places = [part for part in parts if self._holds(part, order.pad)]
            reasons = [refused[part] for part in places if part in refused]
            if not places:
                reasons = [self._homeless(order.pad)]
            if reasons:
                await self._engine.load_failed(self._name, order.seq, reasons[0])
            else:
                await self._engine.loaded(self._name, order.seq)
        self._stale.intersection_update(self._parts())  # another kit may have been selected meanwhile
        self._unsettled = bool(self._stale)

    async def _load(self, part: Part) -> None:
        """Writes a part as it is now and lets the sampler play it."""
        try:
            instrument = await self._engine.instrument([part.name])
        except NotFoundError:
            await self._sampler.clear(part)  # nothing was made for it yet, or all of it was discarded
            self._files.pop(part, None)
            return
        try:
            file = await asyncio.to_thread(self._write, part, instrument)
        except OSError as problem:
            raise LibraryError(f"{self._folder} can't be written: {problem.strerror}.") from problem
        await self._sampler.load(part, file)
        self._files[part] = file
        await asyncio.to_thread(self._tidy)

    def _write(self, part: Part, instrument: Instrument) -> Path:
        """Writes the files of an instrument under a name that was never used, and returns the one to load."""
        # Only who drives a sampler needs what reads and writes sounds.
        from bridge.instruments.formats import open_formats
        from bridge.library.sounds import SoundFiles

        form = open_formats().find(self._sampler.format)
        self._library.inside(f"{DELIVERIES}/{self._name}")  # raises LibraryError where a link leads out of it
        self._folder.mkdir(parents=True, exist_ok=True)
        number = max((number for number, _ in self._numbered()), default=0) + 1
        named = replace(instrument, name=f"{part.stem}-{number}")
        folder = f"{DELIVERIES}/{self._name}"
        first: Path | None = None
        for path, content in form.write(named, folder, SoundFiles(self._library.read_sample)):
            inside = path if form.sounds != "apart" else f"{folder}/{path}"
            file = self._library.inside(inside)
            file.parent.mkdir(parents=True, exist_ok=True)
            atomic.replace(file, content)
            first = first or file
        if first is None:
            raise BridgeError(f"The format {self._sampler.format} wrote nothing for {part.name}.")
        return first

    def _tidy(self) -> None:
        """Deletes what was written before, but for what is played now and the newest `kept`."""
        played = {file if file.parent == self._folder else file.parent for file in self._files.values()}
        old = [path for _, path in sorted(self._numbered()) if path not in played]
        for path in old[: len(old) - self._sampler.kept]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _numbered(self) -> list[tuple[int, Path]]:
        """Returns what was written here so far, with the numbers in the names."""
        found = ((_NUMBERED.fullmatch(path.name), path) for path in self._folder.iterdir())
        return [(int(match[1]), path) for match, path in found if match and not path.name.startswith(".")]

    # --- parts ------------------------------------------------------------------------------------------------

    def _parts(self) -> list[Part]:
        kit = self._settings.kit or self._engine.selected_kit()
        parts = [Part(name=kit, channel=self._settings.channel, is_kit=True)] if kit and self._settings.channel else []
        if self._sampler.plays_keys:
            parts += [Part(name=pad, channel=channel, is_kit=False) for pad, channel in self._settings.channels.items()]
        return parts

    def _holds(self, part: Part, pad: str) -> bool:
        return pad in self._engine.kits().get(part.name, ()) if part.is_kit else pad == part.name

    def _homeless(self, pad: str) -> str:
        cure = f" Give it a channel under [samplers.{self._name}]." if self._sampler.plays_keys else ""
        return f"{pad} is not in the kit that {self._sampler.title} plays.{cure}"
