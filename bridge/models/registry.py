"""The catalogue of models: every installed one that can be opened, and why the others can't."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from importlib.metadata import EntryPoint

from bridge.errors import BridgeError, NotFoundError, unknown
from bridge.ports import Clock, Model, SystemClock, Workers

GROUP = "oneshot_bridge.models"

_PARTS = (
    "name", "version", "provider", "licence", "capabilities", "estimate", "submit", "poll", "cancel", "find",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelContext:
    """Holds what a model may use of the bridge; `open_model(context)` of an entry point gets it."""

    workers: Workers
    clock: Clock = field(default_factory=SystemClock)


class Models:
    """Holds the opened models by name; `problems` says of each that could not be opened why."""

    def __init__(self, models: Iterable[Model], problems: dict[str, str]) -> None:
        self._models = {model.name: model for model in sorted(models, key=lambda model: model.name)}
        self.problems = problems

    def get(self, name: str) -> Model:
        """Returns the model of that name; NotFoundError names the nearest one, or why this one is missing."""
        if name in self._models:
            return self._models[name]
        if name in self.problems:
            raise NotFoundError(f"The model {name!r} can't be used: {self.problems[name]}")
        raise unknown("model", name, self._models)

    def all(self) -> Sequence[Model]:
        """Returns the models in the order of their names."""
        return tuple(self._models.values())


def open_models(context: ModelContext, entry_points: Iterable[EntryPoint] | None = None) -> Models:
    """Opens every installed model; one that can't be opened is a line in `problems`, never a stop.

    The object of an entry point is called with the context and returns a Model. Without `entry_points` they are
    those that installed distributions declare in the group `oneshot_bridge.models`.
    """
    models: dict[str, Model] = {}
    problems: dict[str, str] = {}
    for entry in metadata.entry_points(group=GROUP) if entry_points is None else entry_points:
        if entry.name in models:
            problems[entry.name] = f"{entry.value} is left out: another model has that name."
            continue
        try:
            models[entry.name] = _open(entry, context)
        except BridgeError as problem:
            problems[entry.name] = str(problem)
        except (Exception, SystemExit) as problem:  # a foreign package is imported and run: anything may come out
            problems[entry.name] = f"{type(problem).__name__}: {problem}"
    return Models(models.values(), problems)


def _open(entry: EntryPoint, context: ModelContext) -> Model:
    model: Model = entry.load()(context)
    if missing := [part for part in _PARTS if not hasattr(model, part)]:
        raise BridgeError(f"{entry.value} returned no model: it has no {', '.join(missing)}.")
    if model.name != entry.name:
        raise BridgeError(f"{entry.value} calls itself {model.name!r}, but it is installed as {entry.name!r}.")
    return model
