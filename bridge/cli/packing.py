"""Writes the folder of a pack. Needs libsndfile: import it late."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.cli.meter import Meter
from bridge.cli.show import Shown
from bridge.cli.soundfiles import write_whole
from bridge.errors import RequestError, SoundError
from bridge.instruments.formats import open_formats
from bridge.library.sounds import SoundFiles
from bridge.packs.cover import cover, outline
from bridge.packs.encoding import Kind, encoded, kind_of
from bridge.packs.folder import (
    COVER,
    MANIFEST,
    Entry,
    PackFolder,
    folder_of,
    instruments_of,
    manifest,
    metadata,
    metadata_path,
)
from bridge.packs.plan import SFZ, Plan
from bridge.sound.codec import decode

if TYPE_CHECKING:
    from bridge.cli.session import Session

PRESETS = "presets"


class PackWriter:
    """Writes the made sounds of a plan into a folder, and again when there are more.

    What a run before wrote stays as it is, and nothing else that lies there is written over.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Raises RequestError or NotFoundError where the format, or a program that it needs, is missing."""
        self._plan, self._folder = plan, folder
        self._kind: Kind = kind_of(plan.output.format)
        self._presets = plan.output.wanted_presets if self._kind.played else ()
        if SFZ in self._presets and plan.output.naming != "vendor":
            raise RequestError(f"SFZ can't name files that are called by {plan.output.naming}.",
                               'Say naming = "vendor", or leave that preset out.')  # fmt: skip
        self._formats = open_formats(only=self._presets)
        for name in self._presets:
            kind = self._formats.find(name)
            if kind.sounds == "beside" and name != SFZ and self._kind.ending != "wav":
                raise RequestError(f"{name} names WAV files, and the pack holds {plan.output.format}.",
                                   'Say format = "wav", or leave that preset out.')  # fmt: skip

    def write(self, session: Session, outcomes: Mapping[str, Shown], licences: Mapping[str, Shown]) -> list[Path]:
        """Writes all that is not there yet and returns the paths of the pack's sounds.

        Raises RequestError, before anything is written, where a file of somebody else has a name that it needs.
        """
        before = self._before()
        pack = folder_of(self._plan, outcomes, self._kind.ending, before.get("given", {}))
        presets = self._drawn(pack)
        beside = [*presets, *(map(metadata_path, pack.entries) if self._plan.output.metadata else ()),
                  *([COVER] if self._plan.output.cover else [])]  # fmt: skip
        ours = {*before.get("given", {}).values(), *before.get("beside", []), *([MANIFEST] if before else [])}
        for path in (MANIFEST, *beside, *(entry.path for entry in pack.entries)):
            if path not in ours and (self._folder / path).exists():
                raise RequestError(f"{self._folder / path} is not written over: it is there already.",
                                   "Say another folder: -o FOLDER")  # fmt: skip
        # First what is ours, then the files: who is stopped in between knows them again.
        write_whole(self._folder / MANIFEST, manifest(pack, beside, licences))
        outlines = {}
        with Meter("writing", len(pack.entries)) as meter:
            for entry in meter.over(pack.entries):
                outlines[entry.path] = self._write_sound(session, entry)
        for path, content in presets.items():
            write_whole(self._folder / path, content)
        if self._plan.output.cover:
            write_whole(self._folder / COVER, cover(pack.plan.name, pack.entries, outlines, licences))
        return [self._folder / entry.path for entry in pack.entries]

    def _before(self) -> Shown:
        try:
            found: Shown = json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
            if found["name"] != self._plan.name:
                raise RequestError(f"{self._folder} holds another pack: {found['name']}.", "Say another: -o FOLDER")
            return found
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise RequestError(f"{self._folder / MANIFEST} is no list of a pack: {problem}.",
                               "Say another folder: -o FOLDER") from problem  # fmt: skip

    def _drawn(self, pack: PackFolder) -> dict[str, bytes]:
        """Returns the presets, each in the folder of its format."""
        sources = {entry.path: entry.source for entry in pack.entries}
        sounds = SoundFiles(lambda path: _read(Path(sources[path])))
        instruments = list(instruments_of(pack)) if self._presets else []
        return {
            path: content
            for name in self._presets
            for instrument in instruments
            for path, content in self._formats.find(name).write(instrument, f"{PRESETS}/{name}", sounds)
        }

    def _write_sound(self, session: Session, entry: Entry) -> str:
        """Writes a sound, unless it is there, with its metadata; returns its waveform."""
        file, wav = self._folder / entry.path, _read(Path(entry.source))
        if not file.exists():
            write_whole(file, encoded(wav, self._kind, entry.item.longest))
        beside = self._folder / metadata_path(entry)
        if self._plan.output.metadata and not beside.exists():
            sidecar = session.ask("sample", entry.sample["id"])["sidecar"]
            rate = self._kind.rate_of(entry.sample["analysis"]["sample_rate"])
            write_whole(beside, metadata(entry, self._plan.output.format, rate, sidecar))
        return outline(decode(wav)) if self._plan.output.cover else ""


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise SoundError(f"{file} can't be read: {problem.strerror}.", "The same command again goes on.") from problem
