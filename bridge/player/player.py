"""Holds the process that plays: it begins with a sound, and ends when it is quiet again or does not answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.errors import BridgeError, SoundError
from bridge.player.outputs import LIST, Output
from bridge.ports import Heard
from bridge.units import Decibels, Seconds
from bridge.workers.frames import pack
from bridge.workers.process import Worker

log = logging.getLogger(__name__)

IDLE = Seconds(10.0)
"""After so long without a sound the device is free for others."""
LOOK = Seconds(1.0)
"""How often it is looked whether the device still plays, while the process is there."""
MOST_STUCK = 3
"""So many looks in a row without a block for the device are no busy computer any more: the device is gone."""
START_PATIENCE = Seconds(30.0)
ANSWER_PATIENCE = Seconds(10.0)
"""How long a task may take: opening a device takes a moment, a minute of sound another."""
LEAVE_PATIENCE = Seconds(2.0)
LATENCY = Seconds(0.3)
"""How much a device may still hold when the last frame was handed to it."""

_DEVICE = "bridge.player.device"


class Player:
    """Plays sound files, one process at a time, on one device at a time.

    `lost` is told of a device that went away under a sound. A player that is asked for nothing is nothing but this
    object: no process, no thread, no open device.
    """

    def __init__(self, lost: Callable[[BridgeError], None] = lambda problem: None, *, idle: Seconds = IDLE) -> None:
        self._lost = lost
        self._idle = idle
        self._turn = asyncio.Lock()
        self._worker: Worker | None = None
        self._place = ("", 1)
        self._minding: asyncio.Task[None] | None = None
        self._over: asyncio.Future[BridgeError | None] | None = None
        """Ends the waiting for what rings before its time: with an error where the device is gone."""

    async def play(
        self, key: str, file: Path, *, level: Decibels, device: str, channel: int, patience: Seconds = Seconds(0.0)
    ) -> Heard:
        """Plays a file and returns what is heard: at once, or with `patience` when it is over or so many seconds later.

        The sound of the same key fades away under it. `device` is all of a name or words of it (empty: the computer's
        own), `channel` its first output that is used, from 1. Raises SoundError for a file that can't be played, and
        BridgeError where it can't be heard.
        """
        async with self._turn:
            if self._worker is not None and self._place != (device, channel):
                await self._leave()
            # The first answer may be that the device is gone; a new process sees what there is now.
            found = await self._play(key, file, level, device, channel)
            found = found or await self._play(key, file, level, device, channel)
            if found is None:
                raise _gone(device)
            heard, over = Heard(seconds=found[0], output=found[1]), self._over
        if patience and over is not None:
            await asyncio.wait({over}, timeout=min(heard.seconds + LATENCY, patience))
            if over.done() and (problem := over.result()):
                raise problem
        return heard

    async def silence(self) -> None:
        """Lets what is heard fade away."""
        async with self._turn:
            if self._worker is not None:
                await self._ask("silence")
            self._end_waiting(None)

    async def outputs(self) -> list[Output]:
        """Returns the devices that sound; BridgeError where there is no PortAudio.

        While a device is open they are those that there were when it was opened.
        """
        async with self._turn:
            await self._begin(*self._place)
            try:
                found: list[Output] = await self._ask("outputs")
                return found
            finally:
                await self._leave_if_unused()

    async def close(self) -> None:
        """Lets what rings fade, and ends the process."""
        async with self._turn:
            await self._leave()
        if self._minding is not None:
            self._minding.cancel()
            await asyncio.wait([self._minding])
            self._minding = None

    async def _play(
        self, key: str, file: Path, level: Decibels, device: str, channel: int
    ) -> tuple[Seconds, str] | None:
        await self._begin(device, channel)
        try:
            found: tuple[Seconds, str] | None = await self._ask("play", key, str(file), level, device, channel)
        except SoundError:
            await self._leave_if_unused()
            raise
        except BridgeError:
            await self._leave()  # no device is open in there: the next sound looks for one anew
            raise
        if found is None:
            await self._end()
        elif not self._minded:
            self._minding = asyncio.create_task(self._mind(), name="player")
        return found

    @property
    def _minded(self) -> bool:
        """Tells whether somebody looks after the process: so it is from the first sound that is heard."""
        return self._minding is not None and not self._minding.done()

    async def _begin(self, device: str, channel: int) -> None:
        """Starts the process where there is none."""
        if self._worker is not None and self._worker.doomed:
            await self._end()
        if self._worker is None:
            self._worker = await Worker.launch((_DEVICE,), lifetime=1 << 62)
            self._place = device, channel
            self._over = asyncio.get_running_loop().create_future()
            try:
                await self._worker.ready(START_PATIENCE)
            except BaseException:
                await self._end()
                raise

    async def _ask(self, task: str, *arguments: Any, patience: Seconds | None = None) -> Any:
        """Returns the answer of the process; one that gives none in time is ended, and so is one whose asker left."""
        assert self._worker is not None
        try:
            async with asyncio.timeout(patience or ANSWER_PATIENCE):
                return await self._worker.ask(f"{_DEVICE}:{task}", pack((f"{_DEVICE}:{task}", arguments)))
        except TimeoutError:
            await self._end()
            raise BridgeError("The sound device does not answer.", LIST) from None
        except BridgeError:
            if self._worker.doomed:
                await self._end()
            raise
        except asyncio.CancelledError:
            self._worker.kill()
            raise

    async def _mind(self) -> None:
        """Looks after the process until nothing was heard for a while, or its device is gone."""
        quiet, stuck, before = 0.0, 0, (self._worker, -1)
        while True:
            await asyncio.sleep(LOOK)
            async with self._turn:
                if self._worker is None:
                    return
                try:
                    alive, rings, beats = await self._ask("state")
                except BridgeError as problem:
                    log.debug("the player: %s", problem)
                    alive, rings, beats = False, True, -1
                stuck = stuck + 1 if before == (self._worker, beats) else 0
                if not alive or stuck >= MOST_STUCK:
                    await self._lose(rings)
                    return
                before, quiet = (self._worker, beats), 0.0 if rings else quiet + LOOK
                if quiet >= self._idle:
                    await self._leave()
                    return

    async def _lose(self, rings: bool) -> None:
        """Ends the process because its device is gone; that matters to whoever listens."""
        problem = _gone(self._place[0])
        if rings:
            self._end_waiting(problem)
            self._lost(problem)
        await self._end()

    def _end_waiting(self, problem: BridgeError | None) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(problem)
        self._over = asyncio.get_running_loop().create_future()

    async def _leave_if_unused(self) -> None:
        if not self._minded:
            await self._leave()

    async def _leave(self) -> None:
        """Ends the process politely: the sound server is told first."""
        if self._worker is not None:
            with contextlib.suppress(BridgeError):
                await self._ask("leave", patience=LEAVE_PATIENCE)
            await self._end()

    async def _end(self) -> None:
        """Ends the process, whatever it does, and the waiting for it."""
        worker, self._worker = self._worker, None
        if worker is not None:
            self._end_waiting(None)
            worker.kill()
            await worker.gone.wait()


def _gone(device: str) -> BridgeError:
    what = f"The sound device {device!r}" if device else "The sound device"
    return BridgeError(f"{what} is gone.", "Plug it in again: the next sound tries it.")
