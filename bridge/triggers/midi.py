"""The MIDI door: notes press pads, notes and controllers act, controllers turn, programs choose kits, a clock beats.

MIDI is optional everywhere: a machine without a MIDI system, a missing library or an unknown port is a notice,
never an error; unplugging is normal life.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.config.controls import PARAMETERS, Action, Place
from bridge.domain.brief import Request
from bridge.errors import BridgeError
from bridge.midi.ports import Ports
from bridge.midi.tempo import Tempo
from bridge.ports import Engine
from bridge.units import Seconds

log = logging.getLogger(__name__)

MOST_WAITING = 256
"""Events that wait for the engine. One more is dropped: nobody plays that many, so it is a stuck sender."""
REPEAT_SECONDS = 0.015
"""The same note again within so long is no second stroke: a drummer's fastest roll leaves 30 ms, and a JACK client that
is late may read its events twice."""
LOOK_SECONDS = 2.0
"""Between two looks at which ports are plugged in."""
PRESSED = 64
"""From here on a controller that acts is pressed."""
SHORTEST, LONGEST = 0.1, 5.0
"""Seconds from one end of the length controller to the other."""
BRIGHTNESS = ((16, "very dark"), (48, "dark"), (80, ""), (112, "bright"), (128, "very bright"))
"""Up to which value of the controller which words are added."""
_PATIENCE_AT_CLOSE = 2.0


@dataclass(frozen=True, slots=True)
class Played:
    """Holds what was played: `kind` is `note`, `control` or `program`, `channel` 1…16."""

    kind: str
    channel: int
    number: int
    value: int = 0


@dataclass(slots=True)
class Knobs:
    """Holds how the parameters stand that controllers turn; None until one is turned."""

    values: dict[str, int] = field(default_factory=dict)

    def request(self, pad: str, velocity: int, models: Sequence[str]) -> Request:
        """Returns what pressing a pad asks for now."""
        length, bright = self.values.get("length", 0), self.values.get("brightness", PRESSED)
        model, energy = self.values.get("model", 0), self.values.get("energy", 0)
        return Request(
            pad=pad, energy=(energy or velocity) / 127, origin="midi", priority="pad",
            seconds=Seconds(round(SHORTEST * (LONGEST / SHORTEST) ** ((length - 1) / 126), 2)) if length else None,
            more=next(words for top, words in BRIGHTNESS if bright < top),
            model=models[(model - 1) * len(models) // 127] if model and models else None,
        )


class MidiDoor:
    """Hears MIDI on a virtual port of its own (`virtual_port`, none if empty) and on existing `ports`.

    `channel` is 1–16, or 0 for all. `notes` and `controls` say what certain notes and controllers do; any other note
    presses the pad that sits on it. `clock` takes the song's tempo from a MIDI clock, `programs` selects kits by
    program change.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        virtual_port: str = "Oneshot Bridge",
        ports: Sequence[str] = (),
        channel: int = 0,
        api: str = "",
        notes: Mapping[Place, Action] | None = None,
        controls: Mapping[Place, Action] | None = None,
        clock: bool = False,
        programs: bool = True,
    ) -> None:
        self._engine = engine
        self._ports = Ports("input", wanted=ports, virtual=virtual_port, api=api, open_port=self._open_port)
        self._channel = channel
        self._actions = {"note": dict(notes or {}), "control": dict(controls or {})}
        self._clock = clock
        self._programs = programs
        self._waiting: asyncio.Queue[Played] = asyncio.Queue(MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tempo = Tempo()
        self._knobs = Knobs()
        self._last_pad = ""
        self._pressed: dict[tuple[int, int], int] = {}
        self._struck: dict[tuple[int, int], float] = {}
        self._dropped = 0
        self._now = time.monotonic

    @property
    def listening(self) -> tuple[str, ...]:
        """Returns the names of the ports that are open."""
        return self._ports.names

    async def start(self) -> list[str]:
        """Opens the ports; returns a notice, one line each, for whatever is missing. Never raises for that."""
        self._loop = asyncio.get_running_loop()
        # A MIDI system may take its time to answer, and the loop must not wait for it.
        notices = await asyncio.to_thread(self._ports.open)
        self._tasks = [
            asyncio.create_task(self._work(), name="midi door"), asyncio.create_task(self._watch(), name="midi ports"),
        ]
        return notices

    async def close(self) -> None:
        """Closes the ports and obeys what was played before (for two seconds at most)."""
        if self._tasks:
            working, watching = self._tasks
            watching.cancel()
            await asyncio.wait([watching])
            await asyncio.to_thread(self._ports.close)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._waiting.join(), _PATIENCE_AT_CLOSE)
            working.cancel()
            await asyncio.wait([working])
            self._tasks = []

    # --- ports ------------------------------------------------------------------------------------------------

    def _open_port(self, backend: Any, name: str, virtual: bool) -> Any:
        if virtual:
            return backend.open_input(name, virtual=True, client_name=name, callback=self._called)
        return backend.open_input(name, callback=self._called)

    async def _watch(self) -> None:
        """Opens again what was unplugged and is back."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            looking = asyncio.ensure_future(asyncio.to_thread(self._ports.refresh))
            try:
                came, gone = await asyncio.shield(looking)
            except asyncio.CancelledError:
                # The thread goes on with the ports: whoever closes them waits for it.
                await asyncio.wait([looking])
                raise
            for name in gone:
                log.warning("The MIDI port %s is gone.", name)
            for name in came:
                log.warning("The MIDI port %s is back.", name)

    # --- what is heard ----------------------------------------------------------------------------------------

    def _called(self, message: Any) -> None:
        """Hops from RtMidi's thread into the loop, and does nothing else.

        A clock ticks 24 times a beat, and the loop need not wake for it: the tempo is taken here, and only a new one
        hops.
        """
        match message.type:
            case "clock" if self._clock:
                if bpm := self._tempo.tick(self._now()):
                    self._hop(self._engine.set_song, bpm)
            case "start" | "stop" | "continue":
                self._tempo.stop()
            case "note_on" if message.velocity:  # velocity 0 is a note-off
                self._hop(self._heard, Played("note", message.channel + 1, message.note, message.velocity))
            case "control_change":
                self._hop(self._heard, Played("control", message.channel + 1, message.control, message.value))
            case "program_change":
                self._hop(self._heard, Played("program", message.channel + 1, message.program))

    def _hop(self, call: Callable[..., None], value: Any) -> None:
        if self._loop is None:
            return
        # The loop may have ended while this was on its way.
        with contextlib.suppress(RuntimeError):
            if isinstance(value, Played):
                self._loop.call_soon_threadsafe(call, value)
            else:
                self._loop.call_soon_threadsafe(lambda: call(bpm=value))

    def _heard(self, played: Played) -> None:
        if self._channel not in (0, played.channel) or self._is_repeated(played):
            return
        if played.kind == "control" and self._action_of(played) is None:
            return
        try:
            self._waiting.put_nowait(played)
        except asyncio.QueueFull:
            self._dropped += 1
            if self._dropped == 1 and self._loop is not None:
                self._loop.call_later(1.0, self._tell_dropped)

    def _tell_dropped(self) -> None:
        log.warning("%d MIDI events were dropped: %d waited already.", self._dropped, MOST_WAITING)
        self._dropped = 0

    def _is_repeated(self, played: Played) -> bool:
        if played.kind != "note":
            return False
        key, now = (played.channel, played.number), self._now()
        before, self._struck[key] = self._struck.get(key, -1.0), now
        return now - before < REPEAT_SECONDS

    def _action_of(self, played: Played) -> Action | None:
        """Returns what a note or a controller does; its own channel's word goes before that of any."""
        actions = self._actions.get(played.kind, {})
        own = actions.get(Place(played.channel, played.number))
        return own or actions.get(Place(0, played.number))

    # --- what is done -----------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            played = await self._waiting.get()
            try:
                await self._obey(played)
            except BridgeError as problem:
                log.info("%s was refused: %s", _words(played), problem)
            except Exception:
                # A mistake inside the engine costs this one event, not the door.
                log.exception("%s failed.", _words(played))
            finally:
                self._waiting.task_done()

    async def _obey(self, played: Played) -> None:
        action = self._action_of(played)
        if action is None:
            await self._play(played)
        elif action.name in PARAMETERS:
            self._knobs.values[action.name] = played.value
        elif played.kind == "note" or self._is_pressed_now(played):
            await self._act(action, played)

    async def _play(self, played: Played) -> None:
        if played.kind == "program":
            kits = list(self._engine.kits())
            if self._programs and played.number < len(kits):
                await self._engine.select_kit(kits[played.number])
            return
        pad = self._engine.pad_for_note(played.number, channel=played.channel)
        if pad is None:
            log.debug("%s is no pad of the selected kit.", _words(played))
            return
        await self._press(pad, played.value)

    async def _press(self, pad: str, velocity: int) -> None:
        self._last_pad = pad
        models = [model.name for model in self._engine.models()]
        await self._engine.trigger(self._knobs.request(pad, velocity, models))

    def _is_pressed_now(self, played: Played) -> bool:
        """Tells whether a controller went from let go to pressed; what it does while it is held is nothing new."""
        key = (played.channel, played.number)
        before, self._pressed[key] = self._pressed.get(key, 0), played.value
        return before < PRESSED <= played.value

    async def _act(self, action: Action, played: Played) -> None:
        if action.name == "kit":
            await self._engine.select_kit(action.target)
        elif action.name == "trigger":
            await self._press(action.target, played.value)
        elif target := action.target or self._last_pad:
            calls: dict[str, Callable[[str], Awaitable[object]]] = {
                "again": lambda pad: self._engine.again(pad, origin="midi"), "keep": self._engine.keep,
                "discard": self._engine.discard, "cancel": self._engine.cancel, "play": self._engine.play,
            }
            await calls[action.name](target)
        else:
            log.info("%s: no pad was pressed yet that it could mean.", _words(played))


def _words(played: Played) -> str:
    return f"MIDI {played.kind} {played.number}"
