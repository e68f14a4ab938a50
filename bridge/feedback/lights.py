"""Lights: the pads of a MIDI device show how the pads of the selected kit stand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from bridge.domain.event import Event
from bridge.midi.devices import Device, Light
from bridge.midi.ports import Ports
from bridge.midi.systems import ABSENT
from bridge.ports import Engine

log = logging.getLogger(__name__)

BLINK_SECONDS = 0.25
LOOK_SECONDS = 2.0
"""Between two looks at which ports are plugged in."""


class Lights:
    """Sends the state of every pad to the ports of a device, and puts all lights out at its end.

    What changed is sent, and all of it to a port that was plugged in again. Sending happens in one thread after the
    other, never in the loop.
    """

    def __init__(
        self, engine: Engine, device: Device, *, virtual_port: str = "", ports: Sequence[str] = (), api: str = ""
    ) -> None:
        self._engine = engine
        self._device = device
        self._ports = Ports("output", wanted=ports, virtual=virtual_port, api=api, open_port=_open_port)
        self._notes: dict[str, int] = {}
        self._states: dict[str, str] = {}
        self._shown: dict[int, Light] = {}
        self._blink = False
        self._changed = asyncio.Event()
        self._unsubscribe: Callable[[], None] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> list[str]:
        """Opens the ports and lights the pads; returns a notice, one line each, for whatever is missing."""
        notices = await asyncio.to_thread(self._ports.open)
        self._unsubscribe = self._engine.subscribe(self._heard)
        await self._look()
        await asyncio.to_thread(self._greet, self._ports.all)
        self._tasks = [asyncio.create_task(self._work(), name="lights")]
        return notices

    async def close(self) -> None:
        """Puts the lights out and closes the ports."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for task in self._tasks:
            task.cancel()
            await asyncio.wait([task])
        self._tasks = []
        await asyncio.to_thread(self._leave)

    @property
    def shining(self) -> tuple[str, ...]:
        """Returns the names of the ports that are open."""
        return self._ports.names

    def _heard(self, event: Event) -> None:
        """Takes an event from the engine; never waits and never raises."""
        if event.kind == "pad":
            self._states[event.pad] = event.reason
            self._changed.set()
        elif event.kind == "kit":
            self._notes = {}
            self._changed.set()

    async def _look(self) -> None:
        """Asks on which notes the pads of the selected kit sit, and how they stand."""
        kit = set(self._engine.kits().get(self._engine.selected_kit(), ()))
        views = [view for view in await self._engine.pads() if view.name in kit and view.pad_note is not None]
        self._notes = {view.name: view.pad_note for view in views if view.pad_note is not None}
        self._states |= {view.name: view.state for view in views}

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        looked = loop.time()
        while True:
            blinking = any(self._light(pad).other is not None for pad in self._notes)
            try:
                await asyncio.wait_for(self._changed.wait(), BLINK_SECONDS if blinking else LOOK_SECONDS)
            except TimeoutError:
                self._blink = not self._blink
            self._changed.clear()
            try:
                if not self._notes:
                    await self._look()
                await self._in_thread(self._show)
                if loop.time() - looked >= LOOK_SECONDS:
                    looked = loop.time()
                    await self._in_thread(self._refresh)
            except Exception:
                # Whatever a device or its driver throws costs light, never a sound.
                log.exception("The lights failed.")
                await asyncio.sleep(LOOK_SECONDS)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        """Runs work on the ports in a thread; the end of this task waits for it, because the ports are not shared."""
        running = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def _light(self, pad: str) -> Light:
        return self._device.lights.get(self._states.get(pad, "idle"), self._device.lights["idle"])

    def _wanted(self) -> dict[int, Light]:
        wanted = {}
        for pad, note in self._notes.items():
            light = self._light(pad)
            off = light.other is not None and self._blink
            wanted[note] = Light(light.other, light.channel) if off and light.other is not None else Light(
                light.velocity, light.channel
            )
        return wanted

    # --- in a thread ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        wanted = self._wanted()
        gone = {note: Light(0) for note in self._shown if note not in wanted}
        changed = {note: light for note, light in wanted.items() if self._shown.get(note) != light}
        for port in self._ports.all:
            self._send(port, {**gone, **changed})
        self._shown = wanted

    def _refresh(self) -> None:
        came, gone = self._ports.refresh()
        for name in gone:
            log.warning("The lights of %s are gone.", name)
        if came:
            self._greet([port for port in self._ports.all if port.name in came])

    def _greet(self, ports: Sequence[Any]) -> None:
        self._shown = self._wanted()
        for port in ports:
            self._tell(port, self._device.hello)
            self._send(port, self._shown)

    def _leave(self) -> None:
        for port in self._ports.all:
            self._send(port, {note: Light(0) for note in self._shown})
            self._tell(port, self._device.goodbye)
        self._ports.close()

    def _tell(self, port: Any, messages: Any) -> None:
        from mido import Message

        for part, content in messages.items():
            if part.lower() in port.name.lower():
                self._put(port, Message("sysex", data=content))
                return

    def _send(self, port: Any, lights: dict[int, Light]) -> None:
        from mido import Message

        for note, light in lights.items():
            self._put(port, Message("note_on", note=note, velocity=light.velocity, channel=light.channel - 1))

    def _put(self, port: Any, message: Any) -> None:
        try:
            port.send(message)
        except ABSENT as problem:  # a device that was pulled out just now
            log.debug("the light %s was not sent: %s", message, problem)


def _open_port(backend: Any, name: str, virtual: bool) -> Any:
    if virtual:
        return backend.open_output(name, virtual=True, client_name=f"{name} lights")
    return backend.open_output(name)
