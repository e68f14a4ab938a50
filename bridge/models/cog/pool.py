"""The servers of one model: each makes one thing at a time, is busy, starts or is away, and all that is normal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.errors import ModelError
from bridge.models.cog.errands import Stage

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

LONGEST_SECONDS = 1_800.0
"""How long one call may work; Replicate stops its own after the same time."""
CONNECT_SECONDS = 5.0
LOOK_SECONDS = 0.5
"""Between two looks at servers that are all busy or starting."""
STARTING_SECONDS = 900.0
"""How long a model may load before the call is given up."""
BREAKS = 3
"""How many servers may die under one call."""

_AWAY = "away"
_WAITING = {"STARTING": "cold start", "BUSY": "queued", "UNKNOWN": "cold start"}
_BROKEN = {"SETUP_FAILED": "could not load its model", "DEFUNCT": "has stopped working", "UNHEALTHY": "is not well"}


@dataclass
class Server:
    """Holds what is known of a server: `mine` says that a call of this process is on it."""

    url: str
    mine: bool = False
    trouble: str = ""


class _BusyError(Exception):
    """Says that a server took something else meanwhile."""


class _BrokeOffError(Exception):
    """Says that a server died under a call, or the way to it."""


class Pool:
    """Makes predictions on the first free of some servers."""

    def __init__(self, name: str, urls: Sequence[str]) -> None:
        self._name = name
        self._servers = [Server(url.rstrip("/")) for url in urls]
        self._client: httpx.AsyncClient | None = None

    async def predict(self, inputs: Mapping[str, Any], stage: Stage) -> dict[str, Any]:
        """Returns the answer to a prediction; a server that dies under it costs time, not the call.

        Raises ModelError: retryable where no server serves now, final where the inputs are refused.
        """
        broke_off = 0
        while broke_off < BREAKS:
            server = await self._free(stage)
            server.mine = True
            try:
                stage.set("running")
                return await self._post(server, inputs)
            except _BusyError:
                await asyncio.sleep(LOOK_SECONDS)
            except _BrokeOffError as problem:
                log.warning("%s: %s broke off: %s", self._name, server.url, problem)
                broke_off += 1
            finally:
                server.mine = False
        raise ModelError(f"{BREAKS} servers of {self._name} broke off.", "Look at their logs.", retryable=True)

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    @property
    def client(self) -> httpx.AsyncClient:
        if self._client is None:
            import httpx

            timeout = httpx.Timeout(LONGEST_SECONDS, connect=CONNECT_SECONDS)
            # A server of one's own is not asked through a proxy that leads out.
            self._client = httpx.AsyncClient(timeout=timeout, trust_env=False)
        return self._client

    async def _free(self, stage: Stage) -> Server:
        """Returns a server that is ready; waits while all are busy or starting."""
        waited = 0.0
        while True:
            idle = [server for server in self._servers if not server.mine]
            states = await asyncio.gather(*(self._health(server) for server in idle))
            for server, state in zip(idle, states, strict=True):
                if state == "READY" and not server.mine:
                    return server
            hopeful = len(idle) < len(self._servers) or any(state in _WAITING for state in states)
            if not hopeful or (waited > STARTING_SECONDS and set(states) == {"STARTING"}):
                raise self._nobody()
            stage.set(_WAITING["STARTING"] if states and set(states) == {"STARTING"} else _WAITING["BUSY"])
            await asyncio.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS

    async def _health(self, server: Server) -> str:
        import httpx

        try:
            answer = await self.client.get(f"{server.url}/health-check", timeout=CONNECT_SECONDS)
            state = str(answer.json()["status"])
        except httpx.ReadTimeout:
            return "BUSY"
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            server.trouble = f"{server.url} can't be reached ({type(problem).__name__})"
            return _AWAY
        except (ValueError, KeyError, TypeError):
            server.trouble = f"{server.url} is no Cog server"
            return _AWAY
        server.trouble = f"{server.url} {_BROKEN[state]}" if state in _BROKEN else ""
        return state

    def _nobody(self) -> ModelError:
        troubles = "; ".join(server.trouble or f"{server.url} is still starting" for server in self._servers)
        return ModelError(
            f"No server of {self._name} can make it now: {troubles}.",
            f"Start one, or correct its address under [models.{self._name}] in the config.",
            retryable=True,
        )

    async def _post(self, server: Server, inputs: Mapping[str, Any]) -> dict[str, Any]:
        import httpx

        try:
            answer = await self.client.post(f"{server.url}/predictions", json={"input": dict(inputs)})
        except httpx.HTTPError as problem:
            raise _BrokeOffError(type(problem).__name__) from problem
        if answer.status_code == httpx.codes.CONFLICT:
            raise _BusyError
        try:
            body = answer.json()
        except ValueError:
            body = None
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise ModelError(f"{self._name} refuses its inputs: {_refused(body)}.", "See: oneshot models show")
        if answer.is_error or not isinstance(body, dict):
            raise ModelError(
                f"{server.url} answered with {answer.status_code} {answer.reason_phrase}.", "Look at its log.",
                retryable=True,
            )
        return body


def _refused(body: Any) -> str:
    """Returns what a server said of refused inputs, field by field."""
    details = body.get("detail") if isinstance(body, dict) else None
    if not isinstance(details, list):
        return str(details or "no reason given")[:300]
    said = [
        f"{'.'.join(str(part) for part in detail.get('loc', ())[2:])} {detail.get('msg', '')}".strip()
        for detail in details if isinstance(detail, dict)
    ]
    return "; ".join(said)[:300] or "no reason given"
