"""Reads what chat models answer: never trusted, taken apart until plain words are left or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bridge.domain.text import LONGEST_PROMPT, plain_text
from bridge.errors import ModelError

LONGEST_ANSWER = 20_000
"""Characters; of a longer answer nothing is read, so that a hostile one costs no time."""
_MOST_OBJECTS = 20
_FENCE = re.compile(r"```(?:[a-zA-Z]*\n)?(.*?)```", re.DOTALL)
_LABEL = re.compile(
    r"^\s*(?:[-*•]\s+|\d+[.)]\s+|(?:prompt|answer|style|sound)\s*:\s*"
    r"|(?:sure|certainly|of course|okay|ok|absolutely|here(?:['’]s| is| are))\b[^:]{0,120}:\s*)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:i['’]?m sorry|i am sorry|i can(?:no|['’])t|i cannot|i won['’]t|as an ai"
    r"|unable to (?:help|assist|describe|comply)|je ne peux pas|es tut mir leid|ich kann (?:dir |ihnen |dabei |das )?"
    r"(?:leider )?nicht|lo siento|no puedo|non posso|não posso)\b|抱歉|对不起|無法|无法|申し訳|できません",
    re.IGNORECASE,
)
_CHATTER = re.compile(r"^(?:let me know|i hope|hope this|feel free|would you like)\b", re.IGNORECASE)
_QUOTES = "\"'“”„«»‘’`*_"
_SPACE = re.compile(r"\s+")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks that turn the direction of what is shown: a prompt should read as it is."""
_KEYS = ("prompt", "style", "text", "description", "sound")


def words_of(answer: str, *, longest: int = LONGEST_PROMPT) -> str:
    """Returns the words in an answer that should be one prompt: unfenced, unquoted, unlabelled, on one line.

    Raises ModelError where nothing usable is left: a refusal, an empty answer, broken JSON, one that is far too long.
    """
    text = _unfenced(answer[: LONGEST_ANSWER + 1]).strip()
    if len(answer) <= LONGEST_ANSWER:
        text = _said_in_json(text)
    lines = [line for raw in text.splitlines() if (line := _bare(raw)) and not _CHATTER.match(line)]
    if len(lines) > 1 and lines[0].endswith(":"):
        lines = lines[1:]
    words = ", ".join(lines[:4])
    if len(answer) > LONGEST_ANSWER or len(words) > longest:
        raise ModelError(f"The chat model gave {len(answer):,} characters; at most {longest:,} are taken.")
    if not words or _REFUSAL.search(words):
        raise ModelError("The chat model gave no words that can be used.")
    return words


def object_of(answer: str, keys: Sequence[str]) -> dict[str, Any] | None:
    """Returns the first JSON object in an answer that has one of the keys, or holds one that has; else None."""
    if len(answer) > LONGEST_ANSWER:
        return None
    for found in _objects(_unfenced(answer)):
        for candidate in (found, *found.values()):
            if isinstance(candidate, dict) and any(key in candidate for key in keys):
                return candidate
    return None


def text_in(value: Any) -> str:
    """Returns a JSON value as text: a string, or a list of strings as lines; anything else is empty."""
    if isinstance(value, list):
        return "\n".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    start = text.find("{")
    for _ in range(_MOST_OBJECTS):
        if start < 0:
            return
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield found
        start = text.find("{", end)


def _said_in_json(text: str) -> str:
    """Returns what a text says by way of JSON, or the text itself where it is none; broken JSON says nothing."""
    found = object_of(text, _KEYS)
    if found is not None:
        return next((said for key in _KEYS if (said := text_in(found.get(key)))), "")
    if not text.startswith(("{", "[")):
        return text
    try:
        return text_in(json.loads(text))
    except (ValueError, RecursionError):
        return ""


def _unfenced(answer: str) -> str:
    match = _FENCE.search(answer)
    return match.group(1) if match else answer


def _bare(line: str) -> str:
    try:
        line = plain_text(_SPACE.sub(" ", _DIRECTION.sub("", line)))
    except ValueError:
        line = plain_text("".join(letter for letter in line if letter.isprintable()))
    return _LABEL.sub("", line).strip().strip(_QUOTES).strip()
