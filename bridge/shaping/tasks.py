"""The workers' side of shaping: what is called there by name. Arguments and answers are pickled on the way."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bridge.audio import Audio
from bridge.domain.brief import FINISH, Brief
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.ports import Shaped
from bridge.shaping.strokes import Stroke, joined
from bridge.sound import chain
from bridge.sound.chain import Finished
from bridge.sound.character import family_heard, known
from bridge.sound.codec import UNDECODABLE, decode, encode_float, to_pcm24
from bridge.sound.similar import SAME, agreement
from bridge.sound.slices import best_hits
from bridge.units import MidiNote


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


def shape_set(
    sounds: Sequence[bytes], brief: Brief, sample_rate: int, notes: Sequence[MidiNote | None] = ()
) -> tuple[Shaped | SoundError, ...]:
    """Returns what becomes of the takes of one brief, shaped as one set; SoundError for each that can't be one.

    `notes` are the pitches that the takes were made for; empty where all are made for the brief's.
    """
    decoded = [_decoded(sound) for sound in sounds]
    places = [place for place, take in enumerate(decoded) if isinstance(take, Audio)]
    outcomes = chain.shape_set(
        [take for take in decoded if isinstance(take, Audio)], brief, sample_rate,
        notes=[notes[place] for place in places] if notes else None,
    )
    by_place = dict(zip(places, outcomes, strict=True))
    refused = {place: outcome for place, outcome in by_place.items() if isinstance(outcome, SoundError)}
    finished = {place: outcome for place, outcome in by_place.items() if not isinstance(outcome, SoundError)}
    answers = {**dict(enumerate(decoded)), **refused, **_played(finished, brief)}
    return tuple(answer for _, answer in sorted(answers.items()) if not isinstance(answer, Audio))


def _played(finished: Mapping[int, Finished], brief: Brief) -> dict[int, Shaped]:
    """Gives each sound its place in the instrument of all, or in one of its own, with the parts made from it."""
    shaped = {place: _shaped(*sound) for place, sound in finished.items()}
    if not brief.joins and brief.layers != "made" and brief.turns == 1:
        return shaped  # a sound for itself: what most people want costs nothing more
    for places in [list(finished)] if brief.joins else [[place] for place in finished]:
        roots = joined(
            [finished[place][:2] for place in places],
            drum=brief.mapping == "drum", layers=brief.layers == "made", turns=brief.turns,
        )
        for stroke in itertools.chain(*roots):
            place = places[stroke.source]
            if stroke.made:
                shaped[place] = replace(shaped[place], parts=(*shaped[place].parts, _part(stroke)))
            else:
                shaped[place] = replace(shaped[place], layer=stroke.layer, turn=stroke.turn)
    return shaped


def _part(stroke: Stroke) -> Shaped:
    return Shaped(
        pcm=to_pcm24(stroke.audio), frames=stroke.audio.frames, channels=stroke.audio.channels,
        sample_rate=stroke.audio.sample_rate, analysis=stroke.analysis, layer=stroke.layer, turn=stroke.turn,
    )


def same_recording(sound: bytes, others: Sequence[bytes]) -> tuple[int, float] | None:
    """Returns which of some sound files is the same recording as this one, and how far their waves agree (0…1).

    None where none is. One that can't be decoded, or has another sample rate, is not the same.
    """
    audio = decode(sound)
    found: tuple[int, float] | None = None
    for place, other in enumerate(map(_decoded, others)):
        if isinstance(other, SoundError) or other.sample_rate != audio.sample_rate:
            continue
        alike = agreement(audio, other)
        if alike >= SAME and (found is None or alike > found[1]):
            found = place, alike
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
