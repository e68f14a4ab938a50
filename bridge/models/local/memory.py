"""How much memory a process takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WATCHED = sys.platform != "win32"
"""Whether it can be looked at here: by /proc on Linux, by `ps` on macOS."""


def resident_bytes(pid: int) -> int:
    """Returns the memory that a process holds right now; 0 for one that is gone or can't be looked at."""
    if sys.platform == "linux":
        try:
            return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            return 0
    if not WATCHED:
        return 0
    try:
        said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, timeout=5).stdout
        return int(said.strip() or 0) * 1024
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
