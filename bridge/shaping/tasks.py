"""The workers' side of shaping: what is called there by name. Arguments and answers are pickled on the way."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.audio import Audio
from bridge.domain.brief import FINISH, Brief
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.ports import Shaped
from bridge.sound import chain
from bridge.sound.character import family_heard, known
from bridge.sound.codec import UNDECODABLE, decode, encode_float, to_pcm24
from bridge.sound.similar import SAME, correlation
from bridge.sound.slices import best_hits


def check(sound: bytes, brief: Brief) -> tuple[Verdict, ...]:
    """Returns the gate's verdicts on the bytes of a take; one that can't be decoded is the verdict `undecodable`.

    Another seed may do better, but not for a sound that the user brought.
    """
    try:
        audio = decode(sound)
    except SoundError as problem:
        rule = "fail" if brief.audio_use == FINISH else "retry"
        return (Verdict(name=UNDECODABLE, figure=len(sound), rule=rule, text=problem.message.removesuffix(".")),)
    return chain.check(audio, brief)


def recognise(sound: bytes) -> str | None:
    """Returns the family of a sound that nobody named, None where nothing is sure; raises SoundError."""
    return family_heard(decode(sound))


def cut(sound: bytes, family: str, most: int) -> tuple[bytes, ...]:
    """Returns the hits of a loop that make the best one-shots of a family, at most so many; raises SoundError."""
    return tuple(encode_float(hit) for hit in best_hits(decode(sound), family, most))


def shape_set(sounds: Sequence[bytes], brief: Brief, sample_rate: int) -> tuple[Shaped | SoundError, ...]:
    """Returns what becomes of the takes of one brief, shaped as one set; SoundError for each that can't be one."""
    decoded = [_decoded(sound) for sound in sounds]
    shaped = iter(chain.shape_set([take for take in decoded if isinstance(take, Audio)], brief, sample_rate))
    outcomes = [next(shaped) if isinstance(take, Audio) else take for take in decoded]
    return tuple(outcome if isinstance(outcome, SoundError) else _shaped(*outcome) for outcome in outcomes)


def same_recording(sound: bytes, others: Sequence[bytes]) -> tuple[int, float] | None:
    """Returns which of some sound files is the same recording as this one, and how far their waves agree (0…1).

    None where none is. One that can't be decoded, or has another sample rate, is not the same.
    """
    audio = decode(sound)
    found: tuple[int, float] | None = None
    for place, other in enumerate(map(_decoded, others)):
        if isinstance(other, SoundError) or other.sample_rate != audio.sample_rate:
            continue
        agreement = correlation(audio, other)
        if agreement >= SAME and (found is None or agreement > found[1]):
            found = place, agreement
    return found


def _decoded(sound: bytes) -> Audio | SoundError:
    try:
        return decode(sound)
    except SoundError as problem:
        return problem


def _shaped(audio: Audio, analysis: Analysis, verdicts: tuple[Verdict, ...]) -> Shaped:
    analysis, fingerprint = known(audio, analysis)
    return Shaped(
        pcm=to_pcm24(audio),
        frames=audio.frames,
        channels=audio.channels,
        sample_rate=audio.sample_rate,
        analysis=analysis,
        verdicts=verdicts,
        fingerprint=fingerprint,
    )
