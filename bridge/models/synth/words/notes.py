"""Reads notes and keys out of a prompt: `C2`, `in F#`, `f sharp minor`, `Fis-Moll`, `sol menor`, `ハ長調`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.units import MidiNote

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_SYLLABLES = {"do": 0, "ut": 0, "re": 2, "ré": 2, "mi": 4, "fa": 5, "fá": 5, "sol": 7, "la": 9, "lá": 9, "si": 11}
_IROHA = {"ハ": 0, "ニ": 2, "ホ": 4, "ヘ": 5, "ト": 7, "イ": 9, "ロ": 11}
_GERMAN = {
    "cis": 1, "dis": 3, "fis": 6, "gis": 8, "ais": 10, "des": 1, "es": 3, "ges": 6, "as": 8, "b": 10, "h": 11,
    "ces": 11, "fes": 4, "eis": 5, "his": 0, "hes": 10,
}  # fmt: skip
_RAISED = ("#", "♯", "sharp", "sostenido", "dièse", "diese", "sustenido", "is", "シャープ", "嬰")

_IN = (
    r"(?i:(?:in|en|em)\s+(?:the\s+key\s+of\s+)?|(?:key(?:\s+of)?|tuned\s+to|gestimmt\s+auf|note|nota|tonart"
    r"|tonalité(?:\s+de)?|accordé\s+en|afinado\s+e[nm])\s+)"
)
_SIGN = r"[#♯♭]|b(?!\w)|[\s-]?(?:sharp|flat)(?!\w)"
_MODE = r"[\s-]?(?:minor|major|maj|min|moll|dur|mineure?|majeure?|menor|mayor|maior|メジャー|マイナー)(?!\w)"

_OCTAVE = re.compile(
    rf"(?<![\w#♯♭/])(?P<in>{_IN})?(?P<letter>[A-Ga-g])(?P<sign>[#♯♭b]|\s(?:sharp|flat)\s)?"
    r"(?P<octave>-?\d)(?![\w#.,/]*\d|[^\W\u3041-\u9fff])"
)
_GERMAN_OCTAVE = re.compile(r"(?<!\w)(?P<name>[CDFGA]is|[DGE]e?s|As|H)(?P<octave>-?\d)(?!\w)")
_NUMBER = re.compile(r"(?<!\w)(?:midi(?:\s?note)?|note|nota|ノート)\s?(?P<number>\d{1,3})(?![\w.,/])", re.IGNORECASE)
_KEY = re.compile(
    rf"(?<![\w#♯♭'])(?P<in>{_IN})?(?P<letter>[A-Ga-g])(?P<sign>{_SIGN}|シャープ|フラット)?(?P<mode>{_MODE}|m(?!\w))?"
    r"(?![^\W\u3041-\u9fff]|['#♯♭])"
)
_GERMAN_KEY = re.compile(
    r"(?<!\w)(?:(?P<name>[cdfga]is|[dgec]es|es|as|[a-h])[\s-]?(?:dur|moll)|in\s+(?P<after>Cis|Dis|Fis|Gis|Ais|Des|Es|Ges|As|H)(?:[\s-]?(?:dur|moll))?)(?!\w)",
    re.IGNORECASE,
)
_SYLLABLE_KEY = re.compile(
    r"(?<!\w)(?P<name>do|ut|ré|re|mi|fá|fa|sol|lá|la|si)(?P<sign>#|♯|\s?(?:sostenido|bemol|dièse|diese|bémol|sustenido))?"
    r"(?P<mode>\s(?:mayor|menor|majeure?|mineure?|maior))?(?!\w)",
    re.IGNORECASE,
)
_IROHA_KEY = re.compile(r"(?P<sign>[嬰変])?(?P<name>[ハニホヘトイロ])[長短]調")


@dataclass(frozen=True, slots=True)
class Pitch:
    """Holds a pitch class (0 = C), and the octave as it was said; None for a key, `midi` where a number was said."""

    step: int
    octave: int | None = None
    midi: int | None = None

    def note(self, middle_c_octave: int = 4) -> MidiNote | None:
        """Returns the MIDI note; None for a key, and for what is off the keyboard."""
        if self.midi is None and self.octave is None:
            return None
        note = self.midi if self.midi is not None else 12 * ((self.octave or 0) + 5 - middle_c_octave) + self.step
        return MidiNote(note) if 0 <= note <= 127 else None


def pitch_in(text: str) -> tuple[Pitch | None, str]:
    """Returns the first note that a text says, else the first key, and the text without it."""
    for find in (_note, _key):
        found = [one for one in find(text) if one is not None]
        if found:
            pitch, match = min(found, key=lambda one: one[1].start())
            return pitch, f"{text[: match.start()]} , {text[match.end() :]}"
    return None, text


Found = tuple[Pitch, re.Match[str]] | None


def _note(text: str) -> list[Found]:
    return [
        next((_with_octave(match) for match in _OCTAVE.finditer(text) if _with_octave(match)), None),
        next(
            ((Pitch(_GERMAN[match["name"].lower()], int(match["octave"])), match)
             for match in _GERMAN_OCTAVE.finditer(text)), None,
        ),
        next(((Pitch(int(match["number"]) % 12, midi=int(match["number"])), match) for match in _NUMBER.finditer(text)
              if int(match["number"]) <= 127), None),
    ]  # fmt: skip


def _with_octave(match: re.Match[str]) -> Found:
    sign = match["sign"] or ""
    if match["letter"].islower() and not (match["in"] or sign.strip()):
        return None
    if match["letter"].islower() and sign == "b" and not match["in"]:
        return None  # "ab3" may be anything
    step = _LETTERS[match["letter"].lower()] + _step_of(sign)
    return Pitch(step % 12, int(match["octave"]) + step // 12), match


def _key(text: str) -> list[Found]:
    return [
        next(((Pitch(step), match) for match in _GERMAN_KEY.finditer(text)
              if (step := _german(match)) is not None), None),
        next((found for match in _KEY.finditer(text) if (found := _plain_key(match))), None),
        next(((Pitch((_SYLLABLES[match["name"].lower()] + _step_of(match["sign"] or "")) % 12), match)
              for match in _SYLLABLE_KEY.finditer(text) if match["sign"] or match["mode"]), None),
        next(((Pitch((_IROHA[match["name"]] + _step_of(match["sign"] or "")) % 12), match)
              for match in _IROHA_KEY.finditer(text)), None),
    ]  # fmt: skip


def _german(match: re.Match[str]) -> int | None:
    if match["after"]:
        # "in H" is a key; "in es" may be Spanish.
        return _GERMAN[match["after"].lower()] % 12 if match["after"][0].isupper() else None
    name = match["name"].lower()
    return _GERMAN[name] if name in _GERMAN else _LETTERS[name]


def _plain_key(match: re.Match[str]) -> Found:
    """Returns the key where one is meant: "in A", "in a minor" and "F#" are, "a big room" and "A sharp attack" not."""
    letter, sign, mode = match["letter"], (match["sign"] or ""), (match["mode"] or "").strip(" -")
    spelt = sign.strip(" -")
    word = spelt in ("sharp", "flat")
    if match["in"]:
        meant = bool(mode or letter.isupper() or (sign and not (word and letter == "a")))
    elif letter.isupper():
        meant = bool(mode and (mode != "m" or sign)) or bool(sign and not (word and letter == "A"))
    else:
        meant = len(mode) > 1 and letter != "a" and mode not in ("min", "maj")
        meant = meant or bool(mode and word)
    if not meant:
        return None
    return Pitch((_LETTERS[letter.lower()] + _step_of(sign)) % 12), match


def _step_of(sign: str) -> int:
    sign = sign.strip(" -").lower()
    return 0 if not sign else 1 if sign in _RAISED else -1
