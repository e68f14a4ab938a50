"""Joins finished sounds into the strokes of one instrument: roots, velocity layers and turns. Needs scipy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.audio import Audio
from bridge.domain.sample import Analysis
from bridge.instruments.mapping import layers_of
from bridge.sound.codec import to_pcm24
from bridge.sound.layers import character, turns, velocity_layers
from bridge.sound.level import true_peak
from bridge.sound.loop import PERIODIC, loop
from bridge.sound.wav import pcm_sha256
from bridge.units import Seconds, hz_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """Holds one sound of an instrument and what was measured of it.

    `source` is the place of the finished sound that it is or was made from, `made` says which of the two. `layer`
    counts from the softest, `turn` within its layer, both from 1 and within the stroke's root.
    """

    source: int
    audio: Audio
    analysis: Analysis
    made: bool = False
    layer: int = 1
    turn: int = 1


def joined(
    sounds: Sequence[tuple[Audio, Analysis]], *, drum: bool, layers: bool, turns: int
) -> tuple[tuple[Stroke, ...], ...]:
    """Returns the strokes of each root, softest layer first and in turn.

    Several sounds of one root become layers and turns by their characters; where a root has one sound only, `layers`
    makes two softer ones from it. `turns` ≥ 1 fills every layer of one stroke with turns made from it. Drums lie on
    one key, whatever their pitches are.
    """
    roots: dict[int | None, list[Stroke]] = {}
    for source, (audio, analysis) in enumerate(sounds):
        stroke = Stroke(source=source, audio=audio, analysis=analysis)
        roots.setdefault(None if drum else analysis.root, []).append(stroke)
    return tuple(_layered(strokes, layers, turns) for strokes in roots.values())


def _layered(strokes: Sequence[Stroke], layers: bool, count: int) -> tuple[Stroke, ...]:
    found: list[list[Stroke]]
    if len(strokes) == 1 and layers:
        # A layer keeps the frames of the sound that it is made from, and so the points of its loop.
        *softer, own = velocity_layers(strokes[0].audio)
        found = [*([_made(strokes[0], audio)] for audio in softer), [replace(strokes[0], audio=own)]]
    else:
        places = layers_of([character(stroke.audio) for stroke in strokes])
        found = [[strokes[place] for place in members] for members in places]
    return tuple(
        replace(stroke, layer=layer, turn=turn)
        for layer, members in enumerate(found, 1)
        for turn, stroke in enumerate(_turned(members[0], count) if len(members) == 1 else members, 1)
    )


def _turned(stroke: Stroke, count: int) -> list[Stroke]:
    """Returns the turns made from one stroke, itself first. A turn goes faster or slower, so its loop is found anew;
    one without a loop would fall silent where the others sound on, and is left out."""
    found = [stroke]
    key = pcm_sha256(to_pcm24(stroke.audio)) if count > 1 else ""
    for audio in turns(stroke.audio, count, key)[1:]:
        if stroke.analysis.loop is None or stroke.analysis.root is None:
            found.append(_made(stroke, audio))
            continue
        frequency = hz_of(stroke.analysis.root, stroke.analysis.cents)
        again = loop(audio, frequency=frequency, periodicity=PERIODIC)  # the stroke's own was as clear, for it loops
        if again.loop is not None:
            turn = _made(stroke, again.audio)
            found.append(replace(turn, analysis=replace(turn.analysis, loop=again.loop)))
    return found


def _made(stroke: Stroke, audio: Audio) -> Stroke:
    """Returns a stroke made from another one, whose pitch still counts as its own."""
    analysis = replace(stroke.analysis, seconds=Seconds(audio.seconds), peak=true_peak(audio))
    return replace(stroke, audio=audio, analysis=analysis, made=True)
