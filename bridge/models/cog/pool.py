"""The servers of one model: each makes one thing at a time; busy, starting and dead ones are normal life."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bridge.errors import ModelError
from bridge.models.cog.server import BROKEN, BrokeOffError, BusyError, Server, State
from bridge.models.errands import Stage

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

QUICK_SECONDS = 0.3
"""How long ready servers wait for what slower ones say of themselves."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 2.0
"""Seconds between two looks at servers of which none is free; they grow while we wait."""
STARTING_SECONDS = 900.0
"""How long a model may load before nobody waits for it any more."""
BUSY_SECONDS = 3_600.0
"""How long servers may be busy for others before nobody waits for them any more."""
RETURN_SECONDS = 20.0
"""How long we wait for a server that was well a moment ago: Docker starts a container anew in that time."""
BREAKS = 3
"""How many servers may die under one call."""

_CURES = {
    State.AWAY: "Start it, or correct its address under [models.{name}] in the config.",
    State.FOREIGN: "Correct its address under [models.{name}] in the config.",
    State.BUSY: "Wait, or add a server under [models.{name}] in the config.",
    State.STARTING: "Its log says what it waits for (docker logs).",
}
_CURE = "Look at its log (docker logs), and start it anew."


class Pool:
    """Makes predictions on some servers: of those that are free on the one that has worked least so far."""

    def __init__(self, name: str, urls: Sequence[str]) -> None:
        self._name = name
        self._servers = [Server(url, lambda: self.client) for url in urls]
        self._client: httpx.AsyncClient | None = None
        # The first in the queue looks for a free server; the others would only ask the same.
        self._turn = asyncio.Lock()
        self._waiting: list[Stage] = []
        self._freed = asyncio.Event()

    async def predict(self, inputs: Mapping[str, Any], stage: Stage) -> Any:
        """Returns the output of a prediction; a server that dies under it costs time, not the call.

        Raises ModelError: retryable where no server serves now or the model failed, final where the inputs are refused
        or server after server dies of them.
        """
        breaks = 0
        while breaks < BREAKS:
            server = await self._take(stage)
            stage.set("running")
            try:
                return await server.predict(inputs)
            except BusyError:
                # Somebody else was quicker; while it is still ours nobody tries the same.
                await asyncio.sleep(SHORTEST_PAUSE)
            except BrokeOffError as problem:
                log.warning("%s: %s broke off: %s", self._name, server.name, problem)
                breaks += 1
            finally:
                server.mine = False
                self._freed.set()
        raise ModelError(
            f"{self._name} broke off {BREAKS} times, on every server that tried.",
            "Look at their logs; a model that lacks memory wants fewer seconds or variations.",
        )

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    @property
    def client(self) -> httpx.AsyncClient:
        if self._client is None:
            import httpx

            # A server of one's own is not asked through a proxy that leads out.
            self._client = httpx.AsyncClient(trust_env=False)
        return self._client

    async def _take(self, stage: Stage) -> Server:
        """Returns a free server, now ours; waits while all are busy or starting."""
        began = asyncio.get_running_loop().time()
        self._waiting.append(stage)
        try:
            async with self._turn:
                server = await self._free(began)
                server.mine = True
                return server
        finally:
            self._waiting.remove(stage)

    async def _free(self, began: float) -> Server:
        loop = asyncio.get_running_loop()
        while True:
            self._freed.clear()
            if ready := await self._ready([server for server in self._servers if not server.mine]):
                return min(ready, key=lambda server: server.worked)
            waited = loop.time() - began
            if not any(self._hopeful(server, waited, loop.time()) for server in self._servers):
                raise self._nobody()
            busy = any(server.mine or server.state is State.BUSY for server in self._servers)
            for stage in self._waiting:
                stage.set("queued" if busy else "cold start")
            with suppress(TimeoutError):
                async with asyncio.timeout(min(max(waited / 20, SHORTEST_PAUSE), LONGEST_PAUSE)):
                    await self._freed.wait()

    async def _ready(self, servers: Sequence[Server]) -> list[Server]:
        """Looks at some servers and returns those that are ready, without waiting long for those that say nothing."""
        looks = [(asyncio.create_task(server.look()), server) for server in servers]
        waiting, ready = {look for look, _ in looks}, list[Server]()
        patience, enough = QUICK_SECONDS, asyncio.ALL_COMPLETED
        try:
            while waiting and not ready:
                _, waiting = await asyncio.wait(waiting, timeout=patience, return_when=enough)
                ready = [server for look, server in looks if look.done() and look.result() is State.READY]
                patience, enough = LONGEST_PAUSE, asyncio.FIRST_COMPLETED
        finally:
            for look in waiting:
                look.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        return ready

    @staticmethod
    def _hopeful(server: Server, waited: float, now: float) -> bool:
        """Tells whether a server that is not ready may be so soon."""
        if server.mine:
            return True
        if server.state is State.STARTING:
            return waited < STARTING_SECONDS
        if server.state in (State.AWAY, State.DEFUNCT):
            return server.well is not None and now - server.well < RETURN_SECONDS
        return server.state not in BROKEN and waited < BUSY_SECONDS

    def _nobody(self) -> ModelError:
        troubles = "; ".join(f"{server.name} {server.condition}" for server in self._servers)
        cures = dict.fromkeys(_CURES.get(server.state, _CURE) for server in self._servers)
        return ModelError(
            f"No server of {self._name} can make it now: {troubles}.",
            " ".join(cures).replace("{name}", self._name), retryable=True,
        )
