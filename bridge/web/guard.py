"""Lets in only programs of this user on this computer.

Three locks, because each is open to somebody: any program here can connect (so there is a token), a web page can make
a browser connect (so pages of other sites are refused), and a page's server can rename itself to this computer (so the
Host header must name it as we do).
"""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bridge.web.replies import refusal

LARGEST_BODY_BYTES = 1_000_000
_OWN_SITES = frozenset({"same-origin", "none"})


class Guard:
    """Refuses requests that do not come from here or do not know the token, and bodies that are too large."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._authorization = f"Bearer {token}".encode()
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._judge(Headers(scope=scope))
        if refused is None:
            await self._app(scope, receive, send)
        else:
            status, kind, message, hint = refused
            await refusal(status, kind, message, hint)(scope, receive, send)

    def _judge(self, headers: Headers) -> tuple[int, str, str, str] | None:
        """Returns status, kind, message and hint of a refusal, or None for a welcome request."""
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return 403, "Forbidden", "The Host header does not name this computer.", "Ask 127.0.0.1 directly."
        if headers.get("sec-fetch-site", "none").lower() not in _OWN_SITES:
            return 403, "Forbidden", "Pages of other sites may not ask the bridge.", "Use the oneshot command."
        if not hmac.compare_digest(headers.get("authorization", "").encode(), self._authorization):
            return (
                401, "Unauthorized", "The token is missing or wrong.",
                "Send the header `Authorization: Bearer TOKEN`; the token is in control.json of the state folder.",
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY_BYTES:
            return too_large()
        return None


def too_large() -> tuple[int, str, str, str]:
    """Returns the refusal of a body that is too large, for whoever notices it first."""
    return 413, "TooLarge", f"The body has more than {LARGEST_BODY_BYTES:,} bytes.", "Send less."
