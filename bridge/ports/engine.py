"""What the engine does for doors and voices, and what it shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bridge.domain.brief import Brief, Origin, Request
from bridge.domain.delivery import Delivery
from bridge.domain.event import Event
from bridge.domain.instrument import Instrument
from bridge.domain.job import Job, JobState
from bridge.domain.sample import Sample
from bridge.ports.models import Model
from bridge.units import MidiNote, Seconds, Usd

PadState = Literal["idle", "queued", "rendering", "asking", "ready", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PadView:
    """Shows a pad: what it asks for, what it holds, what goes on."""

    name: str
    prompt: str
    family: str
    mapping: str
    model: str
    pad_note: int | None
    note: int | None
    state: PadState
    seconds: Seconds | None = None
    current: str = ""
    path: str = ""
    history: int = 0
    overrides: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostView:
    """Shows a host: when it was last heard of (seconds since 1970), the pads whose newest sound is still on its way,
    and those whose newest sound it could not load, with its reason."""

    name: str
    seen: float
    waiting: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Shows what a request would become: its brief, and what its first call costs at most, in US dollars."""

    brief: Brief
    usd: Usd
    problem: str = ""
    """Why the budget would refuse it; empty where it would not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Shows what the calls of one model came to this month, in US dollars."""

    model: str
    spent: Usd
    reserved: Usd
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """Shows the money, in US dollars: what counts for today and this month (spent and reserved together), the caps,
    what running calls may cost at most, and the models that cost something this month."""

    day: Usd
    day_cap: Usd
    month: Usd
    month_cap: Usd
    job_cap: Usd
    reserved: Usd
    models: tuple[Spent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Shows what became of a request: its newest job (the id) with its state, reason and hint, how many `sounds` were
    published (and, on demand, those `samples`), what all its calls cost, the model that was called last (empty: none
    yet), and what the gate said of each take that it refused."""

    job: str
    ref: str
    state: JobState
    reason: str = ""
    hint: str = ""
    sounds: int = 0
    samples: tuple[Sample, ...] = ()
    usd: Usd = Usd(0.0)
    model: str = ""
    refused: tuple[str, ...] = ()


class Engine(Protocol):
    """What a door may ask for. Every method raises BridgeError with message and hint when it refuses."""

    async def trigger(self, request: Request) -> Job:
        """Accepts a request durably and returns its job; RequestError means that nothing was accepted.

        A `ref` that was used before returns the job that it made then. A pad that ignores triggers while it is
        busy raises RequestError.
        """
        ...

    async def again(self, target: str, *, ref: str = "", same_seed: bool = False, origin: Origin = "command") -> Job:
        """Makes a sample's sound, a pad's current one or a job's brief once more, with a new seed by default."""
        ...

    async def keep(self, target: str) -> Sample:
        """Marks a sample (or a pad's current one) as kept; a kept sample of a pad becomes its current one."""
        ...

    async def discard(self, target: str) -> Sample:
        """Marks a sample (or a pad's current one) as discarded; a pad goes back to the one before it."""
        ...

    async def accept(self, target: str, *, prompt: str | None = None, original: bool = False, pay: bool = False) -> Job:
        """Lets a job that asks go on: with the words as written, with `prompt`, or with the user's `original` ones.

        `target` is the job or its pad. A parked job goes on only with `pay`: then a new call is sent, though the old
        one may have been paid.
        """
        ...

    async def price(self, request: Request) -> Price:
        """Returns what a request would cost at most, without making anything."""
        ...

    async def budget(self) -> BudgetView: ...

    async def play(self, target: str) -> Sample | None:
        """Lets a sample (or a pad's current one) be heard where there is a loudspeaker, and returns it; an empty target
        silences all."""
        ...

    async def cancel(self, target: str) -> Sequence[Job]:
        """Cancels a job, or all unfinished jobs of a pad, and returns them; nothing of them is published after."""
        ...

    async def select_kit(self, name: str) -> Sequence[str]:
        """Makes a kit the one whose pads MIDI notes trigger; returns its pads."""
        ...

    def selected_kit(self) -> str:
        """Returns the kit whose pads MIDI notes trigger; empty where there is none."""
        ...

    def set_pad(self, pad: str, key: str, value: object) -> None:
        """Sets a pad's key until the daemon restarts; never written to the config."""
        ...

    def set_song(self, *, bpm: float | None = None, key: str | None = None) -> None:
        """Sets the tempo (0: none) or the key of the song for sounds to come, until the daemon restarts."""
        ...

    def pad_for_note(self, note: int, *, channel: int = 0) -> str | None:
        """Returns the pad that sits on a MIDI note: of the kit of that channel, else of the selected one."""
        ...

    def announce(self, reason: str, hint: str) -> None:
        """Tells everybody who listens what is wrong, though it is no job's trouble."""
        ...

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Calls `listener` on the loop for every event from now on; returns the call that ends it."""
        ...

    async def newest_event(self) -> int:
        """Returns the id of the last stored event, 0 before the first."""
        ...

    async def events(self, after: int, *, limit: int) -> Sequence[Event]:
        """Returns the stored events after an id in their order, at most so many."""
        ...

    async def job(self, target: str) -> Job: ...
    async def jobs(self, *, unfinished: bool = False, limit: int = 50) -> Sequence[Job]: ...
    def stage(self, job: str) -> str:
        """Returns what goes on in a job right now, such as `running 40 %`; empty where nobody knows more than its
        state."""
        ...

    async def wait(self, job: str, patience: Seconds) -> Job:
        """Returns the job when it has ended, or as it is after `patience`."""
        ...

    async def outcomes(
        self, refs: Sequence[str], *, samples: bool = False, patience: Seconds = Seconds(0.0)
    ) -> Sequence[Outcome]:
        """Returns what became of those requests that were accepted, by the `ref` of each job; at once where one of them
        has ended (or asks its user), else when one does, or as they are after `patience`.

        Without `samples` those are only counted, which is quick for thousands.
        """
        ...

    async def sample(self, target: str) -> Sample: ...
    async def samples(
        self, *, pad: str = "", job: str = "", family: str = "", kept: bool = False, longer: Seconds | None = None,
        shorter: Seconds | None = None, note: MidiNote | None = None, tag: str = "", text: str = "", near: str = "",
        before: str = "", limit: int = 50,
    ) -> Sequence[Sample]:
        """Returns the published samples that everything said applies to, the newest first.

        `longer` and `shorter` bound the length, both included. `note` is the root. `tag` are tags behind commas, of
        which a sample has all. `text` are words, each of which stands somewhere in its prompt or tags. With `near`, a
        sample or pad, the answers are `Alike`, the nearest first, without that sample itself. Only what was made before
        the sample `before` is answered: the last one of an answer asks for the next part of a long list.
        """
        ...
    async def sidecar(self, sample: str) -> dict[str, Any]: ...
    async def pads(self) -> Sequence[PadView]: ...
    def kits(self) -> dict[str, Sequence[str]]: ...
    async def instrument(self, targets: Sequence[str]) -> Instrument:
        """Returns what a pad, a kit or a sample plays, or several pads and samples joined into one instrument."""
        ...

    def models(self) -> Sequence[Model]: ...
    def absolute(self, path: str) -> str:
        """Returns the native absolute path of a library-relative one."""
        ...

    # Deliveries to hosts without files: OSC and, later, SysEx.
    async def deliveries(self, *, host: str = "", waiting: bool = False, limit: int = 50) -> Sequence[Delivery]: ...
    async def hosts(self) -> Sequence[HostView]:
        """Returns every host that has ever come, by name."""
        ...

    async def attach_host(self, host: str) -> Sequence[Delivery]:
        """Registers a host and returns what it has not acknowledged, oldest first."""
        ...

    async def loaded(self, host: str, seq: int) -> None:
        """Acknowledges a delivery; a repeated or unknown acknowledgement changes nothing."""
        ...

    async def load_failed(self, host: str, seq: int, reason: str) -> None: ...
