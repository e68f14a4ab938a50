"""The door for hosts without sockets: takes the files by which they ask, one after the other.

What asks for a sound is done exactly once: the file is taken under a token that is the `ref` of the job, and deleted
when the job is in the store, so a crash in between makes the same job. What asks for anything else is done once at
most: it is forgotten before it is done, for a pad that goes back twice would lose two sounds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from bridge.errors import BridgeError, LibraryError, RequestError, StoreError
from bridge.ports import Engine
from bridge.triggers.asked.box import LARGEST_BYTES, Box, Claim
from bridge.triggers.watching import Alarm, Watch
from bridge.triggers.wishes import fulfil, read_wish

log = logging.getLogger(__name__)

RESCAN_SECONDS = 2.0
"""Between looks where no event says that something happened: folders in clouds and on networks send none."""
SLOW_SECONDS = 10.0
"""Between the tries of what the disk refuses."""
MOST_AT_ONCE = 64
TRIES = 3
REF = "asked-"
"""How the refs of jobs begin that came from here."""


class AskedDoor:
    """Takes what hosts ask for in the folder of the `deliveries`. `check` raises LibraryError while the library is
    away."""

    def __init__(
        self, engine: Engine, deliveries: Path, *, check: Callable[[], None],
        rescan_seconds: float = RESCAN_SECONDS, slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self._engine = engine
        self._box = Box(deliveries, check)
        self._rescan_seconds = rescan_seconds
        self._slow_seconds = slow_seconds
        self._alarm = Alarm()
        self._watch = Watch(self._alarm.ring)
        self._owing = True
        """Whether something may have been taken and not done: looked for at the start and after every trouble."""
        self._trouble = ""
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins; what is in the way may go away by itself."""
        self._worker = asyncio.create_task(self._work(), name="asked door")

    async def close(self) -> None:
        """Stops where it stands; the next start goes on."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        await asyncio.to_thread(self._watch.stop)

    async def _work(self) -> None:
        while True:
            self._alarm.reset()
            pause = self._rescan_seconds
            try:
                if await self._round():
                    continue
                self._trouble = ""
            except (LibraryError, StoreError) as problem:
                self._owing = True
                if str(problem) != self._trouble:
                    log.warning("What hosts ask for waits: %s", problem)
                self._trouble = str(problem)
                pause = self._slow_seconds
            except Exception:  # a border: a mistake here costs a round, never the door
                log.exception("The door for hosts stumbled.")
                self._owing = True
                pause = self._slow_seconds
            await self._alarm.wait(pause)

    async def _round(self) -> bool:
        """Does what there is to do; tells whether there may be more."""
        if self._owing:
            for claim in await asyncio.to_thread(self._box.claims):
                await self._obey(claim)
            self._owing = False
        taken = await asyncio.to_thread(self._look)
        for claim in taken:
            await self._obey(claim)
        return len(taken) == MOST_AT_ONCE

    def _look(self) -> list[Claim]:
        """Listens to the folders that are there now, and takes what lies in them. Waits for the disk."""
        self._watch.follow(self._box.places())
        return list(self._box.take(MOST_AT_ONCE))

    # --- obeying ----------------------------------------------------------------------------------------------

    async def _obey(self, claim: Claim) -> None:
        """Does what a claim asks for; raises LibraryError or StoreError where the disk is in the way, and then it is
        tried again."""
        content = b""
        try:
            content = await asyncio.to_thread(self._box.read, claim)
            if len(content) > LARGEST_BYTES:
                raise RequestError(f"What was asked is longer than {LARGEST_BYTES:,} bytes.", "Update the script.")
            wish = read_wish(content)
            if wish.makes:
                await self._patiently(lambda: fulfil(self._engine, wish, f"{REF}{claim.token}"))
            else:
                await asyncio.to_thread(self._box.forget, claim)
                await fulfil(self._engine, wish)
        except (LibraryError, StoreError):
            raise
        except BridgeError as refused:
            await self._refuse(claim, content, refused)
            return
        except Exception:  # a border: a mistake inside the engine costs this wish, not the door
            log.exception("%s asked, and the bridge failed", claim.host)
            await self._refuse(claim, content, BridgeError("The bridge itself made an error.", "Its log says more."))
            return
        await asyncio.to_thread(self._box.forget, claim)

    async def _patiently(self, make: Callable[[], Awaitable[object]]) -> None:
        """Tries again where that may help, as after a worker's death; not for ever."""
        for left in reversed(range(TRIES)):
            try:
                await make()
                return
            except BridgeError as problem:
                if not (problem.retryable and left) or isinstance(problem, LibraryError | StoreError):
                    raise

    async def _refuse(self, claim: Claim, content: bytes, refused: BridgeError) -> None:
        log.info("%s asked in vain: %s", claim.host, refused)
        self._engine.announce(f"{claim.host} asked in vain: {refused.message}", refused.hint)
        await asyncio.to_thread(self._box.refuse, claim, content, str(refused))
