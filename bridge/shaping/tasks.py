"""The workers' side of shaping: what is called there by name. Arguments and answers are pickled on the way."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.ports import Shaped
from bridge.sound import chain
from bridge.sound.codec import UNDECODABLE, decode, to_pcm24


def check(sound: bytes, brief: Brief) -> tuple[Verdict, ...]:
    """Returns the gate's verdicts on the bytes of a take; one that can't be decoded is the verdict `undecodable`."""
    try:
        audio = decode(sound)
    except SoundError as problem:
        return (Verdict(name=UNDECODABLE, figure=len(sound), rule="retry", text=problem.message),)
    return chain.check(audio, brief)


def shape_set(sounds: Sequence[bytes], brief: Brief, sample_rate: int) -> tuple[Shaped | SoundError, ...]:
    """Returns what becomes of the takes of one brief, shaped as one set; SoundError for each that can't be one."""
    decoded = [_decoded(sound) for sound in sounds]
    shaped = iter(chain.shape_set([take for take in decoded if isinstance(take, Audio)], brief, sample_rate))
    outcomes = [next(shaped) if isinstance(take, Audio) else take for take in decoded]
    return tuple(outcome if isinstance(outcome, SoundError) else _shaped(*outcome) for outcome in outcomes)


def _decoded(sound: bytes) -> Audio | SoundError:
    try:
        return decode(sound)
    except SoundError as problem:
        return problem


def _shaped(audio: Audio, analysis: Analysis, verdicts: tuple[Verdict, ...]) -> Shaped:
    return Shaped(
        pcm=to_pcm24(audio),
        frames=audio.frames,
        channels=audio.channels,
        sample_rate=audio.sample_rate,
        analysis=analysis,
        verdicts=verdicts,
    )
