"""All that people see: lines, tables, errors and JSON. Nothing else in the bridge prints.

Prompts, names and reasons come from anywhere, so control characters are never passed on to a terminal.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, Protocol

import click

COLORS = {
    "ok": "green", "ready": "green", "notice": "yellow", "rejected": "yellow", "cancelled": "yellow", "broken": "red",
    "failed": "red",
}  # fmt: skip
"""The colours of states, on a terminal whose user did not set NO_COLOR."""


class Curtain(Protocol):
    """Stands where lines are to be written, and gives way to them."""

    def lift(self) -> None: ...
    def lower(self) -> None: ...


curtains: list[Curtain] = []
"""Those that are on the terminal now."""


def line(text: str = "") -> None:
    """Writes a line to the standard output."""
    _write(text, err=False)


def aside(text: str) -> None:
    """Writes a line that is not the answer, to the standard error."""
    _write(text, err=True)


def error(message: str, hint: str = "") -> None:
    """Writes what went wrong, and the cure under it, to the standard error."""
    for part in message.splitlines():
        aside(part)
    for part in hint.splitlines():
        aside(f"  {part}")


def as_json(value: Any) -> None:
    """Writes one line of JSON; a command that does so writes nothing else to the standard output."""
    from bridge.web.views import to_json

    _echo(to_json(value), err=False)


def table(head: Sequence[str], rows: Sequence[Sequence[object]], empty: str = "") -> None:
    """Writes columns under their names, or the sentence `empty` to the standard error where there are no rows."""
    if not rows:
        aside(empty)
        return
    cells = [[clean(str(cell)) for cell in row] for row in [head, *rows]]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        line("  ".join(padded).rstrip())


def judged(state: str, text: str) -> None:
    """Writes a line behind its state, one of COLORS, to the standard output."""
    told("", f"{state:<6}", f"  {text}")


def told(before: str, word: str, after: str) -> None:
    """Writes a line to the standard output in which a word stands out, where it is one of COLORS."""
    color = COLORS.get(word.strip())
    shown = clean(word)
    _write(after, err=False, before=clean(before) + (click.style(shown, fg=color) if color and colored() else shown))


def colored() -> bool:
    """Tells whether the standard output is to be coloured: on a terminal, and never against the user's word
    (NO_COLOR, and FORCE_COLOR for what is no terminal; https://no-color.org, https://force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    # A service on Windows has no standard output at all.
    return bool(sys.stdout and sys.stdout.isatty()) or bool(os.environ.get("FORCE_COLOR"))


def clean(text: str) -> str:
    """Returns a text on one line without anything that a terminal could obey or an encoding refuse."""
    return "".join("�" if unicodedata.category(character) in ("Cc", "Cs") else character for character in text)


def shortened(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _width(text: str) -> int:
    """Returns how many columns a text takes: East Asian wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _write(text: str, *, err: bool, before: str = "") -> None:
    stream = sys.stderr if err else sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    _echo(before + clean(text).encode(encoding, "replace").decode(encoding), err=err)


def _echo(text: str, *, err: bool) -> None:
    for curtain in curtains:
        curtain.lift()
    try:
        click.echo(text, err=err, color=colored())
    finally:
        for curtain in curtains:
            curtain.lower()
