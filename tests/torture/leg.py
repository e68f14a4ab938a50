"""What a leg of the torture brings home: a row for every kind of fault, and the table that people read."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

HEAD = ("fault", "tried", "survived", "lost", "doubled", "recovered after")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Counts one kind of fault.

    `survived` are the tries after which nothing was wrong; `lost` is what was accepted and neither published nor failed
    with a reason, `doubled` what was published or paid twice. `recovery_seconds` are the times from the end of a fault
    until the bridge worked again; empty where it never stopped working.
    """

    fault: str
    tried: int
    survived: int
    lost: int = 0
    doubled: int = 0
    recovery_seconds: Sequence[float] = ()

    @property
    def good(self) -> bool:
        return self.survived == self.tried > 0 and not self.lost and not self.doubled


@dataclass(kw_only=True)
class Leg:
    """Holds the rows of a leg, what else was measured (`figures`: Markdown), and what went wrong, a line each."""

    name: str
    rows: list[Row] = field(default_factory=list)
    figures: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.wrong and all(row.good for row in self.rows)


def table(rows: Sequence[Row]) -> str:
    """Returns rows as a table in Markdown."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]
    for row in rows:
        counts = (row.tried, row.survived, row.lost, row.doubled)
        lines.append(f"| {row.fault} | " + " | ".join(f"{count:,}" for count in counts)
                     + f" | {_seconds(row.recovery_seconds)} |")
    return "\n".join(lines) + "\n"


def _seconds(spans: Sequence[float]) -> str:
    if not spans:
        return "–"
    return f"{statistics.median(spans):.1f} s, at most {max(spans):.1f} s"
