"""A full engine without workers, and a friend on the other end of the UDP line."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.domain.brief import Brief, Request
from bridge.domain.delivery import Delivery
from bridge.domain.event import Event
from bridge.domain.family import FAMILIES
from bridge.domain.ids import new_id
from bridge.domain.instrument import Zone
from bridge.domain.job import CANCELLABLE, ENDED, Job, JobState
from bridge.domain.sample import Analysis, Sample
from bridge.errors import NotFoundError, RequestError
from bridge.ports import Model, PadView
from bridge.units import Cents, Decibels, MidiNote, Seconds

AT = 1_800_000_000.0
PADS = {"kick": 36, "snare": 38, "bell": 53}


class FakeEngine:
    """Implements `bridge.ports.Engine` in memory: jobs go on when a test calls `finish` or `fail`.

    `eager` jobs are ready before `trigger` returns. `calls` lists what was asked, `broken` is raised by everything.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.requests: list[Request] = []
        self.eager = False
        self.busy: set[str] = set()
        self.broken: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.all_jobs: dict[str, Job] = {}
        self.all_samples: dict[str, Sample] = {}
        self.all_deliveries: list[Delivery] = []
        self.kit = "main"
        self.overrides: dict[str, dict[str, object]] = {}
        self._refs: dict[str, str] = {}
        self._listeners: list[Callable[[Event], None]] = []

    def emit(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    async def trigger(self, request: Request) -> Job:
        self._note("trigger", request.pad)
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        if request.ref in self._refs:
            return self.all_jobs[self._refs[request.ref]]
        if request.pad and request.pad not in PADS:
            raise NotFoundError(f"There is no pad {request.pad}.", "Pads: kick, snare, bell.")
        if request.pad in self.busy:
            self.emit(Event(kind="rejected", pad=request.pad, ref=request.ref, reason=f"{request.pad} is busy."))
            raise RequestError(f"{request.pad} is busy.")
        return await self._accept(request.pad, request.prompt or "a kick", request.ref, request)

    async def _accept(self, pad: str, prompt: str, ref: str, request: Request | None) -> Job:
        family = "bell" if pad == "bell" else "kick"
        brief = Brief(prompt=prompt, model="synth", seed=1, family=family, mapping=FAMILIES[family].mapping, pad=pad,
                      energy=(request.energy if request else None) or 1.0)
        job = Job(id=new_id("j"), number=len(self.all_jobs) + 1, brief=brief, state=JobState.QUEUED, origin="osc",
                  priority="pad", created=AT, updated=AT, ref=ref)
        self.all_jobs[job.id] = job
        if ref:
            self._refs[ref] = job.id
        self.emit(Event(kind="accepted", job=job.id, pad=pad, ref=ref))
        if self.eager:
            self.finish(job.id)
        await asyncio.sleep(0)
        return job

    def finish(self, job_id: str) -> Sample:
        """Walks a job to its end, with the events of the way."""
        job = self.all_jobs[job_id]
        self.emit(Event(kind="progress", job=job_id, pad=job.brief.pad, stage="generating", fraction=0.5,
                        eta_seconds=0.25))
        sample = make_sample(job)
        self.all_samples[sample.id] = sample
        self.all_jobs[job_id] = replace(job, state=JobState.READY)
        self.emit(Event(kind="sample", id=1, job=job_id, pad=job.brief.pad, sample=sample.id))
        self.emit(Event(kind="ready", id=2, job=job_id, pad=job.brief.pad))
        if job.brief.pad:
            self.emit(Event(kind="pad", id=3, pad=job.brief.pad, reason="ready"))
        return sample

    def fail(self, job_id: str, reason: str, hint: str = "") -> None:
        self.all_jobs[job_id] = replace(self.all_jobs[job_id], state=JobState.FAILED, reason=reason)
        self.emit(Event(kind="failed", id=1, job=job_id, reason=reason, hint=hint))

    def deliver(self, host: str, seq: int, *, path: str = "samples/kick/one.wav", emit: bool = True) -> Delivery:
        zone = Zone(path=path, root=MidiNote(60), cents=Cents(-12.5), low=MidiNote(54), high=MidiNote(66))
        order = Delivery(host=host, seq=seq, sample="s-aaaaaaaaaaaa", pad="kick", action="load", mode="keys",
                         target="track:kick", path=path, mtime=int(AT), zones=(zone, replace(zone, loop=(100, 4095))))
        self.all_deliveries.append(order)
        if emit:
            self.emit(Event(kind="delivery", id=4, host=host, seq=seq, pad="kick"))
        return order

    async def again(self, target: str, *, ref: str = "", same_seed: bool = False, origin: str = "command") -> Job:
        self._note("again", target, origin)
        if target in PADS:
            return await self._accept(target, "again", ref, None)
        return await self._accept((await self.job(target)).brief.pad, "again", ref, None)

    async def keep(self, target: str) -> Sample:
        self._note("keep", target)
        return await self.sample(target)

    async def discard(self, target: str) -> Sample:
        self._note("discard", target)
        return await self.sample(target)

    async def cancel(self, target: str) -> Sequence[Job]:
        self._note("cancel", target)
        found = [job for job in self.all_jobs.values() if target in (job.id, job.brief.pad)]
        if not found:
            raise NotFoundError(f"There is no job or pad {target}.")
        stopped = [replace(job, state=JobState.CANCELLED, reason="user") for job in found if job.state in CANCELLABLE]
        for job in stopped:
            self.all_jobs[job.id] = job
            self.emit(Event(kind="cancelled", id=1, job=job.id, reason="user"))
        return stopped

    async def select_kit(self, name: str) -> Sequence[str]:
        self._note("select_kit", name)
        if name not in self.kits():
            raise NotFoundError(f"There is no kit {name}.")
        self.kit = name
        return tuple(PADS)

    def set_pad(self, pad: str, key: str, value: object) -> None:
        self._note("set_pad", pad, key, value)
        if pad not in PADS:
            raise NotFoundError(f"There is no pad {pad}.")
        self.overrides.setdefault(pad, {})[key] = value

    def pad_for_note(self, note: int) -> str | None:
        return next((pad for pad, key in PADS.items() if key == note), None)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def job(self, target: str) -> Job:
        if target not in self.all_jobs:
            raise NotFoundError(f"There is no job {target}.")
        return self.all_jobs[target]

    async def jobs(self, *, unfinished: bool = False, limit: int = 50) -> Sequence[Job]:
        return [job for job in self.all_jobs.values() if not (unfinished and job.state in ENDED)][:limit]

    async def wait(self, job: str, patience: Seconds) -> Job:
        return await self.job(job)

    async def sample(self, target: str) -> Sample:
        self._note("sample", target)
        found = [sample for sample in self.all_samples.values() if target in (sample.id, sample.pad)]
        if not found:
            raise NotFoundError(f"There is no sample {target}.")
        return found[-1]

    async def samples(
        self, *, pad: str = "", job: str = "", family: str = "", kept: bool = False, limit: int = 50
    ) -> Sequence[Sample]:
        return [sample for sample in self.all_samples.values() if job in ("", sample.job)][:limit]

    async def sidecar(self, sample: str) -> dict[str, Any]:
        return {"id": sample}

    async def pads(self) -> Sequence[PadView]:
        return [PadView(name=pad, prompt="a kick", family="kick", mapping="drum", model="synth", pad_note=note,
                        note=None, state="idle") for pad, note in PADS.items()]

    def kits(self) -> dict[str, Sequence[str]]:
        return {"main": tuple(PADS), "second": ("kick",)}

    def selected_kit(self) -> str:
        return "main"

    def models(self) -> Sequence[Model]:
        return ()

    def absolute(self, path: str) -> str:
        return f"/music/Oneshot Bridge/{path}"

    async def deliveries(self, *, host: str = "", waiting: bool = False, limit: int = 50) -> Sequence[Delivery]:
        return [order for order in self.all_deliveries if host in ("", order.host) and
                (not waiting or order.state == "waiting")][:limit]

    async def attach_host(self, host: str) -> Sequence[Delivery]:
        self._note("attach_host", host)
        return await self.deliveries(host=host, waiting=True)

    async def loaded(self, host: str, seq: int) -> None:
        self._note("loaded", host, seq)
        self._settle(host, seq, "done")

    async def load_failed(self, host: str, seq: int, reason: str) -> None:
        self._note("load_failed", host, seq, reason)
        self._settle(host, seq, "failed")
        self.emit(Event(kind="load_failed", id=5, host=host, seq=seq, reason=reason))

    def _settle(self, host: str, seq: int, state: Any) -> None:
        self.all_deliveries = [replace(order, state=state) if (order.host, order.seq) == (host, seq) else order
                               for order in self.all_deliveries]

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        if self.broken is not None:
            raise self.broken


def make_sample(job: Job) -> Sample:
    pitched = job.brief.mapping == "keys"
    analysis = Analysis(root=MidiNote(69) if pitched else None, cents=Cents(-3.25 if pitched else 0.0), confidence=0.9,
                        seconds=Seconds(0.5), peak=Decibels(-1.0), channels=1, sample_rate=44_100)
    sample_id = new_id("s")
    return Sample(id=sample_id, job=job.id, take=new_id("t"), pad=job.brief.pad,
                  pad_note=MidiNote(PADS.get(job.brief.pad, 60)), family=job.brief.family, mapping=job.brief.mapping,
                  prompt=job.brief.prompt, path=f"samples/{job.brief.pad or 'loose'}/{sample_id}.wav", sha256="0" * 64,
                  analysis=analysis, created=AT)


class Friend:
    """A program on the other end: sends OSC from its own UDP port and hears on it, with python-osc's own reader.

    A thread empties the socket, so that a busy loop does not overflow it.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.senders: set[tuple[str, int]] = set()
        self._heard: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._ear = threading.Thread(target=self._listen)
        self._ear.start()

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def send(self, address: str, *values: Any) -> None:
        self.send_bytes(osc(address, *values))

    def send_bytes(self, datagram: bytes) -> None:
        self.socket.sendto(datagram, self.target)

    async def hear(self, seconds: float = 2.0) -> list[Any]:
        """Returns the next message as [address, argument …]; TimeoutError if there is none."""
        return await asyncio.wait_for(self._heard.get(), seconds)

    def close(self) -> None:
        self.socket.sendto(b"", self.socket.getsockname())
        self._ear.join()
        self.socket.close()

    def _listen(self) -> None:
        own = self.socket.getsockname()
        while True:
            datagram, sender = self.socket.recvfrom(65_536)
            if sender == own:
                return
            self.senders.add(sender)
            message = OscMessage(datagram)
            self._loop.call_soon_threadsafe(self._heard.put_nowait, [message.address, *message.params])

    async def hear_until(self, address: str) -> list[list[Any]]:
        """Returns all messages up to the first with this address."""
        heard = [await self.hear()]
        while heard[-1][0] != address:
            heard.append(await self.hear())
        return heard

    async def hears_nothing(self, seconds: float = 0.1) -> bool:
        try:
            heard = await self.hear(seconds)
        except TimeoutError:
            return True
        raise AssertionError(f"heard {heard}")


def osc(address: str, *values: Any) -> bytes:
    """Returns the datagram of a message as python-osc builds it."""
    builder = OscMessageBuilder(address=address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)
