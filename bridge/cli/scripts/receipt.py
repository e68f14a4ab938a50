"""Remembers what was installed for a host, with the SHA-256 of every file, in the folder of the bridge's state.

So a file that the user has changed since is known, and nothing is removed that was not put there. The receipt is
written before the files and once more after them: until then it knows both what was there and what will be.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bridge.cli.scripts.disk import told
from bridge.errors import StoreError
from bridge.library import atomic
from bridge.library.deliveries import checked_host


class _Written(BaseModel):
    """The file's form; a path is a key, so that none stands there twice."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str
    folder: str
    made_folder: bool
    files: dict[str, tuple[str, ...]]
    startup: str = ""
    block: str = ""
    made_startup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Says what lies in a host's `folder` by our hand: each file's possible digests, and the start-up file with the
    `block` in it. `made_…` tells whether that itself was made, and not found."""

    version: str
    folder: Path
    made_folder: bool = False
    files: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    startup: Path | None = None
    block: str = ""
    made_startup: bool = False


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_receipt(state_folder: Path, host: str) -> Receipt | None:
    """Returns what was installed for a host, None where nothing was; raises StoreError for a file that is damaged."""
    path = _path(state_folder, host)
    try:
        with told(path):
            written = _Written.model_validate_json(path.read_bytes()) if path.exists() else None
    except ValidationError as problem:
        raise StoreError(
            f"{path} is damaged, so it is not known what was installed for {host}.",
            "Delete it; then install again, with --force where files of the bridge are in the way.",
        ) from problem
    if written is None:
        return None
    return Receipt(
        version=written.version, folder=Path(written.folder), made_folder=written.made_folder,
        files={Path(name): digests for name, digests in written.files.items()},
        startup=Path(written.startup) if written.startup else None, block=written.block,
        made_startup=written.made_startup,
    )


def write_receipt(state_folder: Path, host: str, receipt: Receipt) -> None:
    path = _path(state_folder, host)
    written = _Written(
        version=receipt.version, folder=str(receipt.folder), made_folder=receipt.made_folder,
        files={str(name): digests for name, digests in receipt.files.items()},
        startup=str(receipt.startup or ""), block=receipt.block, made_startup=receipt.made_startup,
    )
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(path, json.dumps(written.model_dump(), indent=1).encode())


def forget_receipt(state_folder: Path, host: str) -> None:
    path = _path(state_folder, host)
    with told(path):
        atomic.remove(path)


def _path(state_folder: Path, host: str) -> Path:
    return state_folder / "daw" / f"{checked_host(host)}.json"
