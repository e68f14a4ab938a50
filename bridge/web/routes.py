"""Puts HTTP in front of the desk: a route for every row of the address table."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bridge.errors import BridgeError, NotFoundError, RequestError
from bridge.web.addresses import ADDRESSES
from bridge.web.asked import MidiWanted, read
from bridge.web.desk import Desk, Fields
from bridge.web.following import sent
from bridge.web.guard import LARGEST_BODY_BYTES, too_large
from bridge.web.replies import Reply, error_reply, refusal

log = logging.getLogger(__name__)

Answer = Callable[[str, Fields], Awaitable[dict[str, Any] | Response]]
Status = Callable[[], dict[str, Any]]
MidiHeard = Callable[[int | None, float], Awaitable[dict[str, Any]]]
"""Returns what MIDI was heard since the message of that number, waiting so many seconds for the first of it."""


class _TooLargeError(Exception):
    """Stops the reading of a body that has no end."""


def build(desk: Desk, status: Status, midi_heard: MidiHeard | None = None) -> Starlette:
    """Returns the application: every row of ADDRESSES in front of a desk, `status` and `midi_heard` at their own."""

    async def answer_status(target: str, fields: Fields) -> dict[str, Any]:
        return status()

    async def answer_midi(target: str, fields: Fields) -> dict[str, Any]:
        wanted = read(MidiWanted, fields)
        if midi_heard is None:
            raise NotFoundError("The daemon listens to no MIDI.", "Switch it on under [midi]: oneshot config edit")
        return await midi_heard(wanted.since, wanted.wait)

    answers: dict[str, Answer] = {
        "status": answer_status, "midi_heard": answer_midi, "events": _stream_of(desk),
    }  # fmt: skip
    routes = [
        Route(row.path, _endpoint(answers.get(row.name) or getattr(desk, row.name)), methods=[row.method])
        for row in ADDRESSES
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_address})


def _endpoint(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            fields = await _body(request) if request.method == "POST" else dict(request.query_params)
            answered = await answer(request.path_params.get("target", ""), fields)
            return answered if isinstance(answered, Response) else Reply(answered)
        except BridgeError as error:
            return error_reply(error)
        except _TooLargeError:
            return refusal(*too_large())
        except ClientDisconnect:
            return Response()
        except Exception as problem:  # The border of the daemon: whatever breaks behind it, the daemon lives.
            log.exception("%s %s failed", request.method, request.url.path)
            broken = f"Something broke inside the bridge: {type(problem).__name__}."
            return refusal(500, "InternalError", broken, "The daemon's log says more.")

    return respond


def _stream_of(desk: Desk) -> Answer:
    async def answer(target: str, fields: Fields) -> Response:
        events = desk.events(target, fields)  # refuses wrong fields before the stream begins
        return StreamingResponse(
            (sent(event) async for event in events), media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    return answer


async def _body(request: Request) -> Fields:
    """Returns the fields in the body of a request; an empty body has none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY_BYTES:
            raise _TooLargeError
    if not body:
        return {}
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise RequestError("The body is not JSON.", "Send one JSON object.") from problem
    if not isinstance(fields, dict):
        raise RequestError("The body is no JSON object.", 'Send one like {"pad": "kick"}.')
    return fields


async def _no_such_address(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    kinds = {404: "NoSuchAddress", 405: "NoSuchMethod"}
    return refusal(problem.status_code, kinds.get(problem.status_code, "Refused"),
                   f"{request.method} {request.url.path}: {problem.detail}.")
