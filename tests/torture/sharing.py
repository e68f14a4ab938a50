"""The daemon on a stand-in for Windows: while a DAW holds the library's files open, nobody may rename, replace or
delete them. The file `held` beside the library says so. It stands in for sharing rules as Windows documents them;
nothing here was proven on Windows."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

HELD = "held"


def hold(library: Path) -> None:
    """Has renames in the library, and deletions of what anybody else can see there, refused while it is held."""
    from bridge.library import atomic

    atomic._WINDOWS = True

    def sharing(call: Callable[..., Any]) -> Callable[..., Any]:
        def refused(path: Any, *others: Any, **how: Any) -> Any:
            names = [str(path), *(str(other) for other in others if isinstance(other, str | os.PathLike))]
            seen = [name for name in names if name.startswith(str(library)) and not Path(name).name.startswith(".")]
            if seen and (library.parent / HELD).exists():
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return call(path, *others, **how)

        return refused

    for name in ("rename", "replace", "unlink", "remove"):
        setattr(os, name, sharing(getattr(os, name)))


if __name__ == "__main__":
    from bridge.cli.program import main

    hold(Path(os.environ["HELD_LIBRARY"]))
    main()
