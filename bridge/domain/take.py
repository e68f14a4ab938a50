"""Calls to models and the raw takes that come out of them."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.units import MidiNote, Usd

SOUND = "sound"
"""The purpose of a call that is to bring takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Holds one invocation of a model for a job: a row each, never overwritten by the next.

    `ticket` is the provider's reference, known from the moment the provider accepted; `outcome` is empty while the
    call runs, then `takes`, `answered`, `failed`, `cancelled` or `lost`. While it runs its `estimate` is reserved,
    then its `cost` is spent; a call that may have been paid costs its estimate. `purpose` is `sound`, or `words` where
    a chat model was asked, whose `answer` is kept. `note` is the root that it was to
    make of several, None for whatever the brief says. Times are seconds since 1970; `ended` is 0 before.
    """

    id: str
    job: str
    model: str
    attempt: int
    seed: int
    estimate: Usd
    created: float
    ticket: str = ""
    cost: Usd = Usd(0.0)
    outcome: str = ""
    reason: str = ""
    purpose: str = SOUND
    answer: str = ""
    ended: float = 0.0
    note: MidiNote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Holds one raw sound out of a call; `index` counts the takes of a call, `file` names the kept bytes.

    `note` is that of its call.
    """

    id: str
    call: str
    job: str
    index: int
    seed: int
    file: str
    note: MidiNote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Holds one judgement of the gate: what was looked for, the figure that was found, and what follows.

    `rule` is `pass`, `repair` (the shaping mends it), `choose` (the shaping keeps the best hit), `doubt` (it may be
    published, but another seed may do better), `retry` (only another seed may do) or `fail` (none will). `note` is no
    judgement: nothing follows, but it is good to know.
    """

    name: str
    figure: float
    rule: str
    text: str = ""
