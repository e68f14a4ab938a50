"""The exceptions of the bridge.

    BridgeError                 every error that a user may see: a message, a hint, whether trying again can help
    ├── ConfigError             the configuration is wrong; carries every problem at once
    ├── RequestError            what was asked for can't be made (unknown pad, note out of range, empty prompt …)
    │   └── NotFoundError       the named job, sample, pad, kit or model does not exist
    ├── SoundError              a sound can't be decoded, judged good or shaped
    ├── ModelError              a model failed, timed out or answered nonsense
    │   └── DoubtfulError       a call may have been accepted, and paid, without anybody knowing
    ├── LibraryError            the watched folder can't be read or written
    ├── StoreError              the database can't be opened, read or written
    │   └── DamagedError        its file is no sound database any more, and has to be built anew
    └── InUseError              something that may exist only once exists already (daemon, port, library)

A message names the thing and never ends in advice; the hint is the cure, often a command. Branch on the type,
never on the text.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class BridgeError(Exception):
    """Says what went wrong (`message`), how to cure it (`hint`) and whether the same call may succeed later."""

    def __init__(self, message: str, hint: str = "", *, retryable: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(BridgeError):
    """Lists every mistake of a configuration, one `problem` a line: `where: what is wrong`."""

    def __init__(self, problems: Sequence[str], hint: str = "") -> None:
        super().__init__("\n".join(problems), hint)
        self.problems = tuple(problems)


class RequestError(BridgeError):
    """Refuses a request; nothing was accepted and nothing is owed."""


class NotFoundError(RequestError):
    """Says that a named job, sample, pad, kit, model or host does not exist."""


def unknown(what: str, name: str, known: Iterable[str]) -> NotFoundError:
    """Returns the error for a name that does not exist, with the nearest one that does."""
    names = sorted(known)
    shown = name if len(name) <= 60 else name[:57] + "…"
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}." if names else ""
    return NotFoundError(f"There is no {what} {shown!r}.", hint)


class SoundError(BridgeError):
    """Says why a sound can't be used; `verdict` is the name of the failed check, if one failed."""

    def __init__(self, message: str, hint: str = "", *, verdict: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint, retryable=retryable)
        self.verdict = verdict


class ModelError(BridgeError):
    """Says why a model gave no sound."""


class DoubtfulError(ModelError):
    """Says that a call was sent and its answer lost: the provider may have accepted it. Never send it again blindly."""


class LibraryError(BridgeError):
    """Says why the watched folder can't be read or written."""


class StoreError(BridgeError):
    """Says why the database can't be used."""


class DamagedError(StoreError):
    """Says that the file of the database is damaged: no trying again helps, only building it anew."""


class InUseError(BridgeError):
    """Says who holds what may be held only once."""
