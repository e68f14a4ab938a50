"""What a real Cog server does only on bad days, or never: played by a fake one that says what each test wants."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from bridge.errors import ModelError
from bridge.models.cog import pool as pools
from bridge.models.cog import server as servers
from bridge.models.cog.pool import Pool
from bridge.models.cog.server import BrokeOffError, Server, State
from bridge.models.errands import Stage
from support.patience import until

DONE = {"status": "succeeded", "output": "data:audio/wav;base64,UklGRg=="}


class FakeCog:
    """Says `health` (a body, a status that is none, or one after the other); answers predictions with `status` and
    `body` after `release`; notes what it was asked in `asked`."""

    def __init__(self) -> None:
        self.health: object = {"status": "READY"}
        self.status, self.body = 200, json.dumps(DONE).encode()
        self.asked: list[str] = []
        self.release = threading.Event()
        self.release.set()
        self.url = ""


@contextmanager
def fake_cog() -> Iterator[FakeCog]:
    fake = FakeCog()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            said = next(fake.health) if isinstance(fake.health, Iterator) else fake.health
            if isinstance(said, int):
                self._answer(said, b"<html>Bad Gateway</html>")
            else:
                self._answer(200, said if isinstance(said, bytes) else json.dumps(said).encode())

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            fake.asked.append(self.path)
            fake.release.wait(30)
            self._answer(fake.status, fake.body)

        def do_POST(self) -> None:
            fake.asked.append(self.path)
            self._answer(404, b"{}")

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.release.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def fake() -> Iterator[FakeCog]:
    with fake_cog() as found:
        yield found


def with_server(url: str, story):
    async def told():
        async with httpx.AsyncClient(trust_env=False) as client:
            return await story(Server(url, lambda: client))

    return asyncio.run(told())


def with_pool(urls: list[str], story):
    async def told():
        pool = Pool("mine", urls)
        try:
            return await story(pool)
        finally:
            await pool.close()

    return asyncio.run(told())


@pytest.mark.parametrize(
    ("health", "state"),
    [
        ({"status": "READY"}, State.READY), ({"status": "BUSY"}, State.BUSY), ({"status": "STARTING"}, State.STARTING),
        ({"status": "UNKNOWN"}, State.STARTING), ({"status": "SETUP_FAILED"}, State.SETUP_FAILED),
        ({"status": "DEFUNCT"}, State.DEFUNCT), ({"status": "UNHEALTHY"}, State.UNHEALTHY),
        ({"status": "MELANCHOLIC"}, State.UNHEALTHY), ({"status": ["READY"]}, State.FOREIGN), ({}, State.FOREIGN),
        ([], State.FOREIGN), (b"hello", State.FOREIGN), (b"[" * 100_000, State.FOREIGN), (502, State.AWAY),
        (404, State.FOREIGN),
    ],
)  # fmt: skip
def test_whatever_a_server_says_of_itself_is_a_state(health, state, fake):
    fake.health = health
    assert with_server(fake.url, lambda server: server.look()) is state


def test_a_server_that_says_nothing_while_it_works_is_busy(monkeypatch):
    """As Cog 0.9 does: its system takes the connection, and nobody answers."""
    monkeypatch.setattr(servers, "LOOK_SECONDS", 0.1)

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        assert with_server(url, lambda server: server.look()) is State.BUSY


@pytest.mark.parametrize(
    ("status", "body", "words", "retryable"),
    [
        (500, b"Internal Server Error", "answered with 500 Internal Server Error", True),
        (504, b"<html>", "answered with 504 Gateway Timeout", True),
        (404, b"{}", "answered with 404 Not Found", False),
        (200, b"[]", "answered with 200 OK", False),
        (200, b"{" * 100_000, "answered with 200 OK", False),
        (200, b'{"status": "canceled"}', "failed: canceled", True),
        (200, b'{"status": "failed", "error": null}', "failed: failed", True),
        (200, b'{"status": "failed", "error": "Prediction failed: Prediction failed: no"}', "failed: no", True),
        (422, b'{"detail": "- input: wrong"}', "refuses its inputs: - input: wrong", False),
        (422, b'{"detail": [{"loc": ["body", "input", "bpm"], "msg": "too low"}, 7]}', "inputs: bpm: too low.", False),
        (422, b"nonsense", "refuses its inputs: no reason given", False),
    ],
)
def test_an_answer_that_is_no_sound_is_told(status, body, words, retryable, fake):
    fake.status, fake.body = status, body
    with pytest.raises(ModelError) as caught:
        with_server(fake.url, lambda server: server.predict({}))
    assert words in caught.value.message
    assert caught.value.retryable is retryable


def test_a_failure_of_a_server_that_is_not_well_is_the_servers(fake):
    fake.body = b'{"status": "failed", "error": "Worker crashed"}'
    fake.health = {"status": "UNHEALTHY"}
    with pytest.raises(BrokeOffError, match="Worker crashed"):
        with_server(fake.url, lambda server: server.predict({}))


def test_an_answer_without_end_is_not_read_to_its_end(fake, monkeypatch):
    monkeypatch.setattr(servers, "MOST_ANSWER_BYTES", 1_000)
    fake.body = b"x" * 100_000
    with pytest.raises(ModelError, match="more than 1,000 bytes"):
        with_server(fake.url, lambda server: server.predict({}))


def test_a_prediction_is_sent_under_a_number_that_it_is_stopped_by(fake, monkeypatch):
    monkeypatch.setattr(servers, "STOP_SECONDS", 0.1)
    fake.release.clear()

    async def story(server):
        call = asyncio.create_task(server.predict({}))
        await until(lambda: fake.asked)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    with_server(fake.url, story)
    assert fake.asked[1] == f"{fake.asked[0]}/cancel"


def test_a_prediction_that_never_ends_is_stopped(fake, monkeypatch):
    monkeypatch.setattr(servers, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(servers, "LONGEST_SECONDS", 0.1)
    monkeypatch.setattr(servers, "STOP_SECONDS", 0.1)
    fake.release.clear()
    with pytest.raises(ModelError, match="brought nothing"):
        with_server(fake.url, lambda server: server.predict({}))
    assert fake.asked[1] == f"{fake.asked[0]}/cancel"


def test_a_prediction_that_a_proxy_gave_up_is_stopped(fake):
    fake.status, fake.body = 504, b"<html>Gateway Timeout</html>"
    with pytest.raises(ModelError, match="504"):
        with_server(fake.url, lambda server: server.predict({}))
    assert fake.asked[1] == f"{fake.asked[0]}/cancel"


def test_a_machine_that_lost_its_power_closes_no_connection_and_the_call_moves_on(fake, monkeypatch):
    monkeypatch.setattr(servers, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(servers, "STOP_SECONDS", 0.1)
    fake.release.clear()

    async def story(pool):
        call = asyncio.create_task(pool.predict({}, Stage()))
        await until(lambda: fake.asked)
        fake.health = 502
        return await call

    with fake_cog() as living:
        assert with_pool([fake.url, living.url], story) == DONE["output"]
        assert len(living.asked) == 1


def test_inputs_that_end_server_after_server_are_given_up(fake):
    fake.status, fake.body = 500, b"Internal Server Error"
    fake.health = itertools.cycle([{"status": "READY"}, {"status": "DEFUNCT"}])
    with pytest.raises(ModelError, match="broke off 3 times") as caught:
        with_pool([fake.url], lambda pool: pool.predict({}, Stage()))
    assert not caught.value.retryable
    assert len([path for path in fake.asked if not path.endswith("cancel")]) == 3


def test_a_server_that_is_always_taken_by_others_is_asked_at_a_calm_pace(fake, monkeypatch):
    monkeypatch.setattr(pools, "SHORTEST_PAUSE", 0.05)
    fake.status, fake.body = 409, b'{"detail": "Already running a prediction"}'

    async def story(pool):
        began = asyncio.get_running_loop().time()
        call = asyncio.create_task(pool.predict({}, Stage()))
        await until(lambda: len(fake.asked) == 5)
        call.cancel()
        return asyncio.get_running_loop().time() - began

    assert with_pool([fake.url], story) >= 4 * 0.05


@pytest.mark.parametrize(("health", "limit"), [("STARTING", "STARTING_SECONDS"), ("BUSY", "BUSY_SECONDS")])
def test_waiting_has_an_end(health, limit, fake, monkeypatch):
    monkeypatch.setattr(pools, limit, 0.3)
    fake.health = {"status": health}
    with pytest.raises(ModelError, match="No server of mine can make it now") as caught:
        with_pool([fake.url], lambda pool: pool.predict({}, Stage()))
    assert caught.value.retryable
    assert caught.value.hint
    assert fake.asked == []


def test_calls_that_wait_are_all_told_what_for_and_all_made(fake):
    fake.health = {"status": "STARTING"}

    async def story(pool):
        stages = [Stage() for _ in range(20)]
        calls = [asyncio.create_task(pool.predict({}, stage)) for stage in stages]
        await until(lambda: all(stage.name == "cold start" for stage in stages))
        fake.health = {"status": "READY"}
        return await asyncio.gather(*calls)

    assert with_pool([fake.url], story) == [DONE["output"]] * 20
    assert len(fake.asked) == 20
