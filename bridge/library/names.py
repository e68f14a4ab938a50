"""Names the files of samples: readable, safe on every system, never used twice."""

from __future__ import annotations

import re
import unicodedata

from bridge.instruments.formats import file_stem
from bridge.units import pitch_class

SLUG_LENGTH = 40
UNASSIGNED = "unassigned"
"""The folder of samples that belong to no pad."""
PARTS = "parts"

_OTHERS = re.compile(r"[^a-z0-9]+")
# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def slug(text: str) -> str:
    """Returns what of a text can stand in a file name: a–z, 0–9 and single dashes, at most 40 characters.

    Accents fall off (`Schläge` → `schlage`); a text without a Latin letter or digit comes back empty.
    """
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _OTHERS.sub("-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")


def sample_path(
    *, pad: str, family: str, prompt: str, root: int | None, sample_id: str, part: bool = False
) -> str:
    """Returns a sample's library path: `samples/<pad>/<pad>_<slug>_<pitch class>_<note>_<id>.wav`.

    What is only a `part` of another one lies a folder deeper, in `parts`, where nobody has to scroll past it.

    Pitch class and three-digit note are left out of an unpitched sample's name. Without a pad the folder is
    `unassigned` and the family stands in the pad's place; a prompt that leaves no slug is named by the family.
    Raises LibraryError for a pad that is no pad name.
    """
    pitch = [] if root is None else [pitch_class(root), f"{root:03d}"]
    parts = [pad or family, slug(prompt) or family, *pitch, sample_id]
    folder = f"samples/{file_stem(pad) if pad else UNASSIGNED}"
    return f"{folder}/{PARTS}/{'_'.join(parts)}.wav" if part else f"{folder}/{'_'.join(parts)}.wav"
