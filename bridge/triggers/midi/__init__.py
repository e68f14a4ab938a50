"""The MIDI doors: what is played on a controller becomes requests to the engine, and what hosts say by MIDI too."""

from __future__ import annotations

from bridge.triggers.midi.door import MidiDoor, wanted_ports
from bridge.triggers.midi.hosts import HostDoor

__all__ = ["HostDoor", "MidiDoor", "wanted_ports"]
