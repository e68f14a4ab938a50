"""The door for hosts that speak by System Exclusive: they say hello, ask for sounds, and acknowledge deliveries.

    message<TAB>hello         host                     every so often; answered by welcome, the pads and what waits
    message<TAB>ask           v, action, pad, energy   as in `bridge.triggers.wishes`
    message<TAB>loaded        host, seq
    message<TAB>load_failed   host, seq, reason

And what they are told, while there is one that said hello within a minute:

    message<TAB>welcome       v, version
    message<TAB>pad           pad, state, note         how a pad is; its note only after a hello
    message<TAB>delivery      host, seq, and the fields of a delivery
    message<TAB>error         text, hint

What the bridge itself sends may come back through the same port: its messages have other names, and are left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

import bridge
from bridge.domain.delivery import Delivery, fields_of
from bridge.domain.event import Event
from bridge.errors import BridgeError, RequestError
from bridge.library.deliveries import checked_host
from bridge.midi.lines import HostLines
from bridge.midi.ports import Port
from bridge.midi.sysex import Assembler, read_lines
from bridge.ports import Engine
from bridge.triggers.wishes import fulfil, read_wish

log = logging.getLogger(__name__)

MOST_WAITING = 256
_LONGEST_REASON = 300
_TOLD = frozenset({"pad", "delivery", "failed", "rejected", "notice"})
"""The kinds of events that hosts hear of."""

Said = Mapping[str, str]


class HostDoor:
    """Does what hosts say, and tells them what happens. `hear` takes the bytes of the ports that are theirs."""

    def __init__(self, engine: Engine, lines: HostLines) -> None:
        self._engine = engine
        self._lines = lines
        self._lock = threading.Lock()  # every port has a thread of its own
        self._assemblers: dict[Port, Assembler] = {}
        self._waiting: deque[str | Event] = deque(maxlen=MOST_WAITING)
        """What was said, and what is to be told. One more drops the oldest: the next hello makes it good."""
        self._something = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to do what is heard."""
        self._loop = asyncio.get_running_loop()
        self._unsubscribe = self._engine.subscribe(self._happened)
        self._worker = asyncio.create_task(self._work(), name="midi hosts")

    async def close(self) -> None:
        """Stops where it stands: a host that hears no answer says it again."""
        self._loop = None
        self._unsubscribe()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
            self._worker = None

    def hear(self, port: Port, piece: Sequence[int]) -> None:
        """Takes a whole message of a port, on any thread; only System Exclusive of our own kind means something."""
        if not piece or piece[0] != 0xF0 or not self._lines.carries(port):
            return
        with self._lock:
            text = self._assemblers.setdefault(port, Assembler()).feed(piece)
            if text is None:
                return
            self._waiting.append(text)
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
                self._loop.call_soon_threadsafe(self._something.set)

    async def _work(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                one = self._waiting.popleft()
                try:
                    await (self._obey(one) if isinstance(one, str) else self._tell(one))
                except BridgeError as problem:
                    log.info("MIDI: a host was refused: %s", problem)
                    self._complain(problem.message, problem.hint)
                except Exception:
                    # A mistake inside the engine costs this one message, not the door.
                    log.exception("MIDI: what a host said, or should be told, failed.")

    async def _obey(self, text: str) -> None:
        said = dict(read_lines(text))
        if doer := DOERS.get(said.get("message", "")):
            await doer(self, said, text)

    # --- what hosts say ---------------------------------------------------------------------------------------

    async def _hello(self, said: Said, text: str) -> None:
        host = checked_host(said.get("host", ""))
        waiting = await self._engine.attach_host(host)
        self._lines.greet(host, asyncio.get_running_loop().time())
        self._lines.tell([("message", "welcome"), ("v", "1"), ("version", bridge.__version__)])
        for pad in await self._engine.pads():
            note = [] if pad.pad_note is None else [("note", str(pad.pad_note))]
            self._lines.tell([("message", "pad"), ("pad", pad.name), ("state", pad.state), *note])
        for order in waiting:
            await self._deliver(order)

    async def _ask(self, said: Said, text: str) -> None:
        await fulfil(self._engine, read_wish(text.encode()))

    async def _loaded(self, said: Said, text: str) -> None:
        await self._engine.loaded(checked_host(said.get("host", "")), _number(said))

    async def _load_failed(self, said: Said, text: str) -> None:
        reason = said.get("reason", "")[:_LONGEST_REASON] or "The host gave no reason."
        await self._engine.load_failed(checked_host(said.get("host", "")), _number(said), reason)

    # --- what they are told -----------------------------------------------------------------------------------

    def _happened(self, event: Event) -> None:
        """Takes an event from the engine; never waits and never raises."""
        if event.kind in _TOLD and self._lines.listened_to(asyncio.get_running_loop().time()):
            self._waiting.append(event)
            self._something.set()

    async def _tell(self, event: Event) -> None:
        if event.kind == "pad":
            self._lines.tell([("message", "pad"), ("pad", event.pad), ("state", event.reason)])
        elif event.kind != "delivery":
            self._complain(f"{event.pad}: {event.reason}" if event.pad else event.reason, event.hint)
        elif self._lines.has(event.host, asyncio.get_running_loop().time()):
            for order in await self._engine.deliveries(host=event.host, waiting=True):
                if order.seq == event.seq:
                    await self._deliver(order)

    async def _deliver(self, order: Delivery) -> None:
        head = [("message", "delivery"), ("host", order.host), ("seq", str(order.seq))]
        try:
            self._lines.tell([*head, *fields_of(order, self._engine.absolute)])
        except RequestError as too_long:
            await self._engine.load_failed(order.host, order.seq, str(too_long))

    def _complain(self, text: str, hint: str) -> None:
        self._lines.tell([("message", "error"), ("text", text), ("hint", hint)])


def _number(said: Said) -> int:
    text = said.get("seq", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise RequestError(f"{text!r} is no number of a delivery.", "Update the script.")
    return int(text)


DOERS: dict[str, Callable[[HostDoor, Said, str], Awaitable[None]]] = {
    "hello": HostDoor._hello,
    "ask": HostDoor._ask,
    "loaded": HostDoor._loaded,
    "load_failed": HostDoor._load_failed,
}
