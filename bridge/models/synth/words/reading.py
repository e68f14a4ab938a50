"""Reads a prompt: which words are wanted, how strongly, which not, and what those mean that several languages have."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import get_args

from bridge.domain.family import JAPANESE, LANGUAGES
from bridge.domain.text import folded
from bridge.models.synth.words.character import STRONGEST, Character, Property
from bridge.models.synth.words.grammar import RARELY_ENGLISH
from bridge.models.synth.words.lengths import Length, length_in, tempo_in
from bridge.models.synth.words.lexicon import (
    IS_JAPANESE,
    Reading,
    japanese_pattern,
    japanese_reading,
    lexicon,
    strengthens,
)
from bridge.models.synth.words.notes import Pitch, pitch_in
from bridge.models.synth.words.vocabulary import ADJECTIVES, MACHINES
from bridge.units import MidiNote, Seconds

LONGEST_PROMPT = 2_000
"""Characters; what comes after them is not read."""
UNWANTED = -0.8
"""What a word of the negative prompt counts."""
GRAMMAR = 2
"""Small words tell the language more surely than others: `kick` and `punchy` are at home everywhere."""

_TOKEN = re.compile(rf"[{JAPANESE}]+|[^\W_{JAPANESE}]+(?:'[^\W_{JAPANESE}]+)?|[.,;:!?。、・]")
_ELISION = re.compile(r"\b(?:[ldjnsmc]|qu)'(?=\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Holds what a prompt says: the character, and every word that is wanted (folded, no hyphens).

    To words of other languages and to names of machines comes the English word that a voice knows. `pitch` is a note
    or a key, `tempo` the beats per minute of "120 bpm", `length` how long it is to be; None where not said. `known` are
    the words that were understood, in English, each with its weight: 1 is plainly so, below 0 not so.
    """

    character: Character
    wanted: tuple[str, ...]
    pitch: Pitch | None = None
    tempo: float | None = None
    length: Length | None = None
    known: tuple[tuple[str, float], ...] = ()

    @property
    def key(self) -> int | None:
        """Returns the pitch class of "in F#" (0 = C), where no octave is said."""
        return self.pitch.step if self.pitch and self.pitch.note() is None else None

    def note(self, middle_c_octave: int = 4) -> MidiNote | None:
        """Returns the note that is said with its octave."""
        return self.pitch.note(middle_c_octave) if self.pitch else None

    def seconds(self, tempo: float | None = None) -> Seconds | None:
        """Returns how long it is to be; `tempo` is the song's, which counts where the words say beats and no tempo."""
        return None if self.length is None else Seconds(self.length.at(self.tempo or tempo))

    def name(self, phrase: str) -> bool:
        """Tells whether the wanted words hold this word or these words in a row."""
        return f" {phrase} " in f" {' '.join(self.wanted)} "


@dataclass(slots=True)
class _Token:
    """Holds a word or phrase and what it may mean; `denied` says that an ending takes it back (明るくない)."""

    text: str
    readings: list[Reading] = field(default_factory=list)
    denied: bool = False


@lru_cache(maxsize=256)
def read(prompt: str, negative: str = "") -> Words:
    """Reads a prompt and a negative prompt; any text is a prompt. The time grows with the length, no faster.

    A prompt is read several times on the way of a sound, and a pack repeats it: the last ones are remembered.
    """
    text = _plain(prompt)
    tempo, text = tempo_in(text)
    length, text = length_in(text)
    pitch, text = pitch_in(text)
    tokens, unwanted = _tokens(text), _tokens(_plain(negative))
    choose = _Chooser([*tokens, *unwanted])
    offsets = dict.fromkeys(get_args(Property), 0.0)
    wanted: list[str] = []
    known: dict[str, float] = {}
    for token, reading, weight in _weighted(tokens, choose):
        if weight > 0:
            wanted.extend(_forms(token, reading))
        _add(offsets, known, reading, weight)
    for token, reading, weight in _weighted(unwanted, choose):
        forms = _forms(token, reading)
        wanted = [word for word in wanted if word not in forms]
        _add(offsets, known, reading, UNWANTED * weight)
    values = {name: min(max(value, -STRONGEST), STRONGEST) for name, value in offsets.items()}
    return Words(
        character=Character(**{one.name: values[one.name] for one in fields(Character)}),
        wanted=tuple(wanted), pitch=pitch, tempo=tempo, length=length, known=tuple(known.items()),
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST_PROMPT]).replace("\u2019", "'")


def _add(
    offsets: dict[Property, float], known: dict[str, float], reading: Reading | None, weight: float
) -> None:
    if reading is None:
        return
    known[reading.name] = known.get(reading.name, 0.0) + weight
    for name, value in reading.row.offsets.items() if reading.row else ():
        offsets[name] += weight * value


def _forms(token: _Token, reading: Reading | None) -> list[str]:
    """Returns the words by which a voice may know what is meant."""
    forms = [token.text]
    if reading is not None and (reading.thing or reading.language != "en"):
        forms.append(reading.name)
    if reading is not None and reading.row is not None and reading.row.kinds:
        forms.extend(reading.row.kinds.split(", "))
    return list(dict.fromkeys(forms))


def _tokens(text: str) -> list[_Token]:
    plain = _ELISION.sub("", re.sub("[-_]", " ", folded(text)))
    words = _TOKEN.findall(plain)
    tokens: list[_Token] = []
    place = 0
    while place < len(words):
        word = words[place]
        if IS_JAPANESE.match(word):
            tokens.extend(_japanese(word))
        else:
            phrase = _phrase(words, place)
            tokens.append(_Token(phrase, lexicon().readings(phrase)))
            place += phrase.count(" ")
        place += 1
    return tokens


def _phrase(words: Sequence[str], place: int) -> str:
    """Returns the longest phrase of the vocabulary that begins here, else the word."""
    for phrase in lexicon().phrases.get(words[place], ()):
        if tuple(words[place : place + len(phrase)]) == phrase:
            return " ".join(phrase)
    return words[place]


def _japanese(run: str) -> Iterator[_Token]:
    end = 0
    for match in japanese_pattern().finditer(run):
        if match.start() > end:
            yield _Token(run[end : match.start()])
        reading = japanese_reading(match.group(1))
        yield _Token(match.group(1), [reading], denied=match.group(2) is not None)
        end = match.end()
    if end < len(run):
        yield _Token(run[end:])


class _Chooser:
    """Decides what words mean that several languages have: what they mean in the language of the others.

    Where these tell none, the first of `LANGUAGES` has it.
    """

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._signs: Counter[str] = Counter()
        for token in tokens:
            likely = token.readings
            if token.text in RARELY_ENGLISH:
                likely = [reading for reading in likely if reading.language != "en"]
            if len({reading.meaning for reading in likely}) == 1:
                for reading in likely:
                    self._signs[reading.language] += _sign(reading)
        self._named = any(reading.thing and not reading.hint for token in tokens for reading in token.readings)

    def __call__(self, token: _Token) -> Reading | None:
        if not token.readings:
            return None
        late = token.text in RARELY_ENGLISH

        def rank(reading: Reading) -> tuple[float, ...]:
            order = len(LANGUAGES) if late and reading.language == "en" else LANGUAGES.index(reading.language)
            return self._kind(reading), -self._signs[reading.language], order

        return min(token.readings, key=rank)

    def _kind(self, reading: Reading) -> int:
        """Returns how near a meaning lies: machines and things first, a hint only where no thing is named."""
        if any(reading.row is row for row in MACHINES) or (reading.thing and not (reading.hint and self._named)):
            return 0
        return 2 if reading.thing else 1


def _sign(reading: Reading) -> int:
    """Returns how much a word tells of the language."""
    if reading.mark or reading.degree:
        return GRAMMAR
    if reading.language == "en" and not any(reading.row is row for row in ADJECTIVES):
        return 0  # kick, 909 and techno are at home everywhere
    return 1


def _weighted(tokens: Sequence[_Token], choose: _Chooser) -> Iterator[tuple[_Token, Reading | None, float]]:
    """Yields every word with its weight: `very dark, not long` → (dark, 1.6), (long, −1); None for an unknown word."""
    degree, wanted, before, denying = 1.0, True, True, False
    for token in tokens:
        reading = choose(token)
        mark = reading.mark if reading else None
        if mark == "small":
            continue
        if mark == "not":
            wanted, denying = False, True
            continue
        if mark == "without":
            wanted, denying = denying, False
            continue
        if mark == "or":
            wanted = before
            continue
        if reading is not None and reading.degree:
            degree *= reading.degree
            denying = False
            continue
        if token.text[0].isalnum():
            said = reading if mark is None else None
            strength = degree * strengthens(token.text)
            so = wanted != token.denied
            # "not very bright" is a little dark, not very dark.
            yield token, said, strength if so else -1 / max(strength, 1.0)
            before = so
        else:
            before = True
        degree, wanted, denying = 1.0, True, False
