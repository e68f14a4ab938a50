"""Where the sounds are in a model's answer: in any shape, because versions of one model answer differently."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from bridge.config.models import Row
from bridge.errors import ModelError

MOST_LINKS = 64
"""More files than that is no answer to one call."""

_LINK = re.compile(r"(https?|data):", re.IGNORECASE)
_DATA = re.compile(r"data:(?P<type>[^,;]*)(?P<rest>(?:;[^,;]*)*),", re.IGNORECASE)
_NO_SOUND = frozenset({
    ".apng", ".avif", ".bmp", ".gif", ".htm", ".html", ".jpeg", ".jpg", ".json", ".md", ".mid", ".midi", ".npy", ".npz",
    ".pdf", ".png", ".svg", ".tif", ".tiff", ".txt", ".webp", ".zip",
})  # fmt: skip
_SOUND_TYPES = ("audio/", "video/", "application/octet-stream", "application/ogg", "binary/")
"""What a data URI may call a sound: servers guess, and an Ogg or an MP4 may go as video."""


def sound_links(row: Row, output: Any) -> tuple[str, ...]:
    """Returns the links to sounds in an answer, in its order: `http:`, `https:` and `data:` ones, pictures left out.

    An address that comes twice is one file. Walks text, lists and tables however deep; where a table has fields of
    `row.output.keys`, only these are looked into. Raises ModelError for more than `MOST_LINKS`.
    """
    links: list[str] = []
    for text in _texts(row.output.keys, output):
        # One address twice is one file; equal bytes twice are two takes that happen to be equal.
        named_before = not text.startswith("data:") and text in links
        if _LINK.match(text) and _may_be_sound(text) and not named_before:
            links.append(text)
            if len(links) > MOST_LINKS:
                raise ModelError(f"The model answered with more than {MOST_LINKS} files.")
    return tuple(links)


def data_bytes(link: str) -> bytes:
    """Returns the bytes in a `data:` URI (RFC 2397), base64 or percent-encoded; ModelError if it is none."""
    head = _DATA.match(link)
    if head is None:
        raise ModelError("The model answered with a data URI that has no data.")
    body = link[head.end() :]
    if not head["rest"].lower().endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(unquote_to_bytes(body), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise ModelError("The model answered with a data URI that is not base64.") from problem


def text_of(output: Any) -> str:
    """Returns a chat model's answer, which comes whole or in pieces; ModelError if it is no text, or none."""
    if isinstance(output, list | tuple) and all(piece is None or isinstance(piece, str) for piece in output):
        output = "".join(piece or "" for piece in output)
    if not isinstance(output, str):
        raise ModelError(f"The chat model answered with {type(output).__name__}, not with text.")
    if not output.strip():
        raise ModelError("The chat model answered with nothing.", retryable=True)
    return output


def _texts(keys: tuple[str, ...], output: Any) -> Iterator[str]:
    # No recursion: an answer may be nested deeper than Python's stack.
    waiting = [output]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, list | tuple):
            waiting.extend(reversed(part))
        elif isinstance(part, dict):
            named = [value for key, value in part.items() if any(fnmatchcase(str(key), pattern) for pattern in keys)]
            waiting.extend(reversed(named or list(part.values())))


def _may_be_sound(link: str) -> bool:
    if data := _DATA.match(link):
        kind = data["type"].strip().lower()
        return not kind or kind.startswith(_SOUND_TYPES)
    try:
        path = urlsplit(link).path
    except ValueError:
        return False
    return PurePosixPath(path.lower()).suffix not in _NO_SOUND
