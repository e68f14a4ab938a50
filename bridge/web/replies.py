"""Answers as JSON, and which error has which HTTP status."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from bridge.errors import BridgeError, InUseError, NotFoundError, RequestError
from bridge.web.views import error_view, to_json

STATUSES: tuple[tuple[type[BridgeError], int], ...] = (
    (NotFoundError, 404),
    (RequestError, 400),
    (InUseError, 409),
    (BridgeError, 500),
)
"""The status of an error is that of the first row it belongs to."""
RETRYABLE_STATUS = 503
"""Instead of 500 where the same call may succeed later."""


class Reply(JSONResponse):
    """Answers in ASCII JSON that nobody keeps a copy of."""

    def __init__(self, content: Any, status_code: int = 200) -> None:
        super().__init__(content, status_code, headers={"Cache-Control": "no-store"})

    def render(self, content: Any) -> bytes:
        return to_json(content).encode("ascii")


def status_of(error: BridgeError) -> int:
    """Returns the HTTP status that an error is answered with."""
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    return RETRYABLE_STATUS if status == 500 and error.retryable else status


def error_reply(error: BridgeError) -> Reply:
    return Reply(error_view(error), status_of(error))


def refusal(status: int, kind: str, message: str, hint: str = "") -> Reply:
    """Returns the answer to what did not even reach the bridge."""
    return Reply({"error": {"message": message, "hint": hint, "type": kind}}, status)
