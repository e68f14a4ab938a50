"""Cuts a loop of the user's own into its hits and writes them. Needs scipy: import it late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bridge import __version__
from bridge.audio import Audio
from bridge.cli.listening import LONGEST_LOOP, recognised
from bridge.cli.soundfiles import read_sound, refuse_loss, write_whole
from bridge.errors import SoundError
from bridge.sound.codec import FULL_SCALE_24, to_pcm24
from bridge.sound.envelope import decibels, highest
from bridge.sound.features import features
from bridge.sound.gate import broken
from bridge.sound.slices import bars, slices
from bridge.sound.wav import wav_bytes
from bridge.units import Decibels, Seconds

UNNAMED = "hit"
"""Stands in the name of a hit whose family is not sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Holds a hit that was written: where it began in the loop and how long it is. `family` None: not sure."""

    file: Path
    start: Seconds
    seconds: Seconds
    family: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Holds the loop of whole bars that was written. `on_grid` is the share of its hits that sit on the grid."""

    file: Path
    bars: int
    bpm: float
    seconds: Seconds
    on_grid: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Holds what became of a loop. `gain` in dB is under 0 where it went over full scale."""

    sound: Path
    gain: Decibels
    hits: tuple[Hit, ...]
    loop: Loop | None

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values."""
        return {
            "sound": str(self.sound), "gain": self.gain,
            "hits": [{**asdict(hit), "file": str(hit.file)} for hit in self.hits],
            "loop": {**asdict(self.loop), "file": str(self.loop.file)} if self.loop else None,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """Yields a line for every file that was written."""
        for hit in self.hits:
            yield f"{hit.file}: {hit.family or 'not sure what'}, from {hit.start:.3f} s, {hit.seconds:.3f} s"
        if self.loop:
            loop = self.loop
            yield (
                f"{loop.file}: {_counted(loop.bars, ' ')} at {loop.bpm:g} beats a minute, {loop.seconds:.3f} s, "
                f"{100 * loop.on_grid:.0f} % of its hits on the grid"
            )
        if self.gain < 0:
            yield f"  turned down by {-self.gain:.2f} dB: the sound goes over full scale"


def cut(sound: Path, folder: Path, *, bpm: float | None, overwrite: bool) -> Cut:
    """Writes the hits of a loop into a folder, and with `bpm` the loop of whole bars; returns what was written.

    All is cut and every name is known to be free before the first file is written. Raises SoundError for a file that
    can't be read, has no hits, is too long or shorter than a bar; RequestError where a file is there already.
    """
    audio = _read(sound)
    audio, gain = _within_full_scale(audio)
    pairs = _hits(sound, audio, folder)
    sounds = {hit.file: held for hit, held in pairs}
    loop = None
    if bpm is not None:
        loop, held = _loop(sound, audio, folder, bpm)
        sounds[loop.file] = held
    if not overwrite:
        for file in sounds:
            refuse_loss(sound, file)
    for file, content in {file: _wav(held) for file, held in sounds.items()}.items():
        write_whole(file, content)
    return Cut(sound=sound, gain=gain, hits=tuple(hit for hit, _ in pairs), loop=loop)


def _hits(sound: Path, audio: Audio, folder: Path) -> list[tuple[Hit, Audio]]:
    """Returns the hits of a loop under the names that they will have; raises SoundError where there are none."""
    found = slices(audio)
    if not found:
        raise SoundError(f"{sound}: no hits were found, so nothing is written.", "Hits are found in struck sounds.")
    digits = max(2, len(str(len(found))))
    hits = []
    for number, piece in enumerate(found, start=1):
        _, family, _ = recognised(piece.audio, features(piece.audio))
        file = folder / f"{sound.stem}_{number:0{digits}}_{family or UNNAMED}.wav"
        start = Seconds(round(piece.start / audio.sample_rate, 6))
        seconds = Seconds(round(piece.audio.seconds, 6))
        hits.append((Hit(file=file, start=start, seconds=seconds, family=family), piece.audio))
    return hits


def _loop(sound: Path, audio: Audio, folder: Path, bpm: float) -> tuple[Loop, Audio]:
    """Returns the whole bars of a loop under the name that they will have; raises SoundError for less than one."""
    try:
        whole = bars(audio, bpm)
    except SoundError as problem:
        raise SoundError(f"{sound}: {problem.message}", "Without --bpm only the hits are cut.") from problem
    file = folder / f"{sound.stem}_{bpm:g}bpm_{_counted(whole.bars)}.wav"
    seconds, on_grid = Seconds(round(whole.audio.seconds, 6)), round(whole.verdict.figure, 4)
    return Loop(file=file, bars=whole.bars, bpm=bpm, seconds=seconds, on_grid=on_grid), whole.audio


def _counted(count: int, between: str = "") -> str:
    return f"{count}{between}bar{'' if count == 1 else 's'}"


def _read(sound: Path) -> Audio:
    """Returns the sound in a file that can be cut; raises SoundError that names the file."""
    audio = read_sound(sound)
    if isinstance(audio, SoundError):
        raise SoundError(f"{sound}: {audio.message}", audio.hint, verdict=audio.verdict)
    verdict = broken(audio)
    if verdict is not None:
        raise SoundError(f"{sound}: can't be cut: {verdict.text}.", verdict=verdict.name)
    if audio.seconds > LONGEST_LOOP:
        message = f"{sound}: lasts {audio.seconds:.0f} s; at most {LONGEST_LOOP:.0f} s are cut into hits."
        raise SoundError(message, "Cut it into parts first.")
    return audio


def _within_full_scale(audio: Audio) -> tuple[Audio, Decibels]:
    """Returns a sound that 24 bits can hold, and the gain in dB that it took: 0 for all but float files."""
    top = highest(audio.samples)
    if top <= 1.0:
        return audio, Decibels(0.0)
    gain = (1 - 1 / FULL_SCALE_24) / top
    return audio.with_samples(audio.samples * gain), decibels(gain)


def _wav(audio: Audio) -> bytes:
    return wav_bytes(
        to_pcm24(audio), sample_rate=audio.sample_rate, channels=audio.channels, bits=24,
        info={"ISFT": f"Oneshot Bridge {__version__}"},
    )  # fmt: skip
