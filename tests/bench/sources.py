"""Fetches real sounds for the benchmarks from Debian packages, and reads them with what their makers said of them.

Nothing here listens to a sound: the pitch of a recording is what its soundfont or patch says, and it is taken only
where a second word of the maker (the note in its name, the length of its loop) does not speak against it.
"""

from __future__ import annotations

import os
import re
import subprocess
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

DATA = Path(os.environ.get("ONESHOT_BENCH_DATA") or Path.home() / ".cache/oneshot-bridge/bench")
SOUNDFONTS = {
    "timgm6mb-soundfont": "usr/share/sounds/sf2/TimGM6mb.sf2",
    "fluid-soundfont-gm": "usr/share/sounds/sf2/FluidR3_GM.sf2",
}
DRUM_KITS = ("hydrogen-data", "hydrogen-drumkits", "lmms-common", "sonic-pi-samples")
SUFFIXES = {".wav", ".flac", ".aiff", ".aif", ".ogg"}

ORGANS = range(16, 21)
"""General MIDI programs whose labels are the key, not the octave that sounds: a drawbar organ has no single one."""
FIFTHS = 86
EFFECTS = range(112, 128)
UNPITCHED = frozenset({46 + 1, 55}) | frozenset(EFFECTS)
"""Timpani, orchestra hits and effects: their makers' labels say where they lie on the keys, not what they sound."""

NOISES = {
    "hat": r"\b(hh|hat|hats|hihat|hi hat|hhc|hho|chh|ohh|closed ?hat|open ?hat|pedal ?hat)\b",
    "snare": r"\b(snare|snares|sn|sd|brush ?snare)\b",
    "clap": r"\b(clap|claps|hand ?clap|snap)\b",
    "cymbal": r"\b(crash|ride|cymbal|splash|china|cym)\b",
    "shaker": r"\b(shaker|maracas?|cabasa|tamb|tambourine|noise|vinyl)\b",
}
"""Drums that are noise, by the words in their file's name."""
NOT_NOISE = r"\b(rim|bell|stick|cross|kick|tom|bass|loop|amen|breaks?|roll|tone|cup|fx)\b"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """Holds a recording: `samples` float32 `(frames, channels)` and what its maker says of it.

    `note` is its pitch as a fractional MIDI note, None where none is claimed. `instrument` names the General MIDI
    instrument (so that one instrument of two soundfonts is one), or the kind of drum. `loop` is (start, end) in
    frames, end exclusive. `proof` says what else of the maker's words bears the note out: `loop`, `name` or nothing.
    """

    name: str
    source: str
    instrument: str
    samples: np.ndarray
    rate: int
    note: float | None = None
    loop: tuple[int, int] | None = None
    proof: str = ""
    program: int = -1


def fetch(package: str) -> Path:
    """Returns the folder of a Debian package's files; downloads it on the first call (nothing is installed)."""
    folder = DATA / package
    if not folder.exists():
        archives = DATA / "deb"
        archives.mkdir(parents=True, exist_ok=True)
        if not any(archives.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "-qq", "download", package], cwd=archives, check=True, stderr=subprocess.DEVNULL)
        unpacking = DATA / f"{package}.{os.getpid()}"
        unpacking.mkdir()
        subprocess.run(["dpkg-deb", "-x", str(next(archives.glob(f"{package}_*.deb"))), str(unpacking)], check=True)
        try:
            unpacking.rename(folder)
        except OSError:  # somebody else was faster
            subprocess.run(["rm", "-r", str(unpacking)], check=True)
    return folder


def held_out(instrument: str) -> bool:
    """Tells whether an instrument is in the half of the data that is never looked at while tuning."""
    return zlib.crc32(f"oneshot {instrument}".encode()) % 2 == 1


def read(path: Path) -> tuple[np.ndarray, int]:
    """Returns a file's samples, float32 `(frames, channels)`, and its rate."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples, rate


def files(*packages: str) -> Iterator[Path]:
    """Yields every audio file of some packages, in a fixed order."""
    for package in packages or DRUM_KITS:
        yield from sorted(path for path in fetch(package).rglob("*") if path.suffix.lower() in SUFFIXES)


def words(name: str) -> str:
    """Returns the words of a file's name: `HiHat-Open_02` is `hi hat open 02`."""
    parts = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.sub(r"[^a-z]+", " ", parts.lower()).strip()


def noises() -> Iterator[Sound]:
    """Yields drums that are noise by their name: hats, snares, claps, cymbals, shakers."""
    for path in files():
        name = words(path.stem)
        kind = next((kind for kind, pattern in NOISES.items() if re.search(pattern, name)), None)
        if kind and not re.search(NOT_NOISE, name):
            try:
                samples, rate = read(path)
            except soundfile.SoundFileError:
                continue
            if len(samples) >= 0.03 * rate and np.abs(samples).max() > 1e-3:
                source = f"{path.parent.name}"
                yield Sound(name=path.stem, source=source, instrument=f"{kind}", samples=samples, rate=rate)


def instruments(*, most: int = 6, longest: float = 4.0) -> list[Sound]:
    """Returns at most `most` recordings of every instrument of every soundfont, cut to `longest` seconds, with notes
    that nothing speaks against."""
    found = [sound for package, path in SOUNDFONTS.items() for sound in soundfont(fetch(package) / path)]
    found += freepats(fetch("freepats"))
    chosen = []
    groups = defaultdict(list)
    for sound in _sane(found):
        if len(sound.samples) >= 0.08 * sound.rate and 21 <= sound.note <= 108 and sound.program not in UNPITCHED:
            groups[sound.source, sound.instrument].append(sound)
    for _, group in sorted(groups.items()):
        group.sort(key=lambda sound: (sound.note, sound.name))
        places = np.unique(np.linspace(0, len(group) - 1, most).round().astype(int))
        for sound in (group[place] for place in places):
            chosen.append(replace(sound, samples=sound.samples[: round(longest * sound.rate)]))
    return chosen


def _sane(sounds: Iterable[Sound]) -> Iterator[Sound]:
    """Yields the sounds whose note agrees with the note in their name and with the length of their loop.

    A short loop holds a whole number of periods, so its length tells the note but for its octave. Names count
    octaves from different places: only one that differs from its neighbours' in the soundfont is wrong.
    """
    named = [(sound, _named(sound.name)) for sound in sounds]
    places = defaultdict(list)
    for sound, name in named:
        if name is not None:
            places[sound.source, sound.program].append(round((sound.note - name) / 12))
    for sound, name in named:
        proof = ""
        if name is not None:
            off = sound.note - name
            usual = int(np.median(places[sound.source, sound.program]))
            if abs(off - 12 * usual) > 0.6:
                continue
            proof = "name"
        if sound.loop is not None:
            periods = (sound.loop[1] - sound.loop[0]) * 440 * 2 ** ((sound.note - 69) / 12) / sound.rate
            if 0.5 < periods <= 12:
                if abs(12 * np.log2(periods / max(1, round(periods)))) > 0.6:
                    continue
                proof = "loop"
        yield replace(sound, proof=proof)


def _named(name: str) -> float | None:
    """Returns the MIDI note in a sample's name, octaves counted as C4 = 60, or None."""
    match = re.search(r"(?<![A-Za-z])([A-G])([#sb]?)(-?\d)(?!\d)", name)
    if not match:
        return None
    letter, accidental, octave = match.groups()
    step = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
    return 12 * (int(octave) + 1) + step + {"": 0, "#": 1, "s": 1, "b": -1}[accidental]


# SF2, as its specification 2.04 lays it out.

_HEADERS = {
    b"phdr": [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "V12")],
    b"pbag": [("gen", "<u2"), ("mod", "<u2")],
    b"pgen": [("oper", "<u2"), ("amount", "<i2")],
    b"inst": [("name", "S20"), ("bag", "<u2")],
    b"ibag": [("gen", "<u2"), ("mod", "<u2")],
    b"igen": [("oper", "<u2"), ("amount", "<i2")],
    b"shdr": [("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
              ("rate", "<u4"), ("root", "u1"), ("correction", "i1"), ("link", "<u2"), ("type", "<u2")],
}  # fmt: skip
_INSTRUMENT, _COARSE, _FINE, _SAMPLE, _SCALE, _ROOT = 41, 51, 52, 53, 56, 58
_DRUMS = 128


@cache
def soundfont(path: Path) -> tuple[Sound, ...]:
    """Returns the samples of an SF2 file with the note that its zones give them, melodic presets only.

    A sample whose zones disagree by more than 30 cents, or do not follow the keys, says nothing of its pitch.
    """
    raw = path.read_bytes()
    chunks = dict(_chunks(raw, 12, len(raw)))
    tables = {name: np.frombuffer(raw[slice(*chunks[name])], dtype=np.dtype(row)) for name, row in _HEADERS.items()}
    wave = np.frombuffer(raw[slice(*chunks[b"smpl"])], dtype="<i2")
    programs: dict[int, int] = {}
    drums: set[int] = set()
    for preset, zones in _zones(tables[b"phdr"], tables[b"pbag"], tables[b"pgen"], _INSTRUMENT):
        for zone in zones:
            if preset["bank"] >= _DRUMS:
                drums.add(zone[_INSTRUMENT])
            else:
                program = int(preset["program"])
                programs[zone[_INSTRUMENT]] = min(program, programs.get(zone[_INSTRUMENT], program))
    notes, owner = defaultdict(list), {}
    for number, (_, zones) in enumerate(_zones(tables[b"inst"], tables[b"ibag"], tables[b"igen"], _SAMPLE)):
        if number not in programs or number in drums:
            continue
        for zone in zones:
            sample = tables[b"shdr"][zone[_SAMPLE]]
            root = zone.get(_ROOT, -1) if 0 <= zone.get(_ROOT, -1) <= 127 else int(sample["root"])
            tuning = 100 * zone.get(_COARSE, 0) + zone.get(_FINE, 0) + int(sample["correction"])
            follows = zone.get(_SCALE, 100) == 100 and root <= 127
            notes[zone[_SAMPLE]].append(root - tuning / 100 if follows else np.nan)
            owner[zone[_SAMPLE]] = min(programs[number], owner.get(zone[_SAMPLE], 127))
    sounds = []
    for index, values in sorted(notes.items()):
        sample = tables[b"shdr"][index]
        if not np.ptp(values) <= 0.3 or sample["type"] & 0x8000:
            continue
        start, end = int(sample["start"]), int(sample["end"])
        samples = (wave[start:end] / np.float32(32768))[:, None]
        loop = int(sample["loop_start"]) - start, int(sample["loop_end"]) - start
        sounds.append(
            Sound(
                name=sample["name"].decode("latin-1").strip(),
                source=path.stem,
                instrument=f"program {owner[index]}",
                samples=samples.astype(np.float32),
                rate=int(sample["rate"]),
                note=float(np.mean(values)),
                loop=loop if 0 <= loop[0] < loop[1] <= end - start else None,
                program=owner[index],
            )
        )
    return tuple(sounds)


def _chunks(raw: bytes, place: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yields the name and the (start, end) of every RIFF chunk, those inside lists too."""
    while place + 8 <= end:
        name, size = raw[place : place + 4], int.from_bytes(raw[place + 4 : place + 8], "little")
        if name == b"LIST":
            yield from _chunks(raw, place + 12, place + 8 + size)
        else:
            yield name, (place + 8, place + 8 + size)
        place += 8 + size + size % 2


def _zones(owners: np.ndarray, bags: np.ndarray, gens: np.ndarray, last: int) -> Iterator[tuple]:
    """Yields every preset or instrument with its zones: generators by number, the global zone's underneath."""
    for first, after in zip(owners[:-1], owners[1:], strict=True):
        common: dict[int, int] = {}
        zones = []
        for bag in range(int(first["bag"]), int(after["bag"])):
            rows = gens[bags[bag]["gen"] : bags[bag + 1]["gen"]]
            zone = {int(row["oper"]): int(row["amount"]) for row in rows}
            if last in zone:
                zones.append(common | zone)
            elif not zones:
                common = zone
        yield first, zones


_PATCH = np.dtype([("name", "S7"), ("fractions", "u1"), ("size", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
                   ("rate", "<u2"), ("low", "<u4"), ("high", "<u4"), ("root", "<u4"), ("tune", "<i2"),
                   ("pan", "u1"), ("envelopes", "V12"), ("vibrato", "V6"), ("modes", "u1"), ("scale", "V4"),
                   ("reserved", "V36")])  # fmt: skip
_BEFORE_SAMPLES = 129 + 63 + 47
_WIDE, _UNSIGNED, _LOOPED = 1, 2, 4


def freepats(folder: Path) -> Iterator[Sound]:
    """Yields the melodic samples of the Freepats patches (Gravis format); their pitch is the root frequency."""
    for path in sorted(folder.rglob("Tone_*/*.pat")):
        raw = path.read_bytes()
        place = _BEFORE_SAMPLES
        while place + _PATCH.itemsize < len(raw):
            head = np.frombuffer(raw, _PATCH, 1, place)[0]
            place += _PATCH.itemsize
            wide = head["modes"] & _WIDE
            kind = ("<u2" if head["modes"] & _UNSIGNED else "<i2") if wide else ("u1" if head["modes"] & _UNSIGNED else "i1")
            wave = np.frombuffer(raw[place : place + int(head["size"])], kind).astype(np.float32)
            place += int(head["size"])
            half = 32768 if wide else 128
            wave = (wave - half if head["modes"] & _UNSIGNED else wave) / half
            if not head["root"] or not len(wave):
                continue
            step = 2 if wide else 1
            loop = int(head["loop_start"]) // step, int(head["loop_end"]) // step
            program = int(re.match(r"\d+", path.stem)[0])
            yield Sound(
                name=f"{path.stem} {head['root'] / 1000:.0f}",
                source="freepats",
                instrument=f"program {program}",
                samples=wave[:, None],
                rate=int(head["rate"]),
                note=69 + 12 * np.log2(float(head["root"]) / 1000 / 440),
                loop=loop if head["modes"] & _LOOPED and loop[0] < loop[1] <= len(wave) else None,
                program=program,
            )
