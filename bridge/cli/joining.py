"""Joins sound files of the user's own into one instrument, in this process. Needs scipy: import it late."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge import __version__
from bridge.audio import Audio
from bridge.cli.shaping import named_family
from bridge.cli.soundfiles import read_sound, write_whole
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.domain.instrument import Instrument, Zone
from bridge.domain.recipe import recipe_of
from bridge.domain.sample import Analysis, Sample
from bridge.errors import RequestError, SoundError
from bridge.instruments.formats.sfz import write_sfz
from bridge.instruments.mapping import instrument_of
from bridge.shaping.strokes import Stroke, joined
from bridge.sound.chain import Finished, shape_set, take_steps
from bridge.sound.codec import to_pcm24
from bridge.sound.wav import Inst, Smpl, pcm_sha256, wav_bytes

SUFFIX = ".sfz"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
"""What SFZ can hold of a folder's name: a space or another script could end or change the path."""
NO_PITCH = "no pitch is sure in it, so no key is its own."


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Holds a whole instrument: where it will lie, and for every zone the stroke and the file that it came from, in
    the order of the zones."""

    file: Path
    family: str
    instrument: Instrument
    strokes: tuple[Stroke, ...]
    sources: tuple[Path, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values."""
        return {
            "file": str(self.file), "family": self.family, "mapping": self.instrument.mode,
            "zones": [
                {
                    "sound": str(source), "file": str(self.file.parent / zone.path), "root": zone.root,
                    "cents": zone.cents, "keys": [zone.low, zone.high],
                    "velocities": [zone.velocity_low, zone.velocity_high], "turn": list(zone.sequence),
                    "loop": zone.loop and list(zone.loop), "pitched": stroke.analysis.root is not None,
                }
                for zone, stroke, source in zip(self.instrument.zones, self.strokes, self.sources, strict=True)
            ],
        }  # fmt: skip

    def lines(self, name_of: Callable[[int | None], str]) -> Iterator[str]:
        """Yields the instrument as people read it: a line, and one for every zone."""
        yield f"{self.file}: {self.family}, {_counted(len(self.strokes), 'sound')}"
        for zone, source in zip(self.instrument.zones, self.sources, strict=True):
            keys = name_of(zone.low) if zone.low == zone.high else f"{name_of(zone.low)} to {name_of(zone.high)}"
            turn, of = zone.sequence
            yield (
                f"  {keys}, velocity {zone.velocity_low}-{zone.velocity_high}"
                f"{f', turn {turn} of {of}' if of > 1 else ''}{', looped' if zone.loop else ''}: {source}"
            )


class Joining:
    """Plans an instrument, refuses what would be lost by it, and then makes it."""

    def __init__(
        self, sounds: Sequence[Path], output: Path, *, family: str | None, layers: bool, turns: int, sample_rate: int,
        overwrite: bool,
    ) -> None:  # fmt: skip
        """Raises RequestError where the name can't be that of an instrument, where something is there and `overwrite`
        is not said, and where nobody says the family."""
        if output.suffix.lower() != SUFFIX:
            named = output / f"instrument{SUFFIX}" if output.is_dir() else output.with_suffix(SUFFIX)
            raise RequestError(f"{output} is no SFZ file.", f"Write: -o {named}")
        if not _PLAIN_NAME.fullmatch(output.stem):
            plain = re.sub(r"[^A-Za-z0-9_-]+", "-", output.stem).strip("-") or "instrument"
            cure = f"Write: -o {output.with_name(plain + SUFFIX)}"
            raise RequestError(f"{output.stem!r} can't name samples in an SFZ file.", cure)
        self._sounds = tuple(dict.fromkeys(sounds))
        self._output = output
        self._folder = f"{output.stem}-samples"
        if not overwrite:
            for place in (output, output.parent / self._folder):
                if place.exists():
                    cure = "Name another file, or say --overwrite."
                    raise RequestError(f"{place} is not written over: it is there already.", cure)
        self._family = family or _family_of(self._sounds)
        self._layers, self._turns, self._sample_rate = layers, turns, sample_rate

    def joined(self) -> Joined:
        """Returns the instrument, of which nothing is written yet; raises SoundError that names every file that can't
        be a part of it."""
        finished = self._finished()
        drum = FAMILIES[self._family].mapping == "drum"
        roots = joined(
            [(audio, analysis) for _, audio, analysis in finished], drum=drum, layers=self._layers, turns=self._turns
        )
        strokes = {sample.path: stroke for stroke in itertools.chain(*roots) for sample in [self._sample(stroke)]}
        first, *others = (self._sample(stroke) for stroke in strokes.values())
        instrument = instrument_of("instrument", first, others)
        ordered = tuple(strokes[zone.path] for zone in instrument.zones)
        return Joined(
            file=self._output, family=self._family, instrument=instrument, strokes=ordered,
            sources=tuple(finished[stroke.source][0] for stroke in ordered),
        )  # fmt: skip

    def write(self, joined: Joined) -> None:
        """Writes the sounds, and once all of them are there the instrument; raises SoundError where the disk refuses,
        and then no new instrument is there."""
        ((_, text),) = write_sfz(joined.instrument, ".")
        for zone, stroke, source in zip(joined.instrument.zones, joined.strokes, joined.sources, strict=True):
            write_whole(self._output.parent / zone.path, _wav(zone, stroke.audio, source))
        write_whole(self._output, text)

    def _finished(self) -> list[tuple[Path, Audio, Analysis]]:
        """Returns the files shaped as one set; all that stand in the way are named at once."""
        sounds = [read_sound(path) for path in self._sounds]
        mapping = FAMILIES[self._family].mapping
        shaped = iter(self._shaped([sound for sound in sounds if isinstance(sound, Audio)]))
        outcomes: list[Finished | SoundError] = [
            next(shaped) if isinstance(sound, Audio) else sound for sound in sounds
        ]  # fmt: skip
        finished, refused = [], []
        for path, outcome in zip(self._sounds, outcomes, strict=True):
            if isinstance(outcome, SoundError):
                refused.append(f"{path}: {outcome.message}")
            elif mapping == "keys" and outcome[1].root is None and len(self._sounds) > 1:
                refused.append(f"{path}: {NO_PITCH}")
            else:
                finished.append((path, outcome[0], outcome[1]))
        if refused:
            raise SoundError("\n".join(refused), "Nothing was written. Leave out what is named, or say --family.")
        return finished

    def _shaped(self, sounds: Sequence[Audio]) -> list[Finished | SoundError]:
        """Returns what becomes of each sound behind the gate; noise alone may be played over the keys, if one likes."""
        mapping = FAMILIES[self._family].mapping
        brief = Brief(prompt="", model="", seed=1, family=self._family, mapping=mapping)
        outcomes = shape_set(sounds, brief, self._sample_rate)
        noise = [outcome for outcome in outcomes if isinstance(outcome, SoundError) and outcome.verdict == "noise"]
        if noise and mapping == "keys" and len(self._sounds) == 1:
            steps = recipe_of(brief)
            return take_steps(sounds, steps, family=self._family, note=None, sample_rate=self._sample_rate)
        return outcomes

    def _sample(self, stroke: Stroke) -> Sample:
        """Returns a stroke as the mapping wants it; its path says where it lies on the keyboard."""
        root = stroke.analysis.root
        drum = FAMILIES[self._family].mapping == "drum"
        key = self._family if drum or root is None else f"{root:03d}"
        name = f"{key}-layer{stroke.layer}-turn{stroke.turn}"
        return Sample(
            id=name, job="", take="", pad="", pad_note=None, family=self._family,
            mapping=FAMILIES[self._family].mapping, prompt="", path=f"{self._folder}/{name}.wav",
            sha256=pcm_sha256(to_pcm24(stroke.audio)), analysis=stroke.analysis, created=0.0,
            layer=stroke.layer, turn=stroke.turn,
        )  # fmt: skip


def _family_of(sounds: Sequence[Path]) -> str:
    """Returns the one family that the names of the files say."""
    said = sorted({family for family in map(named_family, sounds) if family is not None})
    if len(said) == 1:
        return said[0]
    problem = f"say more kinds of sound than one: {', '.join(said)}" if said else "do not say what kind of sound it is"
    raise RequestError(f"The names of the files {problem}.", "Say it, like: --family bass")


def _wav(zone: Zone, audio: Audio, source: Path) -> bytes:
    """Returns the file of a zone, which says the zone's keys: on `zone.root` it sounds as recorded."""
    return wav_bytes(
        to_pcm24(audio), sample_rate=audio.sample_rate, channels=audio.channels,
        smpl=Smpl(note=zone.root, cents=zone.cents, loop=zone.loop),
        inst=Inst(
            note=zone.root, cents=zone.cents, low=zone.low, high=zone.high, velocity_low=zone.velocity_low,
            velocity_high=zone.velocity_high,
        ),
        info={"INAM": source.stem, "ISFT": f"Oneshot Bridge {__version__}"},
    )  # fmt: skip


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
