"""Finds the formats in which instruments are written.

A format turns an instrument into files. The simplest one is a function of the instrument and the library folder in
which its files will lie (`instruments` or `kits`); it yields `(path, content)` pairs, paths relative to the library
with forward slashes and inside that folder:

    def write_note(instrument: Instrument, folder: str) -> Iterator[tuple[str, bytes]]:
        yield f"{folder}/{file_stem(instrument.name)}.note", b"..."

It touches no disk and knows no clock: the same instrument is always the same bytes. The zones' paths are relative to
the library too; `beside` says how a file in the folder names them. A format whose files hold the sounds themselves is
a `Format`, whose `write` is given the `Sounds` as well. A package offers its formats as entry points:

    [project.entry-points."oneshot_bridge.formats"]
    note = "my_package:write_note"
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Literal, Protocol

from bridge.domain.instrument import Instrument
from bridge.errors import LibraryError, NotFoundError, unknown

if TYPE_CHECKING:
    from bridge.audio import Audio

Files = Iterator[tuple[str, bytes]]
Kept = Literal["beside", "inside", "apart"]
"""Where the sounds of a format are: `beside` its one file, which names WAVs of the library; `inside` its one file;
`apart`: the format writes a folder for a device, with sounds of its own."""


class Sounds(Protocol):
    """Gives the sounds of samples, named by the paths of zones; raises SoundError where there is none."""

    def wav(self, path: str) -> bytes:
        """Returns the WAV as it lies in the library."""
        ...

    def audio(self, path: str) -> Audio:
        """Returns the sound itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """Writes instruments for some samplers.

    `title` says what the format is and `players` who plays it. `write` yields the files of an instrument: inside the
    folder that it is given, or, with the sounds `apart`, as they are to lie on the device. It raises RequestError for
    an instrument that the format can't hold.
    """

    title: str
    players: str
    sounds: Kept
    write: Callable[[Instrument, str, Sounds], Files]


def plain_format(name: str, write: Callable[[Instrument, str], Files]) -> Format:
    """Returns the format of a function that needs no sounds."""
    return Format(
        title=name, players="", sounds="beside", write=lambda instrument, folder, sounds: write(instrument, folder)
    )


GROUP = "oneshot_bridge.formats"
DEFAULT_FORMATS = ("sfz",)
"""What presets are kept in where nothing else is said."""

# Entry points exist once a package is installed; the bridge's own formats also work from a bare source tree.
_OWN = tuple(
    EntryPoint(name=name, value=f"bridge.instruments.formats.{value}", group=GROUP)
    for name, value in (
        ("sfz", "sfz:SFZ"),
        ("dspreset", "dspreset:DSPRESET"),
        ("multisample", "multisample:MULTISAMPLE"),
        ("sf2", "sf2:SF2"),
        ("hydrogen", "hydrogen:HYDROGEN"),
        ("h2drumkit", "hydrogen:H2DRUMKIT"),
        ("xrni", "xrni:XRNI"),
        ("live", "live:LIVE"),
        ("xpm", "xpm:XPM"),
        ("op-xy", "opxy:OP_XY"),
        ("deluge", "deluge:DELUGE"),
        ("1010music", "music1010:MUSIC_1010"),
    )
)

_NAME = re.compile(r"[a-z0-9-]{1,32}")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """Holds the formats by name, and why others could not be used. `others` are those that were not asked for."""

    writers: dict[str, Format]
    problems: dict[str, str]
    others: frozenset[str] = frozenset()

    def find(self, name: str) -> Format:
        """Returns a format by its name; raises NotFoundError for one that is not there, with the reason if known."""
        if name in self.problems:
            raise NotFoundError(self.problems[name])
        if name not in self.writers:
            raise unknown("format", name, {*self.writers, *self.others})
        return self.writers[name]

    def refused(self, kept: Iterable[str]) -> dict[str, str]:
        """Returns by their names why some formats can't be kept for every pad: nothing plays them from the library."""
        refused: dict[str, str] = {}
        for name in kept:
            try:
                if self.find(name).sounds == "apart":
                    refused[name] = f"{name} is for devices: write it with oneshot export."
            except NotFoundError as problem:
                refused[name] = str(problem)
        return refused


def open_formats(found: Iterable[EntryPoint] | None = None, *, only: Collection[str] | None = None) -> Formats:
    """Loads the formats of all installed packages (or of `found`), or `only` some by their names.

    One that can't be loaded is a problem, no error.
    """
    points = _points(found)
    wanted = {point.name for point in points if only is None or point.name in only}
    writers: dict[str, Format] = {}
    problems: dict[str, str] = {}
    for point in points:
        if point.name not in wanted:
            continue
        try:
            found_there = point.load()
            writers[point.name] = (
                found_there if isinstance(found_there, Format) else plain_format(point.name, found_there)
            )
        except Exception as problem:  # the import of a foreign package may throw anything
            problems[point.name] = f"The format {point.name} ({point.value}) can't be loaded: {problem}"
    return Formats(writers=writers, problems=problems, others=frozenset(point.name for point in points) - wanted)


def names_of_formats() -> list[str]:
    """Returns the names of all formats that are installed, without loading one."""
    return sorted({point.name for point in _points()})


def _points(found: Iterable[EntryPoint] | None = None) -> tuple[EntryPoint, ...]:
    return (*_OWN, *(entry_points(group=GROUP) if found is None else found))


def file_stem(name: str) -> str:
    """Returns the stem under which an instrument's or a pad's files are named on every system.

    Names are `[a-z0-9-]{1,32}`; LibraryError for others. Windows keeps `con`, `nul` … for its devices: those get an
    underscore, which no name has.
    """
    if not _NAME.fullmatch(name):
        raise LibraryError(f"{name!r} can't name a file of the library.", "Names are 1–32 of a–z, 0–9 and -.")
    return f"{name}_" if name in _DEVICES else name


def beside(path: str, folder: str) -> str:
    """Returns how a file in `folder` names the library file `path`: `../samples/kick/a.wav`."""
    return posixpath.relpath(path, folder)
