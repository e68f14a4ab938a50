"""Looks what is in a library, for a store that has to be built anew from it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

from bridge.errors import LibraryError
from bridge.instruments.formats import file_stem
from bridge.library import mailboxes
from bridge.library.deliveries import seq_of
from bridge.library.names import PARTS
from bridge.library.plain import read_plain
from bridge.library.problems import library_error
from bridge.library.sidecar import Provenance, decode_sidecar, provenance_of

log = logging.getLogger(__name__)

LARGEST_SIDECAR = 4_000_000
"""Bytes; what is longer was not written by the bridge."""

_SAMPLE = re.compile(r"^sample=\.\./(samples/.+?)\s*$", re.MULTILINE)


def holds_samples(root: Path) -> bool:
    """Tells whether a library has a sample; looks no further than to the first."""
    return next(_sidecars(root), None) is not None


def samples_in(root: Path) -> list[Provenance]:
    """Returns what the sidecars of a library tell, the oldest sample first.

    A sidecar without its WAV tells of nothing, and of two that tell of the same sample (a copy that a cloud service
    left) the one counts that was written in its place. What can't be understood is passed over. Raises LibraryError
    where the library can't be read.
    """
    found: dict[str, tuple[bool, Provenance]] = {}
    for file in _sidecars(root):
        path = file.with_suffix(".wav").relative_to(root).as_posix()
        try:
            sidecar = decode_sidecar(read_plain(file, LARGEST_SIDECAR), str(file))
            told = provenance_of(sidecar, path)
        except FileNotFoundError:
            continue
        except OSError as problem:
            raise library_error(file, problem) from problem
        except LibraryError as problem:
            log.warning("%s", problem)
            continue
        in_place = sidecar.get("path") == path
        if is_there(root / path) and (told.sample.id not in found or (in_place and not found[told.sample.id][0])):
            found[told.sample.id] = in_place, told
    told_of = (each for _, each in found.values())
    return sorted(told_of, key=lambda each: (each.sample.created, each.take.index, each.sample.id))


def is_there(file: Path) -> bool:
    """Tells whether a file is there, or only its place: a cloud service has put it away and brings it back."""
    return file.is_file() or file.with_name(f".{file.name}.icloud").is_file()


def played_by(root: Path, pad: str) -> list[str] | None:
    """Returns the samples (library paths) that a pad's SFZ names; None where there is no such file."""
    try:
        text = (root / "instruments" / f"{file_stem(pad)}.sfz").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return _SAMPLE.findall(text)


def take_back_deliveries(root: Path) -> None:
    """Takes back what no host has claimed: the store that numbered it is gone, and hosts are told everything anew."""
    deliveries = root / "deliveries"
    for host in mailboxes.hosts(deliveries):
        for name in os.listdir(deliveries / host / mailboxes.NEW):
            if (seq := seq_of(name)) is not None:
                mailboxes.withdraw(deliveries, host, seq)


def _sidecars(root: Path) -> Iterator[Path]:
    for pattern in ("samples/*/*.json", f"samples/*/{PARTS}/*.json"):
        for file in root.glob(pattern):
            if not file.name.startswith("."):
                yield file
