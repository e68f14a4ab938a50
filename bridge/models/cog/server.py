"""One Cog server: how it is, a prediction on it from its sending to its answer, and the end of one.

Cog's HTTP API has no way to ask for a prediction that was sent, so the answer comes on the connection that sent it. The
prediction gets an id of ours (PUT), because only what has an id can be stopped.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from bridge.domain.text import without_password
from bridge.errors import ModelError
from bridge.models.fetching import MOST_BYTES

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

LONGEST_SECONDS = 1_800.0
"""How long one prediction may work; Replicate stops its own after the same time."""
LOOK_SECONDS = 3.0
"""How long a server may take to say how it is."""
WATCH_SECONDS = 10.0
"""Between two looks at a server that works for us."""
DEAD_LOOKS = 3
"""How many looks in a row must find a server gone: a machine that lost its power closes no connection."""
STOP_SECONDS = 6.0
"""How long we wait for a prediction to stop."""
STOP_AGAIN_SECONDS = 1.0
"""Between two attempts: Cog 0.16 says yes to a stop that comes before its worker has begun, and forgets it."""
MOST_ANSWER_BYTES = MOST_BYTES * 4 // 3
"""Files in an answer are base64."""
LONGEST_REASON = 120
"""Characters of a log's line."""


class State(Enum):
    """Says how a server is."""

    READY = "is ready"
    BUSY = "is busy"
    STARTING = "is still starting"
    SETUP_FAILED = "could not load its model"
    DEFUNCT = "has stopped working"
    UNHEALTHY = "is not well"
    FOREIGN = "is no Cog server"
    AWAY = "can't be reached"


BROKEN = frozenset({State.SETUP_FAILED, State.DEFUNCT, State.UNHEALTHY, State.FOREIGN, State.AWAY})
"""The states that no waiting mends."""
_WELL = frozenset({State.READY, State.BUSY, State.STARTING})
_GONE = frozenset({State.SETUP_FAILED, State.DEFUNCT, State.STARTING, State.AWAY})
"""The states in which a server surely does not work on a prediction that it took before."""
_SAID = {state.name: state for state in State if state not in (State.FOREIGN, State.AWAY)} | {"UNKNOWN": State.STARTING}


class BusyError(Exception):
    """Says that a server works on something else."""


class BrokeOffError(Exception):
    """Says that a server died under a prediction, or the way to it: on another one it may go well."""


class Server:
    """Speaks to one server. `name` is its address without what nobody else should read in it.

    `mine` says that a prediction of this pool is on it, `worked` for how many seconds it has worked for us, `well` when
    it was last seen well (seconds of the loop's clock).
    """

    def __init__(self, url: str, client: Callable[[], httpx.AsyncClient]) -> None:
        self.url = url.rstrip("/")
        self.name = without_password(self.url)
        self.state = State.AWAY
        self.mine = False
        self.worked = 0.0
        self.well: float | None = None
        self._client = client
        self._why = ""

    @property
    def condition(self) -> str:
        """Says how the server is, as the end of a sentence that begins with its name."""
        return f"{self.state.value} ({self._why})" if self._why else self.state.value

    async def look(self) -> State:
        """Returns how the server is, and keeps it in `state`."""
        self._why = ""
        self.state = await self._health()
        if self.state in _WELL:
            self.well = asyncio.get_running_loop().time()
        return self.state

    async def predict(self, inputs: Mapping[str, Any]) -> Any:
        """Returns the output of a prediction; a prediction that nobody waits for any more is stopped.

        Raises BusyError and BrokeOffError where another server may do better; ModelError with the model's own words
        where it failed, final where it refuses its inputs.
        """
        loop, number = asyncio.get_running_loop(), secrets.token_hex(13)
        began = loop.time()
        sending = asyncio.create_task(self._send(number, inputs))
        try:
            return await self._watched(sending, began + LONGEST_SECONDS)
        finally:
            self.worked += loop.time() - began
            try:
                # While its connection is open: after that, older servers work on for nobody. One that does not know
                # the number has not begun yet, or has ended.
                async with asyncio.timeout(STOP_SECONDS):
                    while not sending.done():
                        known = await self._stop(number)
                        await asyncio.wait({sending}, timeout=STOP_AGAIN_SECONDS if known else 0.1)
            except TimeoutError:
                log.warning("%s does not stop its work", self.name)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    async def _health(self) -> State:
        import httpx

        try:
            answer = await self._client().get(f"{self.url}/health-check", timeout=LOOK_SECONDS)
            if answer.is_server_error:
                # A proxy in front of it that finds nobody there.
                return State.AWAY
            said = answer.json()
            if said["status"] == State.SETUP_FAILED.name:
                self._why = _last_line(said.get("setup"))
            return _SAID.get(said["status"], State.UNHEALTHY)
        except httpx.ReadTimeout:
            # Cog 0.9 says nothing at all while it works.
            return State.BUSY
        except (httpx.HTTPError, httpx.InvalidURL):
            return State.AWAY
        except (ValueError, KeyError, TypeError, RecursionError):
            return State.FOREIGN

    async def _watched(self, sending: asyncio.Task[Any], end: float) -> Any:
        """Returns what was sent for; raises BrokeOffError if the server is gone and nobody closed the connection."""
        gone = 0
        while True:
            await asyncio.wait({sending}, timeout=WATCH_SECONDS)
            if sending.done():
                return sending.result()
            if asyncio.get_running_loop().time() > end:
                minutes = round(LONGEST_SECONDS / 60)
                raise ModelError(f"{self.name} brought nothing in {minutes} minutes.", "Look at its log.")
            gone = gone + 1 if await self.look() in _GONE else 0
            if gone >= DEAD_LOOKS:
                raise BrokeOffError(f"it {self.condition}")

    async def _send(self, number: str, inputs: Mapping[str, Any]) -> Any:
        import httpx

        body = await asyncio.to_thread(json.dumps, {"input": dict(inputs)})
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        try:
            async with self._client().stream(
                "PUT", f"{self.url}/predictions/{number}", content=body, headers=headers,
                timeout=httpx.Timeout(None, connect=LOOK_SECONDS),
            ) as answer:
                content = await _bounded(answer, self.name)
        except httpx.HTTPError as problem:
            await self._stop(number)
            raise BrokeOffError(type(problem).__name__) from problem
        said = await asyncio.to_thread(_read, content)
        if answer.status_code == httpx.codes.CONFLICT:
            raise BusyError
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise ModelError(f"{self.name} refuses its inputs: {_refused(said)}.", "See: oneshot models show")
        if answer.is_success and said.get("status") == "succeeded":
            return said.get("output")
        if answer.is_server_error:
            # A proxy between us may have lost its patience, and the server works on.
            await self._stop(number)
        failed = self._failed(answer, said)
        if await self.look() in BROKEN | _GONE:
            # A worker that died is told as a failure of its model; only the server's health tells the difference.
            raise BrokeOffError(f"{failed.message} Then it {self.condition}.")
        raise failed

    def _failed(self, answer: httpx.Response, said: Mapping[str, Any]) -> ModelError:
        if answer.is_success and said:
            words = str(said.get("error") or said.get("status") or "no reason given")
            while words.startswith("Prediction failed: "):
                words = words.removeprefix("Prediction failed: ")
            return ModelError(f"The model on {self.name} failed: {words[:300]}", "Its log says more.", retryable=True)
        return ModelError(
            f"{self.name} answered with {answer.status_code} {answer.reason_phrase}.", "Look at its log.",
            retryable=answer.is_server_error,
        )

    async def _stop(self, number: str) -> bool:
        """Tells the server to end a prediction; whether it knew it. Trouble on the way is no error."""
        import httpx

        try:
            answer = await self._client().post(f"{self.url}/predictions/{number}/cancel", timeout=LOOK_SECONDS)
        except httpx.HTTPError:
            return False
        return answer.is_success


async def _bounded(answer: httpx.Response, name: str) -> bytes:
    parts, length = [], 0
    async for part in answer.aiter_bytes():
        length += len(part)
        if length > MOST_ANSWER_BYTES:
            raise ModelError(f"{name} answers with more than {MOST_ANSWER_BYTES:,} bytes.", "Ask for less.")
        parts.append(part)
    return b"".join(parts)


def _last_line(setup: Any) -> str:
    """Returns what a server logged last when it loaded its model: there, the reason stands at the end."""
    logs = setup.get("logs") if isinstance(setup, dict) else None
    lines = str(logs or "").strip().splitlines() or [""]
    return lines[-1].strip()[-LONGEST_REASON:]


def _read(content: bytes) -> dict[str, Any]:
    """Returns a JSON object; an empty one for anything else."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _refused(said: Mapping[str, Any]) -> str:
    """Returns what a server said of refused inputs, field by field."""
    details = said.get("detail")
    if not isinstance(details, list):
        return str(details or said.get("error") or "no reason given")[:300]
    lines = [
        f"{'.'.join(str(part) for part in detail.get('loc', ())[2:])}: {detail.get('msg', '')}".strip(": ")
        for detail in details if isinstance(detail, dict)
    ]
    return "; ".join(lines)[:300] or "no reason given"
