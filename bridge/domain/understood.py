"""What a model took a prompt for, where it reads words by rules that can be told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bridge.units import MidiNote, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """Holds the words that were understood, in English: `kick`, `long +1.6`, `not bright`.

    A figure is how strongly a word is meant, where that is not 1. `note`, `key` ("F#"), `seconds` and `tempo` (beats
    per minute) are what the words say of them; None and empty where they say nothing.
    """

    words: tuple[str, ...] = ()
    note: MidiNote | None = None
    key: str = ""
    seconds: Seconds | None = None
    tempo: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values, for the sidecar."""
        seconds = None if self.seconds is None else round(self.seconds, 4)
        return {**asdict(self), "words": list(self.words), "seconds": seconds}


def weighed(word: str, weight: float) -> str:
    """Returns a word with how strongly it is meant: `dark`, `dark +1.6`, `not dark`."""
    if weight in (1.0, -1.0):
        return word if weight > 0 else f"not {word}"
    return f"{word} {weight:+.1f}".replace("-", "−")
