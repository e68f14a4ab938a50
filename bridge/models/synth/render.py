"""The task that worker processes run: from a brief to takes."""

from __future__ import annotations

import math
from dataclasses import replace

from bridge.domain.brief import Brief
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, Family
from bridge.models.synth.dice import Dice
from bridge.models.synth.finish import finish
from bridge.models.synth.limits import LONGEST, SHORTEST, VARIATIONS
from bridge.models.synth.part import Part
from bridge.models.synth.voices import Voice, kind_for
from bridge.models.synth.words import Words, read
from bridge.ports import RawTake
from bridge.sound.codec import encode_float
from bridge.units import MidiNote, Seconds, hz_of

SEEDS = 2**32 - 1
SOFTEST = 0.02
BRIEF = 0.5
"""Of a family's usual length: what "very short" comes down to, so that it stays a hit of its family."""
SAME = {"open-hat": "hat"}
"""Families that a seed makes of the same thing: an open hat is the closed one of its seed, open."""
BRIEFEST = Seconds(0.1)
"""Shorter, even a hat is only a click."""


def render(brief: Brief, seed: int) -> list[RawTake]:
    """Returns `brief.count` takes (at most `VARIATIONS`) as float32 WAV files, each with its own seed."""
    count = min(max(1, brief.count), VARIATIONS)
    seeds = [take_seed(brief, seed, variation) for variation in range(count)]
    return [RawTake(sound=sound(brief, one), seed=one) for one in seeds]


def take_seed(brief: Brief, seed: int, variation: int) -> int:
    """Returns the seed of a call's take: the call's own for the first, else one derived from the brief, 1 … 2³²−1.

    A call for the same brief with that seed makes this take as its first.
    """
    if variation == 0:
        return seed
    return replace(brief, seed=seed).random_key(variation) % SEEDS + 1


def sound(brief: Brief, seed: int) -> bytes:
    """Returns one take as a float32 WAV; the same brief and seed give the same bytes."""
    voice, part = plan(brief, seed)
    return encode_float(finish(voice(part), part))


def plan(brief: Brief, seed: int) -> tuple[Voice, Part]:
    """Returns which voice has to play what.

    Chance depends on family and seed only: the seed is the drum, and words, note, length and energy are how it is
    tuned and played.
    """
    family = FAMILIES.get(brief.family, FAMILIES[DEFAULT_FAMILY])
    words = read(brief.prompt, brief.negative)
    same = SAME.get(brief.family, brief.family)
    alone = replace(brief, seed=seed, family=same, prompt="", negative="", note=None, seconds=None, energy=1.0)
    dice = Dice(alone.random_key())
    kind = kind_for(family.name, words, dice)
    note = brief.note if brief.note is not None else words.note()
    if note is None:
        note = MidiNote(_note(family, words, dice) + 12 * kind.octaves)
    return kind.voice, Part(
        family=family.name,
        pitch=hz_of(min(max(note, 0), 127)),
        seconds=_seconds(brief, family, words, dice),
        energy=min(max(brief.energy, SOFTEST), 1.0),
        words=words,
        dice=dice,
    )


def _note(family: Family, words: Words, dice: Dice) -> int:
    """Returns a note in the middle half of the family's register, moved by the words; on the key if they name one."""
    low, high = family.register
    quarter = (high - low) / 4
    wish = dice.between("note", low + quarter, high - quarter) + 0.75 * quarter * words.character.pitch
    note = round(min(max(wish, low), high))
    if words.key is not None:
        note += (words.key - note + 6) % 12 - 6
    return note


def _seconds(brief: Brief, family: Family, words: Words, dice: Dice) -> Seconds:
    """Returns the asked length, else that of the words, else the family's usual one, varied by seed and words."""
    asked = brief.seconds if brief.seconds is not None else words.seconds(brief.bpm)
    if asked is not None and math.isfinite(asked) and asked > 0:
        return Seconds(min(max(asked, SHORTEST), LONGEST))
    # What rings in a room takes longer.
    stretch = 0.8 * words.character.length + 0.6 * max(0.0, words.character.space)
    usual = family.usual * dice.ratio("seconds", 0.75, 1.3) * 2.0 ** stretch
    if family.name == "loop" and words.tempo:
        bar = 240 / words.tempo
        usual = max(1, round(usual / bar)) * bar
    return Seconds(min(max(usual, family.shortest, BRIEFEST, BRIEF * family.usual), family.longest))
