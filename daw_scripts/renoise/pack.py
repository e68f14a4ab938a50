"""Packs the tool into the one file that Renoise installs when it is dropped on its window.

    python daw_scripts/renoise/pack.py [FOLDER]

The same tool is always the same bytes: order, times and rights are fixed.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

TOOL = Path(__file__).with_name("com.oneshotbridge.xrnx")


def pack(folder: Path) -> Path:
    """Writes the tool into a folder and returns the file."""
    packed = folder / TOOL.name
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(TOOL.iterdir()):
            entry = zipfile.ZipInfo(path.name)  # dated 1980
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, path.read_bytes())
    return packed


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    sys.stdout.write(f"{pack(folder)}\n")
