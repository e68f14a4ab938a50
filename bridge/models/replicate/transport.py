"""The transport under the client library: every request has its deadline, and every refusal keeps its headers."""

from __future__ import annotations

from contextvars import ContextVar

import httpx

LONGEST_ERROR_BYTES = 64 * 1024
CONNECT_SECONDS = 5.0

extra_headers: ContextVar[dict[str, str]] = ContextVar("extra_headers")
"""Headers of the next request; the library has no other way for them."""
deadline: ContextVar[float] = ContextVar("deadline", default=30.0)
"""For how many seconds the server may be silent; the library sends some requests without any limit."""


class RefusedError(httpx.TransportError):
    """Holds an answer that is an error: status, headers and the body's text.

    Raised under the library, so that it neither repeats the request by itself, sleeping as long as the server says,
    nor drops the headers.
    """

    def __init__(self, status: int, headers: httpx.Headers, body: str) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


class Transport(httpx.AsyncBaseTransport):
    """Sends requests by a common transport, with our deadlines and headers."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=64, max_keepalive_connections=8))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        silence = deadline.get()
        request.extensions["timeout"] = {
            "connect": CONNECT_SECONDS, "read": silence, "write": silence, "pool": silence
        }
        request.headers.update(extra_headers.get({}))
        answer = await self._inner.handle_async_request(request)
        if answer.status_code < httpx.codes.BAD_REQUEST:
            return answer
        body = b""
        async for part in answer.aiter_raw():
            body += part
            if len(body) > LONGEST_ERROR_BYTES:
                break
        await answer.aclose()
        raise RefusedError(answer.status_code, answer.headers, body.decode(errors="replace"))

    async def aclose(self) -> None:
        await self._inner.aclose()
