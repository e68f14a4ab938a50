"""Reads from a prompt how a sound should be: a table of adjectives, how strongly they are meant, and "not".

A word that the table does not know changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal, get_args

Property = Literal[
    "brightness", "length", "punch", "drive", "dirt", "metal", "width", "depth", "thickness", "motion", "space", "pitch"
]  # fmt: skip

STRONGEST = 2.0
SLOWEST, FASTEST = 40.0, 240.0
"""Beats per minute that are a tempo."""
LONGEST_PROMPT = 2_000
"""Characters; what comes after them is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Says how a sound differs from the usual one: 0 is usual, ±1 what a plain adjective means, at most ±2.

    `punch` is a hard attack (negative: a soft one), `drive` is distortion, `dirt` what old converters and tapes do,
    `metal` inharmonic overtones, `depth` low frequencies, `thickness` how many and how far apart voices are,
    `motion` vibrato and sweeping, `space` reverberation, `pitch` high or low where no note is asked for.
    """

    brightness: float = 0.0
    length: float = 0.0
    punch: float = 0.0
    drive: float = 0.0
    dirt: float = 0.0
    metal: float = 0.0
    width: float = 0.0
    depth: float = 0.0
    thickness: float = 0.0
    motion: float = 0.0
    space: float = 0.0
    pitch: float = 0.0


_TABLE: tuple[tuple[str, dict[Property, float]], ...] = (
    ("bright, brilliant, shiny, sparkling, sparkly, brightness, treble", {"brightness": 1.0}),
    ("crisp, sharp, clear", {"brightness": 0.7, "punch": 0.4}),
    ("airy, breathy, sizzling, sizzly", {"brightness": 0.7, "punch": -0.2}),
    ("harsh, piercing, shrill, icy", {"brightness": 1.2, "drive": 0.3}),
    ("glassy, crystal, crystalline", {"brightness": 0.7, "metal": 0.4}),
    ("dark, dull, muffled, muted, mellow, darkness", {"brightness": -1.0}),
    ("warm, round, smooth", {"brightness": -0.5, "punch": -0.3}),
    ("long, sustained, sustaining, lingering, endless, ringing, long decay, long tail", {"length": 1.0}),
    ("short, brief, staccato, tiny, short decay, short tail, clipped", {"length": -1.0}),
    ("tight, dry, gated", {"length": -0.6, "space": -1.0}),
    ("boomy, booming", {"length": 0.6, "depth": 0.8}),
    ("deep, subby, rumbling, bassy", {"pitch": -0.8, "depth": 1.0, "brightness": -0.3}),
    ("low, low pitched, floor", {"pitch": -1.0}),
    ("high, high pitched, tuned up, pitched up", {"pitch": 1.0}),
    ("punchy, hard, aggressive, attack, fast attack, short attack, sharp attack, snappy, slamming", {"punch": 1.0}),
    ("soft, gentle, quiet, tender, delicate, soft attack, slow attack", {"punch": -1.0, "brightness": -0.4}),
    ("clicky, click", {"punch": 0.8, "brightness": 0.3}),
    ("distorted, distortion, overdriven, overdrive, saturated, saturation, fuzzy, fuzz", {"drive": 1.0}),
    ("gritty, crunchy, dirty, raw, industrial, grimy, hardcore, gabber", {"drive": 0.8, "dirt": 0.3}),
    ("analog, analogue, tape, vinyl", {"drive": 0.35, "brightness": -0.25, "thickness": 0.2}),
    ("clean, pure, polished", {"drive": -1.0, "dirt": -1.0}),
    ("lofi, lo fi, dusty, old, vintage, retro, crackly", {"dirt": 1.0, "brightness": -0.4}),
    ("8 bit, 8bit, chiptune, bitcrushed, bit crushed, crushed", {"dirt": 1.3}),
    ("metallic, metal, steel, tinny, clangy, iron", {"metal": 1.0, "brightness": 0.3}),
    ("wooden, wood, woody, bamboo", {"metal": -1.0, "brightness": -0.3}),
    ("wide, stereo, spread", {"width": 1.0}),
    ("huge, big, massive, enormous, epic", {"width": 0.6, "depth": 0.6, "length": 0.4, "space": 0.4}),
    ("mono, narrow, centred, centered", {"width": -2.0}),
    ("fat, thick, full, heavy", {"thickness": 1.0, "depth": 0.5}),
    ("thin, small, weak", {"thickness": -1.0, "depth": -1.0}),
    ("detuned, chorus, unison", {"thickness": 1.0, "motion": 0.3}),
    ("wobbly, vibrato, wavy, evolving, moving, modulated, warbly", {"motion": 1.0}),
    ("static, steady, still", {"motion": -1.0}),
    ("roomy, reverb, reverberant, wet, hall, spacious, ambient, distant, cavernous, echoing", {"space": 1.0}),
)
_ADJECTIVES = {word: offsets for words, offsets in _TABLE for word in words.split(", ")}

_DEGREES = {
    "very": 1.6, "really": 1.6, "super": 1.6, "heavily": 1.6, "extra": 1.6, "so": 1.3, "more": 1.3, "pretty": 1.0,
    "extremely": 2.0, "ultra": 2.0, "insanely": 2.0, "slightly": 0.5, "a bit": 0.5, "a little": 0.5, "bit": 0.5,
    "little": 0.5, "somewhat": 0.6, "subtly": 0.5, "subtle": 0.5, "fairly": 0.8, "quite": 1.0,
}  # fmt: skip
_NEGATIONS = frozenset(("not", "no", "without", "non", "never", "isn't", "less", "don't", "hardly"))
_FILLERS = frozenset(("a", "an", "the", "too", "be", "make", "it", "any", "of", "sounding"))
_UNWANTED = -0.8
"""What a word of the negative prompt counts."""

_PHRASES = sorted((word for word in (*_ADJECTIVES, *_DEGREES) if " " in word), key=len, reverse=True)
_TOKEN = re.compile(r"\b(?:" + "|".join(map(re.escape, _PHRASES)) + r")\b|\w+(?:'\w+)?|[.,;:!?]")
_SUFFIXES = ("", "er", "est", "ly", "ish")

_KEY = re.compile(r"\b[iI]n\s+(?:the\s+key\s+of\s+)?([A-Ga-g])\s?(#|♯|b|♭|sharp|flat)?(?![\w#])(\s*(?:maj|min)\w*)?")
_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_TEMPO = re.compile(r"\b(\d{2,3}(?:\.\d+)?)\s?bpm\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Holds what a prompt says: the character, and every word that is wanted (lower case, no hyphens).

    `key` is the pitch class of "in F#" (0 = C), `tempo` the beats per minute of "120 bpm"; None where not said.
    """

    character: Character
    wanted: tuple[str, ...]
    key: int | None = None
    tempo: float | None = None

    def name(self, phrase: str) -> bool:
        """Tells whether the wanted words hold this word or these words in a row."""
        return f" {phrase} " in f" {' '.join(self.wanted)} "


def read(prompt: str, negative: str = "") -> Words:
    """Reads a prompt and a negative prompt; any text is a prompt."""
    prompt, negative = prompt[:LONGEST_PROMPT], negative[:LONGEST_PROMPT]
    offsets = dict.fromkeys(get_args(Property), 0.0)
    wanted = []
    for token, weight in _weighted(prompt):
        if weight > 0:
            wanted.append(token)
        _add(offsets, token, weight)
    for token, weight in _weighted(negative):
        wanted = [word for word in wanted if word != token]
        _add(offsets, token, _UNWANTED * weight)
    values = {name: min(max(value, -STRONGEST), STRONGEST) for name, value in offsets.items()}
    return Words(
        character=Character(**{field.name: values[field.name] for field in fields(Character)}),
        wanted=tuple(wanted),
        key=_key(prompt),
        tempo=_tempo(prompt),
    )


def _add(offsets: dict[Property, float], token: str, weight: float) -> None:
    for name, value in _ADJECTIVES.get(_root(token), {}).items():
        offsets[name] += weight * value


def _weighted(text: str) -> Iterator[tuple[str, float]]:
    """Yields every word that means something with its weight: `very dark, not long` → (dark, 1.6), (long, −1)."""
    degree, wanted = 1.0, True
    for token in _TOKEN.findall(re.sub(r"[-_]", " ", text.lower().replace("’", "'"))):
        if token in _DEGREES:
            degree *= _DEGREES[token]
        elif token in _NEGATIONS:
            wanted = not wanted
        elif token not in _FILLERS:
            if token.isalnum() or " " in token:
                # "not very bright" is a little dark, not very dark.
                yield token, degree if wanted else -1 / max(degree, 1.0)
            degree, wanted = 1.0, True


def _root(token: str) -> str:
    """Returns the table's form of a word: `darker` is `dark`, `widest` is `wide`, `fatter` is `fat`."""
    for suffix in _SUFFIXES:
        stem = token.removesuffix(suffix)
        if stem == token and suffix:
            continue
        for form in (stem, f"{stem}e", stem[:-1]):
            if form in _ADJECTIVES and (suffix or form == token):
                return form
    return token


def _tempo(prompt: str) -> float | None:
    found = _TEMPO.search(prompt)
    return float(found.group(1)) if found and SLOWEST <= float(found.group(1)) <= FASTEST else None


def _key(prompt: str) -> int | None:
    for letter, accidental, mode in _KEY.findall(prompt):
        # "in a big room" names no key; "in A", "in a minor" and "in f#" do.
        if letter.isupper() or accidental or mode:
            step = {"#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}.get(accidental, 0)
            return (_LETTERS[letter.lower()] + step) % 12
    return None
