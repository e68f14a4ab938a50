"""Events: what happened, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EventKind = Literal[
    "accepted", "progress", "ready", "failed", "cancelled", "rejected",
    "sample", "pad", "kit", "delivery", "loaded", "load_failed", "notice",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Holds one thing that happened. Fields that do not belong to its kind are empty.

    `id` grows by one with every stored event; `progress`, `rejected` and `kit` are not stored and have id 0.
    `accepted` … `rejected` are about `job`; `sample` says that the sample `sample` is published; `pad` that the
    pad `pad` changed (`reason` is its new state: `queued`, `rendering`, `ready`, `failed` or `idle`); `kit`
    that MIDI notes now play the kit `reason`; `delivery`,
    `loaded` and `load_failed` are about delivery `seq` to `host`. `at` is seconds since 1970.
    """

    kind: EventKind
    id: int = 0
    at: float = 0.0
    job: str = ""
    pad: str = ""
    sample: str = ""
    ref: str = ""
    stage: str = ""
    fraction: float = 0.0
    eta_seconds: float = 0.0
    reason: str = ""
    hint: str = ""
    host: str = ""
    seq: int = 0
