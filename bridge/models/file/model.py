"""A file as a model: the ticket of a call is the name of the kept reference, so no crash can lose it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bridge.domain.brief import FINISH, Brief
from bridge.domain.licence import Licence
from bridge.errors import ModelError, NotFoundError
from bridge.ports import CallState, Capabilities, Failed, Finished, Lost, RawTake, References
from bridge.units import Seconds, Usd

LICENCE = Licence(
    id="LicenseRef-your-own", commercial="conditions",
    note="Whatever the file itself came under; the bridge asks for nothing and grants nothing.",
)
LONGEST = Seconds(600.0)
"""What `bridge.sound.codec` reads at most."""
AT_ONCE = 2
"""Files that are held in memory at once: each may have 100 MiB."""


class File:
    """Answers with the bytes of the sound that a brief refers to; implements `bridge.ports.Model`."""

    name = "file"
    version = "1"
    provider = "file"
    licence = LICENCE
    capabilities = Capabilities(
        seconds=(0.0, LONGEST), seeded=False, audio=frozenset({FINISH}), repeatable=True, concurrent=AT_ONCE
    )

    def __init__(self, references: References | None) -> None:
        self._references = references

    async def estimate(self, brief: Brief) -> Usd:
        """Returns 0: the sound is there."""
        return Usd(0.0)

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        """Returns the name of the sound as the ticket; ModelError where the brief has none."""
        if not brief.audio or self._references is None:
            raise ModelError("There is no sound to finish.", "Give one: oneshot finish FILE")
        return brief.audio

    async def poll(self, ticket: str, patience: Seconds) -> CallState:
        """Returns the sound at once; Failed where its file is gone."""
        if self._references is None:
            return Lost()
        try:
            sound = await asyncio.to_thread(self._references.path(ticket).read_bytes)
        except NotFoundError as problem:
            return Failed(reason=problem.message, hint=problem.hint)
        except OSError as problem:
            return Failed(reason=f"The kept sound can't be read: {problem.strerror}.", retryable=True)
        return Finished(takes=(RawTake(sound=sound, seed=1),))

    async def cancel(self, ticket: str) -> None:
        """Does nothing: a call is over as soon as it is made."""

    async def find(self, brief: Brief, seed: int, since: float) -> Sequence[str]:
        """Returns nothing: calls are repeated, not found."""
        return ()
