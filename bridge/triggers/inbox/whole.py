"""Whether a file says itself that more of it is to come: a copy on its way has the beginning, and not the end."""

from __future__ import annotations

HEAD_BYTES = 16
TAIL_BYTES = 65_536

STREAMED = 0x7FFFF000
"""From here on a length in a RIFF header is none: whoever wrote it could not go back to it."""
TOLERANCE = 8
"""Bytes. Many writers count a pad byte that they do not write."""
_OGG_LAST_PAGE, _OGG_HEADER = 0x04, 27


def is_cut_short(head: bytes, tail: bytes, size: int) -> bool:
    """Tells whether a file of `size` bytes lacks its end, as its first `HEAD_BYTES` and last `TAIL_BYTES` show it.

    An empty file lacks everything. Where a format does not say (FLAC, MP3, text), it is taken to be whole.
    """
    if size == 0:
        return True
    if head[:4] in (b"RIFF", b"FORM"):
        order = "little" if head[:4] == b"RIFF" else "big"
        claimed = int.from_bytes(head[4:8], order)  # type: ignore[arg-type]  # one of the two orders
        return claimed < STREAMED and claimed + 8 > size + TOLERANCE
    if head.startswith(b"\x89PNG"):
        return b"IEND" not in tail[-64:]
    if head.startswith(b"\xff\xd8\xff"):
        return b"\xff\xd9" not in tail[-4096:]
    if head.startswith(b"GIF8"):
        return not tail.rstrip(b"\0").endswith(b";")
    if head.startswith(b"OggS"):
        return not _ends_with_last_page(tail)
    return False


def _ends_with_last_page(tail: bytes) -> bool:
    """Tells whether the last page of an Ogg file is marked as such, and whole (RFC 3533, 6)."""
    start = tail.rfind(b"OggS")
    page = tail[start:] if start >= 0 else b""
    if len(page) < _OGG_HEADER or not page[5] & _OGG_LAST_PAGE:
        return False
    segments = page[_OGG_HEADER : _OGG_HEADER + page[26]]
    return len(page) >= _OGG_HEADER + page[26] + sum(segments)
