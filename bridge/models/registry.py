"""The models that can be used: every installed one and every row of the catalogue, and why the others can't.

Two groups of entry points bring them: a *model* is opened as it is, a *provider* opens rows (its own name is what a row
says under `provider`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from importlib.metadata import EntryPoint
from typing import Any

from bridge.config.models import Row
from bridge.errors import BridgeError, NotFoundError, unknown
from bridge.ports import ChatModel, Clock, Model, References, SystemClock, Workers

GROUP = "oneshot_bridge.models"
PROVIDERS = "oneshot_bridge.providers"
SCHEMAS = "oneshot_bridge.schemas"

SchemaOf = Callable[[Row], Awaitable[Mapping[str, Any]]]
"""Asks a provider for the OpenAPI document of a row's model; BridgeError where it can't be asked (no key, no network),
an empty document where the version is gone. Its entry point in `SCHEMAS` has the provider's name."""

_CHAT_PARTS = ("name", "version", "provider", "licence", "estimate", "submit", "poll", "cancel", "find")
_PARTS = (*_CHAT_PARTS, "capabilities")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelContext:
    """Holds what a model may use of the bridge.

    `open_model(context)` of a model's entry point gets it, `open_row(name, row, context)` of a provider's too.
    `key_of(provider)` returns the user's key for a provider, None where there is none; ask each time, it may come
    later. `references` are the sounds and pictures that briefs name. Whoever holds `room` may have a large answer in
    memory.
    """

    workers: Workers
    clock: Clock = field(default_factory=SystemClock)
    key_of: Callable[[str], str | None] = lambda provider: None
    references: References | None = None
    room: asyncio.Lock = field(default_factory=asyncio.Lock)


LEFT_OUT = "its row is left out: another model has that name."


@dataclass(slots=True, eq=False)
class _Retired:
    """Holds a model that was taken out, and the number of the newest job that may have a call under way there."""

    model: Model | ChatModel
    newest: int | None = None


class Models:
    """Holds the opened models by name; `problems` says of each that could not be opened why."""

    def __init__(self, models: Iterable[Model], problems: dict[str, str], chats: Iterable[ChatModel] = ()) -> None:
        self._models = {model.name: model for model in sorted(models, key=lambda model: model.name)}
        self._chats = {chat.name: chat for chat in sorted(chats, key=lambda chat: chat.name)}
        self.problems = problems
        self._retired: list[_Retired] = []

    def get(self, name: str) -> Model:
        """Returns the model of that name; NotFoundError names the nearest one, or why this one is missing."""
        if name in self._models:
            return self._models[name]
        if name in self.problems:
            raise NotFoundError(f"The model {name!r} can't be used: {self.problems[name]}")
        if name in self._chats:
            raise NotFoundError(f"The model {name!r} answers in words; it makes no sound.")
        raise unknown("model", name, self._models)

    def at_work(self, name: str) -> Model:
        """Returns the model of that name for a job that was accepted: one that was taken out since is found too."""
        retired: list[Any] = [] if name in self._models else [old.model for old in self._retired]
        last: Model | None = next(
            (old for old in reversed(retired) if old.name == name and hasattr(old, "capabilities")), None
        )
        return last or self.get(name)

    async def cancel(self, name: str, ticket: str) -> None:
        """Stops a call of a model, also where it goes on by one whose place another took."""
        await self.at_work(name).cancel(ticket)
        for old in self._retired:
            if old.model.name == name:
                await old.model.cancel(ticket)

    def all(self) -> Sequence[Model]:
        """Returns the models in the order of their names."""
        return tuple(self._models.values())

    def chat(self, name: str) -> ChatModel:
        """Returns the chat model of that name."""
        if name in self._chats:
            return self._chats[name]
        if name in self.problems:
            raise NotFoundError(f"The model {name!r} can't be used: {self.problems[name]}")
        raise unknown("chat model", name, self._chats)

    def renew(self, context: ModelContext, before: Mapping[str, Row], after: Mapping[str, Row]) -> None:
        """Opens the rows that are new or changed and takes out those that are gone; what is installed stays.

        Calls that go on by an old one end by it, until it is let go.
        """
        own = set(installed())
        fresh = {name: row for name, row in after.items() if before.get(name) != row and name not in own}
        gone = before.keys() - after.keys() - own
        opened = open_models(context, fresh, entry_points=())
        for held in (self._models, self._chats):
            self._retired += [_Retired(held.pop(name)) for name in (*gone, *fresh) if name in held]
        kept = {name: why for name, why in self.problems.items() if name not in before.keys() | fresh.keys()}
        unchanged = {name: why for name, why in self.problems.items() if name in after.keys() - fresh.keys()}
        self.problems = kept | unchanged | opened.problems | dict.fromkeys(after.keys() & own, LEFT_OUT)
        self._models = dict(sorted({**self._models, **opened._models}.items()))
        self._chats = dict(sorted({**self._chats, **opened._chats}.items()))

    async def let_go(self, *, newest: int, oldest: int | None) -> None:
        """Closes the models that were taken out and that no job is at any more.

        `newest` is the number of the newest job, `oldest` that of the oldest unfinished one (None: there is none).
        """
        for old in self._retired:
            old.newest = newest if old.newest is None else old.newest
        free = [old for old in self._retired if oldest is None or (old.newest or 0) < oldest]
        self._retired = [old for old in self._retired if old not in free]
        for old in free:
            await _close(old.model)

    async def close(self) -> None:
        """Closes every model that holds something open; what goes on at providers goes on."""
        for model in (*self._models.values(), *self._chats.values(), *(old.model for old in self._retired)):
            await _close(model)

    def chats(self) -> Sequence[ChatModel]:
        """Returns the chat models in the order of their names."""
        return tuple(self._chats.values())


def open_models(
    context: ModelContext,
    rows: Mapping[str, Row] | None = None,
    *,
    entry_points: Iterable[EntryPoint] | None = None,
    providers: Iterable[EntryPoint] | None = None,
) -> Models:
    """Opens every installed model and every row; one that can't be opened is a line in `problems`, never a stop.

    Without `entry_points` and `providers` they are those that installed distributions declare in the groups
    `oneshot_bridge.models` and `oneshot_bridge.providers`.
    """
    made: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for entry in metadata.entry_points(group=GROUP) if entry_points is None else entry_points:
        if entry.name in made:
            problems[entry.name] = f"{entry.value} is left out: another model has that name."
            continue
        _try(made, problems, entry.name, partial(_open_entry, entry, context))
    found = metadata.entry_points(group=PROVIDERS) if providers is None else providers
    known = {entry.name: entry for entry in found}
    for name, row in (rows or {}).items():
        if name in made:
            problems[name] = LEFT_OUT
            continue
        _try(made, problems, name, partial(_open_row, known, name, row, context))
    chats = [model for model in made.values() if not hasattr(model, "capabilities")]
    return Models([model for model in made.values() if hasattr(model, "capabilities")], problems, chats)


def installed() -> list[str]:
    """Returns the names of the models that installed distributions bring, the built-in ones included."""
    return [entry.name for entry in metadata.entry_points(group=GROUP)]


def schema_of(provider: str, entry_points: Iterable[EntryPoint] | None = None) -> SchemaOf:
    """Returns how a provider is asked for the schema of a row; NotFoundError where none tells."""
    found = metadata.entry_points(group=SCHEMAS) if entry_points is None else entry_points
    for entry in found:
        if entry.name == provider:
            asking: SchemaOf = entry.load()
            return asking
    raise NotFoundError(f"The provider {provider!r} can't be asked for the inputs of its models.")


def _try(made: dict[str, Any], problems: dict[str, str], name: str, opening: Callable[[], Any]) -> None:
    try:
        made[name] = opening()
    except BridgeError as problem:
        problems[name] = str(problem)
    except (Exception, SystemExit) as problem:  # a foreign package is imported and run: anything may come out
        problems[name] = f"{type(problem).__name__}: {problem}"


def _open_entry(entry: EntryPoint, context: ModelContext) -> Any:
    return _checked(entry.load()(context), entry.name, entry.value)


def _open_row(providers: Mapping[str, EntryPoint], name: str, row: Row, context: ModelContext) -> Any:
    if row.provider is None or row.provider not in providers:
        raise unknown("provider", row.provider or "", providers)
    entry = providers[row.provider]
    return _checked(entry.load()(name, row, context), name, entry.value, chat=row.kind == "chat")


async def _close(model: Model | ChatModel) -> None:
    if close := getattr(model, "close", None):
        await close()


def _checked(model: Any, name: str, where: str, *, chat: bool = False) -> Any:
    if missing := [part for part in (_CHAT_PARTS if chat else _PARTS) if not hasattr(model, part)]:
        raise BridgeError(f"{where} returned no model: it has no {', '.join(missing)}.")
    if model.name != name:
        raise BridgeError(f"{where} calls itself {model.name!r}, but it is installed as {name!r}.")
    return model
