"""The MIDI door: notes on the selected kit's keys trigger its pads, other messages act on them, knobs colour them.

MIDI is optional everywhere: a machine without a MIDI system, a missing library or an unknown port is a notice,
never an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from bridge.config.midi import Verb
from bridge.config.schema import MidiSettings
from bridge.domain.brief import Request
from bridge.errors import BridgeError, NotFoundError
from bridge.midi.devices import Device
from bridge.midi.messages import Message
from bridge.midi.ports import Port, Wanted
from bridge.ports import Engine
from bridge.triggers.midi.bindings import Do, Meaning, Press, Turn
from bridge.triggers.midi.ear import Ear, HeardMessage, Tempo
from bridge.triggers.midi.knobs import Knobs
from bridge.triggers.midi.words import sentence, shown

log = logging.getLogger(__name__)

_PATIENCE_AT_CLOSE = 2.0
_ASKED_EVERY_SECONDS = 0.05
"""How often somebody who waits for the next message is looked after; nobody who plays is held up by that."""
_TOLD_EVERY_SECONDS = 1.0


class MidiDoor:
    """Does what is played. `hear` takes the bytes of the ports; `devices` are by the wanted names of their ports."""

    def __init__(self, engine: Engine, settings: MidiSettings, devices: Mapping[str, Device] | None = None) -> None:
        self._engine = engine
        self._settings = settings
        self._ear = Ear(settings, devices or {}, self._wake)
        self._knobs = Knobs(settings.models)
        self._touched = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._something = asyncio.Event()
        self._idle = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._telling: asyncio.TimerHandle | None = None
        self._refused = 0
        self._last_refusal = ""

    async def start(self) -> None:
        """Begins to do what is heard."""
        self._loop = asyncio.get_running_loop()
        self._worker = asyncio.create_task(self._work(), name="midi door")

    async def close(self) -> None:
        """Does what was played before (for two seconds at most); close the ports first."""
        if self._worker is not None:
            # A wake of the last message may still be on its way through the loop.
            self._something.set()
            self._idle.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_AT_CLOSE):
                    await self._idle.wait()
            self._worker.cancel()
            await asyncio.wait([self._worker])
            self._worker = None
        if self._telling is not None:
            self._telling.cancel()
            self._tell()
        self._loop = None

    def hear(self, port: Port, piece: Sequence[int], at: float) -> None:
        """Takes bytes of a port, on any thread."""
        self._ear.hear(port, piece, at)

    # --- what is played ---------------------------------------------------------------------------------------

    def _wake(self) -> None:
        """Hops from RtMidi's thread into the loop."""
        if self._loop is not None:
            # The loop may have ended while this message was on its way.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._something.set)

    async def _work(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            self._tell_soon()
            while (waiting := self._ear.take()) is not None:
                await self._do(*waiting)
                await asyncio.sleep(0)  # others on the loop have their turn, whatever comes in
            self._idle.set()

    async def _do(self, port: Port, message: Message, meaning: Meaning | Tempo) -> None:
        try:
            await DOERS[type(meaning)](self, meaning)
        except BridgeError as problem:
            log.info("MIDI: %s was refused: %s", sentence(port, message), problem)
            self._refused += 1
            self._last_refusal = str(problem)
        except Exception:
            # A mistake inside the engine costs this one message, not the door.
            log.exception("MIDI: %s failed.", sentence(port, message))

    async def _press(self, press: Press) -> None:
        pad = self._engine.pad_for_note(press.note, channel=press.channel)
        if pad is None:
            log.debug("MIDI note %d is no pad of the selected kit.", press.note)
            return
        await self._trigger(pad, press.velocity)

    async def _trigger(self, pad: str, velocity: int) -> None:
        self._touched = pad
        request = Request(pad=pad, energy=max(1, velocity) / 127, origin="midi", priority="pad")
        view, ranges = None, {}
        if self._knobs.needs_pad:
            view = next((view for view in await self._engine.pads() if view.name == pad), None)
            ranges = {model.name: model.capabilities.seconds for model in self._engine.models()}
        await self._engine.trigger(self._knobs.applied(request, view, ranges))

    async def _turn(self, turn: Turn) -> None:
        self._knobs.turn(turn.parameter, turn.value)

    async def _follow(self, tempo: Tempo) -> None:
        self._engine.set_song(bpm=tempo.bpm)
        log.info("MIDI: the clock says %g bpm.", tempo.bpm)

    async def _act(self, do: Do) -> None:
        await ACTORS[do.action.verb](self, do)

    async def _trigger_named(self, do: Do) -> None:
        # A program has no velocity.
        await self._trigger(do.action.target, do.velocity or 127)

    async def _again(self, do: Do) -> None:
        await self._engine.again(self._target(do), origin="midi")

    async def _keep(self, do: Do) -> None:
        await self._engine.keep(self._target(do))

    async def _discard(self, do: Do) -> None:
        await self._engine.discard(self._target(do))

    async def _cancel(self, do: Do) -> None:
        await self._engine.cancel(self._target(do))

    async def _play(self, do: Do) -> None:
        await self._engine.play(self._target(do))

    async def _kit(self, do: Do) -> None:
        kits = list(self._engine.kits())
        if do.action.target:
            await self._engine.select_kit(do.action.target)
        elif do.program < len(kits):
            await self._engine.select_kit(kits[do.program])
        else:
            raise NotFoundError(f"There is no kit number {do.program + 1}.", f"There are {len(kits)}: oneshot kits")

    def _target(self, do: Do) -> str:
        if target := do.action.target or self._touched:
            return target
        raise NotFoundError("No pad was touched yet.", "Press one, or name it in the action.")

    # --- what is told -----------------------------------------------------------------------------------------

    def _tell_soon(self) -> None:
        """A flood is told of once a second, not once a note."""
        if self._telling is None and self._loop is not None:
            self._telling = self._loop.call_later(_TOLD_EVERY_SECONDS, self._tell)

    def _tell(self) -> None:
        self._telling = None
        if dropped := self._ear.dropped():
            log.warning("MIDI: %d messages were dropped: more came than can be done.", dropped)
        if self._refused:
            log.warning("MIDI: refused %d times, the last: %s", self._refused, self._last_refusal)
            self._refused = 0
        if self._ear.waits():
            self._tell_soon()

    async def heard(self, since: int | None, patience: float) -> dict[str, Any]:
        """Returns what was heard after the message with the number `since`, in words, and the newest number.

        Waits for the first of it so many seconds; None for `since` asks for the newest number only.
        """
        if since is None:
            return {"heard": [], "last": self._ear.last_number()}
        end = asyncio.get_running_loop().time() + patience
        # Messages come on other threads, and no note shall wake the loop for a listener that is not there.
        while not (found := self._ear.since(since)) and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110
            await asyncio.sleep(_ASKED_EVERY_SECONDS)
        return {"heard": [self._view(heard) for heard in found], "last": found[-1].number if found else since}

    def _view(self, heard: HeardMessage) -> dict[str, Any]:
        return shown(heard, self._engine.pad_for_note, list(self._engine.kits()), self._settings.models)


def wanted_ports(settings: MidiSettings, devices: Collection[str] = ()) -> Wanted:
    """Returns the ports that the config asks for; those of `devices` are heard and lit, by their wanted names, and
    through those of hosts both sides speak."""
    others = tuple(name for name in settings.hosts if name != settings.virtual_port)
    return Wanted(
        api=settings.api, virtual_port=settings.virtual_port, inputs=(*devices, *settings.ports, *others),
        outputs=(*devices, *others), clock=settings.clock, sysex=bool(settings.hosts),
        virtual_output=settings.virtual_port if len(others) < len(settings.hosts) else "",
    )


DOERS: dict[type, Callable[[MidiDoor, Any], Awaitable[None]]] = {
    Press: MidiDoor._press,
    Do: MidiDoor._act,
    Turn: MidiDoor._turn,
    Tempo: MidiDoor._follow,
}
ACTORS: dict[Verb, Callable[[MidiDoor, Do], Awaitable[None]]] = {
    "trigger": MidiDoor._trigger_named,
    "again": MidiDoor._again,
    "keep": MidiDoor._keep,
    "discard": MidiDoor._discard,
    "cancel": MidiDoor._cancel,
    "play": MidiDoor._play,
    "kit": MidiDoor._kit,
}
