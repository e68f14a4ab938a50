"""Decides what is to be done with the files of a host: what to write, what to remove, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bridge.cli.scripts.receipt import digest

Deed = Literal["write", "keep", "remove"]
There = Mapping[Path, bytes | None]
"""What lies where; None for what is no plain file (a folder, a link)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Says what is to be done with one file."""

    path: Path
    deed: Deed
    content: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Holds the moves, and the files that nothing may be done with: somebody else's, or changed since."""

    moves: tuple[Move, ...]
    in_the_way: tuple[Path, ...] = ()


def plan(
    wanted: Mapping[Path, bytes], known: Mapping[Path, tuple[str, ...]], there: There, *, force: bool = False
) -> Plan:
    """Plans the way from what is `there` to what is `wanted`; `known` are the digests of what was put there before.

    With `force` plain files are never in the way.
    """
    moves: list[Move] = []
    in_the_way: list[Path] = []
    for path, content in wanted.items():
        if path in there and there[path] == content:
            moves.append(Move(path=path, deed="keep", content=content))
        elif path not in there or _is_ours(there[path], known.get(path, ()), force=force):
            moves.append(Move(path=path, deed="write", content=content))
        else:
            in_the_way.append(path)
    for path in _gone(wanted, known, there):
        if _is_ours(there[path], known[path], force=force):
            moves.append(Move(path=path, deed="remove"))
        else:
            in_the_way.append(path)
    return Plan(moves=tuple(moves), in_the_way=tuple(in_the_way))


def _gone(wanted: Mapping[Path, bytes], known: Mapping[Path, tuple[str, ...]], there: There) -> Iterator[Path]:
    return (path for path in known if path not in wanted and path in there)


def _is_ours(content: bytes | None, digests: tuple[str, ...], *, force: bool) -> bool:
    return content is not None and (force or digest(content) in digests)
