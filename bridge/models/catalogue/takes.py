"""Cuts a model's files into takes; runs in a worker process."""

from __future__ import annotations

import io

import soundfile

from bridge.errors import ModelError

TAKES = "bridge.models.catalogue.takes:takes_of"

_OTHERS = ((b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"<", "a web page"), (b"{", "JSON"),
           (b"PK\x03\x04", "a ZIP file"))


def takes_of(sounds: tuple[bytes, ...], in_a_row: int) -> tuple[bytes, ...]:
    """Returns the takes in some files: each file as it is, or cut into so many equal parts.

    Raises ModelError, naming what came instead, for a file that is no sound.
    """
    return tuple(part for sound in sounds for part in _parts(sound, in_a_row))


def _parts(sound: bytes, in_a_row: int) -> list[bytes]:
    try:
        with soundfile.SoundFile(io.BytesIO(sound)) as file:
            if in_a_row == 1:
                return [sound]
            frames, rate = file.read(dtype="float32", always_2d=True), file.samplerate
    except (soundfile.SoundFileError, RuntimeError) as problem:
        raise ModelError(f"The model answered with {_what(sound)} instead of a sound.") from problem
    length = len(frames) // in_a_row
    if length == 0:
        raise ModelError(f"The model answered with {len(frames)} frames instead of {in_a_row} sounds.")
    return [_wav(frames[number * length : (number + 1) * length], rate) for number in range(in_a_row)]


def _wav(frames: object, rate: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, frames, rate, format="WAV", subtype="FLOAT")
    return file.getvalue()


def _what(sound: bytes) -> str:
    if not sound:
        return "an empty file"
    start = sound.lstrip()[:16]
    return next((name for head, name in _OTHERS if start.startswith(head)), f"{len(sound):,} bytes of something")
