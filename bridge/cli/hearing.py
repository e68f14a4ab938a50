"""Hears MIDI for the command line, whether the daemon runs or not.

What the daemon has open is heard through the daemon: its own port has no other listener, and on Windows no port has
two. All other ports are opened here.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from bridge.cli.client import Client
from bridge.config.schema import Config, pad_note_of
from bridge.errors import BridgeError, RequestError
from bridge.midi.devices import Device, open_device
from bridge.midi.ports import Patchbay, Wanted
from bridge.midi.systems import choose_ports
from bridge.triggers.midi.ear import Ear
from bridge.triggers.midi.words import shown

ASK_SECONDS = 0.2
"""How long the daemon is asked at a time; what comes into other ports meanwhile waits so long."""


class Hearing:
    """Hears all MIDI inputs, or those that fit `port`, while it is open; `view` is what there is."""

    def __init__(self, config: Config, daemon: Client | None, port: str = "") -> None:
        self._config = config
        self._daemon = daemon
        self._port = port
        self._theirs: dict[str, Any] = {}
        self._last = 0
        settings = config.midi
        self._ear = Ear(settings, _devices(config), wake=lambda: None)
        if daemon is not None:
            self._theirs = daemon.ask("status").get("midi") or {}
            if self._theirs:
                self._last = daemon.ask("midi_heard")["last"]
        self._mine = 0
        self._ports = Patchbay(
            Wanted(
                api=self._theirs.get("system") or settings.api,
                virtual_port="" if daemon is not None else settings.virtual_port,
                inputs=(port,) if port else (*settings.devices, "*"),
                but=tuple(self._theirs.get("open_inputs", ())), clock=settings.clock,
            ),
            heard=self._ear.hear,
        )

    def __enter__(self) -> Hearing:
        self._ports.start()
        if not self.inputs:
            self._ports.close()
            raise RequestError(
                f"There is no MIDI input{f' {self._port!r}' if self._port else ''} to listen to.",
                "See what there is: oneshot midi ports",
            )
        return self

    def __exit__(self, *problem: object) -> None:
        self._ports.close()

    @property
    def inputs(self) -> list[str]:
        """The ports that are heard now, the daemon's first."""
        theirs = [name for name in self._theirs.get("open_inputs", ()) if self._port.lower() in name.lower()]
        return [*theirs, *self._ports.view().open_inputs]

    @property
    def daemons(self) -> set[str]:
        """The ports that the daemon listens to; without one those that it would open."""
        if self._daemon is not None:
            return set(self._theirs.get("open_inputs", ()))
        settings = self._config.midi
        chosen, _ = choose_ports(self._ports.view().open_inputs, (*settings.devices, *settings.ports))
        return {settings.virtual_port, *chosen}

    def messages(self, seconds: float | None = None) -> Iterator[dict[str, Any]]:
        """Yields what is heard, as the daemon shows it; ends after so many seconds (None: never)."""
        end = None if seconds is None else time.monotonic() + seconds
        while end is None or time.monotonic() < end:
            yield from self._from_daemon() if self._theirs.get("open_inputs") else self._pause()
            for heard in self._ear.since(self._mine):
                self._mine = heard.number
                yield shown(heard, self._pad_for_note, list(self._config.kits), self._config.midi.models)

    def _from_daemon(self) -> Iterator[dict[str, Any]]:
        assert self._daemon is not None
        answer = self._daemon.ask("midi_heard", since=self._last, wait=ASK_SECONDS)
        self._last = answer["last"]
        yield from (heard for heard in answer["heard"] if self._port.lower() in heard["port"].lower())

    def _pause(self) -> Iterator[dict[str, Any]]:
        time.sleep(ASK_SECONDS / 4)
        yield from ()

    def _pad_for_note(self, note: int) -> str | None:
        kit = self._config.kit or next(iter(self._config.kits), "")
        pads = self._config.kits[kit].pads if kit else ()
        return next((pad for pad in pads if pad_note_of(pad, self._config.pads[pad]) == note), None)


def look(config: Config, daemon: Client | None) -> dict[str, Any]:
    """Returns what MIDI there is and what of it the daemon has open; without one what it would open."""
    from bridge.triggers.midi import wanted_ports

    status = daemon.ask("status") if daemon is not None else {}
    theirs = status.get("midi") or {}
    # Looking opens nothing that the daemon has open.
    wanted = Wanted(api=theirs.get("system") or config.midi.api) if daemon is not None else wanted_ports(
        config.midi, config.midi.devices)
    ports = Patchbay(replace(wanted, listing=True))
    ports.start()
    view = asdict(ports.view())
    ports.close()
    if daemon is None:
        return {**view, "live": False}
    opened = {side: tuple(theirs.get(side, ())) for side in ("open_inputs", "open_outputs")}
    own = config.midi.virtual_port
    outputs = tuple(name for name in view["outputs"] if not own or not name.startswith(own))
    return {**view, **opened, "outputs": outputs, "notices": tuple(theirs.get("notices", ())), "live": True}


def _devices(config: Config) -> dict[str, Device]:
    devices = {}
    for word, name in config.midi.devices.items():
        with contextlib.suppress(BridgeError):  # the daemon says so in a notice
            devices[word] = open_device(name)
    return devices
