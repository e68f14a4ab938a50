"""Names the units that numbers carry, and turns pitches into notes and back.

MIDI notes are numbers everywhere (60 = middle C); names are for people only, and which octave middle C is in is
the user's choice.
"""

from __future__ import annotations

import math
import re
from typing import NewType

MidiNote = NewType("MidiNote", int)
"""0–127; 60 is middle C, 69 is A = 440 Hz."""
Hz = NewType("Hz", float)
Cents = NewType("Cents", float)
"""A hundredth of a semitone; for a sample: what it is minus its root, sharp positive, in (−50, 50]."""
Decibels = NewType("Decibels", float)
Seconds = NewType("Seconds", float)
Usd = NewType("Usd", float)

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_NOTE_NAME = re.compile(r"([A-Ga-g])([#sb♯♭]?)(-?\d)")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def hz_of(note: float, cents: float = 0.0) -> Hz:
    """Returns the frequency in Hz of a MIDI note (equal temperament, A4 = 440 Hz) plus `cents`."""
    return Hz(440.0 * 2.0 ** ((note - 69 + cents / 100) / 12))


def pitch_of(frequency: float) -> tuple[MidiNote, Cents]:
    """Returns the nearest MIDI note of a frequency in Hz (> 0) and the cents above it, in (−50, 50].

    The note is not limited to 0–127: the caller decides what a pitch off the keyboard means.
    """
    semitones = 69 + 12 * math.log2(frequency / 440.0)
    note = math.ceil(semitones - 0.5)
    return MidiNote(note), Cents(100 * (semitones - note))


def pitch_class(note: int) -> str:
    """Returns the pitch class of a note as file names spell it: `C`, `Fs` (no `#`, so that paths stay plain)."""
    return PITCH_CLASSES[note % 12].replace("#", "s")


def note_name(note: int, middle_c_octave: int = 4) -> str:
    """Returns a note's name for people: 60 is `C4`, or `C3` where `middle_c_octave` is 3."""
    return f"{PITCH_CLASSES[note % 12]}{note // 12 - 5 + middle_c_octave}"


def parse_note(text: str, middle_c_octave: int = 4) -> MidiNote:
    """Reads a MIDI note from a number (`36`) or a name (`C2`, `F#1`, `Bb3`); raises ValueError with the reason."""
    text = text.strip()
    if text.lstrip("-").isdecimal():
        note = int(text)
    elif match := _NOTE_NAME.fullmatch(text):
        letter, accidental, octave = match.groups()
        note = 12 * (int(octave) + 5 - middle_c_octave) + _LETTERS[letter.upper()]
        note += {"": 0, "#": 1, "s": 1, "♯": 1, "b": -1, "♭": -1}[accidental]
    else:
        raise ValueError(f"{text!r} is no note: write a number 0–127 or a name like F#2")
    if not 0 <= note <= 127:
        raise ValueError(f"{text} is note {note}: MIDI notes go from 0 to 127")
    return MidiNote(note)
