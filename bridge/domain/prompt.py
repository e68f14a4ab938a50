"""Prompts on their way from the user's words to a model's words, and what is asked of a chat model meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Holds what a chat model is asked: `system` says how to answer, `images` are names of kept references."""

    text: str
    system: str = ""
    images: tuple[str, ...] = ()
    longest: int = 400
    """The most tokens that the answer may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Holds one text that arose on the way: `what` it is ("scene", "style", "prompt"), who wrote it, and the text."""

    what: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Holds a model's words beside the user's.

    `prompt` and `negative` are what the model gets. `by` is who wrote them: `user` (unchanged), `rules`, or the name
    of the chat model. `steps` are all intermediate texts in order; `trouble` says why a better writer was passed over.
    """

    original: str
    prompt: str
    negative: str = ""
    by: str = "user"
    steps: tuple[Step, ...] = ()
    trouble: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values, for the store and the sidecar."""
        return {**asdict(self), "steps": [asdict(step) for step in self.steps]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Written:
        """Reads what `to_dict` wrote."""
        return cls(**{**values, "steps": tuple(Step(**step) for step in values["steps"])})
