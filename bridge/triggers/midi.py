"""The MIDI door: notes on the selected kit's keys trigger its pads.

MIDI is optional everywhere: a machine without a MIDI system, a missing library or an unknown port is a notice,
never an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.domain.brief import Request
from bridge.errors import BridgeError
from bridge.ports import Engine

log = logging.getLogger(__name__)

MOST_WAITING = 256
"""Notes that wait for the engine. One more is dropped: nobody plays that many, so it is a stuck sender."""
ABSENT = (ImportError, OSError, ValueError, RuntimeError)
"""How an absent MIDI system shows: no python-rtmidi or no library under it; RtMidi's SystemError (an OSError);
mido's "not compiled in"; RtMidi's "unsupported operation" and "invalid use" (both RuntimeErrors)."""
_PATIENCE_AT_CLOSE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiSystem:
    """Describes a MIDI system: its word in the config, RtMidi's name for it, and whether it has virtual ports."""

    name: str
    rtmidi: str
    platform: str
    virtual: bool = True


SYSTEMS: tuple[MidiSystem, ...] = (
    MidiSystem(name="alsa", rtmidi="LINUX_ALSA", platform="linux"),
    MidiSystem(name="jack", rtmidi="UNIX_JACK", platform="linux"),
    MidiSystem(name="coremidi", rtmidi="MACOSX_CORE", platform="darwin"),
    MidiSystem(name="winmm", rtmidi="WINDOWS_MM", platform="win32", virtual=False),
)
"""The MIDI systems in the order in which they are tried on their platform."""


class MidiDoor:
    """Hears MIDI on a virtual port of its own (`virtual_port`, none if empty) and on existing `ports`.

    `ports` are names or parts of names, in upper or lower case; each opens every port that it fits. `channel` is
    1–16, or 0 for all. `api` is a name out of SYSTEMS; empty tries those of this platform in order.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        virtual_port: str = "Oneshot Bridge",
        ports: Sequence[str] = (),
        channel: int = 0,
        api: str = "",
    ) -> None:
        self._engine = engine
        self._virtual_port = virtual_port
        self._wanted = tuple(ports)
        self._channel = channel
        self._api = api
        self._open_ports: list[Any] = []
        self._notes: asyncio.Queue[tuple[int, int]] = asyncio.Queue(MOST_WAITING)
        self._worker: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.listening: tuple[str, ...] = ()
        """The names of the ports that are open."""

    async def start(self) -> list[str]:
        """Opens the ports; returns a notice, one line each, for whatever is missing. Never raises for that."""
        self._loop = asyncio.get_running_loop()
        self._worker = asyncio.create_task(self._work(), name="midi door")
        # A MIDI system may take its time to answer, and the loop must not wait for it.
        return await asyncio.to_thread(self._open)

    async def close(self) -> None:
        """Closes the ports and triggers what was played before (for two seconds at most)."""
        # A port of a JACK server that has died takes a second to close.
        await asyncio.to_thread(self._close_ports)
        if self._worker is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._notes.join(), _PATIENCE_AT_CLOSE)
            self._worker.cancel()
            await asyncio.wait([self._worker])
            self._worker = None

    # --- ports ------------------------------------------------------------------------------------------------

    def _open(self) -> list[str]:
        # RtMidi's JACK client would start a JACK server on its own, with settings that nobody chose.
        os.environ.setdefault("JACK_NO_START_SERVER", "1")
        try:
            systems = systems_for(self._api)
        except ValueError as reason:
            return [f"No MIDI: {reason}"]
        problems = []
        for system in systems:
            try:
                with _quiet_stderr():
                    return self._open_with(system)
            except ABSENT as problem:
                self._close_ports()
                problems.append(f"{system.name}: {problem}")
        return [f"No MIDI: {'; '.join(problems) or f'no MIDI system is known for {sys.platform}'}"]

    def _open_with(self, system: MidiSystem) -> list[str]:
        """Opens all ports on one MIDI system; raises one of ABSENT where there is no such system."""
        import mido  # comes late: it and its library are optional

        backend = mido.Backend(f"mido.backends.rtmidi/{system.rtmidi}")
        there: list[str] = list(dict.fromkeys(backend.get_input_names()))
        notices = []
        if system.virtual and self._virtual_port:
            self._listen(backend.open_input(
                self._virtual_port, virtual=True, client_name=self._virtual_port, callback=self._called
            ))
        chosen, missing = choose_ports(there, self._wanted)
        for name in chosen:
            try:
                self._listen(backend.open_input(name, callback=self._called))
            except ABSENT as problem:
                notices.append(f"The MIDI port {name} can't be opened: {problem}")
        present = ", ".join(there) or "none"
        notices += [f"There is no MIDI port {name!r}. Ports: {present}" for name in missing]
        if not self._open_ports and not notices:
            notices.append(f"No MIDI port is open: name one under [midi] ports. Ports: {present}")
        return notices

    def _listen(self, port: Any) -> None:
        self._open_ports.append(port)
        self.listening = (*self.listening, port.name)

    def _close_ports(self) -> None:
        for port in self._open_ports:
            port.close()
        self._open_ports.clear()
        self.listening = ()

    # --- notes ------------------------------------------------------------------------------------------------

    def _called(self, message: Any) -> None:
        """Hops from RtMidi's thread into the loop, and does nothing else.

        Only notes hop: a clock ticks 24 times a beat, and the loop need not wake for it.
        """
        if message.type == "note_on" and self._loop is not None:
            # The loop may have ended while this note was on its way.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._heard, message.channel + 1, message.note, message.velocity)

    def _heard(self, channel: int, note: int, velocity: int) -> None:
        if velocity == 0 or self._channel not in (0, channel):
            return  # velocity 0 is a note-off
        try:
            self._notes.put_nowait((note, velocity))
        except asyncio.QueueFull:
            log.warning("MIDI note %d is dropped: %d notes wait already.", note, MOST_WAITING)

    async def _work(self) -> None:
        while True:
            note, velocity = await self._notes.get()
            try:
                await self._trigger(note, velocity)
            except BridgeError as problem:
                log.info("MIDI note %d was refused: %s", note, problem)
            except Exception:
                # A mistake inside the engine costs this one note, not the door.
                log.exception("MIDI note %d failed.", note)
            finally:
                self._notes.task_done()

    async def _trigger(self, note: int, velocity: int) -> None:
        pad = self._engine.pad_for_note(note)
        if pad is None:
            log.debug("MIDI note %d is no pad of the selected kit.", note)
            return
        await self._engine.trigger(Request(pad=pad, energy=velocity / 127, origin="midi", priority="pad"))


def systems_for(api: str, platform: str = sys.platform) -> tuple[MidiSystem, ...]:
    """Returns the MIDI systems to try; raises ValueError with the known names for one that is not known."""
    if not api:
        return tuple(system for system in SYSTEMS if system.platform == platform)
    found = tuple(system for system in SYSTEMS if api.lower() == system.name)
    if not found:
        raise ValueError(f"{api!r} is no MIDI system; the known ones are {', '.join(row.name for row in SYSTEMS)}")
    return found


def choose_ports(there: Sequence[str], wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the ports to open, in the order of `there`, and the wanted names that fit none.

    A whole name fits only its port; a part of a name fits every port that has it, whatever the case.
    """
    chosen: set[str] = set()
    missing = []
    for word in wanted:
        whole = [name for name in there if name.lower() == word.lower()]
        fitting = whole or [name for name in there if word.lower() in name.lower()]
        chosen.update(fitting)
        if not fitting:
            missing.append(word)
    return [name for name in there if name in chosen], missing


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Turns what C libraries write to stderr into debug lines: ALSA and JACK complain there of every absent server.

    For the moment of probing only, since the stream belongs to the whole process.
    """
    if sys.platform != "linux":
        yield
        return
    try:
        kept = os.dup(2)
    except OSError:  # a daemon without stderr has nothing to hush
        yield
        return
    with tempfile.TemporaryFile() as noise:
        os.dup2(noise.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            noise.seek(0)
            for line in noise.read().decode(errors="replace").splitlines():
                log.debug("MIDI system: %s", line)
