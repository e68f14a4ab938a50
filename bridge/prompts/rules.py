"""Writes a model's words by rule: the user's own first, then what the brief knows and the words do not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bridge.config.models import Guide
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES, family_of
from bridge.domain.prompt import Written
from bridge.domain.text import LONGEST_PROMPT
from bridge.ports import Capabilities
from bridge.units import pitch_class

SOURCE: dict[str, str] = {
    "kick": "kick drum hit", "snare": "snare drum hit", "clap": "hand clap", "hat": "closed hi-hat hit",
    "open-hat": "open hi-hat hit", "cymbal": "cymbal hit", "tom": "tom drum hit", "perc": "percussion hit",
    "808": "808 sub bass note", "bass": "bass note", "pluck": "plucked note", "mallet": "mallet note",
    "bell": "bell strike", "lead": "synth lead note", "pad-synth": "sustained synth pad note", "fx": "sound effect",
    "loop": "loop",
}
"""What a family is called in the captions that models learned from; a single event, so that no phrase comes."""

ENDING: dict[str, str] = {
    "kick": "short decay", "snare": "short decay", "clap": "short decay", "hat": "very short decay",
    "open-hat": "ringing decay", "cymbal": "long shimmering decay", "tom": "round decay", "perc": "short decay",
    "808": "long decay", "bass": "steady sustain", "pluck": "quick decay", "mallet": "natural decay",
    "bell": "long ringing decay", "lead": "steady sustain", "pad-synth": "slow swell",
}
UNWANTED: dict[str, tuple[str, ...]] = {
    "kick": ("cymbals", "voice"), "snare": ("cymbals", "voice"), "hat": ("kick drum", "voice"),
    "808": ("drums", "voice"), "bass": ("drums", "voice"), "bell": ("drums", "voice"), "lead": ("drums", "voice"),
    "pluck": ("drums", "voice"), "mallet": ("drums", "voice"), "pad-synth": ("drums", "voice"),
}
_DECAY_WORDS = frozenset({"decay", "short", "long", "tail", "sustain", "ringing", "release", "staccato"})
_SOFT, _HARD = 0.35, 0.85
_WORD = re.compile(r"[^\W_]+")


def write(brief: Brief, capabilities: Capabilities) -> Written:
    """Returns the words for a model that has a guide; those of one without it stay as they are.

    The user's words always come first and whole. The result has at most LONGEST_PROMPT characters.
    """
    guide = capabilities.guide
    if guide is None:
        return Written(original=brief.prompt, prompt=brief.prompt, negative=brief.negative)
    said = _words(brief.prompt)
    parts = [brief.prompt] if brief.prompt else []
    for part in _additions(brief, capabilities, guide, said):
        if len(", ".join([*parts, part])) <= LONGEST_PROMPT:
            parts.append(part)
    prompt = _joined(parts, guide)
    negative = _negative(brief, capabilities, guide, said)
    by = "user" if (prompt, negative) == (brief.prompt, brief.negative) else "rules"
    return Written(original=brief.prompt, prompt=prompt, negative=negative, by=by)


def _additions(brief: Brief, capabilities: Capabilities, guide: Guide, said: frozenset[str]) -> Iterator[str]:
    """Yields what to add, the most telling first: source, action, pitch, tempo, production."""
    family = FAMILIES[brief.family]
    if family_of(brief.prompt) != brief.family and brief.family in SOURCE:
        yield SOURCE[brief.family]
    if not said & _DECAY_WORDS and brief.family in ENDING:
        yield ENDING[brief.family]
    if brief.energy <= _SOFT and not said & {"soft", "quiet", "gentle"}:
        yield "played softly"
    elif brief.energy >= _HARD and brief.energy < 1 and not said & {"hard", "loud"}:
        yield "played hard"
    if guide.pitch and not capabilities.notes and brief.note is not None and family.tonal:
        yield f"note {pitch_class(brief.note).replace('s', '#')}{brief.note // 12 - 1}"
    elif guide.pitch and not capabilities.key and brief.key and _in_a_song(brief):
        yield f"in {brief.key}"
    if guide.tempo and not capabilities.tempo and brief.bpm and brief.family == "loop" and "bpm" not in said:
        yield f"{brief.bpm:g} BPM"
    for extra in guide.extra:
        if brief.family == "loop" and extra.startswith("one-shot"):
            continue
        if not _words(extra) <= said:
            yield extra


def _in_a_song(brief: Brief) -> bool:
    return FAMILIES[brief.family].tonal or brief.family == "loop"


def _negative(brief: Brief, capabilities: Capabilities, guide: Guide, said: frozenset[str]) -> str:
    """Returns what should not be heard; never what the user asked for."""
    if not capabilities.negative:
        return brief.negative
    parts = [brief.negative] if brief.negative else []
    known = _words(brief.negative)
    for part in (*guide.negative, *UNWANTED.get(brief.family, ())):
        words = _words(part)
        if brief.family == "loop" and part in ("loop", "music", "melody"):
            continue
        if not words & said and not words <= known and len(", ".join([*parts, part])) <= LONGEST_PROMPT:
            parts.append(part)
    return ", ".join(parts)


def _joined(parts: Iterable[str], guide: Guide) -> str:
    """Joins the parts as tags, or as a caption that reads as one sentence."""
    found = [part.strip(" ,") for part in parts if part.strip(" ,")]
    if guide.form == "tags" or len(found) < 2:
        return ", ".join(found)
    return f"{found[0].rstrip('.')}: {', '.join(found[1:])}"


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
