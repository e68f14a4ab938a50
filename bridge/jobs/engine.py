"""The engine: everything a door may ask for, in one place, each answer given after it is durable."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from sqlite3 import Connection
from typing import Any

from bridge.config.schema import Config, Pad, family_of_pad, pad_note_of
from bridge.domain.brief import Brief, Origin, Priority, Request
from bridge.domain.delivery import Delivery
from bridge.domain.event import Event
from bridge.domain.family import FAMILIES
from bridge.domain.ids import is_id, new_id
from bridge.domain.instrument import Instrument
from bridge.domain.job import ENDED, PRIORITIES, Job, JobState
from bridge.domain.prompt import Written
from bridge.domain.sample import Sample
from bridge.domain.take import Call
from bridge.domain.text import LONGEST_WORD
from bridge.errors import ModelError, NotFoundError, RequestError, StoreError, unknown
from bridge.jobs import moves
from bridge.jobs.briefs import clean_text, new_seed, priority_of
from bridge.jobs.budget import Budget
from bridge.jobs.calls import Caller
from bridge.jobs.choosing import Chooser
from bridge.jobs.courier import Courier
from bridge.jobs.exporting import find_instrument
from bridge.jobs.finding import find_sample, find_samples, tags_in
from bridge.jobs.hub import Listener
from bridge.jobs.intake import Intake
from bridge.jobs.lines import Lines
from bridge.jobs.outcomes import outcomes
from bridge.jobs.pipeline import Pipeline
from bridge.jobs.publishing import Publisher
from bridge.jobs.scheduler import Scheduler
from bridge.jobs.settings import Settings
from bridge.jobs.wording import Wording
from bridge.jobs.workshop import Workshop
from bridge.ports import BudgetView, HostView, Model, Outcome, PadState, PadView, Price
from bridge.store import deliveries as delivery_store
from bridge.store import events as event_store
from bridge.store import jobs as job_store
from bridge.store import samples as sample_store
from bridge.store import spending
from bridge.store.searching import Wanted
from bridge.units import MidiNote, Seconds, Usd

log = logging.getLogger(__name__)

LOOK_AROUND_SECONDS = 0.5
PRESSED_JOBS = 2
"""Jobs beyond those that a pressed pad may add: it need not wait for one of a batch to end, and its tasks go first."""
SPARE_JOBS = 2
"""Jobs beyond the number of workers that are under way at once: they write files while the others compute."""


class BridgeEngine:
    """Implements `bridge.ports.Engine`."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._database = shop.database
        self._library = shop.library
        self._files = shop.files
        self._model_of = shop.models.get
        self._hub = shop.hub
        self._clock = shop.clock
        self._pads = shop.pads
        self._settings = Settings(shop.config, shop.pads)
        self._estimates = shop.estimates
        self._budget = Budget(shop)
        lines = Lines(shop)
        self._caller = Caller(shop, lines, self._budget)
        self._wording = Wording(shop, lines, self._budget)
        self._courier = Courier(shop)
        self._publisher = Publisher(shop, self._courier)
        self._chooser = Chooser(shop, self._publisher, self._courier)
        self._intake = Intake(shop)
        self._pipeline = Pipeline(shop, self._caller, self._wording, self._publisher)
        self._scheduler = Scheduler(self._pipeline.walk, self._running_at_once)
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting = False

    @property
    def _config(self) -> Config:
        return self._shop.config

    def configure(self, config: Config) -> None:
        """Takes up a changed configuration for what is asked from now on; what was accepted keeps its brief.

        What was set until the restart stays, unless the file says something new of that very thing.
        """
        old, self._shop.config = self._shop.config, config
        self._settings.configure(config)
        self._scheduler.start_more()
        if config.library.formats != old.library.formats:
            self._library.keep(config.library.formats)
        if (config.kits, config.pads, config.library.formats) != (old.kits, old.pads, old.library.formats):
            self._spawn(self._publisher.redraw())
        if (config.kit, config.kits, config.pads) != (old.kit, old.kits, old.pads):
            self._hub.tell([Event(kind="kit", at=self._clock.now(), reason=self._settings.kit)])

    async def jobs_at_work(self) -> tuple[int, int | None]:
        """Returns the number of the newest job (0: none was accepted yet), and that of the oldest one that works or
        waits for its turn (None: there is none)."""
        newest = max((job.number for job in await self.jobs(limit=1)), default=0)
        unfinished = await self._database.read(job_store.unfinished_jobs)
        return newest, next((job.number for job in unfinished if job.state is not JobState.ASKING), None)

    def announce(self, reason: str, hint: str) -> None:
        """Tells everybody who listens what is wrong, though it is no job's trouble."""
        self._hub.tell([Event(kind="notice", at=self._clock.now(), reason=reason, hint=hint)])

    # --- life -------------------------------------------------------------------------------------------------

    async def start(self) -> int:
        """Takes up what the last process left unfinished and begins to watch the hosts; returns how many jobs."""
        await self._remember_times()
        await self._publisher.refresh_all()
        await self._courier.look_around()
        await self._courier.send()
        unfinished = await self._database.read(job_store.unfinished_jobs)
        for job in unfinished:
            self._scheduler.add(job)
        self._spawn(self._look_around())
        self._spawn(self._sweep_samples())
        self._spawn(self._check_store())
        return len(unfinished)

    async def _check_store(self) -> None:
        """Looks for damage that nobody has met yet; the store itself says so to whoever can open it anew."""
        try:
            await self._database.check()
        except StoreError as problem:
            self.announce(problem.message, problem.hint)

    async def _sweep_samples(self) -> None:
        """Tidies up after a crash, folder by folder: a large library has many files, and no start waits for that."""
        for folder in await self._files.run(self._library.sample_folders):
            await self._files.run(self._library.sweep, folder)

    async def _remember_times(self) -> None:
        """Takes up how long each model's last calls took, for honest estimates from the first sound on."""
        shift = self._clock.monotonic() - self._clock.now()
        for model in self._shop.models.all():
            spans = await self._database.read(partial(spending.recent_durations, model=model.name))
            self._estimates.learn(model.name, [(begun + shift, ended + shift) for begun, ended in spans])

    @property
    def running(self) -> int:
        """Returns how many jobs are being worked on."""
        return self._scheduler.running

    async def rest(self, seconds: Seconds) -> int:
        """Takes nothing new, begins nothing that waits, and lets the jobs that are worked on end for so long.

        Returns how many did not: they stay where they stand, and the next start takes them up.
        """
        self._resting = True
        return await self._scheduler.rest(seconds)

    def _awake(self) -> None:
        """Raises RequestError while the bridge is stopping."""
        if self._resting:
            raise RequestError("The bridge is stopping, so nothing new is taken.", "Ask again when it runs.")

    async def close(self) -> None:
        """Stops where it stands; the store remembers the rest."""
        await self._scheduler.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look_around(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AROUND_SECONDS)
            await self._courier.look_around()
            await self._publisher.catch_up()
            await self._chooser.catch_up()

    # --- asking -----------------------------------------------------------------------------------------------

    async def trigger(self, request: Request) -> Job:
        self._awake()
        brief = await self._intake.brief_of(request, self._settings.song)
        await self._price_of(brief)  # refuses at the door what the model could not take
        return await self._accept(
            self._new_job(brief, request.origin, ref=request.ref, priority=priority_of(request))
        )

    async def price(self, request: Request) -> Price:
        brief = await self._intake.brief_of(request, self._settings.song)
        call = Call(id="", job="", model=brief.model, attempt=0, seed=brief.seed, created=self._clock.now(),
                    estimate=await self._price_of(brief))
        problem = ""
        try:
            await self._database.read(lambda store: self._budget.reserve(store, call))
        except ModelError as refused:
            problem = str(refused)
        return Price(brief=brief, usd=call.estimate, problem=problem)

    async def _price_of(self, brief: Brief) -> Usd:
        """Returns the most that a call costs; words that a picture will bring are taken to be there."""
        words = brief.prompt or ("picture" if brief.image else "")
        return await self._model_of(brief.model).estimate(replace(brief, prompt=words))

    async def budget(self) -> BudgetView:
        return await self._database.read(self._budget.view)

    async def again(self, target: str, *, ref: str = "", same_seed: bool = False, origin: Origin = "command") -> Job:
        self._awake()
        parent = await self._job_behind(target)
        brief = parent.brief if same_seed else replace(parent.brief, seed=new_seed())
        self._model_of(brief.model)
        job = self._new_job(brief, origin, ref=ref, priority=parent.priority, parent=parent.id)
        return await self._accept(job)

    def _new_job(self, brief: Brief, origin: Origin, *, ref: str, priority: Priority, parent: str = "") -> Job:
        now = self._clock.now()
        return Job(
            id=new_id("j"), number=0, brief=brief, state=JobState.QUEUED, origin=origin, priority=priority,
            created=now, updated=now, ref=clean_text(ref, "The ref", LONGEST_WORD), parent=parent,
        )

    async def _accept(self, job: Job) -> Job:
        # What waits in a folder can wait for its turn: it is no press.
        pressed = job.brief.pad in self._pads and job.origin != "inbox"
        busy = self._pads[job.brief.pad].busy if pressed else "queue"

        def accept(store: Connection) -> tuple[Job, list[Job], list[Event], bool]:
            if job.ref and (known := job_store.job_of_ref(store, job.ref, job.created)):
                return known, [], [], False
            superseded: list[Job] = []
            events: list[Event] = []
            if busy != "queue" and (unfinished := job_store.unfinished_jobs(store, job.brief.pad)):
                if busy == "ignore" and any(other.state is not JobState.ASKING for other in unfinished):
                    raise RequestError(
                        f"Pad {job.brief.pad} is busy.", "It takes a new trigger when its sound is ready."
                    )
                superseded, events = moves.cancel_all(store, unfinished, now=job.created, reason="superseded")
            added, told = moves.accept(store, job)
            return added, superseded, [*events, *told], True

        try:
            added, superseded, events, is_new = await self._database.write(accept)
        except RequestError as refused:
            rejected = Event(
                kind="rejected", pad=job.brief.pad, ref=job.ref, reason=refused.message, hint=refused.hint
            )
            self._hub.tell([rejected])
            raise
        self._stop(superseded)
        self._hub.tell(events)
        if is_new:
            log.info("job %s accepted from %s: %s %r", added.id, added.origin, added.brief.family, added.brief.prompt)
            self._scheduler.add(added)
        elif added.state not in ENDED and added.state is not JobState.ASKING and not self._scheduler.holds(added.id):
            self._scheduler.add(added)  # a command without a daemon takes up only what it asks for
        return added

    async def accept(self, target: str, *, prompt: str | None = None, original: bool = False, pay: bool = False) -> Job:
        self._awake()
        job = await self._asking_job(target)
        calls = await self._database.read(lambda store: job_store.sound_calls(store, job.id))
        if bool(calls) is not pay:
            raise RequestError(
                f"Job {job.id} asks: {job.reason}", f"{job.hint}" if calls else "There is nothing to pay again."
            )
        if pay:
            return await self._go_on(job, given_up=True)
        written = job.written or Written(original=job.brief.prompt, prompt=job.brief.prompt)
        if original:
            written = replace(written, prompt=written.original, negative=job.brief.negative, by="user")
        elif prompt is not None:
            written = replace(written, prompt=clean_text(prompt, "The prompt"), by="user")
        return await self._go_on(replace(job, written=written))

    async def _go_on(self, job: Job, *, given_up: bool = False) -> Job:
        if given_up:
            await self._caller.give_up(job)
        moved = await self._pipeline.begin_call(job)
        if moved is None:
            raise RequestError(f"Job {job.id} does not ask any more.", "")
        self._scheduler.add(moved)
        return moved

    async def _asking_job(self, target: str) -> Job:
        if target in self._pads:
            unfinished = await self._database.read(lambda store: job_store.unfinished_jobs(store, target))
            asking = [job for job in unfinished if job.state is JobState.ASKING]
            if not asking:
                raise NotFoundError(f"Pad {target} asks nothing.", "See: oneshot jobs")
            return asking[-1]
        job = await self.job(target)
        if job.state is not JobState.ASKING:
            raise RequestError(f"Job {job.id} asks nothing: it is {job.state}.", "")
        return job

    async def cancel(self, target: str) -> Sequence[Job]:
        if is_id(target, "j"):
            wanted = [await self.job(target)]
        elif target in self._pads:
            wanted = await self._database.read(lambda store: job_store.unfinished_jobs(store, target))
        else:
            raise unknown("job or pad", target, self._pads)

        def cancel(store: Connection) -> tuple[list[Job], list[Event]]:
            return moves.cancel_all(store, wanted, now=self._clock.now(), reason="user")

        cancelled, events = await self._database.write(cancel)
        self._stop(cancelled)
        self._hub.tell(events)
        if not cancelled and is_id(target, "j"):
            raise RequestError(f"Job {target} can't be cancelled: it is {wanted[0].state}.", "")
        return cancelled

    def _stop(self, cancelled: Sequence[Job]) -> None:
        for job in cancelled:
            self._scheduler.stop(job.id)
            self._spawn(self._caller.abandon(job))

    # --- choosing ---------------------------------------------------------------------------------------------

    async def keep(self, target: str) -> Sample:
        return await self._chooser.keep(target)

    async def discard(self, target: str) -> Sample:
        return await self._chooser.discard(target)

    async def play(self, target: str) -> Sample | None:
        sample = await self.sample(target) if target else None
        heard = Event(kind="play", at=self._clock.now(), pad=sample.pad if sample else "",
                      sample=sample.id if sample else "")
        self._hub.tell([heard])
        return sample

    async def select_kit(self, name: str) -> Sequence[str]:
        pads = self._settings.select_kit(name)
        self._hub.tell([Event(kind="kit", at=self._clock.now(), reason=name)])
        return pads

    def selected_kit(self) -> str:
        return self._settings.kit

    def set_pad(self, pad: str, key: str, value: object) -> None:
        self._settings.set_pad(pad, key, value)

    def set_song(self, *, bpm: float | None = None, key: str | None = None) -> None:
        self._settings.set_song(bpm=bpm, key=key)

    def pad_for_note(self, note: int, *, channel: int = 0) -> str | None:
        return self._settings.pad_for_note(note, channel)

    # --- looking ----------------------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return self._hub.subscribe(listener)

    async def newest_event(self) -> int:
        return await self._database.read(event_store.newest_event)

    async def events(self, after: int, *, limit: int) -> Sequence[Event]:
        return await self._database.read(lambda store: event_store.events_after(store, after, limit))

    async def job(self, target: str) -> Job:
        job = await self._database.read(lambda store: job_store.find_job(store, target))
        if job is None:
            raise NotFoundError(f"There is no job {target!r}.", "List them with: oneshot jobs")
        return job

    async def jobs(self, *, unfinished: bool = False, limit: int = 50) -> Sequence[Job]:
        if unfinished:
            return (await self._database.read(job_store.unfinished_jobs))[:limit]
        return await self._database.read(lambda store: job_store.recent_jobs(store, limit))

    def stage(self, job: str) -> str:
        return self._hub.stage(job)

    async def wait(self, job: str, patience: Seconds) -> Job:
        ending = self._hub.ending(job)
        found = await self.job(job)
        if found.state in ENDED or found.state is JobState.ASKING:
            self._hub.release(job)
            return found
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await ending.wait()
        return await self.job(job)

    async def outcomes(
        self, refs: Sequence[str], *, samples: bool = False, patience: Seconds = Seconds(0.0)
    ) -> Sequence[Outcome]:
        return await outcomes(self._database, self._hub, refs, samples, patience)

    async def sample(self, target: str) -> Sample:
        return await find_sample(self._database, self._pads, target)

    async def samples(
        self, *, pad: str = "", job: str = "", family: str = "", kept: bool = False, longer: Seconds | None = None,
        shorter: Seconds | None = None, note: MidiNote | None = None, tag: str = "", text: str = "", near: str = "",
        before: str = "", limit: int = 50,
    ) -> Sequence[Sample]:
        wanted = Wanted(
            pad=pad, job=job, family=family, kept=kept, longer=longer, shorter=shorter, note=note, tags=tags_in(tag),
            text=text, before=before,
        )
        one = await self.sample(near) if near else None
        return await find_samples(self._database, wanted, near=one, limit=limit)

    async def sidecar(self, sample: str) -> dict[str, Any]:
        found = await self.sample(sample)
        return await self._files.run(self._library.read_sidecar, found.path)

    async def pads(self) -> Sequence[PadView]:
        pads = dict(self._pads)  # the config may change while the store is asked

        def look(store: Connection) -> tuple[dict[str, Sample], dict[str, int], dict[str, PadState]]:
            states = {pad: moves.pad_state(store, pad) for pad in pads}
            return sample_store.current_samples(store), sample_store.history_lengths(store), states

        currents, history, states = await self._database.read(look)
        return [self._view(name, pad, currents.get(name), history.get(name, 0), states[name])
                for name, pad in pads.items()]

    def _view(self, name: str, pad: Pad, current: Sample | None, history: int, state: PadState) -> PadView:
        family = FAMILIES[family_of_pad(name, pad)]
        return PadView(
            name=name, prompt=pad.prompt, family=family.name, mapping=pad.mapping or family.mapping,
            model=pad.model or self._config.model, pad_note=pad_note_of(name, pad), note=pad.note, state=state,
            seconds=pad.seconds,
            current=current.id if current else "", path=current.path if current else "", history=history,
            overrides=self._settings.overrides(name),
        )

    def kits(self) -> dict[str, Sequence[str]]:
        return self._settings.kits()

    async def instrument(self, targets: Sequence[str]) -> Instrument:
        return await find_instrument(self._database, self._pads, self.kits(), targets)

    def models(self) -> Sequence[Model]:
        return self._shop.models.all()

    def absolute(self, path: str) -> str:
        return self._library.absolute(path)

    # --- hosts ------------------------------------------------------------------------------------------------

    async def deliveries(self, *, host: str = "", waiting: bool = False, limit: int = 50) -> Sequence[Delivery]:
        if waiting:
            return await self._database.read(lambda store: delivery_store.waiting_deliveries(store, host))
        return await self._database.read(lambda store: delivery_store.recent_deliveries(store, host, limit))

    async def hosts(self) -> Sequence[HostView]:
        return await self._courier.views()

    async def attach_host(self, host: str) -> Sequence[Delivery]:
        return await self._courier.attach(host)

    async def loaded(self, host: str, seq: int) -> None:
        await self._courier.end(host, seq, "done")

    async def load_failed(self, host: str, seq: int, reason: str) -> None:
        await self._courier.end(host, seq, "failed", reason)

    # --- inner ------------------------------------------------------------------------------------------------

    def _running_at_once(self, model: str, urgency: int) -> int:
        """Returns how many jobs of a model may be under way when one of an urgency begins; the jobs of one that is gone
        fail one by one."""
        if model not in {known.name for known in self._shop.models.all()}:
            return 1
        pressed = PRESSED_JOBS if urgency == PRIORITIES["pad"] else 0
        return self._model_of(model).capabilities.concurrent or self._shop.at_once + SPARE_JOBS + pressed

    async def _job_behind(self, target: str) -> Job:
        if is_id(target, "j"):
            return await self.job(target)
        if target in self._pads:
            last = await self._database.read(lambda store: sample_store.current_sample(store, target))
            if last is None:
                return await self._last_job(target)
            return await self.job(last.job)
        return await self.job((await self.sample(target)).job)

    async def _last_job(self, pad: str) -> Job:
        job = await self._database.read(lambda store: job_store.last_job_of_pad(store, pad))
        if job is None:
            raise NotFoundError(f"Pad {pad} has made nothing yet.", f"Make a sound with: oneshot trigger {pad}")
        return job

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
