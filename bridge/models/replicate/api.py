"""Speaks to Replicate through its client library: a handful of requests, each with its deadline and its own errors."""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bridge.config.models import Row
from bridge.errors import DoubtfulError, ModelError
from bridge.models.fetching import is_nearby
from bridge.models.replicate import failures
from bridge.models.replicate.pace import Pace

if TYPE_CHECKING:
    import httpx
    from replicate.client import Client

log = logging.getLogger(__name__)

CREATE_SECONDS = 30.0
LOOK_SECONDS = 20.0
UPLOAD_SECONDS = 120.0
CANCEL_AFTER = "30m"
"""When the provider itself ends a call, so that a daemon that died leaves no work running up a bill."""
PATIENCE_SECONDS = 600.0
"""How long a call waits for its turn before it is given back."""
MOST_PAGES = 10

Prediction = dict[str, Any]


class Api:
    """Holds one connection and one pace for all models of one account."""

    def __init__(self, key_of: Callable[[str], str | None], now: Callable[[], float] = time.time) -> None:
        self._key_of = key_of
        self._now = now
        self._ahead = 0.0
        """By how many seconds this computer's clock goes before the provider's, by its last answer."""
        self._client: Client | None = None
        self._key = ""
        self._plain: httpx.AsyncClient | None = None
        self.pace = Pace()

    # --- requests ---------------------------------------------------------------------------------------------

    async def create(self, row: Row, inputs: Mapping[str, Any]) -> Prediction:
        """Sends a call, once, and returns its prediction.

        Raises ModelError where it surely was not accepted, retryable where it may be later; DoubtfulError where nobody
        knows.
        """
        path, body = "/v1/predictions", {"version": row.version, "input": dict(inputs)}
        if not row.version:
            path, body = f"/v1/models/{row.reference}/predictions", {"input": dict(inputs)}
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE_SECONDS
        while True:
            await self.pace.turn()
            wait = 0.0
            try:
                headers = {"Cancel-After": CANCEL_AFTER}
                found = await self._request("POST", path, CREATE_SECONDS, json=body, headers=headers)
                self.pace.taken()
                return found
            except _ThrottledError as problem:
                # Refused for its pace: surely not accepted, so it may be sent again.
                wait = problem.wait
                self.pace.refused(wait)
            if loop.time() + wait > end:
                raise ModelError("Replicate is asked too often by this account.", "Try later.", retryable=True)

    async def get(self, ticket: str) -> Prediction | None:
        """Returns a prediction, None where it is unknown; raises ModelError, retryable, where nobody can tell now."""
        try:
            return await self._request("GET", f"/v1/predictions/{ticket}", LOOK_SECONDS)
        except _UnknownError:
            return None

    async def cancel(self, ticket: str) -> None:
        """Stops a prediction; one that ended or is unknown is no error."""
        with suppress(_UnknownError):
            await self._request("POST", f"/v1/predictions/{ticket}/cancel", LOOK_SECONDS)

    async def recent(self, since: float) -> AsyncIterator[Prediction]:
        """Yields the account's predictions, the newest first, until they are older than `since`, by this computer's
        clock, however wrong that goes now.

        One whose time can't be read is shown: it may be young. Raises ModelError, retryable, where there are so many
        that `since` was not reached: nobody can say then what is not there.
        """
        path = "/v1/predictions"
        for _ in range(MOST_PAGES):
            page = await self._request("GET", path, LOOK_SECONDS)
            results = page.get("results")
            if not isinstance(results, list):
                raise ModelError("Replicate did not list the calls of this account.", retryable=True)
            for prediction in results:
                created = _seconds_of(prediction.get("created_at"))
                if created is not None and created < since - max(0.0, self._ahead):
                    return
                yield prediction
            following = page.get("next")
            if not following:
                return
            parts = urlsplit(following)
            path = f"{parts.path}?{parts.query}"
        raise ModelError("Replicate has too many newer calls of this account to look through.", retryable=True)

    async def reach(self, patience: float) -> float:
        """Asks whether the API answers to this key, which costs nothing; returns by how many seconds this computer's
        clock goes before the provider's. Raises ModelError where it does not."""
        await self._request("GET", "/v1/account", patience)
        return self._ahead

    async def upload(self, file: Path) -> str:
        """Uploads a file that the user named and returns its link."""
        content = await asyncio.to_thread(file.read_bytes)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        try:
            found = await self._request(
                "POST", "/v1/files", UPLOAD_SECONDS, files={"content": (file.name, content, kind)}
            )
            return str(found["urls"]["get"])
        except (DoubtfulError, KeyError, TypeError) as problem:
            # A file costs nothing: it may be sent again.
            raise ModelError("The file could not be uploaded to Replicate.", "Try again.", retryable=True) from problem

    async def schema(self, row: Row) -> dict[str, Any]:
        """Returns the OpenAPI schema of a row's model as it is now; empty where the model or its version is gone."""
        path = f"/v1/models/{row.reference}"
        try:
            found = await self._request("GET", f"{path}/versions/{row.version}" if row.version else path, LOOK_SECONDS)
        except _UnknownError:
            return {}
        version = found if row.version else found.get("latest_version")
        schema = version.get("openapi_schema") if isinstance(version, dict) else None
        return schema if isinstance(schema, dict) else {}

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client._async_client.aclose()
        if self._plain is not None:
            await self._plain.aclose()
        self._client = self._plain = None

    # --- downloads --------------------------------------------------------------------------------------------

    @property
    def plain(self) -> httpx.AsyncClient:
        """Is the client for files: it carries no key."""
        if self._plain is None:
            import httpx

            self._plain = httpx.AsyncClient()
        return self._plain

    def token_for(self, host: str) -> str | None:
        """Returns the key for the hosts of the API alone."""
        ours = host == self._host() or host == "replicate.delivery" or host.endswith(".replicate.delivery")
        return self._key if ours and self._key else None

    @property
    def nearby(self) -> bool:
        """Tells whether the API itself is in the user's own network, as one that stands in for it may be."""
        return is_nearby(self._host())

    def hidden(self, text: str) -> str:
        """Returns what the API said without the user's key: an answer that repeats it goes into jobs and logs."""
        return text.replace(self._key, "[hidden]") if self._key else text

    # --- inner ------------------------------------------------------------------------------------------------

    def _host(self) -> str:
        return self._client._async_client.base_url.host if self._client is not None else ""

    def _ready(self) -> Client:
        """Returns the library's client for the key that the user has now."""
        key = self._key_of("replicate")
        if not key:
            raise ModelError("There is no key for Replicate.", "Set yours with: oneshot keys set replicate")
        if self._client is None or key != self._key:
            from replicate.client import Client

            from bridge.models.replicate.transport import Transport

            self._client, self._key = Client(api_token=key, transport=Transport()), key
        return self._client

    async def _request(
        self, method: str, path: str, silence: float, headers: dict[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        client = self._ready()
        import httpx

        from bridge.models.replicate.transport import RefusedError, deadline, extra_headers

        deadline.set(silence)
        extra_headers.set(headers or {})
        try:
            async with asyncio.timeout(2 * silence + 10):
                answer = await client._async_request(method, path, **body)
            self._ahead = _ahead(answer.headers.get("date"), self._now())
            found = answer.json() if answer.content else {}
        except RefusedError as problem:
            raise self._refused(method, problem.status, problem.headers, problem.body) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as problem:
            raise ModelError("Replicate can't be reached.", "Is the network there?", retryable=True) from problem
        except (httpx.HTTPError, TimeoutError, ValueError) as problem:
            what = type(problem).__name__
            if method == "POST":
                raise DoubtfulError(f"A call to Replicate broke off ({what}).", "") from problem
            raise ModelError(f"Replicate did not answer ({what}).", retryable=True) from problem
        if not isinstance(found, dict):
            raise DoubtfulError("Replicate answered a call with nonsense.")
        return found

    def _refused(self, method: str, status: int, headers: Mapping[str, str], body: str) -> ModelError:
        if status == 429:
            return _ThrottledError(failures.wait_of(headers, body))
        if status == 404 and method == "GET":
            return _UnknownError("Replicate does not know it.")
        if method == "GET" and status >= 500:
            return ModelError(f"Replicate answered with {status}.", retryable=True)
        return failures.refusal(status, self.hidden(body))


class _ThrottledError(ModelError):
    """Says how long to wait."""

    def __init__(self, wait: float) -> None:
        super().__init__("Replicate is asked too often.", "Try later.", retryable=True)
        self.wait = wait


class _UnknownError(ModelError):
    """Says that something is not there."""


def _ahead(date: str | None, now: float) -> float:
    """Returns by how many seconds a clock goes before that of an answer with such a Date; 0 where it says none."""
    try:
        return now - parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return 0.0


def _seconds_of(moment: Any) -> float | None:
    """Returns a moment as the API writes it in seconds since 1970; None for one that can't be read."""
    try:
        return datetime.fromisoformat(str(moment)).timestamp()
    except ValueError:
        return None
