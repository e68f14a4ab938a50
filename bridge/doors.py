"""The doors of the daemon, a row each; a door whose settings change is opened anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.config.schema import Config
from bridge.errors import BridgeError
from bridge.feedback.lights import Lights
from bridge.feedback.osc import OscVoice
from bridge.midi.devices import open_device
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import Subscribers
from bridge.ports import Engine
from bridge.triggers.midi import MidiDoor
from bridge.triggers.osc import OscDoor
from bridge.web.server import ControlServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """Holds what the doors are opened with: the engine, the folder of the state, and what the daemon says of itself."""

    engine: Engine
    state_folder: Path
    status: Callable[[], dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Opened:
    """Says where a door listens and what it misses, a line each; `stack` closes it."""

    stack: AsyncExitStack
    listening: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


async def _open_osc(config: Config, hall: Hall, opened: Opened) -> None:
    if not config.osc.enabled:
        return
    subscribers, outlet = Subscribers(), Outlet()
    voice = OscVoice(hall.engine, subscribers, outlet)
    await voice.start()
    opened.stack.push_async_callback(voice.close)
    osc = OscDoor(hall.engine, subscribers, outlet, host=config.osc.host, port=config.osc.port)
    await osc.start()
    opened.stack.push_async_callback(osc.close)
    opened.listening.append(f"OSC      udp {osc.address[0]}:{osc.address[1]}")


async def _open_midi(config: Config, hall: Hall, opened: Opened) -> None:
    if not config.midi.enabled:
        return
    settings = config.midi
    notes, controls = settings.actions
    midi = MidiDoor(
        hall.engine, virtual_port=settings.virtual_port, ports=settings.ports, channel=settings.channel,
        api=settings.api, notes=notes, controls=controls, clock=settings.clock, programs=settings.programs,
    )
    opened.notices += await midi.start()
    opened.stack.push_async_callback(midi.close)
    opened.listening += [f"MIDI     {port}" for port in midi.listening]
    if settings.lights:
        await _light(config, hall, opened)


async def _light(config: Config, hall: Hall, opened: Opened) -> None:
    settings = config.midi
    try:
        device = open_device(settings.lights)
    except BridgeError as problem:
        opened.notices.append(f"No lights: {problem}")
        return
    lights = Lights(
        hall.engine, device, virtual_port=settings.virtual_port, ports=settings.outputs or settings.ports,
        api=settings.api,
    )
    opened.notices += await lights.start()
    opened.stack.push_async_callback(lights.close)
    opened.listening += [f"lights   {port}" for port in lights.shining]


async def _open_control(config: Config, hall: Hall, opened: Opened) -> None:
    control = ControlServer(
        hall.engine, port=config.control.port, state_folder=hall.state_folder, status=hall.status
    )
    await control.start()
    opened.stack.push_async_callback(control.close)
    opened.listening.append(f"control  {control.url}")


DOORS: dict[str, Callable[[Config, Hall, Opened], Awaitable[None]]] = {
    "osc": _open_osc,
    "midi": _open_midi,
    "control": _open_control,
}
"""What opens each door, by the section of the config that it is opened anew for; in this order, and closed in
reverse."""


class Doors:
    """Holds the doors that are open."""

    def __init__(self, config: Config, hall: Hall) -> None:
        self._hall = hall
        self._config = config
        self._opened: dict[str, Opened] = {}
        self._refused: dict[str, str] = {}

    @property
    def listening(self) -> list[str]:
        """Says where the doors are, a line each."""
        return [line for name in DOORS if name in self._opened for line in self._opened[name].listening]

    @property
    def notices(self) -> list[str]:
        """Says what the doors miss, a line each."""
        missing = [line for name in DOORS if name in self._opened for line in self._opened[name].notices]
        return [*missing, *self._refused.values()]

    async def open(self) -> None:
        """Opens every door; raises InUseError or BridgeError where one can't be."""
        for name in DOORS:
            self._opened[name] = await self._open(name)

    async def renew(self, config: Config) -> None:
        """Opens those doors anew whose settings changed; one that can't be is opened as it was, with a notice."""
        for name in DOORS:
            before, after = getattr(self._config, name), getattr(config, name)
            if before == after:
                self._refused.pop(name, None)
                continue
            await self._close(name)
            try:
                self._config = self._config.model_copy(update={name: after})
                self._opened[name] = await self._open(name)
                self._refused.pop(name, None)
            except BridgeError as problem:
                self._config = self._config.model_copy(update={name: before})
                self._refused[name] = f"{name} stays as it was: {problem}"
                self._opened[name] = await self._open(name)

    async def close(self) -> None:
        """Closes every door, the last one opened first."""
        for name in reversed(list(self._opened)):
            await self._close(name)

    async def _open(self, name: str) -> Opened:
        async with AsyncExitStack() as stack:
            opened = Opened(stack=stack)
            await DOORS[name](self._config, self._hall, opened)
            return replace(opened, stack=stack.pop_all())

    async def _close(self, name: str) -> None:
        await self._opened.pop(name).stack.aclose()
