"""Finds what was asked for in a model's answer, whatever its shape: text, list, object, one in the other."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from bridge.config.models import Row
from bridge.errors import ModelError

_NO_SOUND = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".json", ".txt", ".mid", ".midi", ".mp4"})
_DEEPEST = 12


def sound_links(row: Row, output: Any) -> tuple[str, ...]:
    """Returns the links (`https:`, `http:`, `data:`) to sound in an answer, in order, each once.

    Where the row names the fields that hold sound and one of them is there, only those are looked at.
    """
    if isinstance(output, dict) and (named := [output[key] for key in row.output.keys if output.get(key)]):
        output = named
    return tuple(dict.fromkeys(link for link in _links(output) if _may_be_sound(link)))


def data_bytes(link: str) -> bytes:
    """Returns the bytes of a `data:` URI; raises ModelError for one that can't be read."""
    head, comma, body = link.partition(",")
    if not comma or not head.startswith("data:"):
        raise ModelError("The model answered with a broken data link.")
    try:
        return base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError) as problem:
        raise ModelError(f"The model answered with a broken data link: {problem}.") from problem


def text_of(output: Any) -> str:
    """Returns the text of a chat model's answer, its chunks joined; raises ModelError where there is none."""
    if isinstance(output, str):
        text = output
    elif isinstance(output, list) and all(isinstance(part, str) for part in output):
        text = "".join(output)
    else:
        raise ModelError(f"The model answered with {type(output).__name__} instead of text.")
    if not text.strip():
        raise ModelError("The model answered with nothing.", retryable=True)
    return text


def _links(output: Any, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(output, str):
        if output.startswith(("https://", "http://", "data:")):
            yield output
    elif isinstance(output, dict):
        for value in output.values():
            yield from _links(value, depth + 1)
    elif isinstance(output, list | tuple):
        for value in output:
            yield from _links(value, depth + 1)


def _may_be_sound(link: str) -> bool:
    if link.startswith("data:"):
        kind = link[5:].partition(",")[0].partition(";")[0].lower()
        return kind.startswith("audio/") or kind in ("", "application/octet-stream", "binary/octet-stream")
    try:
        return PurePosixPath(urlsplit(link).path).suffix.lower() not in _NO_SOUND
    except ValueError:
        return False
