"""Finishes sound files of the user's own, in this process: reads, shapes, writes. Needs scipy: import it late."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from bridge import __version__
from bridge.audio import Audio
from bridge.cli.soundfiles import read_sound, refuse_loss, write_whole
from bridge.domain.brief import Brief
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, family_of
from bridge.domain.recipe import Recipe, filled, recipe_of
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import RequestError, SoundError
from bridge.sound.chain import Finished, check, shape_set, take_steps
from bridge.sound.codec import to_pcm24
from bridge.sound.dither import to_pcm16
from bridge.sound.wav import Inst, Smpl, unity_of, wav_bytes
from bridge.units import MidiNote

WAV_SUFFIXES = frozenset({".wav", ".wave"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Says what is to be done with every sound. `steps` None: those of the family, behind the gate."""

    steps: Recipe | None
    family: str | None
    note: MidiNote | None
    bits: Literal[16, 24]
    as_set: bool
    sample_rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Holds what became of one file: where it was written and what was found, or the error."""

    sound: Path
    file: Path
    family: str = ""
    steps: tuple[str, ...] = ()
    bits: int = 24
    analysis: Analysis | None = None
    verdicts: tuple[Verdict, ...] = ()
    error: SoundError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values."""
        found = asdict(self.analysis) if self.analysis else {}
        found.pop("character", None)  # `oneshot analyse` tells that; the steps do not need it
        return {
            "sound": str(self.sound), "file": str(self.file), "family": self.family, "steps": list(self.steps),
            "bits": self.bits, **found, "verdicts": [asdict(verdict) for verdict in self.verdicts],
        }  # fmt: skip

    def lines(self, name_of: Callable[[int | None], str]) -> Iterator[str]:
        """Yields the result as people read it: a line, and one for everything that was mended."""
        assert self.analysis is not None, "a result without an error has an analysis"
        root = self.analysis.root
        pitch = f"{name_of(root)} {self.analysis.cents:+.1f} cents" if root is not None else "no pitch"
        width = "mono" if self.analysis.channels == 1 else "stereo"
        yield (
            f"{self.file}: {self.family}, {self.analysis.seconds:.2f} s, {pitch}, {self.analysis.peak:+.1f} dBTP, "
            f"{width}, {self.analysis.sample_rate} Hz, {self.bits} bits"
        )
        yield from (f"  {verdict.text}" for verdict in self.verdicts if verdict.rule == "repair")


class Shaping:
    """Plans what will be written, refuses what would be lost by it, and then works through the sounds."""

    def __init__(self, order: Order, sounds: Sequence[Path], output: Path, *, overwrite: bool) -> None:
        """Raises RequestError where two sounds want one file, or a file is there and `overwrite` is not said."""
        self._order = order
        self._files = _places(sounds, output)
        if not overwrite:
            for sound, file in self._files.items():
                refuse_loss(sound, file)

    def results(self) -> Iterator[Result]:
        """Yields the result of every file in their order; one that fails does not stop the others."""
        files = list(self._files.items())
        sets = [files] if self._order.as_set else [[one] for one in files]
        for members in sets:
            yield from self._shaped(members)

    def _shaped(self, members: Sequence[tuple[Path, Path]]) -> Iterator[Result]:
        """Shapes a set of one family: what was said, else what the name of its first file says."""
        family = self._order.family or family_of_file(members[0][0])
        sounds = [read_sound(sound) for sound, _ in members]
        shaped = iter(self._outcomes([sound for sound in sounds if isinstance(sound, Audio)], family))
        for (path, file), sound in zip(members, sounds, strict=True):
            outcome = next(shaped) if isinstance(sound, Audio) else sound
            if isinstance(outcome, SoundError):
                yield Result(sound=path, file=file, error=outcome)
                continue
            audio, analysis, verdicts = outcome
            mended = check(sound, self._brief(family)) if self._order.steps is None and isinstance(sound, Audio) else ()
            try:
                write_whole(file, self._wav(audio, analysis))
            except SoundError as problem:
                yield Result(sound=path, file=file, error=problem)
                continue
            yield Result(
                sound=path, file=file, family=family, steps=self._steps(family), bits=self._order.bits,
                analysis=analysis, verdicts=(*mended, *verdicts),
            )  # fmt: skip

    def _outcomes(self, sounds: Sequence[Audio], family: str) -> list[Finished | SoundError]:
        if self._order.steps is not None:
            return take_steps(
                sounds, self._order.steps, family=family, note=self._order.note, sample_rate=self._order.sample_rate
            )
        outcomes = shape_set(sounds, self._brief(family), self._order.sample_rate)
        for outcome in outcomes:
            if isinstance(outcome, SoundError) and not outcome.hint.startswith("End"):
                outcome.hint = 'To do it all the same, name the steps, like: --steps "trim, fade, level -1 dBTP"'
        return outcomes

    def _brief(self, family: str) -> Brief:
        mapping = FAMILIES[family].mapping
        return Brief(prompt="", model="", seed=1, family=family, mapping=mapping, note=self._order.note)

    def _steps(self, family: str) -> tuple[str, ...]:
        steps = self._order.steps
        return tuple(map(str, recipe_of(self._brief(family)) if steps is None else filled(steps, family)))

    def _wav(self, audio: Audio, analysis: Analysis) -> bytes:
        """Returns the file; a sound without a pitch makes no claim of one."""
        root = analysis.root
        note, cents = unity_of(root, analysis.cents, None)
        return wav_bytes(
            to_pcm16(audio) if self._order.bits == 16 else to_pcm24(audio),
            sample_rate=audio.sample_rate, channels=audio.channels, bits=self._order.bits,
            smpl=None if root is None else Smpl(note=note, cents=cents, loop=analysis.loop),
            inst=None if root is None else Inst(note=note, cents=cents),
            info={"ISFT": f"Oneshot Bridge {__version__}"},
        )  # fmt: skip


def family_of_file(path: Path) -> str:
    """Returns the family that the words of a file's name say, else the default one."""
    return named_family(path) or DEFAULT_FAMILY


def named_family(path: Path) -> str | None:
    """Returns the family that the words of a file's name say, or None where no word says one."""
    words = "".join(letter if letter.isalnum() or letter == "-" else " " for letter in path.stem)
    return family_of(words) or family_of(words.replace("-", " "))


def _places(sounds: Sequence[Path], output: Path) -> dict[Path, Path]:
    """Returns the file that each sound will become."""
    if len(sounds) == 1 and not output.is_dir() and output.suffix.lower() in WAV_SUFFIXES:
        return {sounds[0]: output}
    if len(sounds) == 1 and output.suffix and not output.is_dir():
        raise RequestError(f"{output} is no WAV file.", f"Write: -o {output.with_suffix('.wav')}")
    files: dict[Path, Path] = {}
    taken: dict[str, Path] = {}
    for sound in dict.fromkeys(sounds):
        file = output / f"{sound.stem}.wav"
        other = taken.setdefault(file.name.casefold(), sound)
        if other != sound:
            raise RequestError(f"{other} and {sound} would both become {file}.", "Shape them into two folders.")
        files[sound] = file
    return files
