"""Reads lengths and tempi out of a prompt: `300 ms`, `half a second`, `one bar at 120 bpm`, `eine Viertelnote`."""

from __future__ import annotations

import re
from dataclasses import dataclass

SLOWEST, FASTEST = 40.0, 240.0
"""Beats per minute that are a tempo."""
USUAL_TEMPO = 120.0
"""Beats per minute where neither the words nor the song say any."""
BEATS_OF_BAR = 4

_TEMPO = re.compile(
    r"(?<![\w.,])(\d{2,3}(?:[.,]\d{1,2})?)\s?bpm(?![^\W\d])"
    r"|(?<!\w)(?:bpm|tempo|テンポ)\s?(\d{2,3}(?:[.,]\d{1,2})?)(?![\w.,]*\d)",
    re.IGNORECASE,
)

_COUNTS = {
    1.0: "a an one single ein eine einer einen eines einem un une una uno um uma",
    2.0: "two zwei deux dos dois duas", 3.0: "three drei trois tres três", 4.0: "four vier quatre cuatro quatro",
    5.0: "five fünf cinq cinco", 6.0: "six sechs seis", 8.0: "eight acht huit ocho oito",
    0.5: "half|half a|half an|a half|halbe|halben|eine halbe|einer halben|einen halben|demi|une demi|medio|media|meio"
         "|meia",
    1.5: "one and a half|a second and a half|anderthalb|eineinhalb|une et demie",
    0.25: "quarter of a|a quarter of a",
}  # fmt: skip
_COUNT_OF = {
    word: count for count, words in _COUNTS.items() for word in (words.split("|") if "|" in words else words.split())
}
_COUNT_OF |= {"half": 0.5}
_NUMBER = r"\d{1,5}(?:[.,]\d{1,3})?|\d/\d{1,2}"
_SAID = "|".join(sorted(map(re.escape, _COUNT_OF), key=len, reverse=True))

_MILLISECOND = "ms|msecs?|millis|milliseconds?|millisekunden?|millisecondes?|milisegundos?|milissegundos?"
_SECOND = "secs?|seconds?|sek|sekunden?|secondes?|seg|segundos?"
_BAR = "bars?|measures?|takte?n?|takts|mesures?|compás|compas|compases|compassos?"
_BEAT = "beats?|schläge?|schlägen|temps|tiempos"
_TIMES = re.compile(
    rf"(?<![\w.,/])(?:(?P<number>{_NUMBER})[\s-]?"
    rf"(?:(?P<ms>{_MILLISECOND})|(?P<s>s|{_SECOND})|(?P<bar>{_BAR})|(?P<beat>{_BEAT}))"
    rf"|(?P<said>{_SAID})[\s-]+(?:(?P<said_s>seconds?|sekunden?|secondes?|segundos?)|(?P<said_bar>{_BAR})"
    r"|(?P<said_beat>beats?)))(?!\w)"
    r"|(?P<ja>\d{1,5}(?:\.\d{1,3})?|半|一|二|四)(?:(?P<ja_ms>ミリ秒)|(?P<ja_s>秒)|(?P<ja_bar>小節)|(?P<ja_beat>拍))(?P<ja_half>半)?",
    re.IGNORECASE,
)
_JAPANESE_COUNTS = {"半": 0.5, "一": 1.0, "二": 2.0, "四": 4.0}

_NOTES = {
    4.0: "whole|1/1|ganze|ronde|redonda|semibreve|全", 2.0: "half|1/2|halbe|blanche|blanca|mínima|minima|二分|2分",
    1.0: "quarter|1/4|viertel|noire|negra|semínima|seminima|四分|4分",
    0.5: "eighth|8th|1/8|achtel|croche|corchea|colcheia|八分|8分",
    0.25: "sixteenth|16th|1/16|sechzehntel|double croche|semicorchea|semicolcheia|十六分|16分",
    0.125: "thirty-second|32nd|1/32|zweiunddreißigstel|三十二分|32分",
}  # fmt: skip
_NOTE_OF = {word: beats for beats, words in _NOTES.items() for word in words.split("|")}
_ALL_NOTES = "|".join(sorted(map(re.escape, _NOTE_OF), key=len, reverse=True))
_VALUES = re.compile(
    rf"(?<![\w/])(?P<dotted>dotted |punktierte[nrs]? |付点)?(?:(?P<triplet>triplet )?(?P<value>{_ALL_NOTES})[\s-]?"
    r"(?:notes?|noten?|音符)|(?P<german>ganze|halbe|viertel|achtel|sechzehntel)noten?|(?P<alone>achtel|sechzehntel)"
    r"|une (?P<french>ronde|blanche|noire|double croche|croche)(?P<french_dot> pointée)?"
    r"|(?:una |uma )?(?P<iberian>redonda|corchea|semicorchea|semínima|seminima|colcheia|semicolcheia)"
    r"|(?:una|uma) (?P<iberian_more>blanca|negra|mínima|minima|semibreve))(?![^\W\u3041-\u9fff])",
    re.IGNORECASE,
)

_OTHER = re.compile(
    r"(?:attack|anschlag|attaque|ataque|アタック|delay|predelay|pre-delay|échos?|eco|echo|fade|glide|portamento|swing|gap|pause)",
    re.IGNORECASE,
)
"""Times of these are no lengths of the sound."""
_NEAR = 12
"""Characters beside a time in which such a word is looked for."""
_DECADE, _MACHINE = 20, 100
"""From here on, whole tens with an s at them are years (an 80s snare), and any number is a machine (808s)."""
_NEITHER = frozenset(("a", "an", "un", "une", "um", "uma"))
"""Beside "second" they count nothing: a second snare."""
_MOST_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Length:
    """Holds a length as it was said: in seconds, or in beats, whose tempo is another matter."""

    seconds: float | None = None
    beats: float | None = None

    def at(self, tempo: float | None) -> float:
        """Returns the seconds, at so many beats per minute."""
        return self.seconds if self.seconds is not None else 60.0 * (self.beats or 0.0) / (tempo or USUAL_TEMPO)


def tempo_in(text: str) -> tuple[float | None, str]:
    """Returns the beats per minute that a text says, and the text without them."""
    for match in _TEMPO.finditer(text):
        tempo = _number(match.group(1) or match.group(2))
        if SLOWEST <= tempo <= FASTEST:
            return tempo, _cut(text, match)
    return None, text


def length_in(text: str) -> tuple[Length | None, str]:
    """Returns the first length that a text says, and the text without it."""
    found = [(match, _time(match)) for match in _TIMES.finditer(text)]
    found += [(match, _value(match)) for match in _VALUES.finditer(text)]
    for match, length in sorted(found, key=lambda one: one[0].start()):
        beside = text[max(0, match.start() - _NEAR) : match.start()], text[match.end() : match.end() + _NEAR]
        if length is not None and not any(_OTHER.search(part) for part in beside):
            return length, _cut(text, match)
    return None, text


def _time(match: re.Match[str]) -> Length | None:
    said = match.groupdict()
    if said["said"] and said["said_s"] and said["said"].casefold() in _NEITHER:
        return None
    if said["said"]:
        count = _COUNT_OF[said["said"].casefold()]
        unit = "s" if said["said_s"] else "bar" if said["said_bar"] else "beat"
    elif said["ja"]:
        count = _JAPANESE_COUNTS.get(said["ja"]) or _number(said["ja"])
        count += 0.5 if said["ja_half"] else 0.0
        unit = next(unit for unit in ("ms", "s", "bar", "beat") if said[f"ja_{unit}"])
    else:
        count = _number(said["number"])
        unit = next(unit for unit in ("ms", "s", "bar", "beat") if said[unit])
        if re.fullmatch(r"\d+s", match.group(), re.IGNORECASE) and _is_a_name(count):
            return None
    if unit in ("bar", "beat"):
        return _checked(Length(beats=count * (BEATS_OF_BAR if unit == "bar" else 1)))
    return _checked(Length(seconds=count / (1_000 if unit == "ms" else 1)))


def _is_a_name(count: float) -> bool:
    return count >= _MACHINE or (count >= _DECADE and count % 10 == 0)


def _value(match: re.Match[str]) -> Length | None:
    said = {name: text for name, text in match.groupdict().items() if text}
    kinds = ("value", "german", "alone", "french", "iberian", "iberian_more")
    beats = _NOTE_OF[next(said[kind] for kind in kinds if kind in said).casefold()]
    if "dotted" in said or "french_dot" in said:
        beats *= 1.5
    return Length(beats=beats * (2 / 3 if "triplet" in said else 1))


def _checked(length: Length) -> Length | None:
    return length if 0 < length.at(USUAL_TEMPO) <= _MOST_SECONDS else None


def _number(text: str) -> float:
    over, _, under = text.replace(",", ".").partition("/")
    return float(over) / (float(under) or 1.0) if under else float(over)


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} , {text[match.end() :]}"
