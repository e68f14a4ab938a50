"""A whole engine without models, disk or time: doors, voices and commands are tested against it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest

from bridge.domain.brief import Brief, Origin, Request
from bridge.domain.delivery import Delivery, DeliveryState
from bridge.domain.event import Event
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, family_of
from bridge.domain.ids import new_id
from bridge.domain.instrument import Instrument, Zone
from bridge.domain.job import CANCELLABLE, ENDED, Job, JobState
from bridge.domain.licence import Licence
from bridge.domain.sample import Alike, Analysis, Character, Sample
from bridge.domain.tags import tags_of
from bridge.domain.take import Verdict
from bridge.errors import NotFoundError, RequestError, unknown
from bridge.instruments.mapping import instrument_of, kit_of
from bridge.ports import BudgetView, Capabilities, HostView, Model, Outcome, PadView, Price, Spent
from bridge.units import Cents, Decibels, Hz, MidiNote, Seconds, Usd

AT = 1_800_000_000.0
SEED = 7
PADS = {"kick": ("deep kick", 36), "808": ("long 808", 40), "bell": ("glassy bell", 53)}
"""Each pad's prompt and MIDI note. Its name is its family: a kick has no pitch, the others have."""
KITS: dict[str, Sequence[str]] = {"main": tuple(PADS), "spare": ("kick",)}
ROOT, CENTS = MidiNote(69), Cents(-3.25)
"""The pitch of every sound that has one."""


@dataclass(frozen=True)
class FakeModel:
    """What can be seen of a model; nobody calls it."""

    name: str = "synth"
    version: str = "1"
    provider: str = "synth"
    licence: Licence = field(default_factory=lambda: Licence(id="MIT"))
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(seconds=(0.05, 30.0), notes=True, repeatable=True)
    )


STORED = frozenset({"accepted", "ready", "failed", "cancelled", "sample", "loaded", "load_failed"})


class FakeEngine:
    """Implements `bridge.ports.Engine` in memory: a job goes on when the test calls `finish` or `fail`.

    A test may set: `eager` (a job is ready as soon as it is accepted), `doom` (it fails with this reason instead),
    `busy` (pads that refuse triggers), `gate` (triggers wait for it), `broken` (what every call raises).
    A test may look at: `calls` (what it was asked to do, in order), `requests` (with what), `waits` (the patience of
    those who waited for a job), `waiting` (how many still do), `kit`, `all_jobs`, `all_samples`, `all_deliveries`.
    """

    def __init__(self, *, eager: bool = False) -> None:
        self.eager = eager
        self.doom = ""
        self.busy: set[str] = set()
        self.gate: asyncio.Event | None = None
        self.broken: Exception | None = None
        self.requests: list[Request] = []
        self.calls: list[tuple[Any, ...]] = []
        self.waits: list[float] = []
        self.waiting = 0
        self.kit = "main"
        self.stages: dict[str, str] = {}
        self.all_jobs: dict[str, Job] = {}
        self.all_samples: dict[str, Sample] = {}
        self.all_deliveries: list[Delivery] = []
        self.all_events: list[Event] = []
        self._held: dict[str, list[str]] = {pad: [] for pad in PADS}  # each pad's samples, the current one last
        self._overrides: dict[str, dict[str, object]] = {pad: {} for pad in PADS}
        self._refs: dict[str, str] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._changed = asyncio.Event()

    # --- what a test makes happen -----------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Tells everybody; what the real engine would store gets its id and is kept."""
        event = replace(event, id=len(self.all_events) + 1 if event.kind in STORED else 0)
        if event.id:
            self.all_events.append(event)
        for listener in list(self._listeners):
            listener(event)

    def finish(self, job: str) -> Sample:
        """Walks a job to its end, with one sample and the events of the way."""
        brief = self.all_jobs[job].brief
        self.emit(Event(kind="progress", job=job, pad=brief.pad, stage="generating", fraction=0.5, eta_seconds=0.25))
        sample = sample_of(self.all_jobs[job], created=AT + len(self.all_samples))
        self.all_samples[sample.id] = sample
        if brief.pad:
            self._held[brief.pad].append(sample.id)
        self._end(job, JobState.READY)
        self.emit(Event(kind="sample", id=1, job=job, pad=brief.pad, sample=sample.id))
        self.emit(Event(kind="ready", id=2, job=job, pad=brief.pad, ref=self.all_jobs[job].ref))
        if brief.pad:
            self.emit(Event(kind="pad", id=3, pad=brief.pad, reason="ready"))
        return sample

    def fail(self, job: str, reason: str, hint: str = "") -> None:
        self._end(job, JobState.FAILED, reason, hint)
        self.emit(Event(kind="failed", id=1, job=job, ref=self.all_jobs[job].ref, reason=reason, hint=hint))

    def deliver(self, host: str, seq: int, *, path: str = "samples/kick/one.wav", emit: bool = True) -> Delivery:
        """Puts a sound on its way into a host: two zones of one sample, the second with a loop."""
        zone = Zone(path=path, root=MidiNote(60), cents=Cents(-12.5), low=MidiNote(54), high=MidiNote(66))
        order = Delivery(host=host, seq=seq, sample="s-aaaaaaaaaaaa", pad="kick", action="load", mode="keys",
                         target="track:kick", path=path, mtime=int(AT), zones=(zone, replace(zone, loop=(100, 4095))))
        self.all_deliveries.append(order)
        if emit:
            self.emit(Event(kind="delivery", id=4, host=host, seq=seq, pad="kick"))
        return order

    # --- bridge.ports.Engine: asking for sounds ---------------------------------------------------------------

    async def trigger(self, request: Request) -> Job:
        self._note("trigger", request.pad)
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        if request.pad and request.pad not in PADS:
            raise unknown("pad", request.pad, PADS)
        if not (request.pad or request.prompt or request.image or request.audio):
            raise RequestError("There is nothing to make: no pad and no prompt.", "Say a prompt, or name a pad.")
        if request.pad in self.busy:
            refusal = RequestError(f"Pad {request.pad} is busy.", "It takes a new trigger when its sound is ready.")
            self.emit(Event(kind="rejected", pad=request.pad, ref=request.ref, reason=refusal.message,
                            hint=refusal.hint))
            raise refusal
        return await self._accept(
            Job(id=new_id("j"), number=len(self.all_jobs) + 1, brief=brief_of(request), state=JobState.QUEUED,
                origin=request.origin, priority=request.priority or "command", created=AT, updated=AT, ref=request.ref)
        )

    async def again(self, target: str, *, ref: str = "", same_seed: bool = False, origin: Origin = "command") -> Job:
        self._note("again", target, origin)
        parent = self._job_behind(target)
        brief = parent.brief if same_seed else replace(parent.brief, seed=parent.brief.seed + 1)
        return await self._accept(
            replace(parent, id=new_id("j"), number=len(self.all_jobs) + 1, brief=brief, state=JobState.QUEUED,
                    origin=origin, ref=ref, parent=parent.id, reason="", hint="")
        )

    async def _accept(self, job: Job) -> Job:
        """Returns the job as it was when it was accepted, although its events may have told more by then."""
        if known := self._refs.get(job.ref):
            return self.all_jobs[known]
        self.all_jobs[job.id] = job
        if job.ref:
            self._refs[job.ref] = job.id
        self.emit(Event(kind="accepted", job=job.id, pad=job.brief.pad, ref=job.ref))
        if self.doom:
            self.fail(job.id, self.doom, "Try another prompt.")
        elif self.eager:
            self.finish(job.id)
        await asyncio.sleep(0)
        return job

    async def play(self, target: str) -> Sample | None:
        self._note("play", target)
        return await self.sample(target) if target else None

    async def cancel(self, target: str) -> Sequence[Job]:
        self._note("cancel", target)
        if target not in self.all_jobs and target not in PADS:
            raise unknown("job or pad", target, PADS)
        wanted = [job for job in self.all_jobs.values() if target in (job.id, job.brief.pad)]
        stopped = [job.id for job in wanted if job.state in CANCELLABLE]
        if target in self.all_jobs and not stopped:
            raise RequestError(f"Job {target} can't be cancelled: it is {wanted[0].state}.")
        for job in stopped:
            self._end(job, JobState.CANCELLED, "user")
            self.emit(Event(kind="cancelled", id=1, job=job, ref=self.all_jobs[job].ref, reason="user"))
        return [self.all_jobs[job] for job in stopped]

    # --- bridge.ports.Engine: choosing ------------------------------------------------------------------------

    async def keep(self, target: str) -> Sample:
        self._note("keep", target)
        return self._mark(target, kept=True)

    async def discard(self, target: str) -> Sample:
        self._note("discard", target)
        return self._mark(target, kept=False)

    async def select_kit(self, name: str) -> Sequence[str]:
        self._note("select_kit", name)
        if name not in KITS:
            raise unknown("kit", name, KITS)
        self.kit = name
        self.emit(Event(kind="kit", reason=name))
        return KITS[name]

    def selected_kit(self) -> str:
        return self.kit

    def set_pad(self, pad: str, key: str, value: object) -> None:
        self._note("set_pad", pad, key, value)
        if pad not in PADS:
            raise unknown("pad", pad, PADS)
        self._overrides[pad][key] = value

    # --- bridge.ports.Engine: looking -------------------------------------------------------------------------

    def pad_for_note(self, note: int, *, channel: int = 0) -> str | None:
        return next((pad for pad in KITS[self.kit] if PADS[pad][1] == note), None)

    def announce(self, reason: str, hint: str) -> None:
        self._note("announce", reason)
        self.emit(Event(kind="notice", reason=reason, hint=hint))

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def newest_event(self) -> int:
        return len(self.all_events)

    async def events(self, after: int, *, limit: int) -> Sequence[Event]:
        return self.all_events[after:][:limit]

    async def job(self, target: str) -> Job:
        if target not in self.all_jobs:
            raise NotFoundError(f"There is no job {target!r}.", "List them with: oneshot jobs")
        return self.all_jobs[target]

    async def jobs(self, *, unfinished: bool = False, limit: int = 50) -> Sequence[Job]:
        newest = reversed(self.all_jobs.values())
        return [job for job in newest if not unfinished or job.state not in ENDED][:limit]

    def stage(self, job: str) -> str:
        return self.stages.get(job, "")

    async def wait(self, job: str, patience: Seconds) -> Job:
        self.waits.append(patience)
        self.waiting += 1
        try:
            async with asyncio.timeout(patience):
                while (await self.job(job)).state not in ENDED:
                    await self._changed.wait()
        except TimeoutError:
            pass
        finally:
            self.waiting -= 1
        return await self.job(job)

    async def outcomes(
        self, refs: Sequence[str], *, samples: bool = False, patience: Seconds = Seconds(0.0)
    ) -> Sequence[Outcome]:
        jobs = [self.all_jobs[self._refs[ref]] for ref in refs if ref in self._refs]
        if patience and jobs and not any(job.state in ENDED for job in jobs):
            await self.wait(jobs[0].id, patience)
        found = [(self.all_jobs[job.id], tuple(one for one in self.all_samples.values() if one.job == job.id))
                 for job in jobs]  # fmt: skip
        return [
            Outcome(job=job.id, ref=job.ref, state=job.state, reason=job.reason, hint=job.hint, sounds=len(made),
                    samples=made if samples else (), usd=Usd(0.02), model=job.brief.model)
            for job, made in found
        ]

    async def sample(self, target: str) -> Sample:
        self._break()
        return self._sample(target)

    async def samples(
        self, *, pad: str = "", job: str = "", family: str = "", kept: bool = False, longer: Seconds | None = None,
        shorter: Seconds | None = None, note: MidiNote | None = None, tag: str = "", text: str = "", near: str = "",
        before: str = "", limit: int = 50,
    ) -> Sequence[Sample]:
        """Filters as the engine does, if simpler; with `near` the first found is the nearest."""
        equal = {"pad": pad, "job": job, "family": family}
        found = [
            sample for sample in reversed(self.all_samples.values())
            if all(getattr(sample, key) == value for key, value in equal.items() if value)
            and (sample.kept or not kept)
            and (longer or 0.0) <= sample.analysis.seconds <= (1e9 if shorter is None else shorter)
            and (note is None or sample.root == note)
            and set(filter(None, tag.split(","))) <= set(sample.tags)
            and all(word in sample.prompt for word in text.split())
            and (not before or self._age(sample.id) > self._age(before))
        ]
        if near:
            one = self._sample(near)
            found = [
                Alike(**{key.name: getattr(sample, key.name) for key in fields(sample)}, likeness=1 - place / 100)
                for place, sample in enumerate(sample for sample in found if sample.id != one.id)
            ]
        return found[:limit]

    def _age(self, sample: str) -> int:
        return list(reversed(self.all_samples)).index(sample)

    async def sidecar(self, sample: str) -> dict[str, Any]:
        return {"schema": 1, "id": self._sample(sample).id, "licence": "MIT"}

    async def pads(self) -> Sequence[PadView]:
        return [
            PadView(
                name=pad, prompt=prompt, family=pad, mapping=FAMILIES[pad].mapping, model="synth", pad_note=note,
                note=None, state="ready" if held else "idle", current=held[-1] if held else "",
                path=self.all_samples[held[-1]].path if held else "", history=len(held),
                overrides=self._overrides[pad],
            )
            for (pad, (prompt, note)), held in zip(PADS.items(), self._held.values(), strict=True)
        ]

    def kits(self) -> dict[str, Sequence[str]]:
        return dict(KITS)

    async def instrument(self, targets: Sequence[str]) -> Instrument:
        """Answers as the engine does for one target; several become a kit."""
        self._break()
        if len(targets) == 1 and targets[0] in KITS:
            held = [self._sample(pad) for pad in KITS[targets[0]] if self._held[pad]]
            if not held:
                raise NotFoundError(f"The kit {targets[0]} holds no sound yet.")
            return kit_of(targets[0], held)
        samples = [self._sample(target) for target in targets]
        return instrument_of(targets[0], samples[0]) if len(samples) == 1 else kit_of("set", samples)

    def models(self) -> Sequence[Model]:
        return [FakeModel()]  # type: ignore[list-item]  # a model that is only looked at

    def absolute(self, path: str) -> str:
        return f"/music/Oneshot Bridge/{path}"

    def set_song(self, *, bpm: float | None = None, key: str | None = None) -> None:
        self._note("set_song", bpm if key is None else key)

    async def accept(self, target: str, *, prompt: str | None = None, original: bool = False, pay: bool = False) -> Job:
        self._note("accept", target, prompt, original, pay)
        return await self.job(target)

    async def price(self, request: Request) -> Price:
        self._note("price", request.prompt)
        brief = Brief(prompt=request.prompt or "", model="synth", seed=1, family="kick", mapping="drum")
        return Price(brief=brief, usd=Usd(0.02))

    async def budget(self) -> BudgetView:
        self._note("budget")
        return BudgetView(day=Usd(0.5), day_cap=Usd(2.0), month=Usd(1.5), month_cap=Usd(20.0), job_cap=Usd(0.5),
                          reserved=Usd(0.05), models=(Spent(model="far", spent=Usd(1.5), reserved=Usd(0.0), calls=9),))

    # --- bridge.ports.Engine: hosts ---------------------------------------------------------------------------

    async def deliveries(self, *, host: str = "", waiting: bool = False, limit: int = 50) -> Sequence[Delivery]:
        found = [order for order in self.all_deliveries if host in ("", order.host)]
        if waiting:
            return [order for order in found if order.state == "waiting"]
        return found[::-1][:limit]

    async def hosts(self) -> Sequence[HostView]:
        names = sorted({order.host for order in self.all_deliveries})
        newest = {(order.host, order.pad): order for order in sorted(self.all_deliveries, key=lambda order: order.seq)}
        return [
            HostView(
                name=name, seen=AT,
                waiting=tuple(pad for (host, pad), order in newest.items() if (host, order.state) == (name, "waiting")),
                failed={pad: order.reason for (host, pad), order in newest.items()
                        if (host, order.state) == (name, "failed")},
            )
            for name in names
        ]

    async def attach_host(self, host: str) -> Sequence[Delivery]:
        self._note("attach_host", host)
        return await self.deliveries(host=host, waiting=True)

    async def loaded(self, host: str, seq: int) -> None:
        self._note("loaded", host, seq)
        self._settle(host, seq, "done")

    async def load_failed(self, host: str, seq: int, reason: str) -> None:
        self._note("load_failed", host, seq, reason)
        self._settle(host, seq, "failed", reason)
        self.emit(Event(kind="load_failed", id=5, host=host, seq=seq, reason=reason))

    # --- inner ------------------------------------------------------------------------------------------------

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        self._break()

    def _break(self) -> None:
        if self.broken is not None:
            raise self.broken

    def _end(self, job: str, state: JobState, reason: str = "", hint: str = "") -> None:
        self.all_jobs[job] = replace(self.all_jobs[job], state=state, reason=reason, hint=hint)
        self._changed.set()
        self._changed = asyncio.Event()

    def _sample(self, target: str) -> Sample:
        if target in PADS:
            if not self._held[target]:
                raise NotFoundError(f"Pad {target} holds no sound yet.", f"Make one with: oneshot trigger {target}")
            target = self._held[target][-1]
        if target not in self.all_samples:
            raise NotFoundError(f"There is no sample or pad {target!r}.", "List them with: oneshot ls")
        return self.all_samples[target]

    def _mark(self, target: str, *, kept: bool) -> Sample:
        """Keeps a sample, and it becomes its pad's current one; or discards it, and the pad goes back."""
        sample = replace(self._sample(target), kept=kept, discarded=not kept)
        self.all_samples[sample.id] = sample
        if sample.pad:
            others = [held for held in self._held[sample.pad] if held != sample.id]
            self._held[sample.pad] = [*others, sample.id] if kept else others
        return sample

    def _job_behind(self, target: str) -> Job:
        if target in self.all_jobs:
            return self.all_jobs[target]
        if target in PADS and not self._held[target]:
            asked = [job for job in self.all_jobs.values() if job.brief.pad == target]
            if not asked:
                raise NotFoundError(f"Pad {target} has made nothing yet.")
            return asked[-1]
        return self.all_jobs[self._sample(target).job]

    def _settle(self, host: str, seq: int, state: DeliveryState, reason: str = "") -> None:
        self.all_deliveries = [
            replace(order, state=state, reason=reason) if (order.host, order.seq) == (host, seq) else order
            for order in self.all_deliveries
        ]


def brief_of(request: Request) -> Brief:
    """Resolves a request: what was said, else what the pad says, else what its family is used to."""
    prompt, note = PADS.get(request.pad, ("", None))
    said = family_of(request.prompt) if request.prompt else None
    family = FAMILIES[request.family or said or request.pad or DEFAULT_FAMILY]
    return Brief(
        prompt=request.prompt or prompt, negative=request.negative or "", model=request.model or "synth",
        seed=request.seed or SEED, seconds=request.seconds, note=request.note,
        pad_note=request.pad_note or MidiNote(note or family.pad_note), mapping=request.mapping or family.mapping,
        family=family.name, energy=request.energy or 1.0, count=request.count or 1, pad=request.pad,
    )


def sample_of(job: Job, created: float = AT) -> Sample:
    """Returns the sample of a job: with a pitch if it goes over the keys, and with a figure that JSON has not."""
    brief = job.brief
    pitched = brief.mapping == "keys"
    sample_id = new_id("s")
    return Sample(
        id=sample_id, job=job.id, take=new_id("t"), pad=brief.pad, pad_note=brief.pad_note, family=brief.family,
        mapping=brief.mapping, prompt=brief.prompt, path=f"samples/{brief.pad or 'unassigned'}/{sample_id}.wav",
        sha256="0" * 64, created=created,
        analysis=Analysis(
            root=ROOT if pitched else None, cents=CENTS if pitched else Cents(0.0), confidence=0.97,
            seconds=Seconds(0.5), peak=Decibels(-1.0), channels=1, sample_rate=44_100, tone="unsure", glide=0.0,
            character=Character(
                family=None, share=0.4, brightness=Hz(440.0), hardness=Decibels(3.0), loudness=Decibels(-12.0)
            ),
        ),
        tags=tags_of(brief.prompt, brief.family),
        verdicts=(Verdict(name="silence", figure=float("-inf"), rule="pass"),
                  Verdict(name="offset", figure=0.1, rule="repair", text="a DC offset was taken out")),
    )


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()
