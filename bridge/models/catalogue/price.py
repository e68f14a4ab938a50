"""What a call will cost at most, and what it did cost, by the row's price model. US dollars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bridge.config.models import Price, Row
from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.models.catalogue.inputs import count_of, files_of, inputs_of
from bridge.units import Seconds, Usd

HARDWARE: Mapping[str, float] = {
    "cpu": 0.0001,
    "t4": 0.000225,
    "a40-small": 0.000575,
    "a40-large": 0.000725,
    "l40s": 0.000975,
    "a100-80gb": 0.0014,
    "h100": 0.001525,
}
"""US dollars for a second, from replicate.com/pricing."""

CHARACTERS_PER_TOKEN = 3
"""English has about four; three keeps the estimate above the bill."""
TOKENS_PER_IMAGE = 1_500
"""A picture of 2048 × 2048 is at most 1105 tokens for gpt-4o (OpenAI's vision guide)."""


def estimate(row: Row, brief: Brief) -> Usd:
    """Returns the most that a call for this brief costs; raises RequestError for a brief that the model can't be asked.

    A model paid by the second may work longer than `worst_seconds` only if nobody stops it there.
    """
    match row.price.by:
        case "run":
            return Usd(row.price.usd)
        case "second":
            return Usd(_per_second(row.price) * worst_seconds(row, brief))
        case "output":
            return Usd(row.price.usd * count_of(row, brief))
    return Usd(0.0)


def estimate_question(row: Row, question: Question) -> Usd:
    """Returns the most that an answer to this question costs."""
    asked = _tokens(question.system + question.text) + TOKENS_PER_IMAGE * len(question.images)
    match row.price.by:
        case "tokens":
            return Usd((row.price.question * asked + row.price.usd * question.longest) / 1_000)
        case "second":
            return Usd(_per_second(row.price) * row.price.most)
        case "run" | "output":
            return Usd(row.price.usd)
    return Usd(0.0)


def worst_seconds(row: Row, brief: Brief) -> Seconds:
    """Returns how long a call for this brief works at worst; 0 where the row does not say.

    The row's own figure is for the inputs that it names beside it; it grows with them, and never shrinks.
    """
    return Seconds(row.price.most * _growth(row, brief))


def longest_seconds(row: Row, inputs: Mapping[str, Any]) -> Seconds:
    """Returns how long a call with these inputs may work before it costs more than was reserved; 0: any time."""
    return Seconds(row.price.most * _growth_of(row, inputs)) if row.price.by == "second" else Seconds(0.0)


def usual_seconds(row: Row, brief: Brief) -> Seconds:
    """Returns how long a call for this brief usually works; 0 where the row does not say."""
    return Seconds(row.price.seconds * _growth(row, brief))


def cost(row: Row, *, seconds: float | None, sounds: int = 1, text: str = "", question: str = "") -> Usd:
    """Returns what a call did cost: `seconds` are those it worked, by the provider's account (None: it did not say).

    A call paid by the second whose seconds are unknown counts as the worst. Tokens are estimated from the characters.
    """
    match row.price.by:
        case "run":
            return Usd(row.price.usd if sounds else 0.0)
        case "second":
            worked = seconds if seconds is not None and math.isfinite(seconds) and seconds >= 0 else row.price.most
            return Usd(_per_second(row.price) * worked)
        case "output":
            return Usd(row.price.usd * sounds)
        case "tokens":
            return Usd((row.price.question * _tokens(question) + row.price.usd * _tokens(text)) / 1_000)
    return Usd(0.0)


def _growth(row: Row, brief: Brief) -> float:
    if not row.price.grows:
        return 1.0
    files = {field: f"file:{name}" for field, name in files_of(row, brief).items()}
    return _growth_of(row, inputs_of(row, brief, brief.seed, files))


def _growth_of(row: Row, inputs: Mapping[str, Any]) -> float:
    growth = 1.0
    for name, usual in row.price.grows.items():
        said = inputs.get(name, usual)
        growth *= max(1.0, float(said) / usual) if isinstance(said, int | float) else 1.0
    return growth


def _per_second(price: Price) -> float:
    return price.usd or HARDWARE.get(price.hardware, 0.0)


def _tokens(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)
