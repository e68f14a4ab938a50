"""The small interfaces between the parts: what a part may ask of another, and nothing else.

Everything above this floor is written against these; `bridge.app` puts the real parts in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from bridge.config.models import Guide
from bridge.domain.brief import AudioUse, Brief, Origin, Request
from bridge.domain.delivery import Delivery
from bridge.domain.event import Event
from bridge.domain.instrument import Instrument
from bridge.domain.job import Job
from bridge.domain.licence import Licence
from bridge.domain.prompt import Question
from bridge.domain.sample import Analysis, Sample
from bridge.domain.take import Verdict
from bridge.errors import BridgeError, SoundError
from bridge.units import Decibels, MidiNote, Seconds, Usd


class Clock(Protocol):
    """Tells the time: `now` in seconds since 1970, `monotonic` in seconds that never jump."""

    def now(self) -> float: ...
    def monotonic(self) -> float: ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move; for tests and dry runs."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = self._monotonic = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += seconds
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Sets the time of day, forwards or back, as a user, a time server or a computer that slept does."""
        self._now += seconds


class Workers(Protocol):
    """Runs heavy work in another process."""

    async def run(self, task: str, *arguments: Any, priority: int = 0) -> Any:
        """Calls `package.module:function` with picklable arguments in a worker process and returns its answer.

        Lower `priority` goes first. A BridgeError of the function comes back as it was raised, any other error as a
        BridgeError that names its type; a worker that died is a retryable one. Cancelling the awaiting task ends the
        worker's process, so nothing goes on unseen.
        """
        ...


# --- models ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Declares what a model can do, so that nobody finds out by failing.

    `seconds` is the range that it makes. `notes` says that it obeys `brief.note`. `repeatable` says that a call may be
    made again at no cost and with the same result: after a crash it is simply repeated. `concurrent` is how many calls
    may run at once; 0 leaves it to the workers. `seeded` says that the same seed brings the same sound, `guide` how it
    likes to be asked (None: in the user's words), `loops` that it answers with loops, `tempo` and `key` that it takes
    those as such, `audio` in which ways it uses a sound that it is given, `image` that it sees.
    """

    seconds: tuple[float, float]
    negative: bool = False
    notes: bool = False
    seeded: bool = True
    loops: bool = False
    tempo: bool = False
    key: bool = False
    guide: Guide | None = None
    audio: frozenset[AudioUse] = frozenset()
    image: bool = False
    variations: int = 1
    repeatable: bool = False
    concurrent: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTake:
    """Holds a sound as the model gave it: the bytes of an audio file that libsndfile can read, and its seed."""

    sound: bytes
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Says that a call is still running: `stage` in the model's own words, `fraction` 0…1 of the way."""

    stage: str = "running"
    fraction: float = 0.0
    eta_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Brings the takes of a call and what it cost."""

    takes: tuple[RawTake, ...]
    cost: Usd = Usd(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Brings the text of a chat model and what it cost."""

    text: str
    cost: Usd = Usd(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Says why a call brought nothing; `retryable` where another seed or a later time may do better."""

    reason: str
    hint: str = ""
    retryable: bool = False
    cost: Usd = Usd(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Says that the provider does not know the ticket (a restarted worker, an expired prediction)."""


CallState = Progress | Finished | Failed | Lost
ChatState = Progress | Answered | Failed | Lost


class References(Protocol):
    """Keeps the sounds and pictures that briefs refer to, by name, until no job needs them."""

    def path(self, name: str) -> Path:
        """Returns where a reference lies; NotFoundError if it is gone."""
        ...


class Maker(Protocol):
    """Says who a model is; what `Model` and `ChatModel` have in common."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def licence(self) -> Licence: ...

    async def cancel(self, ticket: str) -> None:
        """Stops the work behind a ticket; a call that ended or is unknown is no error."""
        ...


class Model(Maker, Protocol):
    """Makes takes from a brief. There is no blocking `generate`: a call can be watched, cancelled and found again."""

    @property
    def capabilities(self) -> Capabilities: ...

    async def estimate(self, brief: Brief) -> Usd:
        """Returns what a call for this brief will cost at most."""
        ...

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        """Starts a call and returns its ticket; raises ModelError if the provider did not accept it, retryable where
        it may do so later, and DoubtfulError if nobody knows whether it did.

        Makes `brief.count` takes where `capabilities.variations` allows it, with seeds derived from `seed`. Of calls
        that wait for this computer, those of the lower `priority` go first.
        """
        ...

    async def poll(self, ticket: str, patience: Seconds) -> CallState:
        """Returns the state of a call: at once if it ended, else when it changes or after `patience`."""
        ...

    async def find(self, brief: Brief, seed: int, since: float) -> Sequence[str]:
        """Returns the tickets of calls for this brief that the provider accepted since then (seconds since 1970).

        None is a sure answer: the provider was asked for long enough to have shown it. Raises ModelError where it
        can't be asked.
        """
        ...


class ChatModel(Maker, Protocol):
    """Answers questions in words, about pictures too where `sees` says so; watched, cancelled, found like any call.

    `repeatable` says that a call costs nothing and may be made again.
    """

    @property
    def repeatable(self) -> bool: ...

    @property
    def sees(self) -> bool: ...

    async def estimate(self, question: Question) -> Usd: ...
    async def submit(self, question: Question) -> str: ...
    async def poll(self, ticket: str, patience: Seconds) -> ChatState: ...
    async def find(self, question: Question, since: float) -> Sequence[str]: ...


class Generators(Protocol):
    """Holds the models that can be used; they change with the configuration, so ask for one each time."""

    def get(self, name: str) -> Model:
        """Returns a model; NotFoundError names the nearest one, or why this one is missing."""
        ...

    def at_work(self, name: str) -> Model:
        """Returns a model for a job that was accepted: one that was taken out since is found too."""
        ...

    async def cancel(self, name: str, ticket: str) -> None:
        """Stops a call of a model, wherever it goes on; one that ended or is unknown is no error."""
        ...

    def chat(self, name: str) -> ChatModel: ...
    def all(self) -> Sequence[Model]: ...


# --- shaping --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """Holds a finished sound: 24-bit little-endian interleaved PCM, what was measured, and what was judged.

    `fingerprint` is what finds sounds that are alike (`bridge.sound.likeness`); empty where there is none. `layer` and
    `turn` are its place in its instrument; `parts` are the softer layers and the turns that were made from it.
    """

    pcm: bytes
    frames: int
    channels: int
    sample_rate: int
    analysis: Analysis
    verdicts: tuple[Verdict, ...] = ()
    fingerprint: bytes = b""
    layer: int = 1
    turn: int = 1
    parts: tuple[Shaped, ...] = ()


class Shaper(Protocol):
    """Judges takes and turns them into samples; the work is done in the worker processes."""

    async def cut(self, sound: bytes, family: str, most: int, *, priority: int) -> tuple[bytes, ...]:
        """Returns the hits of a loop that make the best one-shots of a family, at most so many, the best first.

        The same loop gives the same hits. Raises SoundError for what can't be decoded.
        """
        ...

    async def check(self, sound: bytes, brief: Brief, *, priority: int) -> tuple[Verdict, ...]:
        """Returns the gate's verdicts on a raw take; a take that can't be decoded is a verdict too."""
        ...

    async def recognise(self, sound: bytes, *, priority: int) -> str | None:
        """Returns the family of a sound that nobody named, None where nothing is sure; raises SoundError for what
        can't be decoded."""
        ...

    async def shape_set(
        self, sounds: Sequence[bytes], brief: Brief, *, notes: Sequence[MidiNote | None] = (), priority: int
    ) -> tuple[Shaped | SoundError, ...]:
        """Returns what becomes of the takes of one brief, in their order: each finished sound, or why it is none.

        They are shaped as one set, equally loud and with their attacks together. `notes` are the pitches that the takes
        were made for, where that is not the brief's. The same takes in the same order give the same PCM.
        """
        ...

    async def same_recording(self, sound: bytes, others: Sequence[bytes], *, priority: int) -> tuple[int, float] | None:
        """Returns which of some sound files (their bytes) is the same recording as `sound`, and how far their waves
        agree, 0…1; None where none is."""
        ...


# --- hearing ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Says what is being heard: how long it is, and on which device."""

    seconds: Seconds
    output: str


class Listening(Protocol):
    """Lets sounds be heard where there is a loudspeaker."""

    async def play(
        self, sound: str, *, level: Decibels | None = None, device: str | None = None, channel: int | None = None,
        patience: Seconds = Seconds(0.0),
    ) -> Heard:
        """Plays a sample, what a pad holds, or a file (its absolute path): at `level` dB, from the output `channel` of
        a device on (None: as the config says).

        Returns at once, or with `patience` when the sound is over or so many seconds later. Raises NotFoundError for
        what does not exist, SoundError for what can't be played, BridgeError where it can't be heard.
        """
        ...

    async def silence(self) -> None:
        """Ends what is heard."""
        ...


class Mute:
    """Stands where there is no loudspeaker: nothing can be heard (implements `Listening`)."""

    async def play(
        self, sound: str, *, level: Decibels | None = None, device: str | None = None, channel: int | None = None,
        patience: Seconds = Seconds(0.0),
    ) -> Heard:
        raise BridgeError("Nothing can be heard here.")

    async def silence(self) -> None:
        """Does nothing: it is silent."""


# --- the engine, as doors and voices see it -------------------------------------------------------------------

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
class Outcome:
    """Shows what became of a request: its newest job, the published samples, what all its calls cost, the model that
    was called last (empty: none yet), and what the gate said of each take that it refused."""

    job: Job
    samples: tuple[Sample, ...] = ()
    usd: Usd = Usd(0.0)
    model: str = ""
    refused: tuple[str, ...] = ()


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
    async def wait(self, job: str, patience: Seconds) -> Job:
        """Returns the job when it has ended, or as it is after `patience`."""
        ...

    async def outcomes(self, refs: Sequence[str], *, patience: Seconds = Seconds(0.0)) -> Sequence[Outcome]:
        """Returns what became of those requests that were accepted, by the `ref` of each job; at once where one of them
        has ended (or asks its user), else when one does, or as they are after `patience`."""
        ...

    async def sample(self, target: str) -> Sample: ...
    async def samples(
        self, *, pad: str = "", job: str = "", family: str = "", kept: bool = False, longer: Seconds | None = None,
        shorter: Seconds | None = None, note: MidiNote | None = None, tag: str = "", text: str = "", near: str = "",
        limit: int = 50,
    ) -> Sequence[Sample]:
        """Returns the published samples that everything said applies to, the newest first.

        `longer` and `shorter` bound the length, both included. `note` is the root. `tag` are tags behind commas, of
        which a sample has all. `text` are words, each of which stands somewhere in its prompt or tags. With `near`, a
        sample or pad, the answers are `Alike`, the nearest first, without that sample itself.
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
