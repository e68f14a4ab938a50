"""Looks words up in the vocabulary, whatever their endings: what each of them may mean, in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bridge.domain.family import JAPANESE, LANGUAGES, NAMES
from bridge.domain.text import folded
from bridge.models.synth.words.grammar import DEGREES, ENGLISH, NOT, OR, RARELY_ENGLISH, SMALL, WITHOUT
from bridge.models.synth.words.vocabulary import ADJECTIVES, MACHINES, STYLES, Row

Mark = Literal["not", "without", "or", "small", "english"]

SHORTEST_STEM = 3
"""Letters that are left of a word when its ending is taken off."""
ENDINGS: dict[str, tuple[str, ...]] = {
    "en": ("er", "est", "ly", "ish"),
    "de": ("e", "en", "em", "er", "es", "ere", "eren", "erem", "erer", "eres",
           "ste", "sten", "stem", "ster", "stes", "este", "esten", "estem", "ester", "estes"),
    "fr": ("e", "s", "es"),
    "es": ("o", "a", "os", "as", "s", "es", "isimo", "isima", "isimos", "isimas", "ito", "ita", "itos", "itas"),
    "pt": ("o", "a", "os", "as", "s", "es", "issimo", "issima", "issimos", "issimas", "inho", "inha", "inhos", "inhas"),
}  # fmt: skip
"""What may stand behind a stem, folded."""
LONGEST_ENDING = 7
_ENDINGS = {
    ending: [language for language in ENDINGS if ending in ENDINGS[language]]
    for endings in ENDINGS.values() for ending in endings
}  # fmt: skip
"""The languages that have an ending."""
_MOST = ("issimo", "issima", "issimos", "issimas", "isimo", "isima", "isimos", "isimas")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Says what a word may mean in one language: a row of the vocabulary, a thing, a degree, or how to go on.

    `name` is the English name of the row or thing. A `hint` names a thing only where no other thing is named.
    """

    language: str
    row: Row | None = None
    name: str = ""
    thing: bool = False
    hint: bool = False
    degree: float = 0.0
    mark: Mark | None = None

    @property
    def meaning(self) -> tuple[object, ...]:
        """Returns what it comes to, whatever the language."""
        return id(self.row) if self.row else None, self.name, self.degree, self.mark


def _rows() -> Iterator[Row]:
    yield from ADJECTIVES
    yield from MACHINES
    yield from STYLES


def _spellings(word: str, language: str) -> Iterator[str]:
    yield folded(word)
    if language == "de" and (spelt := word.translate(_UMLAUTS)) != word:
        yield folded(spelt)


def _stems(word: str, language: str) -> Iterator[str]:
    """Yields what endings are put behind: `hell`, `leis` (leise), `clar` (claro)."""
    yield word
    if word[-1:] in {"de": "e", "es": "oe", "pt": "oe"}.get(language, ""):
        yield word[:-1]


class Lexicon:
    """Holds every word and every stem of the vocabulary."""

    def __init__(self) -> None:
        self._words: dict[str, list[Reading]] = {}
        self._stems: dict[tuple[str, str], list[Reading]] = {}
        self.japanese: dict[str, Reading] = {}
        for row in _rows():
            for language in LANGUAGES:
                for word in filter(None, getattr(row, language).split(", ")):
                    self._add(word, Reading(language, row=row, name=row.name), inflected=row not in MACHINES)
        for name, said in NAMES.items():
            for language in said.languages:
                reading = Reading(language, name=said.thing, thing=True, hint=said.hint)
                self._add(name, reading)
                if language != "ja":
                    self._add(f"{name}s", reading)
                    self._add(f"{name}n" if name.endswith("e") else name, reading)
        for language, degrees in DEGREES.items():
            for word, degree in degrees.items():
                self._add(word, Reading(language, degree=degree))
        marks: tuple[tuple[Mark, dict[str, str]], ...] = (
            ("not", NOT), ("without", WITHOUT), ("or", OR), ("small", SMALL)
        )
        for mark, words in marks:
            for language, together in words.items():
                for word in together.split(", "):
                    self._add(word, Reading(language, mark=mark))
        for word in ENGLISH | RARELY_ENGLISH:
            self._words.setdefault(word, []).append(Reading("en", mark="english"))
        self.phrases = self._phrases()

    def _add(self, word: str, reading: Reading, *, inflected: bool = False) -> None:
        if reading.language == "ja":
            self.japanese.setdefault(folded(word), reading)
            return
        for spelt in _spellings(word, reading.language):
            known = self._words.setdefault(spelt, [])
            if reading not in known:
                known.append(reading)
            if inflected and " " not in spelt:
                for stem in _stems(spelt, reading.language):
                    self._stems.setdefault((reading.language, stem), []).append(reading)

    def _phrases(self) -> dict[str, list[tuple[str, ...]]]:
        """Returns the phrases by their first words, the longest first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted((word for word in self._words if " " in word), key=len, reverse=True):
            words = tuple(phrase.split(" "))
            found.setdefault(words[0], []).append(words)
        return found

    def readings(self, word: str) -> list[Reading]:
        """Returns all that a folded word or phrase may mean, the first language's first."""
        found = list(self._words.get(word, ()))
        for length in range(1, min(LONGEST_ENDING, len(word) - SHORTEST_STEM) + 1):
            for language in _ENDINGS.get(word[-length:], ()):
                for reading in self._of_stem(language, word[:-length]):
                    if all(reading.meaning != other.meaning or other.language != language for other in found):
                        found.append(reading)
        return found

    def _of_stem(self, language: str, stem: str) -> list[Reading]:
        found = self._stems.get((language, stem), [])
        if language == "en" and not found:
            # wider, fatter, punchier
            doubled, changed = stem[-1] == stem[-2], stem[-1] == "i"
            for form in (f"{stem}e", stem[:-1] if doubled else "", f"{stem[:-1]}y" if changed else ""):
                found = found or self._stems.get((language, form), [])
        return found


def strengthens(word: str) -> float:
    """Returns the degree that an ending says: clarísimo is "very clear"."""
    return 2.0 if word.endswith(_MOST) else 1.0


@cache
def lexicon() -> Lexicon:
    """Returns the lexicon; made when the first prompt is read."""
    return Lexicon()


_AFTER_STEM = "いくさめすかそけ"
"""What an adjective in い goes on with: 明るい, 明るく, 明るさ, 明るめ, 明るすぎ …"""
_DENIAL = (
    "くない|くなく|くはない|すぎない|すぎず|ではない|ではなく|じゃない|じゃなく|でない|でなく|のない|がない|はない|もない|なし|無し|ない|抜き"
    "|少なめ|控えめ"
)
"""Behind a word: that it is not so."""
_ALONE = 2
"""Kana or less make a word that is read only where no kana stand beside it."""


@cache
def japanese_pattern() -> re.Pattern[str]:
    """Returns what finds words in text without spaces, the longest first, and whether they are denied."""
    parts = []
    for word in sorted(lexicon().japanese, key=len, reverse=True):
        if re.fullmatch("[\u30a1-\u30ff]+", word) and len(word) <= _ALONE:
            after = "" if lexicon().japanese[word].thing else "(?![\u30a1-\u30ff])"
            parts.append(f"(?<![\u30a1-\u30ff]){word}{after}")
        elif word.endswith("い") and lexicon().japanese[word].row:
            parts.append(f"{word[:-1]}(?=[{_AFTER_STEM}])")
        else:
            parts.append(re.escape(word))
    return re.compile(f"({'|'.join(parts)})({_DENIAL})?")


def japanese_reading(found: str) -> Reading:
    """Returns what a word means that the pattern found."""
    known = lexicon().japanese
    return known.get(found) or known[f"{found}い"]


IS_JAPANESE = re.compile(f"[{JAPANESE}]")
