"""Writes a model's words by rule: the user's own first, then what the brief knows and the words do not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bridge.config.models import Guide
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES, family_of, names_in
from bridge.domain.prompt import Written
from bridge.domain.text import LONGEST_PROMPT
from bridge.ports import Capabilities
from bridge.units import note_name

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
_DECAY_WORDS = frozenset({
    "decay", "decaying", "short", "long", "tail", "sustain", "sustained", "ringing", "release", "staccato", "tight",
    "fade", "fading", "swell", "swelling", "kurz", "lang", "court", "corto", "largo", "lungo",
})  # fmt: skip
_LONG, _SHORT = 2.0, 0.5
"""How many times what is usual for its family makes a sound a long or a short one."""
_SOFT, _HARD = 0.35, 0.85

_ROOM = frozenset({"reverb", "reverberant", "wet", "hall", "cathedral", "echo", "echoing", "delay", "ambient",
                   "ambience", "spacious", "cave", "room", "space", "plate", "chamber"})
_WORN = frozenset({"lofi", "lo", "vinyl", "cassette", "tape", "crushed", "bitcrushed", "crackle"})
_MANY = frozenset({"choir", "ensemble", "orchestra", "string", "layered", "stack"})
_OPPOSED: dict[str, frozenset[str]] = {
    "dry": _ROOM, "quality": _WORN, "solo": _MANY,
    "voice": frozenset({"voice", "vocal", "vox", "choir", "sing", "singing", "sung", "aah", "ooh", "chant", "speech",
                        "stimme", "chor", "voix", "chœur", "voz", "coro", "voce"}),
    "vocal": frozenset({"voice", "vocal", "vox", "choir", "sing", "singing", "sung", "aah", "ooh", "chant"}),
    "kick": frozenset({"kick", "bassdrum"}), "melody": frozenset({"melody", "melodic", "tune"}),
    "loop": frozenset({"loop", "groove", "breakbeat"}),
}  # fmt: skip
"""Words of ours, and the user's words beside which they would be wrong."""
_NOT_OF_LOOPS = frozenset({"loop", "music", "melody", "isolated", "single", "shot"})

_WORD = re.compile(r"[^\W_]+")
_BPM = re.compile(r"(?:\b|\d)bpm\b", re.IGNORECASE)
_NOTE = re.compile(r"(?<![\w#])[A-G](?:#|b|♯|♭)?-?[0-9](?!\w)")
"""A note ("C2") in somebody's words."""
_KEY = re.compile(
    r"(?<![\w#])(?:[A-G](?:#|b|♯|♭)?m(?!\w)"
    r"|(?i:[a-h](?:#|b|♯|♭|[ -]?(?:sharp|flat))?[ -]?(?:major|minor|maj|min|dur|moll)(?!\w)))"
)
"""A key ("F# minor", "Am") in somebody's words."""


def write(brief: Brief, capabilities: Capabilities) -> Written:
    """Returns the words for a model that has a guide; those of one without it stay as they are.

    The user's words always come first and whole. The result has at most LONGEST_PROMPT characters.
    """
    guide = capabilities.guide
    if guide is None:
        return Written(original=brief.prompt, prompt=brief.prompt, negative=brief.negative)
    parts = within((brief.prompt, *_additions(brief, capabilities, guide)))
    prompt = _joined(parts, guide)
    negative = _negative(brief, capabilities, guide, brief.prompt)
    by = "user" if (prompt, negative) == (brief.prompt, brief.negative) else "rules"
    return Written(original=brief.prompt, prompt=prompt, negative=negative, by=by)


def complete(words: str, brief: Brief, capabilities: Capabilities) -> tuple[str, str]:
    """Returns somebody else's words for a brief with the pitch and tempo that they leave out, and the negative."""
    guide = capabilities.guide
    if guide is None:
        return words, brief.negative
    told = f"{brief.prompt} {words}"
    return ", ".join(within((words, *_facts(brief, capabilities, guide, told)))), _negative(
        brief, capabilities, guide, told
    )


def within(parts: Iterable[str]) -> tuple[str, ...]:
    """Returns the parts that fit into a prompt, earlier ones first, without the empty ones; only the first is cut."""
    fitting: tuple[str, ...] = ()
    for part in parts:
        if not fitting and len(part) > LONGEST_PROMPT:
            fitting = (part[:LONGEST_PROMPT].rstrip(),)
        elif part and len(", ".join((*fitting, part))) <= LONGEST_PROMPT:
            fitting = (*fitting, part)
    return fitting


def _additions(brief: Brief, capabilities: Capabilities, guide: Guide) -> Iterator[str]:
    """Yields what to add, the most telling first: source, action, pitch, tempo, production."""
    said = _words(brief.prompt)
    source = SOURCE.get(brief.family, "")
    named = family_of(brief.prompt) == brief.family and any("en" in name.languages for name in names_in(brief.prompt))
    if not named and not _words(source) <= said:
        yield source
    if not said & _DECAY_WORDS and (ending := _ending(brief)):
        yield ending
    if brief.energy <= _SOFT and not said & {"soft", "softly", "quiet", "gentle"}:
        yield "played softly"
    elif _HARD <= brief.energy < 1 and not said & {"hard", "loud"}:
        yield "played hard"
    yield from _facts(brief, capabilities, guide, brief.prompt)
    for extra in guide.extra:
        words = _words(extra)
        if "note" in words and not FAMILIES[brief.family].tonal:
            continue
        if not words <= said and not _is_wrong(words, brief, said):
            yield extra


def _ending(brief: Brief) -> str:
    """Returns how the sound ends: as its asked length says, else as is usual for its family."""
    usual = FAMILIES[brief.family].usual
    if brief.family == "loop" or brief.seconds is None or _SHORT * usual < brief.seconds < _LONG * usual:
        return ENDING.get(brief.family, "")
    return "long decay" if brief.seconds >= _LONG * usual else "short decay"


def _facts(brief: Brief, capabilities: Capabilities, guide: Guide, told: str) -> Iterator[str]:
    """Yields the pitch and the tempo for a model without an input for them, unless somebody said one already."""
    tonal = FAMILIES[brief.family].tonal
    noted = bool(_NOTE.search(told))
    keyed = noted or bool(_KEY.search(told)) or capabilities.key or not (tonal or brief.family == "loop")
    if guide.pitch and tonal and brief.note is not None:
        if not noted and not capabilities.notes:
            yield f"note {note_name(brief.note)}"
    elif guide.pitch and brief.key and not keyed:
        yield f"in {brief.key}"
    if guide.tempo and not capabilities.tempo and brief.bpm and brief.family == "loop" and not _BPM.search(told):
        yield f"{brief.bpm:g} BPM"


def _negative(brief: Brief, capabilities: Capabilities, guide: Guide, told: str) -> str:
    """Returns what should not be heard; never what was asked for."""
    if not capabilities.negative:
        return brief.negative
    said, known = _words(told), _words(brief.negative)
    parts = [brief.negative]
    for part in (*guide.negative, *UNWANTED.get(brief.family, ())):
        words = _words(part)
        if not words <= said and not words <= known and not _is_wrong(words, brief, said):
            parts.append(part)
    return ", ".join(within(parts))


def _is_wrong(words: frozenset[str], brief: Brief, said: frozenset[str]) -> bool:
    """Tells whether words of ours would contradict the user's, or speak of a single sound where a loop is wanted."""
    if brief.family == "loop" and words & _NOT_OF_LOOPS:
        return True
    return any(said & _OPPOSED.get(word, frozenset()) for word in words)


def _joined(parts: Iterable[str], guide: Guide) -> str:
    """Joins the parts as tags, or as a caption that reads as one sentence."""
    found = [part.strip(" ,") for part in parts if part.strip(" ,")]
    if guide.form == "tags" or len(found) < 2:
        return ", ".join(found)
    return f"{found[0].rstrip('.')}: {', '.join(found[1:])}"


def _words(text: str) -> frozenset[str]:
    """Returns the words of a text in the singular: drums are asked for where a drum is."""
    return frozenset(
        word[:-1] if len(word) > 3 and word.endswith("s") else word for word in _WORD.findall(text.casefold())
    )
