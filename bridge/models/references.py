"""The pictures and sounds that a call takes along, as the providers ask for them."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path

from bridge.errors import ModelError
from bridge.ports import References


def path_of(references: References | None, name: str) -> Path:
    """Returns where a kept reference lies; ModelError where none are kept."""
    if references is None:
        raise ModelError("There are no references here.")
    return references.path(name)


def data_uri(path: Path) -> str:
    """Returns a file as a `data:` link that holds all of it; OSError where it can't be read."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
