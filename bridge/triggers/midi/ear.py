"""The ear of the MIDI door: takes bytes on RtMidi's threads and hands over, in order, what the door has to do.

It is quick and bounded, whatever comes in: only what means something goes on to the loop, at most MOST_WAITING of it
at a time, and one wake of the loop takes all that has come by then.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge.config.schema import MidiSettings
from bridge.midi.clock import TempoFollower
from bridge.midi.devices import Device
from bridge.midi.messages import Message, Parser
from bridge.midi.ports import Port
from bridge.triggers.midi.bindings import Bindings, Buttons, Do, Meaning, Turn

MOST_WAITING = 256
"""Things to do that wait for the engine. One more is dropped: nobody plays that many, so it is a stuck sender."""
MOST_REMEMBERED = 256
"""Messages that `oneshot midi monitor` and `learn` can still ask for."""
DOUBLED_SECONDS = 0.015
"""The same note again within this time is the same stroke: a JACK server that was late (xrun) may hand events over
twice, a worn pad bounces. A drum roll has 30 ms and more between its strokes."""
_REAL_TIME = frozenset({"clock", "start", "continue", "stop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """Says that the clock has a new tempo."""

    bpm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardMessage:
    """Remembers a message: the how-manieth it is, where it came from and what it means."""

    number: int
    port: Port
    message: Message
    meaning: Meaning | Tempo | None


class Ear:
    """Hears every port; `wake` is called, on any thread, when there is something to take."""

    def __init__(self, settings: MidiSettings, devices: Mapping[str, Device], wake: Callable[[], None]) -> None:
        self.bindings = Bindings(settings, devices)
        self._follows_clock = settings.clock
        self._wake = wake
        self._lock = threading.Lock()  # every port has a thread of its own
        self._parsers: dict[Port, Parser] = {}
        self._buttons = Buttons()
        self._tempo = TempoFollower()
        self._struck: dict[tuple[int, int], float] = {}
        self._waiting: deque[tuple[Port, Message, Meaning | Tempo]] = deque()
        self._numbers = itertools.count(1)
        self._remembered: deque[HeardMessage] = deque(maxlen=MOST_REMEMBERED)
        self._dropped = 0

    # --- on RtMidi's threads ----------------------------------------------------------------------------------

    def hear(self, port: Port, piece: Sequence[int], at: float) -> None:
        """Takes a piece of a port's bytes and the time in seconds at which it came."""
        with self._lock:
            before = len(self._waiting)
            for message in self._parsers.setdefault(port, Parser()).feed(piece):
                self._take(port, message, at)
            wakes = before == 0 and len(self._waiting) > 0
        if wakes:
            self._wake()

    def _take(self, port: Port, message: Message, at: float) -> None:
        meaning: Meaning | Tempo | None
        if message.kind in _REAL_TIME:
            if not self._follows_clock:
                return
            bpm = self._tempo.hear(port.name, message.kind, at)
            if bpm is None:
                return
            meaning = Tempo(bpm=bpm)
        else:
            placed = self.bindings.placed(port, message)
            if placed is None or self._is_doubled(placed, at):
                return
            message = placed
            meaning = self.bindings.meaning(port, message)
            if isinstance(meaning, Do) and not self._buttons.pressed(port, message):
                meaning = None
        self._remembered.append(
            HeardMessage(number=next(self._numbers), port=port, message=message, meaning=meaning)
        )
        if meaning is not None:
            self._queue(port, message, meaning)

    def _is_doubled(self, message: Message, at: float) -> bool:
        if message.kind != "note":
            return False
        key = (message.channel, message.number)
        doubled = at - self._struck.get(key, -1.0) < DOUBLED_SECONDS
        if not doubled:
            self._struck[key] = at
        return doubled

    def _queue(self, port: Port, message: Message, meaning: Meaning | Tempo) -> None:
        if isinstance(meaning, Turn) and self._waiting:
            waiting = self._waiting[-1][2]
            if isinstance(waiting, Turn) and waiting.parameter == meaning.parameter:
                # A knob on its way: where it stands now is all that counts.
                self._waiting[-1] = (port, message, meaning)
                return
        if len(self._waiting) >= MOST_WAITING:
            self._dropped += 1
            return
        self._waiting.append((port, message, meaning))

    # --- on the loop ------------------------------------------------------------------------------------------

    def take(self) -> tuple[Port, Message, Meaning | Tempo] | None:
        """Returns the next thing to do, the oldest first; None where nothing waits."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def dropped(self) -> int:
        """Returns how many things to do were dropped since the last time this was asked."""
        with self._lock:
            dropped, self._dropped = self._dropped, 0
        return dropped

    def waits(self) -> bool:
        return bool(self._waiting)

    def since(self, number: int) -> list[HeardMessage]:
        """Returns the remembered messages with a higher number, the oldest first."""
        with self._lock:
            return [heard for heard in self._remembered if heard.number > number]

    def last_number(self) -> int:
        """Returns the number of the newest message; 0 before the first."""
        with self._lock:
            return self._remembered[-1].number if self._remembered else 0
