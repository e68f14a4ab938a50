"""Tunes a sound by playing it faster or slower, as a sampler does: no artefacts, and the length follows.

What is claimed afterwards is what a second measurement found; where it does not find the note that was aimed at, the
first one was luck, and the sound stays as it was, without a claim.
"""

from __future__ import annotations

from dataclasses import dataclass

import soxr

from bridge.audio import Audio
from bridge.domain.take import Verdict
from bridge.sound.pitch import CERTAIN, POSSIBLE, Pitch, measure
from bridge.units import Cents, MidiNote

FARTHEST = 7
"""Semitones by which a sound is moved to an asked note; farther, it would no longer be the same sound."""
IN_TUNE = Cents(1.0)
"""What nobody hears: not worth another resampling."""
NEIGHBOURHOOD = 6
"""Semitones around an asked note that count as its octave."""
_REASONS = {"chord": ("chord", "more notes than one"), "noise": ("unpitched", "noise")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """Holds the sound, the pitch that it has now, whether that is a claim, and the verdicts on the way."""

    audio: Audio
    pitch: Pitch
    claimed: bool
    verdicts: tuple[Verdict, ...]


def varispeed(audio: Audio, cents: float) -> Audio:
    """Returns the sound `cents` higher (lower if negative) at the same sample rate, shorter by the same ratio.

    soxr takes any real ratio and keeps it to 10⁻⁷ cents, so no fraction has to be found for it.
    """
    if cents == 0:
        return audio
    ratio = 2.0 ** (cents / 1200)
    return audio.with_samples(soxr.resample(audio.samples, audio.sample_rate * ratio, audio.sample_rate, "VHQ"))


def tune(audio: Audio, *, tonal: bool, register: tuple[int, int], note: MidiNote | None) -> Tuned:
    """Returns the sound in tune if it should be and surely can be, else as it is.

    A `tonal` sound, or one with an asked `note`, is moved to that note if it lies within `FARTHEST` semitones of it,
    else to the nearest semitone. Of any other sound the pitch is only noted, and only a certain one. `register` is
    where the family's roots usually lie; an asked note says it better.
    """
    wanted = tonal or note is not None
    threshold = POSSIBLE if wanted else CERTAIN
    pitch = measure(audio, register if note is None else _octave_of(note))
    if not pitch.claimed(threshold):
        return Tuned(audio=audio, pitch=pitch, claimed=False, verdicts=(_unpitched(pitch),))
    verdicts = _found(pitch, "the asked note" if note is not None else "the family's usual register")
    if not wanted:
        return Tuned(audio=audio, pitch=pitch, claimed=True, verdicts=verdicts)
    target = pitch.root
    if note is not None:
        target, verdict = _aim(pitch, note)
        verdicts += (verdict,)
    move = 100.0 * (target - pitch.root) - pitch.cents
    if abs(move) <= IN_TUNE:
        return Tuned(audio=audio, pitch=pitch, claimed=True, verdicts=verdicts)
    tuned = varispeed(audio, move)
    proof = measure(tuned, _octave_of(target))
    if not proof.claimed(threshold) or proof.root != target:
        text = f"moved to note {target}, it was not found there: left as it is"
        unproved = Verdict(name="unpitched", figure=proof.confidence, rule="pass", text=text)
        return Tuned(audio=audio, pitch=proof, claimed=False, verdicts=(*verdicts, unproved))
    text = f"moved by {move:+.1f} cents, now {proof.cents:+.1f} from note {target}"
    verdicts += (Verdict(name="tuned", figure=move, rule="repair", text=text),)
    return Tuned(audio=tuned, pitch=proof, claimed=True, verdicts=verdicts)


def _octave_of(note: MidiNote) -> tuple[int, int]:
    return note - NEIGHBOURHOOD, note + NEIGHBOURHOOD


def _aim(pitch: Pitch, note: MidiNote) -> tuple[MidiNote, Verdict]:
    """Returns the note to tune to when `note` was asked, and the verdict that says how far off the sound was."""
    distance = pitch.root - note + pitch.cents / 100
    near = abs(distance) <= FARTHEST
    text = f"note {note} was asked, the sound came {distance:+.2f} semitones from it"
    text += "" if near else f": too far to move it, tuned to note {pitch.root}"
    return note if near else pitch.root, Verdict(name="asked-note", figure=distance, rule="pass", text=text)


def _found(pitch: Pitch, prior: str) -> tuple[Verdict, ...]:
    """Returns the verdict that names a pitch, and the one that admits that a prior chose its octave, if one did."""
    text = f"note {pitch.root} {pitch.cents:+.1f} cents, confidence {pitch.confidence:.2f}"
    found = Verdict(name="pitch", figure=pitch.confidence, rule="pass", text=text)
    if not pitch.octave:
        return (found,)
    text = f"the octave was in doubt: {prior} moved it by {pitch.octave:+d} semitones"
    return found, Verdict(name="octave", figure=pitch.octave, rule="pass", text=text)


def _unpitched(pitch: Pitch) -> Verdict:
    """Returns the verdict that says why no pitch is claimed: a chord, noise, or too little that is sure."""
    name, reason = _REASONS.get(pitch.kind, ("unpitched", "no sure pitch"))
    text = f"{reason}: confidence {pitch.confidence:.2f}, clarity {pitch.periodicity:.2f}; left as it is"
    return Verdict(name=name, figure=pitch.confidence, rule="pass", text=text)
