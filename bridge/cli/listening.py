"""Says what sound files of the user's own are like, and which of them are the same. Needs scipy: import it late."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bridge.audio import Audio
from bridge.cli.soundfiles import read_sound
from bridge.errors import SoundError
from bridge.sound.envelope import amplitude, highest
from bridge.sound.features import Features, features
from bridge.sound.gate import broken
from bridge.sound.level import true_peak
from bridge.sound.pitch import CERTAIN, NO_PITCH, POSSIBLE, Kind, Pitch, measure
from bridge.sound.recipe import SHORTEST_PITCH
from bridge.sound.recognise import NOTE, families, kinds, label
from bridge.sound.similar import COMPARED, SUSPECT, fingerprint, likenesses, same_recording
from bridge.sound.slices import slices
from bridge.units import Cents, Decibels, Hz, MidiNote, Seconds

SILENCE = amplitude(-140.0)
"""Under the last step of 24 bits: nothing that is left there says anything."""
LONGEST_LOOP = Seconds(120.0)
"""Hits are looked for in no longer sound: that takes 6 MB a second of sound."""
MOST_ALIKE = 5
LEAST_SHARE = 0.05
"""Probability under which people are not told of a family."""
SHOWN = ("brightness", "bandwidth", "tonality", "attack", "t20", "sustain", "crest", "width")
"""The figures of `features` that a file's description holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Holds the pitch of a file. `root` and `cents` are None unless it is a note and that is sure."""

    root: MidiNote | None
    cents: Cents | None
    frequency: Hz | None
    kind: Kind
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinship:
    """Names the other files that are the same recording, and the most alike of the others with their likeness."""

    same: tuple[Path, ...] = ()
    alike: tuple[tuple[Path, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Holds what was heard in one file.

    `peak` is in dBTP, `loudness` in LUFS. `family` is None where nothing is sure, `shares` how probable each family
    is. `figures` are those in `SHOWN`. Of a silent file there are none, and of one over `LONGEST_LOOP` no `hits`.
    """

    sound: Path
    seconds: Seconds
    channels: int
    sample_rate: int
    peak: Decibels
    loudness: Decibels
    silent: bool
    pitch: Claim
    family: str | None
    shares: dict[str, float]
    figures: dict[str, float]
    hits: int | None

    def to_dict(self, kinship: Kinship, name_of: Callable[[int], str]) -> dict[str, Any]:
        """Returns plain JSON values."""
        root = self.pitch.root
        return {
            **asdict(self), "sound": str(self.sound),
            "pitch": {"name": None if root is None else name_of(root), **asdict(self.pitch)},
            "same": [str(path) for path in kinship.same],
            "alike": [{"sound": str(path), "likeness": likeness} for path, likeness in kinship.alike],
        }  # fmt: skip

    def lines(self, kinship: Kinship, name_of: Callable[[int | None], str]) -> Iterator[str]:
        """Yields the description as people read it: the file, and under it a line for each thing to know."""
        width = "mono" if self.channels == 1 else "stereo"
        yield f"{self.sound}: {self.seconds:.2f} s, {width}, {self.sample_rate} Hz"
        if self.silent:
            yield "  silent"
            return
        yield f"  level   {self.peak:+.1f} dBTP, {self.loudness:+.1f} LUFS"
        yield f"  family  {self._families()}"
        yield f"  pitch   {self._pitch(name_of)}"
        shown = self.figures
        yield (
            f"  sound   brightness {shown['brightness']:.0f} Hz, heard up to {shown['bandwidth']:.0f} Hz, "
            f"attack {shown['attack']:.0f} ms, down by 20 dB after {shown['t20']:.2f} s"
        )
        yield f"  hits    {f'not counted: over {LONGEST_LOOP:.0f} s' if self.hits is None else self.hits}"
        if kinship.same:
            yield f"  same    {', '.join(map(str, kinship.same))}"
        if kinship.alike:
            yield f"  alike   {', '.join(f'{path} ({likeness:.3f})' for path, likeness in kinship.alike)}"

    def _families(self) -> str:
        shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.shares.items() if share >= LEAST_SHARE)
        return f"{self.family or 'not sure'} ({shares})"

    def _pitch(self, name_of: Callable[[int | None], str]) -> str:
        if self.pitch.root is not None:
            return f"{name_of(self.pitch.root)} {self.pitch.cents:+.1f} cents, confidence {self.pitch.confidence:.2f}"
        return self.pitch.kind if self.pitch.kind in ("chord", "noise") else "no sure pitch"


class Listening:
    """Listens to files one after the other, and remembers of each what it takes to find it again."""

    def __init__(self) -> None:
        self._known: list[tuple[Path, bytes, Audio]] = []

    def describe(self, path: Path) -> Description:
        """Returns what is heard in a file; raises SoundError for one that can't be read or is no sound."""
        audio = read_sound(path)
        if isinstance(audio, SoundError):
            raise audio
        verdict = broken(audio)
        if verdict is not None:
            raise SoundError(f"can't be listened to: {verdict.text}.", verdict=verdict.name)
        heard = features(audio)
        silent = highest(audio.samples) < SILENCE
        pitch, family, shares = (NO_PITCH, None, {}) if silent else recognised(audio, heard)
        if not silent:
            # A copy of its beginning, so that a thousand long files need not be held whole.
            begins = audio.with_samples(audio.samples[: round(COMPARED * audio.sample_rate)].copy())
            self._known.append((path, fingerprint(heard), begins))
        return Description(
            sound=path, seconds=Seconds(round(audio.seconds, 6)), channels=audio.channels,
            sample_rate=audio.sample_rate, peak=_rounded(true_peak(audio)), loudness=_rounded(heard.loudness),
            silent=silent, pitch=_claim(pitch, shares), family=family, shares=shares,
            figures={} if silent else {name: value for name, value in heard.figures().items() if name in SHOWN},
            hits=None if audio.seconds > LONGEST_LOOP else len(slices(audio)),
        )  # fmt: skip

    def kinships(self) -> dict[Path, Kinship]:
        """Returns the kinship of every file that was described; a silent one has none."""
        groups = self._groups()
        prints = [known[1] for known in self._known]
        found: dict[Path, Kinship] = {}
        for group in groups:
            for one in group:
                near = likenesses(prints[one], prints)
                near[group] = -1.0
                nearest = (-near).argsort(kind="stable")[:MOST_ALIKE]
                closest = [int(other) for other in nearest if near[other] >= SUSPECT]
                found[self._known[one][0]] = Kinship(
                    same=tuple(self._known[other][0] for other in group if other != one),
                    alike=tuple((self._known[other][0], round(float(near[other]), 4)) for other in closest),
                )
        return found

    def _groups(self) -> list[list[int]]:
        """Returns the places of the known files by recording: a file joins the first whose first member it is."""
        groups: list[list[int]] = []
        for place, (_, mark, audio) in enumerate(self._known):
            firsts = [self._known[group[0]] for group in groups]
            near = likenesses(mark, [first[1] for first in firsts]) if firsts else ()
            for group, first, likeness in zip(groups, firsts, near, strict=True):
                if likeness >= SUSPECT and same_recording(audio, first[2]):
                    group.append(place)
                    break
            else:
                groups.append([place])
        return groups


def recognised(audio: Audio, heard: Features) -> tuple[Pitch, str | None, dict[str, float]]:
    """Returns the pitch of a sound, its family (None: nothing is sure), and how probable each family is."""
    pitch = measure(audio) if audio.seconds >= SHORTEST_PITCH else NO_PITCH
    shares = families(kinds(heard))
    root = _claim(pitch, shares).root
    return pitch, label(heard, note=root, glide=pitch.glide), {name: round(share, 4) for name, share in shares.items()}


def _claim(pitch: Pitch, shares: dict[str, float]) -> Claim:
    """Returns what is claimed of a pitch; of what is no note for the ear, only a certain one."""
    played = next(iter(shares), None) == NOTE
    sure = pitch.claimed(POSSIBLE if played else CERTAIN)
    return Claim(
        root=pitch.root if sure else None,
        cents=Cents(round(pitch.cents, 2)) if sure else None,
        frequency=Hz(round(pitch.frequency, 3)) if sure else None,
        kind=pitch.kind,
        confidence=round(pitch.confidence, 4),
    )


def _rounded(level: Decibels) -> Decibels:
    return Decibels(round(level, 2))


def describe_all(listening: Listening, sounds: Sequence[Path]) -> Iterator[tuple[Path, Description | SoundError]]:
    """Yields the description of every file in their order, or its error; a file named twice is one file."""
    for sound in dict.fromkeys(sounds):
        try:
            yield sound, listening.describe(sound)
        except SoundError as problem:
            yield sound, problem
