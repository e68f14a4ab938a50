"""The lights: shows on controllers how the pads of the selected kit are.

What a light should show is compared with what it was sent last, so that only changes go out, at most every
PAUSE_SECONDS: a DIN cable carries a thousand messages a second and not one more. Sending is the ports' own thread's
work (`bridge.midi.ports`); nothing here waits for a device.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from bridge.domain.event import Event
from bridge.midi.devices import Device, Look, Slot, filled
from bridge.midi.ports import Port
from bridge.ports import Engine, PadState

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.03
BLINK_SECONDS = 0.25
"""Half of a blink, for devices that can't do it themselves."""
RETRY_SECONDS = 1.0
"""When to try again what a device did not take."""


class Sender(Protocol):
    """Lets messages wait for an open output, as `bridge.midi.ports.Patchbay` does."""

    def send(self, port: str, messages: Sequence[bytes]) -> bool: ...


class MidiLights:
    """Follows the engine's events; `devices` are by the wanted names of their ports."""

    def __init__(self, engine: Engine, sender: Sender, devices: Mapping[str, Device]) -> None:
        self._engine = engine
        self._sender = sender
        self._devices = devices
        self._shown: dict[str, dict[Slot, bytes]] = {}  # by port and place, what was sent last
        self._words: dict[str, str] = {}  # the wanted name of each port
        self._notes: dict[str, int] = {}  # of the selected kit's pads
        self._states: dict[str, PadState | str] = {}
        self._news: dict[str, PadState | str] = {}
        self._fractions: dict[str, float] = {}  # how far each pad's sound is
        self._order: dict[str, None] = {}  # the pads that changed, the last one at the end
        self._writes = any(device.strips for device in devices.values())
        self._changed = asyncio.Event()
        self._must_read = True
        self._beat = True
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to listen to the engine."""
        self._loop = asyncio.get_running_loop()
        self._worker = asyncio.create_task(self._work(), name="midi lights")
        self._unsubscribe = self._engine.subscribe(self._heard)

    async def close(self) -> None:
        """Puts every light out and gives the devices back; close the ports afterwards."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
            self._worker = None
        for port, shown in self._shown.items():
            device = self._devices[self._words[port]]
            self._sender.send(port, [*_dark(device, shown), *map(filled, device.farewell)])
        self._shown.clear()
        self._loop = None

    def opened(self, port: Port) -> None:
        """Takes an output that has just been opened, for the first time or again; on any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop may just have ended
                self._loop.call_soon_threadsafe(self._greet, port)

    # --- in ---------------------------------------------------------------------------------------------------

    def _heard(self, event: Event) -> None:
        """Takes an event from the engine; never waits and never raises."""
        if event.kind == "pad":
            self._states[event.pad] = self._news[event.pad] = event.reason
            self._order.pop(event.pad, None)
            self._order[event.pad] = None
            if event.reason != "rendering":
                self._fractions.pop(event.pad, None)
            self._changed.set()
        elif event.kind == "progress" and event.pad and self._writes:
            self._fractions[event.pad] = event.fraction
            self._changed.set()
        elif event.kind == "kit":
            self._must_read = True
            self._changed.set()

    def _greet(self, port: Port) -> None:
        """Everything is sent to a device that has come: whatever it showed, it has forgotten."""
        device = self._devices.get(port.word)
        if device is not None and self._sender.send(port.name, [filled(message) for message in device.greeting]):
            self._words[port.name] = port.word
            self._shown[port.name] = {}
            self._changed.set()

    # --- out --------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        pause: float | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it may swallow a cancel.
                async with asyncio.timeout(pause):
                    await self._changed.wait()
            if pause == BLINK_SECONDS and not self._changed.is_set():
                self._beat = not self._beat
            self._changed.clear()
            if not self._shown:
                pause = None
                continue
            try:
                if self._must_read:
                    await self._read()
                pause = self._show()
            except Exception:
                # A broken light, or an engine that does not answer just now, must not cost the others.
                log.exception("The lights could not be shown.")
                self._must_read = True
                pause = RETRY_SECONDS
            await asyncio.sleep(PAUSE_SECONDS)

    async def _read(self) -> None:
        """Takes the pads of the selected kit as they are; what is heard meanwhile is newer."""
        self._news.clear()
        self._must_read = False
        pads = await self._engine.pads()
        kit = set(self._engine.kits().get(self._engine.selected_kit(), ()))
        self._notes = {pad.name: pad.pad_note for pad in pads if pad.name in kit and pad.pad_note is not None}
        self._states = {**{pad.name: pad.state for pad in pads}, **self._news}

    def _show(self) -> float | None:
        """Sends what has changed; returns after how many seconds to look again (None: when something happens)."""
        pause: float | None = None
        for port, shown in list(self._shown.items()):
            device = self._devices[self._words[port]]
            wanted: dict[Slot, bytes] = {}
            for pad, note in self._notes.items():
                state = self._states.get(pad, "idle")
                light = device.light(note, state, beat=self._beat)
                if light is not None:
                    wanted[note] = light
                    pause = pause or (BLINK_SECONDS if state in device.off else None)
            if device.strips is not None:
                wanted |= device.strips.show(self._looks(device))
            gone = _dark(device, (place for place in shown if place not in wanted))
            changes = [*gone, *(light for place, light in wanted.items() if shown.get(place) != light)]
            if not changes or self._sender.send(port, changes):
                self._shown[port] = wanted
            else:
                pause = RETRY_SECONDS
        return pause

    def _looks(self, device: Device) -> list[Look]:
        """Returns how the pads are that the device has, those that changed last at the end."""
        order = {pad: place for place, pad in enumerate(self._order)}
        looks = []
        # Of pads that never changed the lowest counts most.
        for pad, note in sorted(self._notes.items(), key=lambda row: (order.get(row[0], -1), -row[1])):
            key = device.key_of(note)
            if key is not None:
                looks.append(Look(key, pad, self._states.get(pad, "idle"), self._fractions.get(pad, 0.0)))
        return looks


def _dark(device: Device, places: Iterable[Slot]) -> list[bytes]:
    """Returns what puts out what is shown at some places."""
    empty = device.strips.show() if device.strips is not None else {}
    found = (device.out(place) if isinstance(place, int) else empty.get(place) for place in places)
    return [message for message in found if message is not None]
