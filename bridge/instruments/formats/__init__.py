"""Finds the formats in which instruments are written.

A format is a function of an instrument and the library folder in which its files will lie (`instruments` or `kits`);
it yields `(path, content)` pairs, paths relative to the library with forward slashes and inside that folder:

    def write_note(instrument: Instrument, folder: str) -> Iterator[tuple[str, bytes]]:
        yield f"{folder}/{file_stem(instrument.name)}.note", b"..."

It touches no disk and knows no clock: the same instrument is always the same bytes. The zones' paths are relative to
the library too; `beside` says how a file in the folder names them. A package offers its formats as entry points:

    [project.entry-points."oneshot_bridge.formats"]
    note = "my_package:write_note"
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from bridge.domain.instrument import Instrument
from bridge.errors import LibraryError

Format = Callable[[Instrument, str], Iterator[tuple[str, bytes]]]

GROUP = "oneshot_bridge.formats"

# Entry points exist once a package is installed; the bridge's own formats also work from a bare source tree.
_OWN = (EntryPoint(name="sfz", value="bridge.instruments.formats.sfz:write_sfz", group=GROUP),)

_NAME = re.compile(r"[a-z0-9-]{1,32}")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """Holds the formats by name, and why others could not be used."""

    writers: dict[str, Format]
    problems: dict[str, str]


def open_formats(found: Iterable[EntryPoint] | None = None) -> Formats:
    """Loads the formats of all installed packages (or of `found`); one that can't be loaded is a problem, no error."""
    points = entry_points(group=GROUP) if found is None else found
    writers: dict[str, Format] = {}
    problems: dict[str, str] = {}
    for point in (*_OWN, *points):
        try:
            writers[point.name] = point.load()
        except Exception as problem:  # the import of a foreign package may throw anything
            problems[point.name] = f"The format {point.name} ({point.value}) can't be loaded: {problem}"
    return Formats(writers=writers, problems=problems)


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
