"""Whether a file's end is there: real files of many writers, whole and cut off."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import soundfile

from bridge.triggers.inbox.whole import HEAD_BYTES, TAIL_BYTES, is_cut_short

NOISE = (np.random.default_rng(1).random(20_000) - 0.5).astype(np.float32)


def sound(form: str, subtype: str | None = None) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, NOISE, 44_100, format=form, subtype=subtype)
    return file.getvalue()


def png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    body = zlib.compress(np.random.default_rng(2).bytes(200 * 601))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 200, 200, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", body) + chunk(b"IEND", b""))


TELLING = {
    "wav": sound("WAV"), "wav of floats": sound("WAV", "FLOAT"), "aiff": sound("AIFF"), "ogg": sound("OGG"),
    "png": png(), "jpg": b"\xff\xd8\xff\xe0" + NOISE.tobytes()[:5000] + b"\xff\xd9",
    "gif": b"GIF89a" + bytes(range(48)) * 90 + b"\0;",
}  # fmt: skip
SILENT = {"flac": sound("FLAC"), "mp3": sound("MP3"), "text": b"deep kick"}


def judged(content: bytes) -> bool:
    return is_cut_short(content[:HEAD_BYTES], content[-TAIL_BYTES:], len(content))


@pytest.mark.parametrize("name", [*TELLING, *SILENT])
def test_a_whole_file_is_whole(name):
    assert not judged({**TELLING, **SILENT}[name])


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", TELLING)
def test_a_file_on_its_way_says_that_more_is_to_come(name, share):
    content = TELLING[name]
    assert judged(content[: int(len(content) * share)])


def test_an_empty_file_lacks_everything():
    assert judged(b"")


def test_a_streamed_wav_that_never_learnt_its_length_is_whole():
    streamed = bytearray(TELLING["wav"])
    streamed[4:8] = b"\xff\xff\xff\xff"
    assert not judged(bytes(streamed))


def test_a_pad_byte_that_was_counted_and_not_written_is_forgiven():
    assert not judged(TELLING["wav"][:-1])
