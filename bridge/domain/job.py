"""Jobs: the durable life of one brief, and the table of legal moves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridge.domain.brief import Brief, Origin, Priority


class JobState(StrEnum):
    """Where a job stands on the way of a sound."""

    QUEUED = "queued"
    GENERATING = "generating"
    CHECKING = "checking"
    SHAPING = "shaping"
    PUBLISHING = "publishing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDS = frozenset({JobState.FAILED, JobState.CANCELLED})

LEGAL_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.GENERATING}) | _ENDS,
    JobState.GENERATING: frozenset({JobState.CHECKING}) | _ENDS,
    # A take that fails its check is made again with another seed.
    JobState.CHECKING: frozenset({JobState.SHAPING, JobState.GENERATING}) | _ENDS,
    JobState.SHAPING: frozenset({JobState.PUBLISHING}) | _ENDS,
    # From here on a cancel comes too late: names are given and files are on their way.
    JobState.PUBLISHING: frozenset({JobState.READY, JobState.FAILED}),
    JobState.READY: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
"""Which states may follow which. A crash moves nothing: work is taken up in the state where it stopped."""

ENDED = frozenset(state for state, following in LEGAL_MOVES.items() if not following)
CANCELLABLE = frozenset(state for state, following in LEGAL_MOVES.items() if JobState.CANCELLED in following)

PRIORITIES: dict[Priority, int] = {"pad": 0, "command": 1, "batch": 2}
"""A pad pressed now goes before a command, a command before a batch; equals go in order of arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Holds one brief and how far it has come.

    `number` grows with every job. `ref` is the asker's word for it, `parent` the job that this one repeats,
    `reason` why it failed or was cancelled (`user`, `superseded`, or a sentence). Times are seconds since 1970.
    """

    id: str
    number: int
    brief: Brief
    state: JobState
    origin: Origin
    priority: Priority
    created: float
    updated: float
    ref: str = ""
    parent: str = ""
    reason: str = ""
    hint: str = ""
