"""Knows what a call costs: at most before it is made, truly when it ended."""

from __future__ import annotations

from bridge.config.models import Row
from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.units import Usd

SECOND: dict[str, float] = {
    "cpu": 0.0001, "t4": 0.000225, "a40-small": 0.000575, "a40-large": 0.000725, "l40s": 0.000975, "a100-80gb": 0.0014,
    "h100": 0.001525,
}
"""US dollars for a second of work on each kind of hardware, from Replicate's price list of 2026."""

LETTERS_A_TOKEN = 3.0
"""English text has about four letters a token; counting three keeps an estimate above the bill."""
TOKENS_A_PICTURE = 1_600


def estimate(row: Row, brief: Brief) -> Usd:
    """Returns the most that a call costs, in US dollars."""
    price = row.price
    many = brief.count if "count" in row.inputs else 1
    amounts = {
        "free": 0.0,
        "run": price.usd,
        "second": _a_second(row) * price.most * many,
        "output": price.usd * many,
        "tokens": price.usd,
    }
    return Usd(amounts[price.by])


def estimate_question(row: Row, question: Question) -> Usd:
    """Returns the most that a question to a chat model costs, in US dollars."""
    if row.price.by != "tokens":
        return estimate_flat(row)
    asked = len(question.text + question.system) / LETTERS_A_TOKEN + TOKENS_A_PICTURE * len(question.images)
    return Usd((row.price.question * asked + row.price.usd * question.longest) / 1_000)


def estimate_flat(row: Row) -> Usd:
    """Returns the most that a call costs whose price does not depend on what is asked."""
    return Usd(_a_second(row) * row.price.most if row.price.by == "second" else row.price.usd)


def cost(row: Row, *, seconds: float | None, sounds: int = 1, text: str = "", question: str = "") -> Usd:
    """Returns what a call cost in US dollars, by the seconds of work that the provider reports and what came back."""
    price = row.price
    if price.by == "tokens":
        return Usd((price.question * len(question) + price.usd * len(text)) / LETTERS_A_TOKEN / 1_000)
    amounts = {
        "free": 0.0,
        "run": price.usd if sounds else 0.0,
        "second": _a_second(row) * (price.most if seconds is None else seconds),
        "output": price.usd * sounds,
    }
    return Usd(amounts[price.by])


def _a_second(row: Row) -> float:
    return SECOND.get(row.price.hardware, row.price.usd)
