"""Opens the library of a folder, and tells one that is away (its drive not connected, its share not mounted) from a
folder that never held one: nobody wants a second, empty library where the drive will appear.

In the state folder of each library lies the path at which it was opened last.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from bridge.disk import make_folder
from bridge.errors import LibraryError
from bridge.library import atomic
from bridge.library.folder import Library
from bridge.library.inventory import holds_samples
from bridge.library.problems import translated

_LIBRARIES, _PLACE = "libraries", "place.txt"
AWAY = "Connect its drive. If it is gone for good, begin a new one: oneshot library new"


def store_of(state: Path, library_id: str) -> Path:
    """Returns the folder of the store and whatever else is known of a library."""
    return state / _LIBRARIES / library_id


def open_library(state: Path, root: Path, *, kept: Sequence[str]) -> Library:
    """Opens the library of a folder as `Library.open` does, and remembers in the state folder that it lies there.

    Raises LibraryError, a retryable one, where one that lay there is away.
    """
    if is_away(state, root):
        raise LibraryError(f"The library {root} is away: nothing of it is there.", AWAY, retryable=True)
    library = Library.open(root, kept=kept)
    with suppress(OSError):  # the store, in the same place, will say what is wrong
        place = store_of(state, library.id) / _PLACE
        if not place.is_file() or place.read_bytes() != os.fsencode(library.root):
            make_folder(place.parent)
            atomic.replace(place, os.fsencode(library.root))
    return library


def is_known(state: Path, root: Path) -> bool:
    """Tells whether a library lay in a folder when one was opened there last."""
    return any(True for _ in _places(state, root))


def is_away(state: Path, root: Path) -> bool:
    """Tells whether a library is known to lie in a folder, and nothing of one is there."""
    with translated(root):
        return is_known(state, root) and not (Library.is_one(root) or holds_samples(root))


def forget(state: Path, root: Path) -> None:
    """Forgets what lay in a folder; the store of that library stays."""
    for place in [*_places(state, root)]:
        place.unlink()


def _places(state: Path, root: Path) -> Iterator[Path]:
    wanted = os.fsencode(os.path.abspath(root.expanduser()))
    return (place for place in (state / _LIBRARIES).glob(f"*/{_PLACE}") if place.read_bytes() == wanted)
