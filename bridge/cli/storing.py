"""The checks of the store and of the library: whether both are sound, and agree."""

from __future__ import annotations

import json
import queue
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from bridge.cli.checking import Check, Room
from bridge.errors import BridgeError

T = TypeVar("T")

ANSWER_SECONDS = 5.0
REPAIR = "End the daemon, then: oneshot library repair"

_CONFLICT = re.compile(r"\((?:[^()]*'s )?conflicted copy|\.sync-conflict-|[ ._-]conflict\b|_conf\(\d+\)", re.IGNORECASE)
"""How cloud services name what they made of two versions: Dropbox, Syncthing, Nextcloud, Seafile and others."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """Returns the answer of a call; raises TimeoutError where the disk does not answer in time.

    The call goes on in a thread that nobody waits for: what hangs in a network folder can't be stopped.
    """
    answers: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put((call(), None))
        except Exception as problem:  # a border between threads: whoever asked gets it
            answers.put((None, problem))

    threading.Thread(target=work, daemon=True).start()
    try:
        answer, problem = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if problem is not None:
        raise problem
    return answer  # type: ignore[return-value]


def stores(room: Room) -> Iterator[Check]:
    """Looks through the store, and whether it and the library tell the same."""
    library = room.config.library.folder
    try:
        yield from within(60.0, lambda: list(_stores(library, room.config.state_folder)))
    except TimeoutError:
        yield Check(name="store", state="broken", text=f"{library} or the store does not answer",
                    cure="Look at the disk, or the network that it is on.")


def _stores(library: Path, state: Path) -> Iterator[Check]:
    from bridge.library.opening import store_of

    try:
        identity = json.loads((library / ".oneshot-bridge" / "library.json").read_bytes())
        home = store_of(state, str(identity["id"]))
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError, KeyError) as problem:
        yield Check(name="library", state="broken", text=f"its id can't be read: {problem}",
                    cure="Put .oneshot-bridge/library.json back from a backup, or delete it to begin a new library.")
        return
    known: set[str] | None = None
    if (home / "store.sqlite").exists():
        try:
            known = _look(home)
        except (BridgeError, sqlite3.Error) as problem:
            yield Check(name="store", state="broken", text=f"{home / 'store.sqlite'}: {problem}", cure=REPAIR)
        else:
            yield Check(name="store", state="ok", text=f"sound, {len(known)} file(s) of sounds")
    yield from _agree(library, known)
    yield from _remains(home)


def _look(home: Path) -> set[str]:
    """Returns the paths of all public samples; raises where the store is damaged."""
    from bridge.errors import DamagedError
    from bridge.store.database import DAMAGED, raise_if_damaged

    if (home / DAMAGED).exists():
        raise DamagedError("It is damaged, and is built anew by the next start.")
    with closing(sqlite3.connect(f"{(home / 'store.sqlite').as_uri()}?mode=ro", uri=True, timeout=2)) as store:
        store.row_factory = sqlite3.Row
        raise_if_damaged(store)
        return {row["path"] for row in store.execute("SELECT path FROM samples WHERE published = 1")}


def _agree(library: Path, known: set[str] | None) -> Iterator[Check]:
    files = [file for folder in ("samples", "instruments", "kits") for file in (library / folder).rglob("*.*")]
    copies = sorted(str(file.relative_to(library)) for file in files if _CONFLICT.search(file.name))
    if copies:
        text = f"{len(copies)} cop(ies) that a cloud service made of a conflict, like {copies[0]}"
        yield Check(name="library", state="notice", text=text,
                    cure="Delete them, and let only one computer write the library.")
    away = {str((file.parent / file.name[1:-7]).relative_to(library).as_posix())
            for file in files if file.name.startswith(".") and file.name.endswith(".icloud")}
    if away:
        text = f"{len(away)} file(s) lie in the cloud only, like {min(away)}: samplers can't load them"
        yield Check(name="library", state="notice", text=text, cure="Let the cloud service keep this folder here.")
    if known is None:
        return
    there = {file.relative_to(library).as_posix() for file in files
             if file.suffix == ".wav" and file.with_suffix(".json").is_file() and not _CONFLICT.search(file.name)}
    there = {path for path in there if path.startswith("samples/") and "/." not in path}
    if gone := sorted(known - there - away - _seen(library, known - there)):
        text = f"{len(gone)} sound(s) are gone from the folder, like {gone[0]}"
        yield Check(name="library", state="notice", text=text, cure="Put them back, if you miss them.")
    if strange := sorted(there - known):
        text = f"{len(strange)} sound(s) in the folder are unknown, like {strange[0]}"
        yield Check(name="library", state="notice", text=text, cure=REPAIR)


def _seen(library: Path, paths: set[str]) -> set[str]:
    return {path for path in paths if (library / path).is_file()}


def _remains(home: Path) -> Iterator[Check]:
    for folder in sorted((home / "damaged").glob("*/")):
        report = folder / "report.txt"
        told = report.read_text(encoding="utf-8", errors="replace").strip() if report.is_file() else ""
        text = told or f"The remains of a damaged store are in {folder}."
        yield Check(name="store", state="notice", text=text, cure="When nothing is missing, delete that folder.")
