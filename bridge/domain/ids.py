"""Ids: a kind, a dash and twelve lowercase letters (`j-` job, `c-` call, `t-` take, `s-` sample).

Strings of letters survive every protocol and file system, and a player of samples can't mistake them for a note.
"""

from __future__ import annotations

import re
import secrets
from typing import Literal

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ID = re.compile(r"[jcts]-[a-z]{12}")

IdKind = Literal["j", "c", "t", "s"]


def new_id(kind: IdKind) -> str:
    """Returns a fresh id; 26^12 of them make a collision less likely than a broken disk."""
    return f"{kind}-" + "".join(secrets.choice(_LETTERS) for _ in range(12))


def is_id(text: str, kind: IdKind) -> bool:
    """Tells whether `text` is an id of this kind."""
    return text.startswith(kind) and _ID.fullmatch(text) is not None
