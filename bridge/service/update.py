"""Sees that another version of the bridge was installed over the one that runs, which then has to start anew: what it
imports later, and every new worker, would be of the other version."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import bridge

LOOK_SECONDS = 3.0
"""Between two looks; all files must be the same in two of them, for an installer writes one after the other."""

_Files = tuple[tuple[str, int, int], ...]
_VERSION = re.compile(r'^__version__ = "([^"]+)"', re.MULTILINE)


async def other_version(package: Path = Path(bridge.__file__).parent, own: str = bridge.__version__) -> str:
    """Returns the version that lies in the place of this one, when it lies there whole."""
    seen: _Files = ()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        found = await asyncio.to_thread(_version_in, package)
        if found in ("", own):
            continue
        last, seen = seen, await asyncio.to_thread(_files_of, package)
        if seen and seen == last:
            return found


def _version_in(package: Path) -> str:
    try:
        said = _VERSION.search((package / "__init__.py").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # an installer is at it
        return ""
    return said.group(1) if said else ""


def _files_of(package: Path) -> _Files:
    """Returns the modules with the times and sizes of their files; nothing while they change under the look."""
    try:
        looks = ((file, file.stat()) for file in sorted(package.rglob("*.py")))
        return tuple((str(file), look.st_mtime_ns, look.st_size) for file, look in looks)
    except OSError:
        return ()
