"""Jobs: the durable life of one brief, and the table of legal moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bridge.domain.brief import Brief, Origin, Priority
from bridge.domain.prompt import Written


class JobState(StrEnum):
    """Where a job stands on the way of a sound."""

    QUEUED = "queued"
    PROMPTING = "prompting"
    ASKING = "asking"
    GENERATING = "generating"
    CHECKING = "checking"
    SHAPING = "shaping"
    PUBLISHING = "publishing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDS = frozenset({JobState.FAILED, JobState.CANCELLED})

LEGAL_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.PROMPTING, JobState.GENERATING}) | _ENDS,
    JobState.PROMPTING: frozenset({JobState.ASKING, JobState.GENERATING}) | _ENDS,
    # The user is asked whether the words are good, or what becomes of a call that may have been paid.
    JobState.ASKING: frozenset({JobState.GENERATING}) | _ENDS,
    JobState.GENERATING: frozenset({JobState.CHECKING, JobState.ASKING}) | _ENDS,
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

BATCH_REF = "batch-"
"""How the refs of batches begin. They say what the sound is, not when it was asked for: such a ref means its job for
ever, and a new one once that ended without a sound."""

PRIORITIES: dict[Priority, int] = {"pad": 0, "command": 1, "batch": 2}
"""A pad pressed now goes before a command, a command before a batch; equals go in order of arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Holds one brief and how far it has come.

    `number` grows with every job. `written` are the model's words, once they are there. `ref` is the asker's word for
    it, `parent` the job that this one repeats, `reason` why it failed, was cancelled (`user`, `superseded`) or asks,
    in a sentence. Times are seconds since 1970.
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
    written: Written | None = None

    @property
    def model_brief(self) -> Brief:
        """Returns the brief as its model gets it: with the words that were written for it."""
        if self.written is None:
            return self.brief
        return replace(self.brief, prompt=self.written.prompt, negative=self.written.negative)
