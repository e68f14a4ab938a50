"""What makes takes, and what answers questions: models, their calls and what these come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from bridge.config.models import Guide
from bridge.domain.brief import AudioUse, Brief
from bridge.domain.licence import Licence
from bridge.domain.prompt import Question
from bridge.domain.understood import Understood
from bridge.units import Seconds, Usd


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


@runtime_checkable
class Reader(Protocol):
    """Reads the words of a brief by rules, and so can tell before it makes a sound what it takes them for.

    A model may be one besides. The note and the length that its words say become those of the brief, where nobody said
    others.
    """

    def understood(self, brief: Brief, middle_c_octave: int) -> Understood: ...


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
