"""What the name of a file says: whether it is meant for the bridge, what it holds, and what it is called afterwards."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from bridge.domain.text import shown_name

Kind = Literal["text", "picture", "sound"]

TEXTS = frozenset({".txt", ".md"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
SOUNDS = frozenset({".wav", ".wave", ".aif", ".aiff", ".aifc", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".caf", ".au",
                    ".snd", ".w64", ".rf64", ".bwf"})
_UNREADABLE: dict[str, Kind] = {
    **dict.fromkeys((".m4a", ".aac", ".mp4", ".wma", ".alac", ".ac3", ".amr", ".ape", ".wv"), "sound"),
    **dict.fromkeys((".heic", ".heif", ".tif", ".tiff", ".bmp", ".svg", ".avif", ".jxl", ".psd", ".raw"), "picture"),
    **dict.fromkeys((".rtf", ".doc", ".docx", ".odt", ".pdf", ".pages", ".html"), "text"),
}
"""Endings of what nobody here can read, though it is of a kind that is taken."""
KINDS: dict[str, Kind] = {
    **dict.fromkeys(TEXTS, "text"), **dict.fromkeys(PICTURES, "picture"), **dict.fromkeys(SOUNDS, "sound"),
}

_HIDDEN_STARTS = (".", "~$", "~syncthing~")
_PASSING_ENDS = (
    ".crdownload", ".part", ".partial", ".download", ".opdownload", ".tmp", ".temp", ".icloud", ".aria2", ".filepart",
    ".!ut", ".!qb", ".!sync", ".bts", ".swp", ".lock", "~",
)
"""How browsers, clients of clouds and editors call a file until it is whole, or while they have it open."""
_OF_THE_SYSTEM = frozenset({
    "desktop.ini", "thumbs.db", "icon\r", "@eadir", "__macosx", "$recycle.bin", "system volume information",
    "lost+found",
})  # fmt: skip

LONGEST_BYTES = 200
"""Of a name in UTF-8: file systems take 255, and `.reason.txt` or a temporary ending come on top."""
_LONGEST_ENDING = 16
_MARK = re.compile(r"(\.j-[a-z]{12})+$")
_MARKED = re.compile(r"\.(j-[a-z]{12})(?:\.[^.]*)?$")
_NO_LETTERS = frozenset({"Cc", "Cs"})


def is_passing(name: str) -> bool:
    """Tells whether a name is not meant for the bridge: hidden, a temporary one, or one of the system's own."""
    low = name.casefold()
    return low.startswith(_HIDDEN_STARTS) or low.endswith(_PASSING_ENDS) or low in _OF_THE_SYSTEM


def ending_of(name: str) -> str:
    """Returns the ending of a name in small letters, with its dot; empty where it has none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.casefold()}" if dot and stem else ""


def kind_of(name: str) -> Kind | None:
    """Returns what a file holds that is taken; None for any other."""
    return KINDS.get(ending_of(name))


def unreadable_kind(name: str) -> Kind | None:
    """Returns what a file holds that nobody here can read; None for any other."""
    return _UNREADABLE.get(ending_of(name))


def endings(kind: Kind) -> str:
    """Returns the endings of a kind of file, as people read them."""
    return ", ".join(sorted(ending for ending, known in KINDS.items() if known == kind))


def is_sound_name(name: str) -> bool:
    """Tells whether a name is text on one line: no control characters, no bytes that are no Unicode."""
    return not any(unicodedata.category(letter) in _NO_LETTERS for letter in name)


def unmarked(name: str) -> str:
    """Returns a name without the job's id that the inbox put into it: for a file that is dropped once more."""
    stem, ending = _split(name)
    return f"{_MARK.sub('', stem) or stem}{ending}"


def marked(name: str, mark: str) -> str:
    """Returns the name of a file with a mark before its ending: `deep kick.txt` → `deep kick.j-….txt`.

    It is at most `LONGEST_BYTES` long; what is no text on one line becomes �.
    """
    stem, ending = _split(unmarked(shown_name(name)))
    tail = f".{mark}{ending}" if mark else ending
    room = LONGEST_BYTES - len(tail.encode())
    return f"{_cut(stem, room)}{tail}"


def job_in(name: str) -> str:
    """Returns the id of the job that the inbox put into a name; empty where there is none."""
    found = _MARKED.search(name)
    return found[1] if found else ""


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not stem or _MARK.search(name) or len(ending.encode(errors="replace")) > _LONGEST_ENDING:
        return name, ""
    return stem, f"{dot}{ending}"


def _cut(text: str, most: int) -> str:
    """Returns as much of a text as fits into so many bytes of UTF-8, in whole characters."""
    return text.encode()[:most].decode(errors="ignore")
