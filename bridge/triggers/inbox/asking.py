"""Makes a request of what was taken out of the inbox, or says what is wrong with it."""

from __future__ import annotations

import codecs
import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from bridge.domain.brief import FINISH as AS_IT_IS
from bridge.domain.brief import Request
from bridge.domain.text import shown_name, words_in_name
from bridge.errors import RequestError, unknown
from bridge.library.plain import read_plain
from bridge.store.references import LARGEST_BYTES
from bridge.triggers.inbox.names import endings, is_sound_name, kind_of, unmarked, unreadable_kind
from bridge.triggers.inbox.place import FINISH, Claim, described_link

LARGEST_TEXT = 65_536
"""Bytes; a prompt has at most two thousand characters."""
REF = "inbox-"
"""How the refs of jobs begin that came from here."""
_WORDS_WANTED = "Write what the sound should be."

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
"""Byte order marks; the longer ones first, for one begins like another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Holds what a place in the inbox means: the `pad` (empty: none), and whether a sound is to be finished."""

    pad: str
    finish: bool


def drop_of(parts: tuple[str, ...]) -> Drop:
    """Returns what the folders say in which something lay."""
    folders = list(parts[:-1])
    finish = folders[:1] == [FINISH]
    pads = folders[1:] if finish else folders
    return Drop(pad=pads[0].casefold() if pads else "", finish=finish)


def request_of(claim: Claim, path: Path, pads: Collection[str]) -> Request:
    """Returns the request that a claim makes, which lies at `path`; raises RequestError that names what is wrong."""
    name, drop = shown_name(claim.name), drop_of(claim.parts)
    _check_nature(claim, path, pads)
    if not is_sound_name(claim.name):
        raise RequestError(f"The name {name!r} has control characters, or bytes that are no text.", "Rename the file.")
    kind = kind_of(claim.name)
    if kind is None or (drop.finish and kind != "sound"):
        raise _not_taken(claim.name, finish=drop.finish)
    size = _size(path, name, LARGEST_TEXT if kind == "text" else LARGEST_BYTES)
    if size == 0:
        raise RequestError(f"{name} is empty.", _WORDS_WANTED if kind == "text" else "Copy it anew.")
    asked = Request(pad=drop.pad, ref=f"{REF}{claim.token}", origin="inbox", priority="batch")
    return _filled(asked, kind, path, name, finish=drop.finish)


def _filled(asked: Request, kind: str, path: Path, name: str, *, finish: bool) -> Request:
    words = words_in_name(unmarked(name))
    if kind == "text":
        return replace(asked, prompt=_prompt(path, name))
    if kind == "picture":
        return replace(asked, image=str(path))
    if finish:
        return replace(asked, audio=str(path), audio_use=AS_IT_IS, prompt=words or None)
    return replace(asked, audio=str(path), prompt=None if asked.pad else words)


def _check_nature(claim: Claim, path: Path, pads: Collection[str]) -> None:
    name = shown_name(claim.name)
    if path.is_symlink():
        raise RequestError(
            f"{name} is a symbolic link to {described_link(path)!r}; links are never followed.", "Drop the file itself."
        )
    if path.is_dir():
        if drop_of(claim.parts).pad:
            raise RequestError(f"{name} is a folder inside a pad's folder.", "Drop the files themselves.")
        problem = unknown("pad", claim.name, pads)
        raise RequestError(problem.message, f"{problem.hint} A folder here is that of a pad; or drop the files alone.")
    if not path.is_file():
        raise RequestError(f"{name} is no file.", "Drop a text, a picture or a sound.")


def _not_taken(name: str, *, finish: bool) -> RequestError:
    kind = unreadable_kind(name)
    if finish:
        return RequestError(f"{shown_name(name)} is no sound that can be finished.", f"Those are: {endings('sound')}.")
    if kind is not None:
        return RequestError(
            f"{shown_name(name)} is a {kind} that can't be read here.", f"Save it as one of: {endings(kind)}."
        )
    return RequestError(
        f"{shown_name(name)} is of no kind that is taken.",
        f"Drop a text ({endings('text')}), a picture ({endings('picture')}) or a sound ({endings('sound')}).",
    )


def _size(path: Path, name: str, most: int) -> int:
    size = os.lstat(path).st_size
    if size > most:
        raise RequestError(f"{name} is {size:,} bytes long; at most {most:,} are taken.", "Drop a shorter one.")
    return size


def _prompt(path: Path, name: str) -> str:
    try:
        content = read_plain(path, LARGEST_TEXT)
    except OSError as problem:
        raise RequestError(f"{name} can't be read: {problem.strerror}.", "Let yourself read it.") from problem
    prompt = text_in(content, name).strip()
    if not prompt:
        raise RequestError(f"{name} has no words.", _WORDS_WANTED)
    return prompt


def text_in(content: bytes, name: str) -> str:
    """Returns the text in the bytes of a file: UTF-8, or what its byte order mark says; UTF-16 is known without one.

    Raises RequestError for bytes that are no text.
    """
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")
    try:
        return content.decode(marked or _guess(content))
    except UnicodeDecodeError as problem:
        raise RequestError(f"{name} is no text in UTF-8 or UTF-16.", "Save it as UTF-8.") from problem


def _guess(content: bytes) -> str:
    """Returns the encoding of bytes without a mark: in UTF-16 every other byte of Latin text is 0."""
    half = max(1, len(content) // 2)
    for encoding, zeros in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if len(content) % 2 == 0 and zeros.count(0) > half / 2:
            return encoding
    return "utf-8"
