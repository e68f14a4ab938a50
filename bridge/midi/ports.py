"""Keeps MIDI ports open by name: what is unplugged is closed, what comes back is opened again."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, Literal

from bridge.midi.systems import ABSENT, TURN, MidiSystem, backend_of, choose_ports, quiet_stderr, systems_for

log = logging.getLogger(__name__)

Direction = Literal["input", "output"]
Open = Callable[[Any, str, bool], Any]
"""Opens a port: mido's backend, the name, whether it is a new virtual one."""


class Ports:
    """Holds the open ports of one direction.

    `wanted` are names or parts of names, in upper or lower case; each opens every port that it fits, now or later.
    `virtual` names a port of the bridge's own; empty opens none. `api` is a name out of SYSTEMS; empty tries those of
    this platform in order. Every method may take its time: call it in a thread, and one at a time.
    """

    def __init__(self, direction: Direction, *, wanted: Sequence[str], virtual: str, api: str, open_port: Open) -> None:
        self._direction = direction
        self._wanted = tuple(wanted)
        self._virtual = virtual
        self._api = api
        self._open_port = open_port
        self._backend: Any = None
        self._lister: Any = None
        self._own: Any = None
        self._open: dict[str, Any] = {}
        self._present: list[str] = []

    @property
    def names(self) -> tuple[str, ...]:
        """Returns the names of the ports that are open."""
        return (*([self._own.name] if self._own is not None else ()), *self._open)

    @property
    def all(self) -> tuple[Any, ...]:
        """Returns the open ports."""
        return (*([self._own] if self._own is not None else ()), *self._open.values())

    def open(self) -> list[str]:
        """Opens what is there; returns a notice, one line each, for whatever is missing. Never raises for that."""
        try:
            systems = systems_for(self._api)
        except ValueError as reason:
            return [f"No MIDI: {reason}"]
        problems = []
        for system in systems:
            try:
                with TURN, quiet_stderr():
                    return self._open_with(system)
            except ABSENT as problem:
                self.close()
                problems.append(f"{system.name}: {problem}")
        return [f"No MIDI: {'; '.join(problems) or f'no MIDI system is known for {sys.platform}'}"]

    def refresh(self) -> tuple[list[str], list[str]]:
        """Closes what is gone and opens what has come; returns the names of those that came, and of those that went."""
        if self._lister is None:
            return [], []
        with TURN:
            try:
                there = self._there()
            except ABSENT as problem:
                log.debug("the MIDI ports can't be listed: %s", problem)
                return [], []
            if there == self._present:
                return [], []
            self._present = there
            gone = [name for name in self._open if name not in there]
            for name in gone:
                self._close(self._open.pop(name))
            return self._open_wanted()[0], gone

    def close(self) -> None:
        """Closes every port; one of a JACK server that has died takes a second."""
        with TURN:
            for port in self.all:
                self._close(port)
            self._open.clear()
            self._own = self._backend = None
            if self._lister is not None:
                self._lister.delete()
                self._lister = None

    def _open_with(self, system: MidiSystem) -> list[str]:
        """Opens all ports on one MIDI system; raises one of ABSENT where there is no such system."""
        self._backend = backend_of(system)
        self._lister = _lister(system, self._direction)
        self._present = self._there()
        if system.virtual and self._virtual:
            self._own = self._open_port(self._backend, self._virtual, True)
        _, notices = self._open_wanted()
        present = ", ".join(self._present) or "none"
        _, missing = choose_ports(self._present, self._wanted)
        notices += [f"There is no MIDI port {name!r}. Ports: {present}" for name in missing]
        if not self.names and not notices and self._direction == "input":
            notices.append(f"No MIDI port is open: name one under [midi] ports. Ports: {present}")
        return notices

    def _open_wanted(self) -> tuple[list[str], list[str]]:
        """Opens those wanted ports that are there and not open; returns their names, and why others can't be."""
        chosen, _ = choose_ports(self._present, self._wanted)
        came, notices = [], []
        for name in chosen:
            if name in self._open:
                continue
            try:
                self._open[name] = self._open_port(self._backend, name, False)
                came.append(name)
            except ABSENT as problem:
                notices.append(f"The MIDI port {name} can't be opened: {problem}")
        return came, notices

    def _there(self) -> list[str]:
        return list(dict.fromkeys(self._lister.get_ports()))

    def _close(self, port: Any) -> None:
        try:
            port.close()
        except ABSENT as problem:  # a device that is gone may refuse
            log.debug("the MIDI port %s can't be closed: %s", port.name, problem)


def _lister(system: MidiSystem, direction: Direction) -> Any:
    """Returns a client that does nothing but list ports: a new one for every look would be seen by everybody."""
    import rtmidi

    kind = rtmidi.MidiIn if direction == "input" else rtmidi.MidiOut
    return kind(getattr(rtmidi, f"API_{system.rtmidi}"), name=f"Oneshot Bridge {direction}s")
