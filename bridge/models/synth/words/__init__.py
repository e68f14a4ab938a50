"""What the synthesiser takes words for: `vocabulary` is the table, `reading` reads a prompt by it.

A word that the table does not know changes nothing.
"""

from __future__ import annotations

from bridge.models.synth.words.character import STRONGEST, Character
from bridge.models.synth.words.reading import Words, read

__all__ = ["STRONGEST", "Character", "Words", "read"]
