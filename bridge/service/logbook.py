"""The log: a file in the state folder that turns over, written by a thread of its own, read by `oneshot logs`."""

from __future__ import annotations

import itertools
import logging
import os
import queue
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path

MOST_WAITING = 10_000
"""Records that wait for a disk that stalls; what comes beyond is dropped and counted."""
BYTES_A_MEGABYTE = 1_000_000
STORY = "bridge.service"
"""The logger of what everybody may want to read again: these records stand in the log also below a warning, and nowhere
else."""


def log_file(state_folder: Path) -> Path:
    """Returns the newest file of the log; older ones have numbers behind their names."""
    return state_folder / "logs" / "oneshot.log"


@contextmanager
def logbook(file: Path, *, megabytes: float, files: int, redact: Callable[[str], str]) -> Iterator[None]:
    """Writes what is logged within the block: warnings of everybody, and the story of the daemon.

    Whoever logs never waits for the disk. A disk that refuses costs records, and nothing else.
    """
    waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(MOST_WAITING)
    inlet, outlet = _Inlet(waiting), _File(file, megabytes=megabytes, files=files)
    outlet.setFormatter(_Lines(redact))
    writer = _Writer(waiting, outlet)
    root, story = logging.getLogger(), logging.getLogger(STORY)
    before = story.level
    root.addHandler(inlet)
    story.setLevel(logging.INFO)
    writer.start()
    try:
        yield
    finally:
        root.removeHandler(inlet)
        story.setLevel(before)
        writer.stop()
        outlet.close()


def only_warnings(record: logging.LogRecord) -> bool:
    """Keeps the story of the daemon, which its user reads anyhow, away from their terminal."""
    return not record.name.startswith(STORY)


class _Inlet(QueueHandler):
    """Passes on records, also below a warning where they are part of the story."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None]) -> None:
        super().__init__(waiting)
        self._lost = 0

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or record.name.startswith(STORY)

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            if self._lost:
                self.queue.put_nowait(_missing(self._lost))
                self._lost = 0
            self.queue.put_nowait(record)
        except queue.Full:
            self._lost += 1


def _missing(lost: int) -> logging.LogRecord:
    text = "%d lines are missing here: the disk was too slow"
    return logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, (lost,), None)


class _Writer(QueueListener):
    """Waits for room where the queue is full: the record that ends it must not be lost."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None], outlet: logging.Handler) -> None:
        super().__init__(waiting, outlet)
        self._waiting = waiting

    def enqueue_sentinel(self) -> None:
        self._waiting.put(None)


class _Lines(logging.Formatter):
    """Makes a line of a record, and further lines, set in, of a trace; nothing that a terminal could obey."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s  %(word)-7s  %(message)s", "%Y-%m-%d %H:%M:%S")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        record.word = record.levelname.lower()
        first, *more = self._redact(super().format(record)).split("\n")
        return "\n".join([_clean(first), *(f"    {_clean(line)}" for line in more)])


class _File(RotatingFileHandler):
    """Is the file, for its owner only; what the system refuses is let go."""

    def __init__(self, file: Path, *, megabytes: float, files: int) -> None:
        super().__init__(
            file, maxBytes=int(megabytes * BYTES_A_MEGABYTE), backupCount=files, encoding="utf-8", delay=True,
            errors="backslashreplace",
        )

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=_private)

    def doRollover(self) -> None:  # noqa: N802 - the standard library's name
        # Windows does not rename what somebody reads just now: then the file grows a little longer.
        with suppress(OSError):
            super().doRollover()

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802
        with suppress(OSError):
            if self.backupCount:
                return bool(super().shouldRollover(record))
            # With no older file to keep, the file begins anew.
            if Path(self.baseFilename).stat().st_size >= self.maxBytes:
                self.close()
                os.truncate(self.baseFilename, 0)
                self.stream = self._open()
        return False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Lets go a record that can't be written: there is nowhere else to say so."""


def last_lines(file: Path, count: int) -> list[str]:
    """Returns the last lines of the log, from older files too where the newest is short."""
    lines: list[str] = []
    number = 0
    while len(lines) < count:
        part = file if number == 0 else file.with_name(f"{file.name}.{number}")
        try:
            lines = part.read_text(encoding="utf-8", errors="replace").splitlines() + lines
        except OSError:
            break
        number += 1
    return lines[-count:] if count else []


class Tail:
    """Reads what is written to the log from now on, also when it turns over; holds no file open between two looks."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._at = 0
        with suppress(OSError), file.open("rb") as opened:
            self._seen, self._at = _identity(opened.fileno()), opened.seek(0, os.SEEK_END)

    def more(self) -> list[str]:
        """Returns the whole lines that came since the last look."""
        try:
            with self._file.open("rb") as opened:
                identity = _identity(opened.fileno())
                before = self._rest() if self._seen not in (None, identity) else []
                if self._seen != identity or opened.seek(0, os.SEEK_END) < self._at:
                    self._seen, self._at = identity, 0
                lines, self._at = _lines_from(opened.fileno(), self._at)
                return before + lines
        except OSError:
            return []

    def _rest(self) -> list[str]:
        """Returns what was still written to the file of the last look, which has another name now, and to those that
        came after it; nothing where it is gone."""
        newer: list[str] = []
        with suppress(OSError):
            for number in itertools.count(1):
                with self._file.with_name(f"{self._file.name}.{number}").open("rb") as older:
                    if _identity(older.fileno()) == self._seen:
                        return _lines_from(older.fileno(), self._at)[0] + newer
                    newer = _lines_from(older.fileno(), 0)[0] + newer
        return []


def _lines_from(descriptor: int, start: int) -> tuple[list[str], int]:
    """Returns the whole lines of a file from a place on, and the place behind them."""
    os.lseek(descriptor, start, os.SEEK_SET)
    found = b""
    while part := os.read(descriptor, 1 << 20):
        found += part
    whole = found[: found.rfind(b"\n") + 1]
    return whole.decode("utf-8", "replace").splitlines(), start + len(whole)


def _private(path: str, flags: int) -> int:
    """Opens a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _identity(descriptor: int) -> tuple[int, int]:
    stat = os.fstat(descriptor)
    return stat.st_dev, stat.st_ino


def _clean(text: str) -> str:
    return "".join(
        "�" if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in text.expandtabs(4)
    )
