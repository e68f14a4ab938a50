"""Writes what a pad, a kit or samples play as files that stand by themselves. Needs libsndfile: import it late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter

from bridge.cli.soundfiles import write_whole
from bridge.domain.instrument import Instrument
from bridge.errors import LibraryError, RequestError, SoundError
from bridge.instruments.formats import Files, Format, file_stem
from bridge.instruments.formats.packing import names_of_sounds
from bridge.library.sounds import SoundFiles

SAMPLES = "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Holds the files of an instrument, of which nothing is written yet; paths are relative, the first one is what a
    player opens."""

    instrument: Instrument
    files: dict[str, bytes]

    def write(self, folder: Path, *, overwrite: bool) -> list[Path]:
        """Writes the files, the first one last, and returns where they lie.

        Raises RequestError where one is there already and `overwrite` is not said, SoundError where the disk refuses.
        """
        written = [folder / path for path in self.files]
        for file in written:
            if file.exists() and not overwrite:
                raise RequestError(f"{file} is not written over: it is there already.", "Say -o FOLDER or --overwrite.")
        for file, content in reversed([*zip(written, self.files.values(), strict=True)]):
            write_whole(file, content)
        return written


def instrument_in(answer: Mapping[str, Any]) -> Instrument:
    """Returns the instrument that the bridge showed as plain values."""
    return TypeAdapter(Instrument).validate_python(answer["instrument"])


def exported(kind: Format, instrument: Instrument, files: Mapping[str, str]) -> Export:
    """Returns an instrument in a format, with copies of the sounds that it names; `files` say where those lie.

    Raises RequestError for what the format can't hold, SoundError for a sound that is gone.
    """
    if not instrument.zones:
        raise RequestError(f"{instrument.name} plays nothing.", "Make a sound first: oneshot pads")
    sounds = SoundFiles(lambda path: _read(Path(files[path])))
    if kind.sounds != "beside":
        return Export(instrument=instrument, files=_within(kind.write(instrument, ".", sounds)))
    folder = file_stem(instrument.name)
    # The format names sounds by their paths, so they are given those that the copies will have.
    copies = {path: f"{folder}/{SAMPLES}/{name}" for path, name in names_of_sounds(instrument).items()}
    moved = replace(instrument, zones=tuple(replace(zone, path=copies[zone.path]) for zone in instrument.zones))
    found = {copy: files[path] for path, copy in copies.items()}
    written = _within(kind.write(moved, folder, SoundFiles(lambda copy: _read(Path(found[copy])))))
    return Export(instrument=instrument, files=written | {copy: sounds.wav(path) for path, copy in copies.items()})


def _within(files: Files) -> dict[str, bytes]:
    """Returns files by their plain paths; raises LibraryError where one would leave the folder that it is for."""
    plain: dict[str, bytes] = {}
    for path, content in files:
        inside = PurePosixPath(path)
        if inside.is_absolute() or "\\" in path or ".." in inside.parts or not inside.name:
            raise LibraryError(f"The format would write to {path!r}, outside of its folder.")
        plain[str(inside)] = content
    return plain


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as problem:
        raise SoundError(f"{file} can't be read: {problem.strerror}.") from problem
