"""A whole engine without models, disk or time: jobs end when the test says so, or at once."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from bridge.domain.brief import Brief, Request
from bridge.domain.delivery import Delivery
from bridge.domain.event import Event
from bridge.domain.ids import new_id
from bridge.domain.job import CANCELLABLE, ENDED, PRIORITIES, Job, JobState
from bridge.domain.sample import Analysis, Sample
from bridge.domain.take import Verdict
from bridge.errors import NotFoundError, RequestError
from bridge.ports import Capabilities, PadView

PADS = {"kick": ("deep kick", "kick", 36), "808": ("long 808", "808", 40)}
CAPABILITIES = Capabilities(seconds=(0.05, 30.0), notes=True, repeatable=True)


@dataclasses.dataclass(frozen=True)
class FakeModel:
    name: str = "synth"
    version: str = "1"
    provider: str = "synth"
    licence: str = "MIT"
    capabilities: Capabilities = CAPABILITIES


class FakeEngine:
    """Implements `bridge.ports.Engine`. `ends_at_once` makes every job ready as soon as it is accepted."""

    def __init__(self, *, ends_at_once: bool = False, root: str = "/library") -> None:
        self.ends_at_once = ends_at_once
        self.root = root
        self.requests: list[Request] = []
        self.waits: list[float] = []
        self.kit = "main"
        self.overrides: dict[tuple[str, str], object] = {}
        self.acknowledged: list[tuple[str, int, str]] = []
        self.breaks: Exception | None = None
        self.fails: str = ""
        self._jobs: dict[str, Job] = {}
        self._samples: dict[str, Sample] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._changed = asyncio.Event()

    # --- what a test says ---

    def finish(self, job: str, *, root: int | None = 33) -> None:
        """Ends a job with one sample."""
        brief = self._jobs[job].brief
        sample = Sample(
            id=new_id("s"), job=job, take=new_id("t"), pad=brief.pad, pad_note=brief.pad_note, family=brief.family,
            mapping=brief.mapping, prompt=brief.prompt, path=f"samples/{brief.pad or 'free'}/{job}.wav",
            sha256="0" * 64, created=1_800_000_000.0 + len(self._samples),
            analysis=Analysis(root=root, cents=4.2 if root is not None else 0.0, confidence=0.97, seconds=0.5,
                              peak=-1.0, channels=1, sample_rate=44_100),
            verdicts=(Verdict(name="silence", figure=float("-inf"), rule="pass"),
                      Verdict(name="offset", figure=0.1, rule="repair", text="a DC offset was taken out")),
        )
        self._samples[sample.id] = sample
        self.end(job, JobState.READY)

    def end(self, job: str, state: JobState, reason: str = "", hint: str = "") -> None:
        self._jobs[job] = dataclasses.replace(self._jobs[job], state=state, reason=reason, hint=hint)
        self._changed.set()
        self._changed = asyncio.Event()

    # --- the engine ---

    async def trigger(self, request: Request) -> Job:
        if self.breaks is not None:
            raise self.breaks
        if request.pad and request.pad not in PADS:
            raise NotFoundError(f"There is no pad {request.pad!r}.", "Did you mean kick?")
        if not request.pad and not request.prompt:
            raise RequestError("There is nothing to make.", "Say a prompt.")
        for job in self._jobs.values():
            if request.ref and job.ref == request.ref:
                return job
        self.requests.append(request)
        prompt, family, pad_note = PADS.get(request.pad, ("", "fx", 60))
        brief = Brief(
            prompt=request.prompt or prompt, model=request.model or "synth", seed=request.seed or 7,
            family=request.family or family, mapping=request.mapping or "drum", pad=request.pad,
            pad_note=request.pad_note or pad_note, note=request.note, energy=request.energy or 1.0,
        )
        return self._accept(brief, request.ref, request.priority or "command", origin=request.origin)

    async def again(self, target: str, *, ref: str = "", same_seed: bool = False, origin: str = "command") -> Job:
        job = self._jobs.get(target) or self._jobs[self._sample(target).job]
        brief = job.brief if same_seed else dataclasses.replace(job.brief, seed=job.brief.seed + 1)
        return self._accept(brief, ref, "command", parent=job.id, origin=origin)

    def _accept(self, brief: Brief, ref: str, priority: str, *, origin: str, parent: str = "") -> Job:
        assert priority in PRIORITIES
        job = Job(
            id=new_id("j"), number=len(self._jobs) + 1, brief=brief, state=JobState.QUEUED, origin=origin,
            priority=priority, created=1_800_000_000.0, updated=1_800_000_000.0, ref=ref, parent=parent,
        )
        self._jobs[job.id] = job
        if self.fails:
            self.end(job.id, JobState.FAILED, self.fails, "Try another prompt.")
        elif self.ends_at_once:
            self.finish(job.id)
        return self._jobs[job.id]

    def _sample(self, target: str) -> Sample:
        if target in self._samples:
            return self._samples[target]
        for sample in reversed(self._samples.values()):
            if sample.pad and sample.pad == target and not sample.discarded:
                return sample
        raise NotFoundError(f"There is no sample {target!r}.", "oneshot ls shows them.")

    def _mark(self, target: str, **marks: bool) -> Sample:
        sample = dataclasses.replace(self._sample(target), **marks)
        self._samples[sample.id] = sample
        return sample

    async def keep(self, target: str) -> Sample:
        return self._mark(target, kept=True)

    async def discard(self, target: str) -> Sample:
        return self._mark(target, discarded=True)

    async def cancel(self, target: str) -> Sequence[Job]:
        if target not in self._jobs and target not in PADS:
            raise NotFoundError(f"There is no job or pad {target!r}.")
        found = [job.id for job in self._jobs.values()
                 if target in (job.id, job.brief.pad) and job.state in CANCELLABLE]
        for job in found:
            self.end(job, JobState.CANCELLED, "user")
        return [self._jobs[job] for job in found]

    async def select_kit(self, name: str) -> Sequence[str]:
        if name not in self.kits():
            raise NotFoundError(f"There is no kit {name!r}.")
        self.kit = name
        return self.kits()[name]

    def set_pad(self, pad: str, key: str, value: object) -> None:
        self.overrides[pad, key] = value

    def pad_for_note(self, note: int) -> str | None:
        return next((name for name, (_, _, pad_note) in PADS.items() if pad_note == note), None)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def job(self, target: str) -> Job:
        if target not in self._jobs:
            raise NotFoundError(f"There is no job {target!r}.", "oneshot jobs shows them.")
        return self._jobs[target]

    async def jobs(self, *, unfinished: bool = False, limit: int = 50) -> Sequence[Job]:
        newest = reversed(self._jobs.values())
        return [job for job in newest if not unfinished or job.state not in ENDED][:limit]

    async def wait(self, job: str, patience: float) -> Job:
        self.waits.append(patience)
        deadline = asyncio.get_running_loop().time() + patience
        while (await self.job(job)).state not in ENDED:
            remaining = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._changed.wait(), remaining)
            except TimeoutError:
                break
        return self._jobs[job]

    async def sample(self, target: str) -> Sample:
        return self._sample(target)

    async def samples(
        self, *, pad: str = "", job: str = "", family: str = "", kept: bool = False, limit: int = 50
    ) -> Sequence[Sample]:
        wanted = {"pad": pad, "job": job, "family": family}
        return [
            sample for sample in reversed(self._samples.values())
            if all(not value or getattr(sample, key) == value for key, value in wanted.items())
            and (sample.kept or not kept)
        ][:limit]

    async def sidecar(self, sample: str) -> dict[str, Any]:
        return {"schema": 1, "id": self._sample(sample).id, "licence": "MIT"}

    async def pads(self) -> Sequence[PadView]:
        return [
            PadView(name=name, prompt=prompt, family=family, mapping="drum", model="synth", pad_note=note, note=None,
                    state="idle")
            for name, (prompt, family, note) in PADS.items()
        ]

    def kits(self) -> dict[str, Sequence[str]]:
        return {"main": tuple(PADS), "spare": ("kick",)}

    def selected_kit(self) -> str:
        return "main"

    def models(self) -> Sequence[FakeModel]:
        return [FakeModel()]

    def absolute(self, path: str) -> str:
        return f"{self.root}/{path}"

    async def deliveries(self, *, host: str = "", waiting: bool = False, limit: int = 50) -> Sequence[Delivery]:
        delivery = Delivery(
            host="reaper", seq=1, sample="s-aaaaaaaaaaaa", pad="kick", action="load", mode="drum",
            target="track:kick", path="samples/kick/x.wav", mtime=1_800_000_000, zones=(),
        )
        return [delivery] if host in ("", "reaper") else []

    async def attach_host(self, host: str) -> Sequence[Delivery]:
        return await self.deliveries(host=host)

    async def loaded(self, host: str, seq: int) -> None:
        self.acknowledged.append((host, seq, ""))

    async def load_failed(self, host: str, seq: int, reason: str) -> None:
        self.acknowledged.append((host, seq, reason))
