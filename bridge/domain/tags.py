"""Tags: the words to find a sample by, from what was asked and from what was measured of it.

A word of the prompt is a tag in whatever script it is written; text without spaces (深いキック) is one tag, and the
search for a text finds its parts. To these come the family and what stands out: of all kicks, this one is dark. What
is measured wins: a kick that was asked for as dark and came out bright is tagged `bright`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bridge.domain.family import DEFAULT_FAMILY, FAMILIES
from bridge.domain.sample import Analysis
from bridge.domain.text import folded

MOST_TAGS = 32
LONGEST_TAG = 40
"""Characters; what is longer is no word."""

_SMALL_WORDS = (
    "a an and as at but by for from in into is it like no not of on or that the then this to very with without"
    " der die das den dem des ein eine einen einem einer mit und oder ohne von für wie sehr im am zu"
    " le la les un une des du de et ou avec sans pour très dans comme au aux"
    " el los las una unos unas con y o sin por para muy como al del en"
    " il lo gli uno di da e per molto"
    " os um uma uns umas com sem em muito do dos das no na"
)
SMALL_WORDS = frozenset(_SMALL_WORDS.split())
"""Words that say nothing by themselves, of the languages that most prompts are written in."""

BRIGHTNESS = {
    "kick": (60, 96), "snare": (277, 674), "clap": (1305, 1945), "hat": (3268, 10_651), "open-hat": (1705, 6256),
    "cymbal": (852, 4648), "tom": (114, 199), "perc": (372, 5507), "bass": (136, 883), "pluck": (504, 2364),
    "pad-synth": (479, 1869), DEFAULT_FAMILY: (198, 3518),
}  # fmt: skip
"""Hz that a fifth of a family's sounds lie under and a fifth over, of 1,929 recordings (those of the default are of
all); families with less than 40 of them are measured by all."""
HARDNESS = {
    "kick": (11.0, 27.1), "snare": (0.5, 9.0), "clap": (1.2, 12.0), "hat": (-0.3, 8.4), "open-hat": (-0.4, 4.3),
    "cymbal": (-3.5, 7.9), "tom": (11.2, 18.0), "perc": (6.0, 19.7), "bass": (0.0, 8.7), "pluck": (-0.2, 5.5),
    "pad-synth": (-7.3, 1.3), DEFAULT_FAMILY: (-2.5, 14.1),
}  # fmt: skip
"""The same of the hardness in dB."""
SHORT, LONG = 0.5, 2.0
"""Times the usual length of the family."""
OPPOSITES = {"dark": "bright", "bright": "dark", "soft": "hard", "hard": "soft", "short": "long", "long": "short"}


def tags_of(prompt: str, family: str, analysis: Analysis | None = None) -> tuple[str, ...]:
    """Returns the tags of a sample, each once: words of the prompt in their order, family, what was heard.

    Without an analysis, or with one that lacks the character, only what the words say.
    """
    heard = tuple(_heard(family, analysis)) if analysis is not None else ()
    spoken = [word for word in words_of(prompt) if OPPOSITES.get(word) not in heard]
    return tuple(dict.fromkeys((family, *heard, *spoken)))[:MOST_TAGS]


def words_of(text: str) -> Iterator[str]:
    """Yields the words of a text that say something, in small letters; `lo-fi` is one word, so is `808`."""
    plain = unicodedata.normalize("NFKC", text.casefold())
    apart = "".join(letter if _in_word(letter) else " " for letter in plain)
    for word in (word.strip("-'") for word in apart.split()):
        if word and word not in SMALL_WORDS and len(word) <= LONGEST_TAG:
            yield word


def tag_key(tag: str) -> str:
    """Returns what tags are compared by: `Schläge`, `schläge` and `schlage` are the same tag."""
    return folded(tag.strip())


def _heard(family: str, analysis: Analysis) -> Iterator[str]:
    character = analysis.character
    if character is not None:
        if family == DEFAULT_FAMILY and character.family is not None:
            yield character.family  # nobody named one; a family that was named stays the label
        yield from _beside(character.brightness, BRIGHTNESS.get(family, BRIGHTNESS[DEFAULT_FAMILY]), "dark", "bright")
        yield from _beside(character.hardness, HARDNESS.get(family, HARDNESS[DEFAULT_FAMILY]), "soft", "hard")
    usual = FAMILIES.get(family, FAMILIES[DEFAULT_FAMILY]).usual
    yield from _beside(analysis.seconds, (SHORT * usual, LONG * usual), "short", "long")
    if analysis.tone == "chord":
        yield "chord"


def _beside(figure: float, usual: tuple[float, float], under: str, over: str) -> Iterator[str]:
    if figure <= usual[0]:
        yield under
    elif figure >= usual[1]:
        yield over


def _in_word(letter: str) -> bool:
    """Tells letters, marks and numbers of any script from what stands between words."""
    return letter in "-'#" or unicodedata.category(letter)[0] in "LMN"
