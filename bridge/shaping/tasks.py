"""The workers' side of shaping: what is called there by name. Arguments and answers are pickled on the way."""

from __future__ import annotations

from bridge.domain.brief import Brief
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


def shape(sound: bytes, brief: Brief, sample_rate: int) -> Shaped:
    """Returns the finished sound of a take; raises SoundError for what can't be decoded or does not pass the gate."""
    audio, analysis, verdicts = chain.shape(decode(sound), brief, sample_rate)
    return Shaped(
        pcm=to_pcm24(audio),
        frames=audio.frames,
        channels=audio.channels,
        sample_rate=audio.sample_rate,
        analysis=analysis,
        verdicts=verdicts,
    )
