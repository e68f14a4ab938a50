"""The families of sounds, one row each: the words that name it and what is usual for it.

A row feeds every place that treats a kick differently from a bell: prompts, judging, shaping, mapping, names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Mapping = Literal["drum", "keys"]
"""`drum`: one key, played as recorded. `keys`: over the keyboard, by varispeed from its root."""

DEFAULT_FAMILY = "fx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Says what is usual for a kind of sound.

    `words` name it in a prompt. `tonal` sounds are tuned to a semitone. `register` is the usual root, lowest and
    highest MIDI note. `usual`, `shortest` and `longest` are seconds of the finished sample. `reach` is how many
    semitones a zone goes up and down from its root. `pad_note` is its key in a General MIDI drum kit. Members of
    one `choke` group cut each other off (0: none). What `swells` may begin slowly; in any other family a slow
    beginning is noise before the hit.
    """

    name: str
    words: tuple[str, ...]
    mapping: Mapping
    tonal: bool
    register: tuple[int, int]
    usual: float
    shortest: float
    longest: float
    reach: int = 6
    pad_note: int = 60
    choke: int = 0
    swells: bool = False


FAMILIES: dict[str, Family] = {
    row.name: row
    for row in (
        Family(name="kick", words=("kick", "kicks", "bass drum", "bassdrum", "bd"), mapping="drum", tonal=False,
               register=(24, 43), usual=0.6, shortest=0.1, longest=1.5, pad_note=36),
        Family(name="snare", words=("snare", "snares", "snare drum", "sd"), mapping="drum", tonal=False,
               register=(50, 62), usual=0.5, shortest=0.1, longest=2.0, pad_note=38),
        Family(name="clap", words=("clap", "claps", "handclap", "hand clap", "snap", "finger snap"), mapping="drum",
               tonal=False, register=(60, 84), usual=0.5, shortest=0.1, longest=2.0, pad_note=39),
        Family(name="hat", words=("hat", "hats", "hihat", "hi-hat", "hi hat", "closed hat", "closed hihat", "hh"),
               mapping="drum", tonal=False, register=(72, 96), usual=0.12, shortest=0.05, longest=1.5, pad_note=42,
               choke=1),
        Family(name="open-hat", words=("open hat", "open-hat", "open hihat", "open hi-hat", "open hi hat", "oh"),
               mapping="drum", tonal=False, register=(72, 96), usual=0.6, shortest=0.15, longest=2.0, pad_note=46,
               choke=1),
        Family(name="cymbal", words=("cymbal", "crash", "ride", "splash", "china"), mapping="drum", tonal=False,
               register=(60, 96), usual=2.0, shortest=0.3, longest=6.0, pad_note=49, swells=True),
        Family(name="tom", words=("tom", "toms", "tom-tom", "floor tom"), mapping="drum", tonal=False,
               register=(36, 57), usual=0.7, shortest=0.1, longest=2.0, pad_note=45),
        Family(name="perc", words=("perc", "percussion", "rim", "rimshot", "conga", "bongo", "cowbell", "shaker",
                                   "tambourine", "clave", "woodblock", "wood block", "block"),
               mapping="drum", tonal=False, register=(48, 84), usual=0.4, shortest=0.05, longest=2.0, pad_note=37),
        Family(name="808", words=("808", "sub", "sub bass", "808 bass"), mapping="keys", tonal=True,
               register=(24, 46), usual=1.5, shortest=0.4, longest=4.0, reach=12, pad_note=35),
        Family(name="bass", words=("bass", "reese", "bassline", "synth bass"), mapping="keys", tonal=True,
               register=(28, 52), usual=1.0, shortest=0.2, longest=4.0, reach=7, pad_note=48),
        Family(name="pluck", words=("pluck", "plucks", "plucked", "guitar", "harp", "koto", "string pluck"),
               mapping="keys", tonal=True, register=(48, 84), usual=1.0, shortest=0.2, longest=4.0, pad_note=50),
        Family(name="mallet", words=("mallet", "marimba", "xylophone", "vibraphone", "kalimba", "glockenspiel"),
               mapping="keys", tonal=True, register=(48, 96), usual=1.5, shortest=0.2, longest=4.0, pad_note=52),
        Family(name="bell", words=("bell", "bells", "chime", "tubular bell", "gong"), mapping="keys", tonal=True,
               register=(60, 96), usual=2.0, shortest=0.4, longest=6.0, pad_note=53),
        Family(name="lead", words=("lead", "stab", "synth lead", "saw lead"), mapping="keys", tonal=True,
               register=(48, 84), usual=1.0, shortest=0.2, longest=4.0, reach=7, pad_note=55),
        Family(name="pad-synth", words=("pad", "pads", "synth pad", "pad-synth", "strings", "choir", "drone",
                                        "ambient pad"),
               mapping="keys", tonal=True, register=(36, 84), usual=3.0, shortest=1.0, longest=12.0, reach=7,
               pad_note=57, swells=True),
        Family(name="fx", words=("fx", "sfx", "riser", "impact", "sweep", "whoosh", "noise", "texture", "glitch",
                                 "foley", "zap", "laser"),
               mapping="drum", tonal=False, register=(36, 96), usual=1.5, shortest=0.1, longest=12.0, pad_note=59,
               swells=True),
        Family(name="loop", words=("loop", "loops", "breakbeat", "drum loop", "groove"), mapping="drum", tonal=False,
               register=(36, 96), usual=4.0, shortest=0.5, longest=30.0, pad_note=60,
               swells=True),
    )
}

_WORDS = sorted(((word, row.name) for row in FAMILIES.values() for word in row.words), key=lambda w: -len(w[0]))
_PATTERN = re.compile(r"(?<![\w-])(" + "|".join(re.escape(word) for word, _ in _WORDS) + r")(?![\w-])")
_BY_WORD = dict(_WORDS)
_MACHINE = "808"
_BASSES = frozenset({"808", "bass"})


def family_of(prompt: str) -> str | None:
    """Returns the family that a prompt's words name, or None where no word names one.

    The longest words win (`open hat` over `hat`), then the first named. `808` beside another drum is the machine
    that made it (`808 snare` is a snare); alone, or beside bass words, it is the family.
    """
    found = [_BY_WORD[match.group(1)] for match in _PATTERN.finditer(prompt.lower())]
    if _MACHINE in found and set(found) <= _BASSES:
        return _MACHINE
    return next((name for name in found if name != _MACHINE), None)
