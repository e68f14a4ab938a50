"""Moves jobs and says so: every function runs inside a transaction and returns the events to tell after it."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Connection

from bridge.domain.event import Event, EventKind
from bridge.domain.job import ENDED, Job, JobState
from bridge.ports import PadState
from bridge.store import events as event_store
from bridge.store import jobs as job_store
from bridge.store import samples as sample_store

_KIND_OF_END: dict[JobState, EventKind] = {
    JobState.READY: "ready",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}

STAGE_FRACTION: dict[JobState, float] = {
    JobState.QUEUED: 0.0,
    JobState.PROMPTING: 0.02,
    JobState.ASKING: 0.04,
    JobState.GENERATING: 0.05,
    JobState.CHECKING: 0.7,
    JobState.SHAPING: 0.75,
    JobState.PUBLISHING: 0.9,
}
"""How far a job is when it enters a stage; the call itself fills the space between generating and checking."""


def accept(store: Connection, job: Job) -> tuple[Job, list[Event]]:
    """Writes a new job durably."""
    added = job_store.add_job(store, job)
    told = [_note(store, "accepted", added)]
    return added, [*told, pad_event(store, added.brief.pad, added.updated)] if added.brief.pad else told


def move(
    store: Connection, job: str, to: JobState, *, now: float, reason: str = "", hint: str = ""
) -> tuple[Job | None, list[Event]]:
    """Moves a job on; None where the table of moves forbids it, which means that it was cancelled meanwhile."""
    return _told(store, job_store.move_job(store, job, to, now=now, reason=reason, hint=hint))


def cancel(store: Connection, job: str, *, now: float, reason: str) -> tuple[Job | None, list[Event]]:
    """Cancels a job; None where that comes too late."""
    return _told(store, job_store.cancel_job(store, job, now=now, reason=reason))


def cancel_all(store: Connection, jobs: Iterable[Job], *, now: float, reason: str) -> tuple[list[Job], list[Event]]:
    """Cancels every job that can still be cancelled and returns those."""
    results = [cancel(store, job.id, now=now, reason=reason) for job in jobs]
    return [job for job, _ in results if job is not None], [event for _, told in results for event in told]


def pad_event(store: Connection, pad: str, now: float) -> Event:
    """Returns the event that says how a pad stands; it is derived, so it is told and not stored."""
    return Event(kind="pad", pad=pad, at=now, reason=pad_state(store, pad))


def pad_state(store: Connection, pad: str) -> PadState:
    """Returns what a light on the pad should show."""
    unfinished = job_store.unfinished_states(store, pad)
    if waking := unfinished - {JobState.ASKING}:
        return "queued" if waking == {JobState.QUEUED} else "rendering"
    if unfinished:
        return "asking"
    last = job_store.last_job_of_pad(store, pad)
    if last is not None and last.state is JobState.FAILED:
        return "failed"
    return "ready" if sample_store.current_sample(store, pad) else "idle"


def _told(store: Connection, job: Job | None) -> tuple[Job | None, list[Event]]:
    if job is None:
        return None, []
    if job.state in ENDED:
        told = _note(store, _KIND_OF_END[job.state], job)
    else:
        told = Event(kind="progress", job=job.id, pad=job.brief.pad, ref=job.ref, at=job.updated,
                     stage=job.state.value, fraction=STAGE_FRACTION[job.state], reason=job.reason, hint=job.hint)
    lights_change = job.state in ENDED or job.state in (JobState.GENERATING, JobState.ASKING)
    return job, [told, pad_event(store, job.brief.pad, job.updated)] if job.brief.pad and lights_change else [told]


def _note(store: Connection, kind: EventKind, job: Job) -> Event:
    return event_store.add_event(
        store,
        Event(kind=kind, job=job.id, pad=job.brief.pad, ref=job.ref, at=job.updated, reason=job.reason, hint=job.hint),
    )
