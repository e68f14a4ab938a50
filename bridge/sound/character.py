"""Says what a finished sound is like: what it was taken for, how bright, hard and loud it is, and its fingerprint."""

from __future__ import annotations

from dataclasses import replace

from bridge.audio import Audio
from bridge.domain.sample import Analysis, Character
from bridge.sound.envelope import amplitude, highest
from bridge.sound.features import features
from bridge.sound.gate import broken
from bridge.sound.pitch import CERTAIN, POSSIBLE, measure
from bridge.sound.recipe import SHORTEST_PITCH
from bridge.sound.recognise import NOTE, families, kinds, label
from bridge.sound.similar import fingerprint
from bridge.units import Decibels

SILENCE = amplitude(-140.0)
"""Under the last step of 24 bits: nothing that is left there says anything."""


def family_heard(audio: Audio) -> str | None:
    """Returns the family of a sound that nobody named, None where nothing is sure, or nothing is heard."""
    if broken(audio) is not None or highest(audio.samples) < SILENCE or audio.seconds < SHORTEST_PITCH:
        return None
    heard = features(audio)
    played = next(iter(families(kinds(heard)))) == NOTE
    pitch = measure(audio)
    sure = pitch.claimed(POSSIBLE if played else CERTAIN)
    return label(heard, note=pitch.root if sure else None, glide=pitch.glide)


def known(audio: Audio, analysis: Analysis) -> tuple[Analysis, bytes]:
    """Returns the analysis of a sound with its character, and its fingerprint; a silent one has neither (b"")."""
    if highest(audio.samples) < SILENCE:
        return analysis, b""
    heard = features(audio)
    shares = families(kinds(heard))
    character = Character(
        family=label(heard, note=analysis.root, glide=analysis.glide or 0.0),
        share=round(next(iter(shares.values())), 4),
        brightness=heard.brightness,
        hardness=Decibels(float(heard.hardness)),
        loudness=heard.loudness,
    )
    return replace(analysis, character=character), fingerprint(heard)
