"""The MIDI parts together, as the app puts them, before a fake engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bridge.config.schema import MidiSettings
from bridge.feedback.midi import MidiLights
from bridge.midi.devices import Device
from bridge.midi.ports import Patchbay
from bridge.triggers.midi import MidiDoor, wanted_ports


class Rig:
    """Holds what is open; `notices` is what was missing at the start."""

    def __init__(self, engine: Any, settings: MidiSettings, devices: dict[str, Device], poll_seconds: float) -> None:
        self.door = MidiDoor(engine, settings, devices)
        self.ports = Patchbay(wanted_ports(settings, devices), heard=self.door.hear, poll_seconds=poll_seconds)
        self.lights = MidiLights(engine, self.ports, devices)
        self.ports.opened = self.lights.opened
        self.notices: list[str] = []

    @property
    def listening(self) -> tuple[str, ...]:
        return self.ports.view().open_inputs


@asynccontextmanager
async def rig(
    engine: Any, devices: dict[str, Device] | None = None, *, poll_seconds: float = 0.05, **settings: Any
) -> AsyncIterator[Rig]:
    """Opens door, ports and lights with some settings of `[midi]`, and closes them as the app does."""
    opened = Rig(engine, MidiSettings(**settings), devices or {}, poll_seconds)
    await opened.door.start()
    await opened.lights.start()
    opened.notices = await asyncio.to_thread(opened.ports.start)
    try:
        yield opened
    finally:
        await opened.lights.close()
        await asyncio.to_thread(opened.ports.close)
        await opened.door.close()
