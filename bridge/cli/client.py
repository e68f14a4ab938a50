"""Speaks to the running daemon over its control channel; the standard library is enough for that."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bridge.cli.exits import NoDaemonError
from bridge.errors import (
    BridgeError,
    InUseError,
    LibraryError,
    ModelError,
    NotFoundError,
    RequestError,
    SoundError,
    StoreError,
)
from bridge.web.addresses import find
from bridge.web.credentials import Credentials, read_credentials

_KINDS: dict[str, type[BridgeError]] = {
    kind.__name__: kind
    for kind in (NotFoundError, RequestError, SoundError, ModelError, LibraryError, StoreError, InUseError)
}
_FIRST_SECONDS = 3.0
_SECONDS = 30.0
_SILENCE_SECONDS = 30.0
"""Longer than the pauses of a stream of events: a daemon that is silent for so long hangs."""


class _StrangerError(Exception):
    """Says that whoever listens there is not the daemon that wrote the credentials."""


class Client:
    """Asks the daemon that wrote these credentials, and waits so many seconds for each answer."""

    def __init__(self, credentials: Credentials, *, patience: float = _SECONDS) -> None:
        self._credentials = credentials
        self._patience = patience

    def ask(self, name: str, target: str = "", **fields: Any) -> dict[str, Any]:
        """Asks for a row of `bridge.web.addresses` and returns its answer; fields that are None are not sent.

        Raises what the daemon's engine raised, and NoDaemonError where the daemon does not answer.
        """
        with self._naming_loss():
            return self._ask(name, target, fields, self._patience + fields.get("wait", 0.0))

    @contextlib.contextmanager
    def follow(self, after: int | None = None) -> Iterator[Iterator[dict[str, Any] | int]]:
        """Opens the stream of events (`bridge.web.following`): those after an id, or those from now on.

        Yields what iterates over it: events, and ids alone, which say up to where all is told; they come first and
        whenever nothing happens. It is open when the block begins, so whatever is asked for in the block is heard.
        Raises NoDaemonError where it can't be opened or breaks off.
        """
        method, path = find("events")
        path += f"?after={after}" if after is not None else ""
        connection = http.client.HTTPConnection(urlsplit(self._credentials.url).netloc, timeout=_SILENCE_SECONDS)
        with contextlib.closing(connection):
            with self._naming_loss():
                connection.request(method, path, None, self._headers())
                reply = connection.getresponse()
                if reply.status != 200:
                    _read(reply.status, reply.read())
            yield self._events(reply)

    def _events(self, reply: http.client.HTTPResponse) -> Iterator[dict[str, Any] | int]:
        alone: int | None = None
        while True:
            with self._naming_loss():
                line = reply.readline()
            if not line:
                raise NoDaemonError("The daemon has stopped.", "Start it with: oneshot run")
            if line.startswith(b"id:"):
                alone = int(line[3:])
            elif line.startswith(b"data:"):
                alone = None
                yield json.loads(line[5:])
            elif not line.strip() and alone is not None:
                yield alone

    @contextlib.contextmanager
    def _naming_loss(self) -> Iterator[None]:
        try:
            yield
        except (OSError, http.client.HTTPException, _StrangerError) as problem:
            raise NoDaemonError(
                f"The daemon (process {self._credentials.pid}) went away or does not answer ({problem}).",
                "What it accepted is not lost: its next start takes it up. Start it with: oneshot run",
            ) from problem

    def answers(self) -> bool:
        """Tells whether the daemon lives; raises NoDaemonError for one that is there and does not answer."""
        try:
            self._ask("status", "", {}, _FIRST_SECONDS)
        except (ConnectionRefusedError, _StrangerError):
            return False
        except (OSError, http.client.HTTPException) as problem:
            raise NoDaemonError(
                f"The daemon (process {self._credentials.pid}) does not answer ({problem}).",
                "If it hangs, end that process and start it again: oneshot run",
            ) from problem
        return True

    def _ask(self, name: str, target: str, fields: dict[str, Any], patience: float) -> dict[str, Any]:
        said = {key: value for key, value in fields.items() if value is not None}
        method, path = find(name, target)
        body = None
        if method == "POST":
            body = json.dumps(said)
        elif said:
            # Switches as JSON spells them, texts as they are.
            path += "?" + urlencode({k: v if isinstance(v, str) else json.dumps(v) for k, v in said.items()})
        # No proxy, no redirects: the token goes to this computer and nowhere else.
        connection = http.client.HTTPConnection(urlsplit(self._credentials.url).netloc, timeout=patience)
        with contextlib.closing(connection):
            connection.request(method, path, body, self._headers())
            reply = connection.getresponse()
            return _read(reply.status, reply.read())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._credentials.token}", "Content-Type": "application/json"}


def find_daemon(state_folder: Path) -> Client | None:
    """Returns a client of the running daemon, or None where none runs, whatever a dead one has left behind.

    Raises NoDaemonError for one that is there and does not answer.
    """
    credentials = read_credentials(state_folder)
    if credentials is None:
        return None
    client = Client(credentials)
    return client if client.answers() else None


def _read(status: int, body: bytes) -> dict[str, Any]:
    """Returns the answer; raises the error that the daemon raised, as it was there."""
    try:
        answer = json.loads(body)
        if status == 200:
            return dict(answer)
        shown = answer["error"]
        kind, message, hint = str(shown["type"]), str(shown["message"]), str(shown["hint"])
    except (ValueError, KeyError, TypeError):
        raise _StrangerError("the answer is not the bridge's") from None
    if kind == "Unauthorized":
        raise _StrangerError("another daemon has its place")
    raise _KINDS.get(kind, BridgeError)(message, hint)
