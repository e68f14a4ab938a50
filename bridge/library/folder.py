"""The library: the one folder that the bridge writes and that samplers, hosts and people read.

    <library>/
      .oneshot-bridge/     the library's id, its lock, and who holds it
      samples/<pad>/       WAVs and their sidecars; a name is used once
      instruments/ kits/   presets, rewritten with every new sound
      deliveries/<host>/   what the hosts have to load
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import BaseFileLock

from bridge.disk import make_folder
from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Instrument
from bridge.errors import BridgeError, LibraryError
from bridge.instruments.formats import DEFAULT_FORMATS, Format, Formats, Sounds, open_formats
from bridge.library import atomic, mailboxes
from bridge.library.deliveries import Acknowledgement, encode_delivery
from bridge.library.lock import take_lock
from bridge.library.names import PARTS
from bridge.library.plain import is_folder, read_plain
from bridge.library.problems import translated
from bridge.library.sidecar import decode_sidecar, encode_sidecar
from bridge.library.sounds import SoundFiles

log = logging.getLogger(__name__)

LIBRARY_SCHEMA = 1
PRIVATE = ".oneshot-bridge"
SAMPLES, INSTRUMENTS, KITS, DELIVERIES = FOLDERS = ("samples", "instruments", "kits", "deliveries")

MOST_SIDECAR_BYTES = 16 * 1024 * 1024
"""More is no sidecar of ours, whoever put it there."""
_ID_FILE = "library.json"
_NO_PATH_LETTERS = frozenset('\\:|"<>?*')


class Library:
    """Writes the watched folder; one at a time, from one thread at a time.

    Every method raises LibraryError, and a retryable one while the folder is away (a drive that was unplugged):
    nothing is ever written into a folder that is not this library any more. Paths are relative to the library, with
    forward slashes.
    """

    def __init__(self, root: Path, library_id: str, lock: BaseFileLock) -> None:
        self.root = root
        self.id = library_id
        self._lock = lock
        self._kept: dict[str, Format] = {}
        self._problems: dict[str, str] = {}

    @classmethod
    def open(cls, root: Path, *, kept: Sequence[str] = DEFAULT_FORMATS, formats: Formats | None = None) -> Library:
        """Opens a library, or makes one in an empty or missing folder; takes its lock until `close`.

        `kept` are the formats in which presets are written, of `formats`: by default the installed ones.

        Raises InUseError if another process has it open, LibraryError if it can't be read or written.
        """
        root = _usable(root)
        with translated(root):
            private = root / PRIVATE
            make_folder(private)
            lock = take_lock(root, private)
            try:
                for folder in FOLDERS:
                    make_folder(root / folder)
                library = cls(root, _identify(private / _ID_FILE), lock)
                library.keep(kept, formats)
                library._sweep()
            except BaseException:
                lock.release()
                raise
        return library

    @staticmethod
    def is_one(root: Path) -> bool:
        """Tells whether a folder says of itself that it is a library."""
        return (root / PRIVATE / _ID_FILE).exists()

    def close(self) -> None:
        """Gives the lock back; closing twice is closing once."""
        self._lock.release()

    def keep(self, kept: Sequence[str], formats: Formats | None = None) -> None:
        """Has presets written in these formats from the next one on; what can't be is among the `problems`."""
        found = formats or open_formats(only=kept)
        self._problems = found.problems | found.refused(kept)
        self._kept = {name: found.writers[name] for name in kept if name not in self._problems}

    def check(self) -> None:
        """Raises LibraryError, a retryable one while the folder is away, unless this is the library still."""
        with self._at_work():
            pass

    @property
    def problems(self) -> dict[str, str]:
        """Returns why instrument formats can't be used, by name: they can't be loaded, or not be kept."""
        return dict(self._problems)

    def absolute(self, path: str) -> str:
        """Returns the system's own absolute path; raises LibraryError for one that leaves the library.

        It looks at the path alone: the loop asks this too, and must not wait for a folder that does not answer.
        """
        return str(self._named(path))

    # --- samples ----------------------------------------------------------------------------------------------

    def write_sample(self, path: str, wav: bytes, sidecar: Mapping[str, Any]) -> None:
        """Publishes a sample: the WAV, then its sidecar.

        Doing it again with the same bytes, as after a crash, is no error; other bytes under a used name are one.
        """
        file = self._sample(path)
        with self._at_work():
            make_folder(file.parent)
            atomic.write_new(file, wav)
            atomic.replace(file.with_suffix(".json"), encode_sidecar(sidecar))

    def read_sample(self, path: str) -> bytes:
        """Returns the WAV of a sample; empty where it is gone."""
        file = self._sample(path)
        with self._at_work():
            return file.read_bytes() if file.is_file() else b""

    def read_sidecar(self, path: str) -> dict[str, Any]:
        """Returns the sidecar of a sample, given the path of its WAV."""
        file = self._sample(path).with_suffix(".json")
        with self._at_work():
            return decode_sidecar(read_plain(file, MOST_SIDECAR_BYTES), str(file))

    def change_sidecar(self, path: str, entries: Mapping[str, Any]) -> None:
        """Sets entries of a sample's sidecar, given the path of its WAV; one that is gone stays so."""
        file = self._sample(path).with_suffix(".json")
        with self._at_work():
            if file.is_file():
                sidecar = decode_sidecar(read_plain(file, MOST_SIDECAR_BYTES), str(file))
                atomic.replace(file, encode_sidecar({**sidecar, **entries}))

    def remove_sample(self, path: str) -> None:
        """Deletes a sample and its sidecar; what is gone already is no error."""
        file = self._sample(path)
        with self._at_work():
            atomic.remove(file)
            atomic.remove(file.with_suffix(".json"))

    # --- presets ----------------------------------------------------------------------------------------------

    def write_instrument(self, instrument: Instrument, sample: str = "") -> None:
        """Writes a pad's instrument in every format that is kept; its samples must be published before.

        `sample` is the path of the sample that the pad holds. A preset with the sounds inside gets a second name,
        beside that sample and like it: songs of hosts that load such a file keep their sound when the pad has a new
        one. Whatever has that name already stays as it is.
        """
        for path, content in self._write_preset(instrument, INSTRUMENTS):
            if sample:
                kept = self._sample(sample).with_suffix(PurePosixPath(path).suffix)
                with self._at_work():
                    if not kept.exists():
                        atomic.replace(kept, content)

    def write_kit(self, kit: Instrument) -> None:
        """Writes a kit in every format that is kept; its samples must be published before."""
        self._write_preset(kit, KITS)

    def _write_preset(self, instrument: Instrument, folder: str) -> list[tuple[str, bytes]]:
        """Writes a preset in every format and returns the files that hold the sounds themselves."""
        sounds = SoundFiles(self.read_sample)
        whole = []
        with self._at_work():
            for name, kind in self._kept.items():
                for path, content in _files(name, kind, instrument, folder, sounds):
                    file = self.inside(path)
                    make_folder(file.parent)
                    atomic.replace_watched(file, content)
                    if kind.sounds == "inside":
                        whole.append((path, content))
        return whole

    # --- deliveries -------------------------------------------------------------------------------------------

    def hosts(self) -> list[str]:
        """Returns the hosts that registered by their folder `deliveries/<host>/new`."""
        with self._at_work():
            return mailboxes.hosts(self.root / DELIVERIES)

    def last_contact(self, host: str) -> float:
        """Returns when a host last moved one of its files (seconds since 1970); 0 for one without a folder."""
        with self._at_work():
            return mailboxes.last_contact(self.root / DELIVERIES, host)

    def write_delivery(self, delivery: Delivery) -> None:
        """Puts a delivery before its host; one that is on its way, or acknowledged and not pruned, stays as it is.

        The paths of the delivery and its zones are relative to the library; the file holds absolute ones.
        """
        located = replace(
            delivery,
            path=delivery.path and self.absolute(delivery.path),
            zones=tuple(replace(zone, path=self.absolute(zone.path)) for zone in delivery.zones),
        )
        content = encode_delivery(located)
        with self._at_work():
            mailboxes.put(self.root / DELIVERIES, delivery.host, delivery.seq, content)

    def withdraw_delivery(self, host: str, seq: int) -> bool:
        """Takes back a delivery that its host has not claimed; returns whether that was in time."""
        with self._at_work():
            return mailboxes.withdraw(self.root / DELIVERIES, host, seq)

    def acknowledgements(self) -> list[Acknowledgement]:
        """Returns what hosts have loaded or failed to load, until it is pruned; by host and number."""
        with self._at_work():
            return mailboxes.acknowledgements(self.root / DELIVERIES)

    def prune_delivery(self, host: str, seq: int) -> None:
        """Deletes a delivery that its host acknowledged; repeating it is no error."""
        with self._at_work():
            mailboxes.prune(self.root / DELIVERIES, host, seq)

    # --- the folder itself ------------------------------------------------------------------------------------

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Makes sure that the folder is still this library, and translates what the system says meanwhile.

        An unplugged drive may leave an empty mount point behind, and another drive may come in its place.
        """
        with translated(self.root):
            found = _read_id(self.root / PRIVATE / _ID_FILE)
            if found != self.id:
                raise LibraryError(
                    f"In place of the library {self.root} there is another one.", "Connect its drive.", retryable=True
                )
            yield

    def _named(self, path: str) -> Path:
        parts = path.split("/")
        odd = any(letter in _NO_PATH_LETTERS or not letter.isprintable() for letter in path)
        # Hidden names are the bridge's own; dots and spaces at the end fall off on Windows.
        if odd or any(not part or part.startswith(".") or part.endswith((".", " ")) for part in parts):
            raise LibraryError(f"{path!r} is no path inside the library.")
        return self.root.joinpath(*parts)

    def inside(self, path: str) -> Path:
        """Returns where a path of the library lies, for what is to be written or read there; looks at the disk.

        Raises LibraryError where the path, or a link on its way, leads out of the library.
        """
        file = self._named(path)
        try:
            stays = file.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # a link that leads to itself
            stays = False
        if not stays:
            raise LibraryError(f"{path!r} leads out of the library {self.root}.", "Remove the link on its way.")
        return file

    def _sample(self, path: str) -> Path:
        file = self.inside(path)
        if not path.startswith(f"{SAMPLES}/") or file.suffix != ".wav":
            raise LibraryError(f"{path!r} is no sample of the library: those are {SAMPLES}/….wav.")
        return file

    def sample_folders(self) -> list[str]:
        """Returns the folders that samples lie in, relative to the library; none while it is away."""
        try:
            pads = [folder for folder in (self.root / SAMPLES).iterdir() if is_folder(folder)]
        except OSError:
            return []
        parts = [folder / PARTS for folder in pads if is_folder(folder / PARTS)]
        return [folder.relative_to(self.root).as_posix() for folder in (*pads, *parts)]

    def sweep(self, folder: str) -> None:
        """Deletes the temporary files that a crash left in a folder of samples; only this thread writes there."""
        with suppress(OSError):
            atomic.sweep(self.root / folder)

    def _sweep(self) -> None:
        """Deletes temporary files of a crash where a start finds few files: the lock says that nobody writes them."""
        boxes = (self.root / DELIVERIES / host / mailboxes.NEW for host in mailboxes.hosts(self.root / DELIVERIES))
        for folder in (self.root / PRIVATE, self.root / INSTRUMENTS, self.root / KITS, *boxes):
            if is_folder(folder):
                atomic.sweep(folder)


def _files(
    name: str, kind: Format, instrument: Instrument, folder: str, sounds: Sounds
) -> list[tuple[str, bytes]]:
    """Returns the files of one format; one that fails costs its own files and nothing else."""
    try:
        files = [(str(path), bytes(content)) for path, content in kind.write(instrument, folder, sounds)]
    except LibraryError:
        raise
    except BridgeError as problem:  # a sound that is gone, or more than the format holds
        log.warning("the format %s can't hold %s: %s", name, instrument.name, problem)
        return []
    except Exception:  # formats come from other packages and may throw anything
        log.exception("the format %s can't write %s", name, instrument.name)
        return []
    if strays := [path for path, _ in files if PurePosixPath(path).parts[:1] != (folder,)]:
        log.error("the format %s may write into %s/ only, not %s", name, folder, strays[0])
        return []
    return files


def _usable(root: Path) -> Path:
    """Returns the absolute folder of a library after making it where that is safe; LibraryError otherwise."""
    root = Path(os.path.abspath(root.expanduser()))
    if any(letter == "|" or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in str(root)):
        raise LibraryError(
            f"The library can't be in {str(root)!r}: deliveries have no way to write | and control characters.",
            "Choose a folder with a plain name.",
        )
    with translated(root):
        if root.exists() and not root.is_dir():
            raise LibraryError(f"{root} is a file, not a folder.", "Choose another folder for the library.")
        at_home = _is_below_home(root)
        if not at_home and not root.parent.is_dir():
            raise LibraryError(
                f"The library can't be made in {root.parent}: there is no such folder.",
                f'Connect the drive, or run: mkdir -p "{root.parent}"',
            )
        make_folder(root)
    return root


def _is_below_home(root: Path) -> bool:
    """Tells whether missing parents may be made; elsewhere one is likely a drive that is not connected."""
    try:
        home = Path.home()
    except RuntimeError:  # a service without a home
        return False
    return home != Path(home.anchor) and home in root.parents


def _identify(file: Path) -> str:
    if not file.exists():
        identity = {"schema": LIBRARY_SCHEMA, "id": secrets.token_hex(16)}
        atomic.write_new(file, json.dumps(identity).encode())
    return _read_id(file)


def _read_id(file: Path) -> str:
    try:
        identity = json.loads(read_plain(file, MOST_SIDECAR_BYTES))
        schema, library_id = int(identity["schema"]), str(identity["id"])
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise LibraryError(
            f"{file} can't be read: {problem}.", "Put it back from a backup, or delete it to start a new library here."
        ) from problem
    if schema > LIBRARY_SCHEMA:
        raise LibraryError(f"{file} was written by a newer Oneshot Bridge.", "Update this one.")
    return library_id

