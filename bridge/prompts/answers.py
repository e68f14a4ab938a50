"""Reads what chat models answer: never trusted, taken apart until plain words are left or nothing."""

from __future__ import annotations

import json
import re
from typing import Any

from bridge.domain.text import LONGEST_PROMPT, plain_text
from bridge.errors import ModelError

_FENCE = re.compile(r"```[a-zA-Z]*\n?(.*?)```", re.DOTALL)
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_LABEL = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+|(?:prompt|answer|style|sound)\s*:\s*)", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\b(?:i['’]?m sorry|i am sorry|i can(?:no|['’])t|i cannot|as an ai|unable to (?:help|assist|describe|comply))\b",
    re.IGNORECASE,
)
_QUOTES = "\"'“”„«»‘’`*_"
_SPACE = re.compile(r"\s+")


def words_of(answer: str, *, longest: int = LONGEST_PROMPT) -> str:
    """Returns the words in an answer that should be one prompt: unfenced, unquoted, unlabelled, on one line.

    Raises ModelError where nothing usable is left: a refusal, an empty answer, one that is far too long.
    """
    text = _unfenced(answer)
    found = object_of(text)
    if found is not None:
        text = next((value for key in ("prompt", "style", "text") if isinstance(value := found.get(key), str)), "")
    lines = [cleaned for line in text.splitlines() if (cleaned := _bare(line))]
    if len(lines) > 1 and lines[0].endswith(":"):
        lines = lines[1:]
    words = ", ".join(lines[:4])
    if not words or _REFUSAL.search(words):
        raise ModelError("The chat model gave no words that can be used.")
    if len(words) > longest:
        raise ModelError(f"The chat model gave {len(words):,} characters; at most {longest:,} are taken.")
    return words


def object_of(answer: str) -> dict[str, Any] | None:
    """Returns the JSON object in an answer, whatever stands around it; None where there is none."""
    match = _OBJECT.search(_unfenced(answer))
    if match is None:
        return None
    try:
        found = json.loads(match.group())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unfenced(answer: str) -> str:
    match = _FENCE.search(answer)
    return match.group(1) if match else answer


def _bare(line: str) -> str:
    try:
        line = plain_text(_SPACE.sub(" ", _LABEL.sub("", line)))
    except ValueError:
        line = "".join(letter for letter in line if letter.isprintable())
    return line.strip().strip(_QUOTES).strip()
