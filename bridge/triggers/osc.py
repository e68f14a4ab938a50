"""The OSC door: a port for UDP, and TCP if wanted, whose messages become requests to the engine.

Messages are obeyed one after the other in the order in which they arrived, in one task. Up to `MOST_WAITING`
messages wait, those of bundles with a future time tag included. One more is refused: it was never accepted, and
its sender hears so once a second (by TCP it waits on the line). What waits when the door closes is still obeyed,
except what is not yet due.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

import bridge
from bridge.domain.brief import Request
from bridge.domain.job import ENDED, Job
from bridge.errors import BridgeError, InUseError, NotFoundError, RequestError
from bridge.instruments.mapping import zone_of
from bridge.osc.addresses import fill, match, read, ref_of
from bridge.osc.allowed import Allowed
from bridge.osc.codec import MOST_MESSAGES, Message, decode
from bridge.osc.limiter import Limiter
from bridge.osc.outlet import Outlet
from bridge.osc.replies import delivery, sample_ready
from bridge.osc.subscribers import Asker, Endpoint, Subscribers, Turn, is_line
from bridge.ports import Clock, Engine, SystemClock
from bridge.triggers.osc_lines import OscLines

log = logging.getLogger(__name__)

MOST_WAITING = 1_024
FARTHEST_DELAY = 600.0
"""Seconds into the future that a bundle's time tag may lie; more is a sender whose clock is wrong."""
COMPLAINTS_PER_SECOND = 10
"""Answers to packets that are no messages of the bridge, per sender: two programs that answer each other's errors
must not keep each other busy."""
_RECEIVE_BUFFER = 1 << 20
_PATIENCE_AT_CLOSE = 2.0
_TRIES_FOR_A_PORT = 16
_READING_ENDS_WITH_AN_ERROR = sys.platform == "win32"
"""On Windows a receiver that has gone (ICMP "port unreachable") can end asyncio's reading (cpython issue 127057)."""


class OscDoor:
    """Listens on a UDP port, asks the engine, and answers refusals; job replies are the OSC voice's work.

    `subscribers` and `outlet` are shared with the voice: who listens, and the socket on the way out. With `tcp` it
    listens on the TCP port of the same number too. Who is not `allowed` is not answered.
    """

    def __init__(
        self,
        engine: Engine,
        subscribers: Subscribers,
        outlet: Outlet,
        *,
        host: str = "127.0.0.1",
        port: int = 9127,
        tcp: bool = False,
        allowed: Allowed | None = None,
        clock: Clock | None = None,
        version: str = bridge.__version__,
    ) -> None:
        self._engine = engine
        self._subscribers = subscribers
        self._outlet = outlet
        self._host, self._port = host, port
        self._address = (host, port)
        self._allowed = allowed or Allowed()
        self._clock = clock or SystemClock()
        self._version = version
        self._transport: asyncio.DatagramTransport | None = None
        self._ear: _Ear | None = None
        self._lines = None if not tcp else OscLines(
            heard=self._heard, lost=subscribers.forget, complain=self._complain, has_room=self._has_room,
            allows=self._allows,
        )  # fmt: skip
        self._waiting: asyncio.Queue[tuple[Message, Endpoint]] = asyncio.Queue(MOST_WAITING)
        self._timers: set[asyncio.TimerHandle] = set()
        self._worker: asyncio.Task[None] | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._complaints = Limiter(COMPLAINTS_PER_SECOND, self._clock.monotonic)
        self._overflows = Limiter(1, self._clock.monotonic)
        self._strangers = Limiter(1, self._clock.monotonic)
        self._closing = False

    @property
    def address(self) -> tuple[str, int]:
        """Returns the host and the port that the door really has: `localhost` has a number, a port 0 was chosen."""
        return self._address

    async def start(self) -> None:
        """Opens the port; raises InUseError where another program has it, BridgeError where it can't be opened."""
        self._closing = False
        await self._open_both()
        self._worker = asyncio.create_task(self._work(), name="osc door")

    async def close(self) -> None:
        """Hears no more, obeys what waits (for two seconds at most), and closes the port."""
        self._closing = True
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._worker is not None:
            try:
                async with asyncio.timeout(_PATIENCE_AT_CLOSE):
                    await self._waiting.join()
            except TimeoutError:
                log.warning("The OSC door closed on %d messages.", self._waiting.qsize())
            self._worker.cancel()
            await asyncio.wait([self._worker])
            self._worker = None
        if self._reopening is not None:
            await asyncio.wait([self._reopening])
        if self._lines is not None:
            await self._lines.close()
        await self._hang_up()

    async def _open_both(self) -> None:
        """Opens the port for UDP, and for TCP: of a port that the system chooses, both must be free."""
        for _ in range(_TRIES_FOR_A_PORT):
            chosen = not self._port
            await self._open()
            if self._lines is None:
                return
            host, port = self._address
            try:
                await self._lines.open(host, port)
            except OSError as problem:
                await self._hang_up()
                if not chosen:
                    raise _open_error(host, port, problem, "TCP") from problem
                self._port = 0
            else:
                return
        raise InUseError("No port is free for both UDP and TCP.", "Set a port under [osc], or switch tcp off.")

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport, self._ear = await loop.create_datagram_endpoint(
                lambda: _Ear(self._heard, self._lost_reading), local_addr=(self._host, self._port)
            )
        except OSError as problem:
            raise _open_error(self._host, self._port, problem) from problem
        self._transport = transport
        with contextlib.suppress(OSError):
            # Room for a burst of small packets; what a system allows at most it takes silently.
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self._address = transport.get_extra_info("sockname")[:2]
        self._port = self._address[1]  # a port that the system chose is kept when the door opens again
        self._outlet.open(self._send)

    async def _hang_up(self) -> None:
        """Gives the port back; it is free when this returns."""
        if self._transport is not None and self._ear is not None:
            self._outlet.close(self._send)
            self._transport.abort()
            await self._ear.gone.wait()
            self._transport = self._ear = None

    def _lost_reading(self) -> None:
        """Opens the port anew where asyncio stopped reading it."""
        if not self._closing and (self._reopening is None or self._reopening.done()):
            self._reopening = asyncio.create_task(self._reopen(), name="osc door reopens")

    async def _reopen(self) -> None:
        await self._hang_up()
        try:
            await self._open()
        except BridgeError as problem:
            log.error("The OSC door lost its port; the bridge hears no OSC until it is restarted: %s", problem)

    # --- in ---------------------------------------------------------------------------------------------------

    def _heard(self, datagram: bytes, sender: Endpoint) -> None:
        """Takes a packet from a socket: decodes it and lets its messages wait for their turn."""
        if self._closing or not (is_line(sender) or self._allows(sender[0])):
            return
        try:
            found = decode(datagram, self._clock.now())
            if any(timed.delay > FARTHEST_DELAY for timed in found):
                raise RequestError(
                    f"A bundle may lie {FARTHEST_DELAY:.0f} s in the future.", "Compare the clocks of both machines."
                )
        except RequestError as problem:
            if self._complaints.allows(sender):
                self._complain(problem, sender)
            return
        for timed in found:
            if self._waiting.qsize() + len(self._timers) >= MOST_WAITING:
                self._overflow(timed.message, sender)
            elif timed.delay > 0:
                self._set_timer(timed.delay, timed.message, sender)
            else:
                self._waiting.put_nowait((timed.message, sender))

    def _allows(self, host: str) -> bool:
        if self._allowed.allows(host):
            return True
        # No answer: an answer would tell a stranger that there is something, and may go to one who never asked.
        if self._strangers.allows(("", 0)):
            log.warning("OSC from %s was refused: it is not in osc.allow.", host)
        return False

    def _has_room(self) -> bool:
        return self._waiting.qsize() <= MOST_WAITING - MOST_MESSAGES

    def _set_timer(self, delay: float, message: Message, sender: Endpoint) -> None:
        def due() -> None:
            self._timers.discard(timer)
            self._waiting.put_nowait((message, sender))

        timer = asyncio.get_running_loop().call_later(delay, due)
        self._timers.add(timer)

    def _overflow(self, message: Message, sender: Endpoint) -> None:
        if self._overflows.allows(sender):
            log.warning("OSC messages from %s are refused: %d wait already.", sender, MOST_WAITING)
            problem = RequestError(f"{MOST_WAITING} messages wait already; this one was dropped.", "Send more slowly.")
            self._refuse(message, problem, sender)

    async def _work(self) -> None:
        while True:
            message, sender = await self._waiting.get()
            try:
                with self._subscribers.taking_turn(sender) as turn:
                    await self._obey(message, turn)
            finally:
                self._waiting.task_done()
            if self._lines is not None:
                self._lines.read_on()

    async def _obey(self, message: Message, turn: Turn) -> None:
        found = match(message.address)
        if found is None and not message.address.startswith("/oneshot/"):
            # Another program's language: answered sparely, since its answer to that may come back here.
            if not self._complaints.allows(turn.sender):
                return
        elif found is not None and found[0].direction == "out":
            return  # our own words, from a bridge or a subscription that points here: never answered
        try:
            call = read(message)
            await HANDLERS[call.address.key](self, call.values, turn)
        except BridgeError as problem:
            turn.refused = True
            self._refuse(message, problem, turn.sender)
        except Exception:
            # A mistake inside the engine costs this one message, not the door. No `rejected`: that would promise
            # that nothing was accepted.
            log.exception("The OSC message %s from %s failed.", message.address, turn.sender)
            self._complain(BridgeError("The bridge failed at this message.", "See its log."), turn.sender)

    # --- out --------------------------------------------------------------------------------------------------

    def _send(self, packet: bytes, to: Endpoint) -> None:
        if not is_line(to):
            if self._transport is not None:
                self._transport.sendto(packet, to)
        elif self._lines is not None:
            self._lines.send(packet, to)

    def _refuse(self, message: Message, problem: BridgeError, sender: Endpoint) -> None:
        """Tells a sender that its message is not obeyed: a trigger was rejected, anything else is an error."""
        found = match(message.address)
        if found is not None and found[0].asks:
            reason = fill("job/rejected", job="", reason=str(problem), ref=ref_of(message))
            self._outlet.send(reason, self._subscribers.answers_to(sender))
        else:
            self._complain(problem, sender)

    def _complain(self, problem: BridgeError, sender: Endpoint) -> None:
        log.info("OSC from %s: %s", sender, problem)
        self._outlet.send(fill("error", text=problem.message, hint=problem.hint), self._subscribers.answers_to(sender))

    async def _answer(self, job: Job, ref: str, turn: Turn) -> None:
        """Says that a job was accepted, and how it ended if a repeated `ref` found one that had ended."""
        self._subscribers.remember(job.id, Asker(turn.sender, ref))
        to = self._subscribers.answers_to(turn.sender)
        self._outlet.send(fill("job/accepted", job=job.id, pad=job.brief.pad, ref=ref), to)
        if job.state in ENDED:
            for sample in await self._engine.samples(job=job.id):
                self._outlet.send(sample_ready(sample, zone_of(sample), self._engine.absolute, ref), to)
            self._outlet.send(fill(f"job/{job.state}", job=job.id, reason=job.reason, ref=ref), to)

    # --- what the addresses mean ------------------------------------------------------------------------------

    async def _pad(self, values: dict[str, Any], turn: Turn) -> None:
        energy = values.get("velocity", 1.0)
        if energy > 0:
            await self._trigger(Request(pad=values["pad"], energy=energy, origin="osc", priority="pad"), turn)

    async def _generate(self, values: dict[str, Any], turn: Turn) -> None:
        await self._trigger(Request(**values, origin="osc", priority="command"), turn)

    async def _trigger(self, request: Request, turn: Turn) -> None:
        await self._answer(await self._engine.trigger(request), request.ref, turn)

    async def _set(self, values: dict[str, Any], turn: Turn) -> None:
        self._engine.set_pad(values["pad"], values["key"], values["value"])

    async def _again(self, values: dict[str, Any], turn: Turn) -> None:
        job = await self._engine.again(values.get("target") or self._last_job(turn), origin="osc")
        await self._answer(job, "", turn)

    async def _keep(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.keep(values.get("target") or await self._last_sample(turn))

    async def _discard(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.discard(values.get("target") or await self._last_sample(turn))

    async def _cancel(self, values: dict[str, Any], turn: Turn) -> None:
        target = values.get("target") or self._last_job(turn)
        if not await self._engine.cancel(target):
            raise RequestError(f"{target} has nothing to cancel.", "What has ended can be discarded.")

    async def _play(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.play(values.get("target") or await self._last_sample(turn))

    async def _silence(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.play("")

    async def _accept(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.accept(values.pop("target"), **values)

    async def _tempo(self, values: dict[str, Any], turn: Turn) -> None:
        self._engine.set_song(bpm=values["bpm"])

    async def _key(self, values: dict[str, Any], turn: Turn) -> None:
        self._engine.set_song(key=values["key"])

    async def _kit(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.select_kit(values["name"])

    async def _subscribe(self, values: dict[str, Any], turn: Turn) -> None:
        host = values.get("host", "")
        unread = await self._engine.attach_host(host) if host else ()
        endpoint = self._subscribers.subscribe(turn.sender, values["port"], host)
        for order in unread:
            self._outlet.send(delivery(order, self._engine.absolute), [endpoint])

    async def _pads(self, values: dict[str, Any], turn: Turn) -> None:
        to = self._subscribers.answers_to(turn.sender)
        for pad in await self._engine.pads():
            self._outlet.send(fill("pad/<pad>/state", pad=pad.name, state=pad.state), to)

    async def _ping(self, values: dict[str, Any], turn: Turn) -> None:
        self._subscribers.renew(turn.sender)
        self._outlet.send(fill("pong", version=self._version), self._subscribers.answers_to(turn.sender))

    async def _loaded(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.loaded(values["host"], values["seq"])

    async def _load_failed(self, values: dict[str, Any], turn: Turn) -> None:
        await self._engine.load_failed(values["host"], values["seq"], values["reason"])

    def _last_job(self, turn: Turn) -> str:
        if job := self._subscribers.last_job(turn.sender):
            return job
        raise NotFoundError("This sender has asked for nothing yet.", "Name a job, a sample or a pad.")

    async def _last_sample(self, turn: Turn) -> str:
        job = self._last_job(turn)
        if samples := await self._engine.samples(job=job, limit=1):
            return samples[0].id
        raise NotFoundError(f"{job} has no sample yet.", "Wait for /oneshot/sample/ready.")


HANDLERS: dict[str, Callable[[OscDoor, dict[str, Any], Turn], Awaitable[None]]] = {
    "pad/<pad>": OscDoor._pad,
    "generate": OscDoor._generate,
    "set/<pad>/<key>": OscDoor._set,
    "again": OscDoor._again,
    "keep": OscDoor._keep,
    "discard": OscDoor._discard,
    "cancel": OscDoor._cancel,
    "play": OscDoor._play,
    "silence": OscDoor._silence,
    "accept": OscDoor._accept,
    "tempo": OscDoor._tempo,
    "key": OscDoor._key,
    "kit": OscDoor._kit,
    "subscribe": OscDoor._subscribe,
    "pads": OscDoor._pads,
    "ping": OscDoor._ping,
    "loaded": OscDoor._loaded,
    "load_failed": OscDoor._load_failed,
}
"""What obeys each incoming row of the address table."""


class _Ear(asyncio.DatagramProtocol):
    """Passes datagrams to the door."""

    def __init__(self, heard: Callable[[bytes, Endpoint], None], lost_reading: Callable[[], None]) -> None:
        self._heard = heard
        self._lost_reading = lost_reading
        self.gone = asyncio.Event()

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._heard(data, cast(Endpoint, addr))

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()

    def error_received(self, exc: Exception) -> None:
        log.debug("OSC: %s", exc)
        if _READING_ENDS_WITH_AN_ERROR:
            self._lost_reading()


def _open_error(host: str, port: int, problem: OSError, way: str = "") -> BridgeError:
    if problem.errno == errno.EADDRINUSE:
        return InUseError(
            f"OSC port {port} is in use{way and f' for {way}'}.",
            "Stop the program that listens there, or set another port under [osc]."
        )
    return BridgeError(f"OSC can't listen on {host}:{port}: {problem.strerror}.", "Check host and port under [osc].")
