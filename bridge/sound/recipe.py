"""Walks sounds through the steps of a recipe: what each word of `bridge.domain.recipe` does.

A step is a row: of `ALONE` it is done to each sound, of `TOGETHER` to all sounds of a set at once. A sound by itself
is a set of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from bridge.audio import Audio
from bridge.domain.family import Family
from bridge.domain.recipe import Step, Value
from bridge.domain.take import Verdict
from bridge.errors import SoundError
from bridge.sound.align import align
from bridge.sound.envelope import SILENT, highest
from bridge.sound.fade import fade
from bridge.sound.level import level, true_peak
from bridge.sound.loop import loop
from bridge.sound.loudness import louder, loudness, match
from bridge.sound.offset import AUDIBLE, balance, offset_of, remove_offset
from bridge.sound.pitch import measure
from bridge.sound.rate import convert
from bridge.sound.slices import bars
from bridge.sound.trim import shorten, trim
from bridge.sound.tune import Tuned, tune
from bridge.sound.width import draw_in, narrow, narrow_lows
from bridge.units import Decibels, Hz, MidiNote, Seconds

Values = tuple[Value, ...]
SHORTEST_PITCH = Seconds(0.01)
"""What is shorter has no pitch to speak of."""
JUST_HEARD = Decibels(0.5)
"""The difference in level that a listener may hear."""


@dataclass(slots=True, kw_only=True)
class Piece:
    """Holds a sound on its way, and what the steps have to know and have found out.

    `longest` is what a `trim` without an argument leaves, `sample_rate` what a `rate` without one converts to. `limit`
    is the length that a trim has set; a tuning that makes the sound longer keeps to it. `peak` is the true peak where
    the last step has set it, `loop` the first and the last frame of a loop that was found. `bpm` is the song's tempo.
    """

    audio: Audio
    family: Family
    note: MidiNote | None
    longest: Seconds
    sample_rate: int
    bpm: float | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    limit: Seconds | None = None
    tuned: Tuned | None = None
    matched: bool = False
    peak: Decibels | None = None
    loop: tuple[int, int] | None = None


def walk(pieces: Sequence[Piece], recipe: Sequence[Step]) -> None:
    """Takes the pieces of a set through a recipe, in place.

    Raises SoundError with the verdict `overload` where a sound is over full scale at its end: whatever wrote it would
    clip it.
    """
    for step in recipe if pieces else ():
        if step.name in TOGETHER:
            TOGETHER[step.name](pieces, step.values)
        else:
            for piece in pieces:
                piece.peak = None
                ALONE[step.name](piece, step.values)
        if step.name in MOVES_FRAMES:
            for piece in pieces:
                piece.loop = None
    for piece in pieces:
        if highest(piece.audio.samples) > 1.0:
            message = f"This sound ends {true_peak(piece.audio):+.1f} dB over full scale: it would be clipped."
            raise SoundError(message, "End the recipe with a level, like: level -1 dBTP", verdict="overload")


def become(pieces: Sequence[Piece], wanted: Decibels) -> None:
    """Gives a finished set the gain with which its loudest member has the loudness `wanted` (LUFS), in place.

    No sound goes above the peak that it was given; what would have to, stays softer and says so.
    """
    if not pieces:
        return
    heard = max(loudness(piece.audio) for piece in pieces)
    gain = min(0.0, wanted - heard) if heard > SILENT else 0.0
    short = max(0.0, wanted - heard) if heard > SILENT else 0.0
    text = "as loud as the sound that it replaces" if short < JUST_HEARD else (
        f"{short:.1f} dB softer than the sound that it replaces: its peak is too sharp for more"
    )  # fmt: skip
    for piece in pieces:
        piece.audio = louder(piece.audio, gain)
        piece.peak = None if piece.peak is None else Decibels(piece.peak + gain)
        piece.verdicts.append(Verdict(name="loudness", figure=short, rule="pass", text=text))


def _offset(piece: Piece, _: Values) -> None:
    figure = offset_of(piece.audio)
    if figure > AUDIBLE:
        piece.audio = remove_offset(piece.audio)
        text = f"an offset {-figure:.0f} dB under the peak taken out"
        piece.verdicts.append(Verdict(name="offset", figure=figure, rule="repair", text=text))


def _mono(piece: Piece, values: Values) -> None:
    piece.audio, verdict = narrow(piece.audio, str(values[0]))
    piece.verdicts.append(verdict)


def _lows(piece: Piece, values: Values) -> None:
    piece.audio, verdicts = narrow_lows(piece.audio, Hz(_number(values[0])))
    piece.verdicts.extend(verdicts)


def _sides(piece: Piece, _: Values) -> None:
    piece.audio, verdicts = draw_in(piece.audio)
    piece.verdicts.extend(verdicts)


def _trim(piece: Piece, values: Values) -> None:
    piece.limit = piece.longest if values[0] is None else Seconds(_number(values[0]))
    # A tone may be blown or bowed in; before a drum, what is slow is noise.
    slow = piece.family.swells or piece.family.tonal
    trimmed = trim(piece.audio, longest=piece.limit, swells=slow)
    piece.audio = trimmed.audio
    piece.verdicts += [_cut("lead-in", trimmed.lead_in), _cut("tail", trimmed.tail)]


def _rate(piece: Piece, values: Values) -> None:
    piece.audio = convert(piece.audio, piece.sample_rate if values[0] is None else round(_number(values[0])))


def _tune(piece: Piece, _: Values) -> None:
    family = piece.family
    if piece.audio.seconds < SHORTEST_PITCH:
        return
    piece.tuned = tune(piece.audio, tonal=family.tonal, register=family.register, note=piece.note)
    piece.audio = piece.tuned.audio if piece.limit is None else shorten(piece.tuned.audio, piece.limit)
    piece.verdicts += piece.tuned.verdicts


def _fade(piece: Piece, values: Values) -> None:
    rise, fall = (Seconds(_number(value)) for value in values)
    piece.audio = balance(fade(piece.audio, rise=rise, fall=fall))


def _loop(piece: Piece, _: Values) -> None:
    pitch = piece.tuned.pitch if piece.tuned else measure(piece.audio)
    found = loop(piece.audio, frequency=pitch.frequency, periodicity=pitch.periodicity)
    piece.audio, piece.loop = found.audio, found.loop
    piece.verdicts.append(found.verdict)


def _bars(piece: Piece, values: Values) -> None:
    tempo = piece.bpm if values[0] is None else _number(values[0])
    if tempo is None:
        text = "no tempo was said: it stays as long as it is"
        piece.verdicts.append(Verdict(name="bars", figure=0.0, rule="pass", text=text))
        return
    try:
        kept = bars(piece.audio, tempo)
    except SoundError as problem:
        # It was made, and perhaps paid: better a loop without whole bars than none.
        piece.verdicts.append(Verdict(name="bars", figure=0.0, rule="pass", text=problem.message))
        return
    piece.audio, piece.loop = kept.audio, (0, kept.audio.frames - 1)
    text = f"{kept.bars} bar{'s' if kept.bars > 1 else ''} at {kept.bpm:g} beats a minute"
    piece.verdicts += [Verdict(name="bars", figure=kept.bars, rule="repair", text=text), kept.verdict]


def _gain(piece: Piece, values: Values) -> None:
    piece.audio = louder(piece.audio, _number(values[0]))


def _align(pieces: Sequence[Piece], _: Values) -> None:
    if len(pieces) < 2:
        return
    if len({piece.audio.sample_rate for piece in pieces}) > 1:
        cure = "Put rate before align, like: rate 44100 Hz, align"
        raise SoundError("These sounds have different sample rates.", cure)
    for piece, (audio, wait) in zip(pieces, align([piece.audio for piece in pieces]), strict=True):
        piece.audio = audio
        text = "begins in another way than the others of its set" if wait is None else (
            f"put {1000 * abs(wait):.2f} ms {'later' if wait > 0 else 'earlier'}, to start with the others of its set"
            if wait else "starts with its set"
        )  # fmt: skip
        piece.verdicts.append(
            Verdict(name="aligned", figure=wait or 0.0, rule="repair" if wait else "pass", text=text)
        )


def _match(pieces: Sequence[Piece], _: Values) -> None:
    if len(pieces) < 2:
        return
    for piece, found in zip(pieces, match([piece.audio for piece in pieces]), strict=True):
        piece.audio = louder(piece.audio, found.gain)
        piece.matched, piece.peak = True, None
        text = "as loud as the others of its set" if found.short < 0.05 else (
            f"{found.short:.1f} dB softer than the others of its set: its peak is too sharp for more"
        )  # fmt: skip
        piece.verdicts.append(Verdict(name="matched", figure=found.short, rule="pass", text=text))


def _level(pieces: Sequence[Piece], values: Values) -> None:
    """Sets each sound's own true peak; in a matched set all get the gain with which the highest meets the level."""
    target = Decibels(_number(values[0]))
    if not all(piece.matched for piece in pieces):
        for piece in pieces:
            piece.audio, piece.peak = level(piece.audio, target)
        return
    peaks = [true_peak(piece.audio) for piece in pieces]
    top = max(peaks)
    for piece, peak in zip(pieces, peaks, strict=True):
        piece.audio, piece.peak = louder(piece.audio, target - top), Decibels(peak - top + target)


ALONE: dict[str, Callable[[Piece, Values], None]] = {
    "offset": _offset,
    "mono": _mono,
    "lows": _lows,
    "trim": _trim,
    "rate": _rate,
    "tune": _tune,
    "fade": _fade,
    "sides": _sides,
    "loop": _loop,
    "bars": _bars,
    "gain": _gain,
}
MOVES_FRAMES = frozenset({"trim", "rate", "tune", "align"})
"""The steps after which the points of a loop would lie elsewhere."""
TOGETHER: dict[str, Callable[[Sequence[Piece], Values], None]] = {"align": _align, "match": _match, "level": _level}


def _number(value: Value) -> float:
    """Returns an argument that its row makes a number."""
    return cast("float", value)


def _cut(name: str, seconds: float) -> Verdict:
    text = f"{1000 * seconds:.0f} ms of {name} cut"
    return Verdict(name=name, figure=seconds, rule="repair" if seconds else "pass", text=text)
