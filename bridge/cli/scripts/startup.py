"""Puts a line into a host's own start-up file, between two comments, and takes it out again.

The block stands at the beginning: what the user wrote may end in a statement after which nothing may come. Bytes
that are not the block's are never changed, so that taking it out gives the file back as it was.
"""

from __future__ import annotations

import codecs

COMMENTS = {".lua": "--", ".hs": "--", ".tidal": "--", ".py": "#", ".rb": "#", ".scd": "//", ".js": "//", ".sc": "//"}
"""How a comment begins, by the ending of the file's name."""
_BEGIN, _END = "Oneshot Bridge: begin", "Oneshot Bridge: end"


def block(line: str, ending: str) -> str:
    """Returns the lines that are put in for files of an ending, each with a newline."""
    comment = COMMENTS[ending]
    return f"{comment} {_BEGIN}\n{line}\n{comment} {_END}\n"


def found_in(content: bytes, ending: str) -> str:
    """Returns the block that stands in a file, with newlines as `block` writes them; empty where there is none."""
    start, end = _span(content, ending)
    return content[start:end].decode(errors="replace").replace("\r\n", "\n")


def has_line_of_its_own(content: bytes, line: str, ending: str) -> bool:
    """Tells whether the user has put the line in without us."""
    lines = without(content, ending).decode(errors="replace").splitlines()
    return line.strip() in (each.strip() for each in lines)


def with_block(content: bytes, text: str, ending: str) -> bytes:
    """Returns a file with this block in it, in place of the one that may be there."""
    rest = without(content, ending)
    mark = codecs.BOM_UTF8 if rest.startswith(codecs.BOM_UTF8) else b""
    newline = "\r\n" if b"\r\n" in rest else "\n"
    return mark + text.replace("\n", newline).encode() + rest.removeprefix(mark)


def without(content: bytes, ending: str) -> bytes:
    """Returns a file without the block."""
    start, end = _span(content, ending)
    return content[:start] + content[end:]


def _span(content: bytes, ending: str) -> tuple[int, int]:
    comment = COMMENTS[ending]
    start = content.find(f"{comment} {_BEGIN}".encode())
    last = f"{comment} {_END}".encode()
    end = content.find(last, max(start, 0))
    if start < 0 or end < 0:
        return 0, 0
    newline = content.find(b"\n", end)
    return start, len(content) if newline < 0 else newline + 1
