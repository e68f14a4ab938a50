"""What text from outside may be: the same everywhere, whichever door it comes through."""

from __future__ import annotations

import re
import unicodedata

LONGEST_PROMPT = 2_000
"""Characters. Nothing that a model reads is longer, and a longer text is a mistake or an attack."""
LONGEST_WORD = 200
"""Characters of a `ref`, a reason or a target."""

FIRST_LETTER_MARK = 0x0483
"""Before it lie the combining accents of Latin and Greek; what follows belongs to other scripts."""

_UNSHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Kinds of characters that break a line, or are none."""

NAME = re.compile(r"[a-z0-9-]{1,32}")
"""Pads, kits and hosts: names stand in paths and addresses, so they come from an allow-list of letters."""


def plain_text(text: str) -> str:
    """Returns text in composed form (NFC) with its white space tidied: runs of it become one space, none outside.

    Raises ValueError for control characters and broken Unicode. They are refused, not dropped: they come from a
    broken patch or a hostile one, and its owner should know.
    """
    tidy = " ".join(unicodedata.normalize("NFC", text).split())
    if tidy.isprintable():  # most texts are, and are told at once: what is refused is not printable
        return tidy
    bad = next((letter for letter in tidy if unicodedata.category(letter) in ("Cc", "Cs")), "")
    if bad:
        raise ValueError(f"contains control characters (U+{ord(bad):04X}); write plain text")
    return tidy


def folded(text: str) -> str:
    """Returns text for comparing: without case, accents and width (`Schläge` → `schlage`), any script.

    The marks of scripts that write vowels with them (Devanagari, Thai …) stay: there they are letters.
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter) or ord(letter) >= FIRST_LETTER_MARK)
    return unicodedata.normalize("NFKC", plain)


def shown_name(name: str) -> str:
    """Returns a file's name as it may be shown and kept: on one line, at most 200 characters, with � for every
    control character and for every byte that is no Unicode."""
    plain = "".join("\ufffd" if unicodedata.category(letter) in _UNSHOWN else letter for letter in name)
    return plain if len(plain) <= LONGEST_WORD else f"{plain[: LONGEST_WORD - 1]}…"


def words_in_name(name: str) -> str:
    """Returns the words in a file's name, without its ending: `Kick_01 (deep).wav` → `Kick 01 deep`."""
    stem = name.rpartition(".")[0] or name
    return " ".join("".join(letter if letter.isalnum() or letter == "-" else " " for letter in stem).split())


def without_password(url: str) -> str:
    """Returns an address without the name and password in it; any text is taken."""
    return re.sub("//[^/]*@", "//", url)
