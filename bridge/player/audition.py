"""Audition: new sounds are heard by themselves, and any sound when somebody asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bridge.config.schema import AuditionSettings
from bridge.domain.event import Event
from bridge.errors import BridgeError
from bridge.player.outputs import choose
from bridge.player.player import Player
from bridge.ports import Engine, Heard
from bridge.units import Decibels, Seconds

log = logging.getLogger(__name__)

QUIET = Decibels(-18.0)
"""How much softer `quiet` is."""

Say = Callable[[str, str], None]
"""Tells everybody who listens of something: message and hint."""


class Audition:
    """Lets sounds be heard as `settings` say: those that are asked for, and while it listens to the engine the new ones
    too (implements `ports.Listening`).

    Of several variations of one press the first is heard, and of a pad whose sounds come faster than they can be played
    the newest. What is missing (PortAudio, the device) costs the hearing and nothing else: `notices` has it until it
    works again.
    """

    def __init__(
        self, engine: Engine, settings: AuditionSettings, *, say: Say = lambda message, hint: None,
        player: Player | None = None,
    ) -> None:
        self.notices: tuple[str, ...] = ()
        self._engine = engine
        self._settings = settings
        self._say = say
        self._player = player or Player(self._missing)
        self._waiting: dict[str, tuple[str, Decibels]] = {}
        self._called = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._last_job = ""

    # --- what is asked for --------------------------------------------------------------------------------------

    async def play(
        self, sound: str, *, level: Decibels | None = None, device: str | None = None, channel: int | None = None,
        patience: Seconds = Seconds(0.0),
    ) -> Heard:
        if Path(sound).is_absolute():
            key, file = "", Path(sound)
        else:
            sample = await self._engine.sample(sound)
            key, file = sample.pad, Path(self._engine.absolute(sample.path))
        settings = self._settings
        heard = await self._player.play(
            key, file, patience=patience,
            level=Decibels(settings.level) if level is None else level,
            device=settings.device if device is None else device,
            channel=channel or settings.channel,
        )
        self.notices = ()
        return heard

    async def silence(self) -> None:
        self._waiting.clear()
        await self._player.silence()

    async def close(self) -> None:
        """Falls silent and lets go of the device."""
        await self.ignore()
        await self._player.close()

    # --- what is new --------------------------------------------------------------------------------------------

    async def listen(self, settings: AuditionSettings) -> None:
        """Begins to listen to the engine, with these settings from now on.

        If new sounds are to be heard the device is looked for, beside the caller: a sound system may take its time.
        """
        self._settings, self.notices = settings, ()
        self._working = asyncio.create_task(self._work(), name="audition")
        self._unsubscribe = self._engine.subscribe(self._heard)

    async def ignore(self) -> None:
        """Listens no more; what rings may ring out."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working])
            self._working = None
        self._waiting.clear()

    def _heard(self, event: Event) -> None:
        """Takes an event from the engine; never waits and never raises."""
        settings = self._settings
        if event.kind == "play":
            # Without a sample it is an order to be silent, which goes before all that waits.
            self._wait_for(event.pad, event.sample, Decibels(settings.level))
        elif event.kind == "sample":
            if settings.play != "off" and event.job != self._last_job:
                level = settings.level if settings.play == "on" else settings.level + QUIET
                self._wait_for(event.pad, event.sample, Decibels(level))
            self._last_job = event.job

    def _wait_for(self, pad: str, sample: str, level: Decibels) -> None:
        if not sample:
            self._waiting.clear()
        self._waiting.pop(pad, None)  # the newest of a pad waits at the end
        self._waiting[pad] = sample, level
        self._called.set()

    async def _work(self) -> None:
        await self._try(self._look())
        while True:
            await self._called.wait()
            self._called.clear()
            while self._waiting:
                sample, level = self._waiting.pop(next(iter(self._waiting)))
                await self._try(self.play(sample, level=level) if sample else self._player.silence())

    async def _look(self) -> None:
        """Misses the device before a sound does."""
        settings = self._settings
        if settings.play != "off":
            choose(await self._player.outputs(), settings.device, settings.channel)

    async def _try(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except BridgeError as problem:
            self._missing(problem)
        except Exception:
            # Whatever breaks here costs one hearing.
            log.exception("Something could not be heard.")

    def _missing(self, problem: BridgeError) -> None:
        """Says that something can't be heard; the same again is not news."""
        if self.notices != (str(problem),):
            self.notices = (str(problem),)
            log.warning("%s", problem)
            self._say(problem.message, problem.hint)
