"""The doors of the daemon, a row each; a door whose settings change is opened anew while the others stay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.config.schema import Config, MidiSettings
from bridge.errors import BridgeError, NotFoundError
from bridge.feedback.midi import MidiLights
from bridge.feedback.osc import OscVoice
from bridge.feedback.samplers import SAMPLERS, SamplerVoice
from bridge.library.folder import Library
from bridge.midi.devices import Device, open_device
from bridge.midi.lines import HostLines
from bridge.midi.ports import Patchbay, Port
from bridge.osc.allowed import Allowed
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import Subscribers
from bridge.player.audition import Audition
from bridge.ports import Engine
from bridge.triggers.asked import AskedDoor
from bridge.triggers.inbox import InboxDoor
from bridge.triggers.midi import HostDoor, MidiDoor, wanted_ports
from bridge.triggers.osc import OscDoor
from bridge.triggers.osc_announcement import Announcement
from bridge.web.server import ControlServer

log = logging.getLogger(__name__)

Lines = Callable[[], Iterable[str]]
"""Says something as it is now, a line each."""


class Midi:
    """Says what of MIDI is open just now: the control channel stays while the MIDI door is opened anew."""

    def __init__(self) -> None:
        self._door: MidiDoor | None = None
        self._ports: Patchbay | None = None

    def opened(self, door: MidiDoor, ports: Patchbay) -> None:
        self._door, self._ports = door, ports

    def closed(self) -> None:
        self._door = self._ports = None

    def view(self) -> dict[str, Any] | None:
        """Returns the system, the open ports and what is missing, as plain values; None where MIDI is off."""
        if self._ports is None:
            return None
        seen = self._ports.view()
        return {
            "system": seen.system, "open_inputs": seen.open_inputs, "open_outputs": seen.open_outputs,
            "notices": seen.notices,
        }  # fmt: skip

    async def heard(self, since: int | None, patience: float) -> dict[str, Any]:
        """Returns what `MidiDoor.heard` does; raises NotFoundError where MIDI is off."""
        if self._door is None:
            raise NotFoundError("The daemon listens to no MIDI.", "Switch it on under [midi]: oneshot config edit")
        return await self._door.heard(since, patience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """Holds what the doors are opened with: the engine, the loudspeaker, the folder of the state, what the daemon says
    of itself, and the library.

    Who listens by OSC outlives a door that moves.
    """

    engine: Engine
    audition: Audition
    state_folder: Path
    status: Callable[[], dict[str, Any]]
    library: Library
    midi: Midi = field(default_factory=Midi)
    subscribers: Subscribers = field(default_factory=Subscribers)
    outlet: Outlet = field(default_factory=Outlet)


@dataclass(slots=True, kw_only=True)
class Opened:
    """Says where a door listens and what it misses; `stack` closes it."""

    stack: AsyncExitStack
    listening: Lines = tuple
    notices: Lines = tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Describes a door: what opens it, and the section of the config that it is opened anew for.

    `place` is the setting of that section that says where the door is. Where it changes, the new door is opened
    beside the old one, which then closes; else the old one must be closed before.
    """

    section: str
    open: Callable[[Config, Hall, Opened], Awaitable[None]]
    place: str = ""


async def _open_osc(config: Config, hall: Hall, opened: Opened) -> None:
    if not config.osc.enabled:
        return
    settings, allowed = config.osc, Allowed(config.osc.allow)
    osc = OscDoor(
        hall.engine, hall.subscribers, hall.outlet, host=settings.host, port=settings.port, tcp=settings.tcp,
        allowed=allowed,
    )
    await osc.start()
    opened.stack.push_async_callback(osc.close)
    announcement = Announcement(*osc.address, tcp=settings.tcp) if settings.announce else None
    if announcement is not None:
        await announcement.start()
        opened.stack.push_async_callback(announcement.close)
    who = f", open to {', '.join(settings.allow)}" if settings.is_open else ""
    ways = ("udp", "tcp") if settings.tcp else ("udp",)
    opened.listening = lambda: [f"OSC      {way} {osc.address[0]}:{osc.address[1]}{who}" for way in ways]
    opened.notices = lambda: [
        *(f"OSC from {host} is refused: it is not in osc.allow." for host in allowed.refused),
        *([announcement.notice] if announcement is not None and announcement.notice else ()),
    ]


async def _open_midi(config: Config, hall: Hall, opened: Opened) -> None:
    """Opens the MIDI door and the lights on one set of ports; what is missing is a notice."""
    settings = config.midi
    if not settings.enabled:
        return
    devices: dict[str, Device] = {}
    lost: list[str] = []
    for word, name in settings.devices.items():
        try:
            devices[word] = open_device(name)
        except BridgeError as problem:
            lost.append(f"MIDI: {problem}")
    door = MidiDoor(hall.engine, settings, devices)
    ports = Patchbay(wanted_ports(settings, devices), heard=door.hear)
    lights = MidiLights(hall.engine, ports, devices)
    ports.opened = lights.opened
    # Closed in reverse: the lights go out, the ports close, what was played before is done.
    await door.start()
    opened.stack.push_async_callback(door.close)
    if settings.hosts:
        await _listen_to_hosts(hall, settings, ports, opened)
    await lights.start()
    # A MIDI system may take its time to answer, and the loop must not wait for it.
    await asyncio.to_thread(ports.start)
    opened.stack.push_async_callback(asyncio.to_thread, ports.close)
    opened.stack.push_async_callback(lights.close)
    hall.midi.opened(door, ports)
    opened.stack.callback(hall.midi.closed)
    opened.notices = lambda: [*lost, *ports.view().notices]
    opened.listening = lambda: [f"MIDI     {port}" for port in ports.view().open_inputs]


async def _listen_to_hosts(hall: Hall, settings: MidiSettings, ports: Patchbay, opened: Opened) -> None:
    """Lets the hosts hear and be heard beside whoever hears already."""
    lines = HostLines(settings.hosts, ports)
    hosts = HostDoor(hall.engine, lines)
    await hosts.start()
    opened.stack.push_async_callback(hosts.close)
    others, lit = ports.heard, ports.opened

    def heard(port: Port, piece: Sequence[int], at: float) -> None:
        hosts.hear(port, piece)
        if others is not None:
            others(port, piece, at)

    def came(port: Port) -> None:
        lines.opened(port)
        if lit is not None:
            lit(port)

    ports.heard, ports.opened = heard, came


async def _open_inbox(config: Config, hall: Hall, opened: Opened) -> None:
    settings = config.inbox
    if not settings.enabled:
        return
    inbox = InboxDoor(
        hall.engine, hall.library.root / "inbox", check=hall.library.check, settle_seconds=settings.settle_seconds
    )
    notices = await inbox.start()
    opened.stack.push_async_callback(inbox.close)
    opened.notices = lambda: notices
    opened.listening = lambda: [f"inbox    {inbox.folder}"]


async def _open_asked(config: Config, hall: Hall, opened: Opened) -> None:
    asked = AskedDoor(hall.engine, hall.library.root / "deliveries", check=hall.library.check)
    await asked.start()
    opened.stack.push_async_callback(asked.close)


async def _open_audition(config: Config, hall: Hall, opened: Opened) -> None:
    await hall.audition.listen(config.audition)
    opened.stack.push_async_callback(hall.audition.ignore)
    opened.notices = lambda: hall.audition.notices


async def _open_samplers(config: Config, hall: Hall, opened: Opened) -> None:
    """Begins to drive the samplers that are named; what is not running is a notice."""
    voices = []
    for name, settings in config.samplers.items():
        kind = SAMPLERS[name]
        host, _, port = settings.address.rpartition(":")
        sampler = kind(host.strip("[]") or "127.0.0.1", int(port or kind.port))
        voice = SamplerVoice(hall.engine, hall.library, name, sampler, settings)
        await voice.start()
        opened.stack.push_async_callback(voice.close)
        voices.append(voice)
    opened.notices = lambda: [voice.notice for voice in voices if voice.notice]


async def _open_control(config: Config, hall: Hall, opened: Opened) -> None:
    control = ControlServer(
        hall.engine, port=config.control.port, state_folder=hall.state_folder, status=hall.status,
        audition=hall.audition, midi_heard=hall.midi.heard,
    )
    await control.start()
    opened.stack.push_async_callback(control.close)
    opened.listening = lambda: [f"control  {control.url}"]


DOORS: tuple[Door, ...] = (
    Door(section="osc", open=_open_osc, place="port"),
    Door(section="midi", open=_open_midi),
    Door(section="inbox", open=_open_inbox),
    Door(section="hosts", open=_open_asked),
    Door(section="audition", open=_open_audition),
    Door(section="samplers", open=_open_samplers),
    Door(section="control", open=_open_control, place="port"),
)
"""The doors in the order in which they are opened; they are closed in reverse."""


class Doors:
    """Holds the doors that are open."""

    def __init__(self, config: Config, hall: Hall, rows: Iterable[Door] = DOORS) -> None:
        self._hall = hall
        self._config = config
        self._rows = {row.section: row for row in rows}
        self._voice = OscVoice(hall.engine, hall.subscribers, hall.outlet)
        self._held: dict[str, tuple[Config, Opened]] = {}
        self._refused: dict[str, str] = {}

    @property
    def listening(self) -> list[str]:
        """Says where the doors are, a line each."""
        return [line for _, opened in self._in_order() for line in opened.listening()]

    @property
    def notices(self) -> list[str]:
        """Says what the doors miss, a line each."""
        return [*(line for _, opened in self._in_order() for line in opened.notices()), *self._refused.values()]

    @property
    def midi(self) -> dict[str, Any] | None:
        """Says what of MIDI is open, as plain values; None where it is off."""
        return self._hall.midi.view()

    async def open(self) -> None:
        """Opens every door; raises InUseError or BridgeError where one can't be."""
        await self._voice.start()
        for row in self._rows.values():
            self._held[row.section] = self._config, await self._open(row, self._config)

    async def renew(self, config: Config) -> None:
        """Opens those doors anew whose settings changed; one that can't be stays as it was, with a notice, and is
        tried again with the next change."""
        for row in self._rows.values():
            held = self._held.get(row.section)
            self._refused.pop(row.section, None)
            if held is None or getattr(held[0], row.section) != getattr(config, row.section):
                await self._move(row, config)

    async def shut(self, section: str) -> None:
        """Closes one door for good, where it is open."""
        if held := self._held.pop(section, None):
            await held[1].stack.aclose()

    async def close(self) -> None:
        """Closes every door, the last one opened first."""
        for _, opened in reversed(self._in_order()):
            await opened.stack.aclose()
        self._held.clear()
        await self._voice.close()

    def _in_order(self) -> list[tuple[Config, Opened]]:
        return [self._held[name] for name in self._rows if name in self._held]

    async def _move(self, row: Door, config: Config) -> None:
        held = self._held.get(row.section)
        beside = held is not None and row.place and _place(row, held[0]) != _place(row, config)
        if held is not None and not beside:
            del self._held[row.section]
            await held[1].stack.aclose()
        try:
            self._held[row.section] = config, await self._open(row, config)
        except BridgeError as problem:
            self._refused[row.section] = f"{row.section} stays as it was: {problem}"
            if held is not None and not beside:
                await self._open_again(row, held[0])
        else:
            if held is not None and beside:
                await held[1].stack.aclose()

    async def _open_again(self, row: Door, config: Config) -> None:
        try:
            self._held[row.section] = config, await self._open(row, config)
        except BridgeError as problem:
            self._refused[row.section] = f"{row.section} is closed: {problem}"
            log.error("%s is closed: %s", row.section, problem)

    async def _open(self, row: Door, config: Config) -> Opened:
        async with AsyncExitStack() as stack:
            opened = Opened(stack=stack)
            await row.open(config, self._hall, opened)
            return replace(opened, stack=stack.pop_all())


def _place(row: Door, config: Config) -> Any:
    return getattr(getattr(config, row.section), row.place)
