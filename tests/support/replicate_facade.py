"""A façade that speaks Replicate's documented HTTP API in front of any runner, counts what it would charge, and breaks
in every way that a test asks for. It is no Replicate: nothing here was proven against the real one."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn

KEY = "r8_planted-secret-key"
A_SECOND = 0.0014

Runner = Callable[[dict[str, Any]], dict[str, Any]]
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Facade:
    """Holds the account: `made` predictions by id, what they `charged`, uploaded files.

    `runner` gets a prediction's input and returns `output` (bytes in it become links), `error`, `logs`, `seconds`.
    `on_create` and `on_file` are faults for the next requests, in order; `looks` is how often a prediction is seen
    unfinished; models in `per_output` cost so much a sound, the others their seconds. `hold` keeps predictions
    running. `deaf` lists no predictions, else `page` of them at a time; `listed` overrides what is told of each.
    """

    runner: Runner
    url: str = ""
    looks: int = 1
    hold: bool = False
    deaf: bool = False
    page: int = 100
    listed: dict[str, Any] = field(default_factory=dict)
    on_create: list[str] = field(default_factory=list)
    on_file: list[str] = field(default_factory=list)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    charged: float = 0.0
    per_output: dict[str, float] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    file_keys: list[str] = field(default_factory=list)
    gets: int = 0
    models: dict[str, Any] = field(default_factory=dict)
    """What is told of models and versions, by their path behind /v1/models/."""

    # --- HTTP -------------------------------------------------------------------------------------------------

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        path, method = scope["path"], scope["method"]
        if path.startswith("/files/"):
            await self._file(path.rpartition("/")[2], headers, send)
            return
        if headers.get("authorization") != f"Bearer {KEY}":
            await answer(send, 401, {"title": "Unauthenticated", "detail": "You did not pass a valid token"})
            return
        if method == "POST" and path == "/v1/files":
            self.uploads.append(body)
            await answer(send, 201, {"id": "file", "urls": {"get": f"{self.url}/files/uploaded"}})
        elif method == "POST" and path.endswith("/predictions"):
            self.headers.append(headers)
            await self._create(path, json.loads(body), send)
        elif method == "POST" and path.endswith("/cancel"):
            await self._cancel(path.split("/")[-2], send)
        elif method == "GET" and path.startswith("/v1/models/") and path[11:] in self.models:
            await answer(send, 200, self.models[path[11:]])
        elif path == "/v1/predictions":
            start = int(scope["query_string"].decode().partition("cursor=")[2] or 0)
            shown = [] if self.deaf else [self._shown(name) | self.listed for name in reversed(self.made)]
            end = start + self.page
            more = f"{self.url}/v1/predictions?cursor={end}" if end < len(shown) else None
            await answer(send, 200, {"results": shown[start:end], "next": more, "previous": None})
        elif method == "GET" and path == "/v1/account":
            await answer(send, 200, {"type": "user", "username": "ada", "name": "Ada", "github_url": ""})
        elif path.startswith("/v1/predictions/"):
            await self._get(path.rpartition("/")[2], send)
        else:
            await answer(send, 404, {"detail": "Not found"})

    async def _create(self, path: str, asked: dict[str, Any], send: Any) -> None:
        fault = self.on_create.pop(0) if self.on_create else ""
        if fault in REFUSALS:
            status, body, headers = REFUSALS[fault]
            await answer(send, status, body, headers)
            return
        if fault == "html, not accepted":
            await raw(send, 502, HTML, {"content-type": "text/html"})
            return
        name = secrets.token_hex(13)
        owner = path.split("/")
        self.made[name] = {
            "id": name, "model": "/".join(owner[3:5]) if owner[2] == "models" else "community/model",
            "version": asked.get("version", "hidden"), "input": asked["input"], "logs": "", "error": None,
            "status": "starting", "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "urls": {"get": f"{self.url}/v1/predictions/{name}"}, "looked": 0,
        }
        if fault == "html, accepted":
            await raw(send, 502, HTML, {"content-type": "text/html"})
        elif fault == "reset":
            await raw(send, 201, b"{", {"content-length": "1000"})
        elif fault == "hang":
            await asyncio.sleep(3.0)
            await answer(send, 201, self._shown(name))
        elif fault == "nonsense":
            await raw(send, 201, b"[]", {"content-type": "application/json"})
        else:
            self.made[name]["fault"] = fault
            await answer(send, 201, self._shown(name))

    async def _get(self, name: str, send: Any) -> None:
        self.gets += 1
        found = self.made.get(name)
        if found is None:
            await answer(send, 404, {"detail": "Not found"})
            return
        found["looked"] += 1
        if found["status"] in ("starting", "processing") and not self.hold:
            if found["looked"] > self.looks:
                self._end(found)
            elif found["looked"] == self.looks or found.get("fault") == "at work":
                found["status"] = "processing"
                found["logs"] = "Using seed: 7\n 42%|####      | 21/50 [00:01<00:02]"
        await answer(send, 200, self._shown(name))

    async def _cancel(self, name: str, send: Any) -> None:
        found = self.made.get(name)
        if found is None:
            await answer(send, 404, {"detail": "Not found"})
            return
        if found["status"] in ("starting", "processing"):
            found |= {"status": "canceled", "metrics": {"predict_time": 2.0}}
            self.charged += 2.0 * A_SECOND
        await answer(send, 200, self._shown(name))

    async def _file(self, name: str, headers: dict[str, str], send: Any) -> None:
        self.file_keys.append(headers.get("authorization", ""))
        fault = self.on_file.pop(0) if self.on_file else ""
        content = self.files.get(name, b"")
        if fault == "key wanted" and "authorization" not in headers:
            self.on_file.insert(0, fault)
            await answer(send, 401, {"detail": "no key"})
        elif fault == "expired":
            await raw(send, 404, b"gone", {})
        elif fault == "redirect":
            await raw(send, 302, b"", {"location": f"{self.url}/files/{name}"})
        elif fault == "cut":
            await raw(send, 200, content[: len(content) // 2], {"content-length": str(len(content))})
        elif fault == "500 MB":
            await raw(send, 200, b"x", {"content-length": str(500_000_000)})
        elif fault == "html":
            await raw(send, 503, HTML, {"content-type": "text/html"})
        elif fault == "slow":
            await send({"type": "http.response.start", "status": 200,
                        "headers": [(b"content-length", str(len(content)).encode())]})
            step = max(1, len(content) // 5)
            for start in range(0, len(content), step):
                await asyncio.sleep(0.05)
                await send({"type": "http.response.body", "body": content[start : start + step], "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        else:
            await raw(send, 200, content, {"content-type": "application/octet-stream"})

    # --- the account ------------------------------------------------------------------------------------------

    def _end(self, found: dict[str, Any]) -> None:
        fault = found.get("fault", "")
        if fault == "aborted":
            found["status"] = "aborted"
            return
        said = {"error": fault.partition(":")[2]} if fault.startswith("failed:") else self.runner(found["input"])
        seconds = said.get("seconds", 1.5)
        found["metrics"] = {"predict_time": seconds, "total_time": seconds + 3}
        self.charged += self.per_output.get(found["model"], seconds * A_SECOND)
        found["logs"] = said.get("logs", found["logs"])
        if said.get("error"):
            found |= {"status": "failed", "error": said["error"]}
            return
        found |= {"status": "succeeded", "output": self._linked(said.get("output"))}
        if fault == "data removed":
            found |= {"output": None, "data_removed": True}

    def _linked(self, output: Any) -> Any:
        if isinstance(output, bytes):
            ending = "png" if output.startswith(b"\x89PNG") else "wav"
            name = f"{secrets.token_hex(8)}.{ending}"
            self.files[name] = output
            return f"{self.url}/files/{name}"
        if isinstance(output, dict):
            return {key: self._linked(value) for key, value in output.items()}
        return [self._linked(value) for value in output] if isinstance(output, list) else output

    def _shown(self, name: str) -> dict[str, Any]:
        return {key: value for key, value in self.made[name].items() if key not in ("looked", "fault")}


REFUSALS: dict[str, tuple[int, dict[str, Any], dict[str, str]]] = {
    "429 header": (429, {"detail": "Request was throttled."}, {"retry-after": "1"}),
    "429 words": (429, {"detail": "Request was throttled. Your rate limit resets in ~1s."}, {}),
    "401": (401, {"detail": "You did not pass a valid authentication token"}, {}),
    "402": (402, {"detail": "You have insufficient credit"}, {}),
    "422": (422, {"detail": "- input.duration: Must be less than or equal to 30"}, {}),
}


async def answer(send: Any, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    await raw(send, status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})


async def raw(send: Any, status: int, body: bytes, headers: dict[str, str]) -> None:
    told = {"content-length": str(len(body)), **headers}
    await send({"type": "http.response.start", "status": status,
                "headers": [(key.encode(), value.encode()) for key, value in told.items()]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def facade(runner: Runner) -> Iterator[Facade]:
    """Runs a façade on a free port of this computer."""
    app = Facade(runner)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    app.url = f"http://127.0.0.1:{port}"
    try:
        yield app
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
