"""From a model's files to takes; runs in a worker process."""

from __future__ import annotations

import re

from bridge.audio import Audio
from bridge.errors import ModelError, SoundError
from bridge.sound.codec import decode, encode_float

SHORTEST_LEFT = 0.05
"""Seconds that stay of a take whatever is cut off."""

_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MThd", "a MIDI file"),
)


def takes_of(sounds: tuple[bytes, ...], in_a_row: int, extra: float) -> tuple[bytes, ...]:
    """Returns the takes in a model's files, in order: each the bytes of an audio file that libsndfile reads.

    A file holds `in_a_row` takes of the same length, one after the other, and each is `extra` seconds longer than was
    asked: that tail is cut. A file that needs neither comes back untouched. Raises ModelError that names what came
    instead of a sound, SoundError for a sound that can't be decoded.
    """
    return tuple(take for sound in sounds for take in _takes_in(sound, max(1, in_a_row), max(0.0, extra)))


def _takes_in(sound: bytes, in_a_row: int, extra: float) -> tuple[bytes, ...]:
    audio = _decoded(sound)
    if in_a_row == 1 and extra == 0.0:
        return (sound,)
    each = audio.frames // in_a_row
    tail = min(round(extra * audio.sample_rate), each - round(SHORTEST_LEFT * audio.sample_rate))
    kept = each - max(0, tail)
    if kept <= 0:
        raise SoundError(f"A sound of {audio.frames} frames can't hold {in_a_row} takes.", verdict="undecodable")
    return tuple(encode_float(_part(audio, number * each, kept)) for number in range(in_a_row))


def _part(audio: Audio, start: int, frames: int) -> Audio:
    return audio.with_samples(audio.samples[start : start + frames, :2])


def _decoded(sound: bytes) -> Audio:
    try:
        return decode(sound)
    except SoundError as problem:
        other = what_else(sound)
        # A cause is libsndfile's: it knows no such file. Without one it is a sound, but too long or of odd channels.
        if other or problem.__cause__ is not None:
            raise ModelError(
                f"The model answered with {other or f'{len(sound):,} unknown bytes'} instead of a sound.",
                "Look whether its version still fits its row: oneshot models check",
            ) from problem
        raise


def what_else(sound: bytes) -> str:
    """Names what bytes are that are no sound: a picture, a page, a text; empty where nobody knows."""
    if not sound:
        return "an empty file"
    for head, name in _HEADS:
        if sound.startswith(head):
            return name
    if sound[:4] == b"RIFF" and sound[8:12] == b"WEBP":
        return "a WebP picture"
    start = sound[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if start.startswith((b"<?xml", b"<svg")):
        return "an XML text"
    return "a text" if _is_text(sound[:400]) else ""


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as problem:
        # The last character may be cut in two.
        if problem.start < len(start) - 3:
            return False
        text = start[: problem.start].decode("utf-8")
    return bool(text.strip()) and not re.search(r"[\x00-\x08\x0e-\x1f]", text)
