"""A disk as it is after a power cut: what was flushed is there, of the rest as much as the dice say.

`recorder.c` writes down what a process did to a folder. `Disk` does the same again, and knows at every moment what of
it is certain: the bytes of a file since its last fsync, the names in a folder since the folder's. Nothing more is
promised by POSIX, and no file system keeps less. Both ends of a rename come or go together.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

HEAD = struct.Struct("<cIIQQQ")
BLOCK = 4_096
"""What of a write reaches the disk at once."""


@dataclass(frozen=True, slots=True)
class Record:
    """Holds one thing that happened: C created, W written, T cut to a length, F flushed, R renamed, L linked,
    U removed, M folder made, S sent, P put there durably by somebody else, X something that is not recorded."""

    op: str
    first: str
    second: str
    node: int
    place: int
    content: bytes


def records(log: Path) -> Iterator[Record]:
    """Yields what was recorded, in the order in which it happened."""
    said = log.read_bytes()
    at = 0
    while at < len(said):
        op, first, second, node, place, length = HEAD.unpack_from(said, at)
        at += HEAD.size
        names = said[at : at + first], said[at + first : at + first + second]
        at += first + second
        yield Record(op.decode(), names[0].decode(), names[1].decode(), node, place, said[at : at + length])
        at += length


def put_down(log: Path, path: Path, node: int, content: bytes) -> None:
    """Adds to a log that somebody else put a file there, whole and durable."""
    name = str(path).encode()
    with log.open("ab", buffering=0) as file:
        file.write(HEAD.pack(b"P", len(name), 0, node, 0, len(content)) + name + content)


@dataclass
class File:
    """Holds the bytes of a file that are certain, and the writes since: (place, bytes), or (length, None) for a cut."""

    certain: bytearray = field(default_factory=bytearray)
    loose: list[tuple[int, bytes | None]] = field(default_factory=list)

    def flush(self) -> None:
        for change in self.loose:
            _apply(self.certain, change)
        self.loose = []

    def after(self, dice: random.Random, share: float) -> bytes:
        """Returns the bytes after a power cut that left about so much of what was not flushed, in any order."""
        content = bytearray(self.certain)
        pieces = [piece for change in self.loose for piece in _pieces(change)]
        for piece in pieces:
            if dice.random() < share:
                _apply(content, piece)
        return bytes(content)


def _pieces(change: tuple[int, bytes | None]) -> Iterator[tuple[int, bytes | None]]:
    place, content = change
    if content is None:
        yield change
        return
    while content:
        most = BLOCK - place % BLOCK
        yield place, content[:most]
        place, content = place + most, content[most:]


def _apply(content: bytearray, change: tuple[int, bytes | None]) -> None:
    place, written = change
    if written is None:
        if place <= len(content):
            del content[place:]
        else:
            content.extend(bytes(place - len(content)))
        return
    if place > len(content):
        content.extend(bytes(place - len(content)))
    content[place : place + len(written)] = written


@dataclass(frozen=True, slots=True)
class Change:
    """Holds one change of a folder's names: a name means a thing now, or (None) nothing."""

    step: int
    folder: int
    name: str
    thing: int | None


class Disk:
    """Holds files and folders by numbers of its own; 0 is the root."""

    def __init__(self, root: Path) -> None:
        """Takes what lies in the root now as certain."""
        self.root = root
        self.files: dict[int, File] = {}
        self.now: dict[int, dict[str, int]] = {0: {}}
        """The names in every folder, as a process sees them."""
        self.certain: dict[int, dict[str, int]] = {0: {}}
        self.loose: list[Change] = []
        self._by_node: dict[int, int] = {}
        self._step = 0
        self._by_node[root.stat().st_ino] = 0
        for path in sorted(root.rglob("*")):
            thing = self._new(path.stat().st_ino, folder=path.is_dir())
            if path.is_file():
                self.files[thing].certain[:] = path.read_bytes()
            folder, name = self._place(str(path))
            self.now[folder][name] = self.certain[folder][name] = thing

    def do(self, record: Record) -> None:
        """Does what was recorded; raises ValueError where that is not known."""
        self._step += 1
        match record.op:
            case "C" | "M":
                self._name(record.first, self._new(record.node, folder=record.op == "M"))
            case "W":
                self._file(record).loose.append((record.place, record.content))
            case "T":
                self._file(record).loose.append((record.place, None))
            case "F":
                self._flush(self._by_node[record.node])
            case "R":
                thing = self._thing(record.first)
                if self._find(record.second) != thing:  # two names of one file: such a rename does nothing
                    self._name(record.first, None)
                    self._name(record.second, thing)
            case "L":
                self._name(record.second, self._thing(record.first))
            case "U":
                self._name(record.first, None)
            case "P":
                thing = self._new(record.node, folder=False)
                self.files[thing].certain[:] = record.content
                folder, name = self._place(record.first)
                self.now[folder][name] = self.certain[folder][name] = thing
                for inner in self._way(record.first):
                    self._flush(inner)
            case "S":
                pass
            case _:
                raise ValueError(f"{record.op} {record.first} {record.second} is not recorded")

    def write_to(self, folder: Path, dice: random.Random, share: float) -> None:
        """Writes what a power cut leaves now; `share` is how much of what was not flushed, 0 … 1."""
        names = {number: dict(inner) for number, inner in self.certain.items()}
        steps = {change.step for change in self.loose}
        kept = {step for step in sorted(steps) if dice.random() < share}
        for change in self.loose:
            if change.step in kept:
                _change(names, change)
        self._write(folder, names, 0, dice, share)

    def _write(self, folder: Path, names: dict[int, dict[str, int]], number: int, dice: random.Random,
               share: float) -> None:
        folder.mkdir(exist_ok=True)
        for name, thing in names[number].items():
            if thing in self.files:
                (folder / name).write_bytes(self.files[thing].after(dice, share))
            else:
                self._write(folder / name, names, thing, dice, share)

    def _new(self, node: int, *, folder: bool) -> int:
        thing = len(self.files) + len(self.now)
        self._by_node[node] = thing
        if folder:
            self.now[thing], self.certain[thing] = {}, {}
        else:
            self.files[thing] = File()
        return thing

    def _file(self, record: Record) -> File:
        return self.files[self._by_node[record.node]]

    def _flush(self, thing: int) -> None:
        if thing in self.files:
            self.files[thing].flush()
            return
        steps = {change.step for change in self.loose if change.folder == thing}
        for change in self.loose:
            if change.step in steps:
                _change(self.certain, change)
        self.loose = [change for change in self.loose if change.step not in steps]

    def _name(self, path: str, thing: int | None) -> None:
        folder, name = self._place(path)
        change = Change(self._step, folder, name, thing)
        _change(self.now, change)
        self.loose.append(change)

    def _way(self, path: str) -> list[int]:
        way = [0]
        for part in PurePosixPath(path).relative_to(self.root).parts[:-1]:
            way.append(self.now[way[-1]][part])
        return way

    def _place(self, path: str) -> tuple[int, str]:
        return self._way(path)[-1], PurePosixPath(path).name

    def _find(self, path: str) -> int | None:
        folder, name = self._place(path)
        return self.now[folder].get(name)

    def _thing(self, path: str) -> int:
        thing = self._find(path)
        assert thing is not None, f"{path} was never made"
        return thing


def _change(names: dict[int, dict[str, int]], change: Change) -> None:
    if change.thing is None:
        names[change.folder].pop(change.name, None)
    else:
        names[change.folder][change.name] = change.thing
