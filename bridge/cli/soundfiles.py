"""Reads and writes sound files of the user's own; nothing of theirs is lost by it. Needs libsndfile: import it late."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from bridge.audio import Audio
from bridge.errors import RequestError, SoundError
from bridge.sound.codec import decode


def read_sound(path: Path) -> Audio | SoundError:
    """Returns the sound in a file, or the error that says why there is none."""
    try:
        return decode(path.read_bytes())
    except OSError as problem:
        return SoundError(f"can't be read: {problem.strerror}.")
    except SoundError as problem:
        return problem


def refuse_loss(sound: Path, file: Path) -> None:
    """Raises RequestError where the file that is to be written from a sound is there already."""
    if file.exists():
        why = "it is the sound itself" if sound.exists() and file.samefile(sound) else "it is there already"
        raise RequestError(f"{file} is not written over: {why}.", "Write somewhere else, or say --overwrite.")


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file whole or not at all; raises SoundError where the disk refuses."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(file)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as problem:
        raise SoundError(f"{file} can't be written: {problem.strerror}.") from problem
