"""Packs what a support thread would ask for into one file, without secrets."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bridge.library import atomic
from bridge.service.plan import ServiceError

Redact = Callable[[str], str]


def without_secrets(value: Any, redact: Redact) -> Any:
    """Returns a plain value with every text in it redacted, the names of its fields too."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(str(key)): without_secrets(inner, redact) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(inner, redact) for inner in value]
    return value


def homeless(redact: Redact, home: Path) -> Redact:
    """Returns a redaction that also writes ~ for the home folder, which mostly is a person's name."""

    def redacted(text: str) -> str:
        return redact(text).replace(str(home), "~") if len(home.parts) > 1 else redact(text)

    return redacted


def write_bundle(file: Path, parts: Mapping[str, str]) -> None:
    """Writes the parts, texts by their names, into a zip that only its owner may read; whole or not at all."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in parts.items():
            bundle.writestr(name, text.encode("utf-8", "backslashreplace"))
    try:
        atomic.replace(file, packed.getvalue())
        os.chmod(file, 0o600)
    except OSError as problem:
        raise ServiceError(
            f"{file} can't be written: {problem.strerror}.", "Name a file in a folder that is yours."
        ) from problem
