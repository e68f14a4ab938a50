"""The MIDI ports of the bridge: opened by name, closed when they disappear, opened again when they are back.

One thread owns RtMidi: it opens, looks around once a second, sends and closes. So macOS, which tells a process of new
devices only on the thread that first asked, does so. python-rtmidi holds Python's lock while it works: a look takes
0.2 ms and a message 0.01 ms; to open a client of a JACK server takes up to 0.1 s, to close one whose server died 1 s.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import os
import queue
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.midi.systems import ABSENT, MidiSystem, choose_ports, jack_servers, quiet_stderr, systems_for

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How often the list of ports is looked at. A USB device that is pulled out and put in again takes longer than that to
come back, so its absence is seen; a look costs 0.2 ms."""
POLLS_WITHOUT_A_SYSTEM = 10
"""A system that is not there is looked for more rarely: that costs a few milliseconds each time."""
MOST_TO_SEND = 2_048
"""Messages that wait for a port. One more is dropped: the device does not take them."""
CLIENT = "Oneshot Bridge"
_PATIENCE_AT_CLOSE = 10.0
_CALLBACKS_END_SECONDS = 0.05
_LAST_WORDS_SECONDS = 0.1
"""How long a port stays open after the last message: JACK hands on with its periods what was sent, and a port that is
closed before the other side has read takes it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """Names an open port: as the system calls it without its number, and the wanted name that it fits.

    The bridge's own virtual port fits no wanted name: `word` is empty.
    """

    name: str
    word: str = ""


Heard = Callable[[Port, Sequence[int], float], None]
"""Takes the bytes of a message and when it came (`time.monotonic`), on a thread of RtMidi. It must be quick."""
Opened = Callable[[Port], None]
"""Takes an output that has just been opened, on the thread of the ports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Says what to open: a virtual input and output of our own (none if empty), inputs and outputs by name or a part of
    it.

    `api` is a name out of SYSTEMS; empty tries those of this platform in order. `but` are
    inputs, by their whole names, that somebody else listens to. With `clock` real-time ticks are heard, with `sysex`
    System Exclusive, with `listing` outputs are listed although none is wanted.
    """

    api: str = ""
    virtual_port: str = ""
    virtual_output: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    clock: bool = False
    sysex: bool = False
    listing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsView:
    """Shows the MIDI system: all ports of other programs and devices, those that are open, and what is missing."""

    system: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    open_inputs: tuple[str, ...] = ()
    open_outputs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


_Key = tuple[str, int]
"""The plain name of a port, and which of that name it is: two controllers of a kind may be plugged in."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Says which of the ports of a system it is: the name as it lists it, which of that name, and of how many.

    Where their number has changed nobody can tell which one went: all of that name are opened anew.
    """

    raw: str
    which: int
    of: int


@dataclass(slots=True)
class _Live:
    """Holds a MIDI system that answers: clients to look with, and what is open, by (plain name, which of them)."""

    system: MidiSystem
    rtmidi: Any
    look_in: Any
    look_out: Any
    servers: frozenset[str] = frozenset()
    seen: bool = False
    virtual: Any = None
    virtual_output: Any = None
    inputs: dict[_Key, tuple[Port, _Place, Any]] = field(default_factory=dict)
    outputs: dict[_Key, tuple[Port, _Place, Any]] = field(default_factory=dict)


class Patchbay:
    """Keeps the wanted ports open for as long as they exist."""

    def __init__(
        self, wanted: Wanted, *, heard: Heard | None = None, opened: Opened | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self.heard = heard
        self.opened = opened
        self._wanted = wanted
        self._poll_seconds = poll_seconds
        self._live: _Live | None = None
        self._view = PortsView()
        self._known: set[_Key] = set()
        self._orders: queue.Queue[tuple[str, Sequence[bytes]] | None] = queue.Queue(MOST_TO_SEND)
        self._closing = threading.Event()
        self._looked = threading.Event()
        self._thread: threading.Thread | None = None
        self._sent_at = -math.inf

    # --- from any thread --------------------------------------------------------------------------------------

    def start(self) -> list[str]:
        """Opens what is there and goes on looking; returns a notice, one line each, for whatever is missing.

        Waits for the MIDI system to answer: call it beside the loop. Never raises for what is absent.
        """
        # RtMidi's JACK client would start a JACK server on its own, with settings that nobody chose.
        os.environ.setdefault("JACK_NO_START_SERVER", "1")
        try:
            import rtmidi  # comes late: it is optional
            systems = systems_for(self._wanted.api)
        except ABSENT as problem:
            self._view = PortsView(notices=(f"No MIDI: {problem}",))
            return list(self._view.notices)
        self._thread = threading.Thread(target=self._run, args=(rtmidi, systems), name="midi ports", daemon=True)
        self._thread.start()
        self._looked.wait()
        return list(self._view.notices)

    def close(self) -> None:
        """Sends what waits and closes every port. A port of a JACK server that has died takes a second."""
        self._closing.set()
        with contextlib.suppress(queue.Full):
            self._orders.put_nowait(None)
        if self._thread is not None:
            self._thread.join(_PATIENCE_AT_CLOSE)
            self._thread = None

    def send(self, port: str, messages: Sequence[bytes]) -> bool:
        """Lets messages wait for an open output, in order; tells whether there was room. Never waits itself."""
        try:
            self._orders.put_nowait((port, messages))
        except queue.Full:
            return False
        return True

    def view(self) -> PortsView:
        """Returns what was there at the last look."""
        return self._view

    # --- on the thread of the ports ---------------------------------------------------------------------------

    def _run(self, rtmidi: Any, systems: Sequence[MidiSystem]) -> None:
        next_look = 0.0
        while not self._closing.is_set() or not self._orders.empty():
            if time.monotonic() >= next_look and not self._closing.is_set():
                self._look(rtmidi, systems)
                self._looked.set()
                polls = 1 if self._live is not None else POLLS_WITHOUT_A_SYSTEM
                next_look = time.monotonic() + polls * self._poll_seconds
            try:
                order = self._orders.get(timeout=max(0.0, next_look - time.monotonic()))
            except queue.Empty:
                continue
            if order is not None:
                self._send(*order)
        time.sleep(max(0.0, self._sent_at + _LAST_WORDS_SECONDS - time.monotonic()))
        self._shut()

    def _look(self, rtmidi: Any, systems: Sequence[MidiSystem]) -> None:
        try:
            if self._live is not None and not self._answers(self._live):
                log.warning("MIDI: the %s server is gone; its ports are opened again when it is back.",
                            self._live.system.name)
                self._shut()
            if self._live is None and (problem := self._begin(rtmidi, systems)):
                self._view = PortsView(notices=(problem,))
            if self._live is not None:
                self._sync(self._live)
        except ABSENT as problem:
            log.warning("MIDI: the ports can't be looked at: %s", problem)
            self._shut()

    def _begin(self, rtmidi: Any, systems: Sequence[MidiSystem]) -> str:
        """Takes the first system that answers; returns why there is none."""
        problems = []
        for system in systems:
            try:
                with quiet_stderr():
                    self._live = self._begin_with(rtmidi, system)
                return ""
            except ABSENT as problem:
                problems.append(f"{system.name}: {problem}")
        return f"No MIDI: {'; '.join(problems) or f'no MIDI system is known for {sys.platform}'}"

    def _begin_with(self, rtmidi: Any, system: MidiSystem) -> _Live:
        api = getattr(rtmidi, f"API_{system.rtmidi}")
        if api not in rtmidi.get_compiled_api():
            raise ValueError("python-rtmidi was built without it")
        servers = jack_servers() if system.name == "jack" else frozenset()
        virtual = None
        if system.virtual and (name := self._wanted.virtual_port):
            virtual = self._input(rtmidi, api, name, Port(name=name))
            virtual.open_virtual_port(name)
        virtual_output = None
        if system.virtual and (name := self._wanted.virtual_output):
            virtual_output = rtmidi.MidiOut(api, name=name)
            virtual_output.open_virtual_port(name)
            if self.opened is not None:
                self.opened(Port(name=name, word=name))
        return _Live(
            system=system, rtmidi=rtmidi, virtual=virtual, virtual_output=virtual_output, servers=servers,
            look_in=virtual or rtmidi.MidiIn(api, name=CLIENT),
            # Every client of a JACK server takes part in each of its periods: none without need.
            look_out=rtmidi.MidiOut(api, name=CLIENT) if self._wanted.outputs or self._wanted.listing else None,
        )

    def _answers(self, live: _Live) -> bool:
        """Tells whether a system that can die lives."""
        if live.system.name != "jack":
            return True
        if live.servers:
            return jack_servers() == live.servers
        # Where the server can't be seen (PipeWire): when the last port has gone, it may be the server that went. If it
        # was not, nothing is connected to us, and nobody notices that we come anew.
        seen, live.seen = live.seen, bool(live.look_in.get_ports())
        return live.seen or not seen

    def _sync(self, live: _Live) -> None:
        """Closes what is gone and opens what has come."""
        ours = self._wanted.virtual_port or CLIENT
        # A port that goes in the very moment has no name (None).
        own_out = (CLIENT, self._wanted.virtual_output or CLIENT)
        raw_in = [name for name in live.look_in.get_ports() if name and not name.startswith(own_out)]
        raw_out = [] if live.look_out is None else [
            name for name in live.look_out.get_ports() if name and not name.startswith((CLIENT, ours))
        ]
        free = [name for name in raw_in if live.system.plain(name) not in self._wanted.but]
        notices = self._sync_side(live, live.inputs, free, self._wanted.inputs, self._open_input)
        notices += self._sync_side(live, live.outputs, raw_out, self._wanted.outputs, self._open_output)
        open_inputs = [port.name for port, _, _ in live.inputs.values()]
        if live.virtual is not None:
            open_inputs.insert(0, self._wanted.virtual_port)
        present = ", ".join(map(live.system.plain, raw_in)) or "none"
        if not open_inputs and not self._wanted.inputs and not self._wanted.listing:
            notices.append(f"No MIDI port is open: name one under [midi] ports. Ports: {present}")
        self._view = PortsView(
            system=live.system.name, notices=tuple(notices),
            inputs=tuple(map(live.system.plain, raw_in)), outputs=tuple(map(live.system.plain, raw_out)),
            open_inputs=tuple(open_inputs), open_outputs=tuple(port.name for port, _, _ in live.outputs.values()),
        )

    def _sync_side(
        self, live: _Live, opened: dict[_Key, tuple[Port, _Place, Any]], there: Sequence[str],
        words: Sequence[str], opening: Callable[[_Live, Port, _Place], Any],
    ) -> list[str]:
        chosen, missing = _chosen(live.system, there, words)
        for key in [key for key, (_, place, _) in opened.items() if chosen.get(key, (None, None))[1] != place]:
            port, _, handle = opened.pop(key)
            log.warning("MIDI: %s is gone; it is opened again when it is back.", port.name)
            _close(live.system, [handle])
        notices = []
        for key, (port, place) in chosen.items():
            if key in opened:
                continue
            try:
                opened[key] = (port, place, opening(live, port, place))
            except ABSENT as problem:
                notices.append(f"The MIDI port {port.name} can't be opened: {problem}")
                continue
            if key in self._known:
                log.warning("MIDI: %s is back.", port.name)
            self._known.add(key)
            if opening == self._open_output and self.opened is not None:
                self.opened(port)
        present = ", ".join(map(live.system.plain, there)) or "none"
        return notices + [f"There is no MIDI port {word!r}. Ports: {present}" for word in missing]

    def _input(self, rtmidi: Any, api: int, client: str, port: Port) -> Any:
        handle = rtmidi.MidiIn(api, name=client)
        handle.ignore_types(sysex=not self._wanted.sysex, timing=not self._wanted.clock, active_sense=True)

        def called(event: tuple[Sequence[int], float], _: Any = None) -> None:
            if self.heard is not None:
                self.heard(port, event[0], time.monotonic())

        handle.set_callback(called)
        return handle

    def _open_input(self, live: _Live, port: Port, place: _Place) -> Any:
        handle = self._input(live.rtmidi, getattr(live.rtmidi, f"API_{live.system.rtmidi}"), CLIENT, port)
        return _opened(handle, place, port.name)

    def _open_output(self, live: _Live, port: Port, place: _Place) -> Any:
        handle = live.rtmidi.MidiOut(getattr(live.rtmidi, f"API_{live.system.rtmidi}"), name=CLIENT)
        return _opened(handle, place, port.name)

    def _send(self, name: str, messages: Sequence[bytes]) -> None:
        if self._live is None:
            return
        opened = [(port.name, handle) for port, _, handle in self._live.outputs.values()]
        if self._live.virtual_output is not None:
            opened.append((self._wanted.virtual_output, self._live.virtual_output))
        for port, handle in opened:
            if port == name:
                try:
                    for message in messages:
                        handle.send_message(message)
                    self._sent_at = time.monotonic()
                except ABSENT as problem:
                    # It is on its way out: the next look will miss it.
                    log.debug("MIDI: %s does not take a message: %s", name, problem)

    def _shut(self) -> None:
        live, self._live = self._live, None
        self._view = PortsView(notices=self._view.notices)
        if live is None:
            return
        handles = [handle for _, _, handle in (*live.inputs.values(), *live.outputs.values())]
        handles += [live.virtual_output, live.look_out, live.look_in]
        handles += [live.virtual] if live.virtual is not live.look_in else []
        _close(live.system, [handle for handle in handles if handle is not None])


def _chosen(
    system: MidiSystem, there: Sequence[str], words: Sequence[str]
) -> tuple[dict[_Key, tuple[Port, _Place]], list[str]]:
    """Returns the wanted ports, each with its place, and the wanted names that fit none."""
    by_plain, missing = choose_ports([system.plain(raw) for raw in there], words)
    by_raw, still_missing = choose_ports(there, missing)
    same = Counter(there)
    plain_so_far: Counter[str] = Counter()
    raw_so_far: Counter[str] = Counter()
    chosen = {}
    for raw in there:
        name = system.plain(raw)
        word = by_plain.get(name) or by_raw.get(raw)
        if word is not None:
            place = _Place(raw=raw, which=raw_so_far[raw], of=same[raw])
            chosen[name, plain_so_far[name]] = (Port(name=name, word=word), place)
        plain_so_far[name] += 1
        raw_so_far[raw] += 1
    return chosen, still_missing


def _opened(handle: Any, place: _Place, name: str) -> Any:
    """Opens a port; ValueError where it has gone in this moment."""
    try:
        # Asked again: a port that has just gone or come moves the others.
        numbers = [number for number, raw in enumerate(handle.get_ports()) if raw == place.raw]
        if len(numbers) != place.of:
            raise ValueError("it is being plugged in or out just now")
        return handle.open_port(numbers[place.which], name=name)
    except ABSENT:
        handle.delete()
        raise


def _close(system: MidiSystem, handles: Sequence[Any]) -> None:
    """Closes ports; one that does not let itself be closed is let go.

    A callback may be on its way just now: RtMidi's thread has begun it and waits for Python's lock. python-rtmidi frees
    what it is about to use, and joins that thread with the lock held. So its parts are kept, no new callback begins,
    and those on their way get the time to end. With JACK the port goes first: taking the callback away under a flood
    lets RtMidi call nothing at all, once in some hundred times; elsewhere closing the port waits for its callback.
    """
    parts = [gc.get_referents(handle) for handle in handles]
    try:
        for handle in handles:
            if system.name == "jack":
                super(type(handle), handle).close_port()  # MidiIn's own takes the callback away first
            elif hasattr(handle, "cancel_callback"):
                handle.cancel_callback()
        time.sleep(_CALLBACKS_END_SECONDS)
        for handle in handles:
            handle.close_port()
            handle.delete()
    except ABSENT as problem:
        log.debug("MIDI: a port could not be closed: %s", problem)
    finally:
        parts.clear()
