"""The stream of events over real HTTP: complete, in order, and over reconnects."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager

import pytest

from bridge.domain.event import Event
from bridge.web import following
from support.patience import PATIENCE_SECONDS, wait_until


@contextmanager
def stream(channel, query: str = ""):
    """Opens the stream and yields what reads its next block: the fields of it."""
    connection = http.client.HTTPConnection("127.0.0.1", channel.port, timeout=PATIENCE_SECONDS)
    connection.request("GET", f"/v1/events{query}", headers={"Authorization": f"Bearer {channel.credentials.token}"})
    reply = connection.getresponse()
    assert (reply.status, reply.getheader("content-type")) == (200, "text/event-stream; charset=utf-8")

    def block() -> dict[str, str]:
        fields = {}
        while line := reply.readline().decode().strip():
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields

    try:
        yield block
    finally:
        connection.close()


def trigger(channel) -> str:
    return channel.ask("POST", "/v1/triggers", {"pad": "kick"})[1]["job"]["id"]


def finish(channel, job: str) -> None:
    channel.loop.call_soon_threadsafe(channel.engine.finish, job)


def test_what_happens_is_told_as_it_happens_and_numbered_where_it_is_stored(channel):
    with stream(channel) as block:
        assert block() == {"id": "0"}
        job = trigger(channel)
        finish(channel, job)
        told = [block() for _ in range(5)]
    assert [one["event"] for one in told] == ["accepted", "progress", "sample", "ready", "pad"]
    assert [one.get("id") for one in told] == ["1", None, "2", "3", None]
    assert [json.loads(one["data"])["kind"] for one in told] == [one["event"] for one in told]
    assert json.loads(told[1]["data"])["fraction"] == 0.5


def test_who_comes_back_with_the_last_id_misses_nothing_that_was_stored(channel):
    jobs = [trigger(channel) for _ in range(3)]
    with stream(channel, "?after=1") as block:
        assert block() == {"id": "1"}
        assert [json.loads(block()["data"])["job"] for _ in range(2)] == jobs[1:]
        finish(channel, jobs[0])
        assert block()["event"] == "progress"


def test_an_id_of_another_library_begins_with_now(channel):
    trigger(channel)
    with stream(channel, "?after=999999") as block:
        assert block() == {"id": "1"}
        trigger(channel)
        assert block()["id"] == "2"


def test_events_are_told_in_the_order_of_the_store_whatever_the_order_they_are_heard_in(channel):
    with stream(channel) as block:
        assert block() == {"id": "0"}

        def crosswise() -> None:
            first, second = (Event(kind="ready", id=number, job=f"j-{number}") for number in (1, 2))
            channel.engine.all_events += [first, second]
            for listener in channel.engine._listeners:
                listener(second)
                listener(first)

        channel.loop.call_soon_threadsafe(crosswise)
        trigger(channel)
        assert [block()["id"] for _ in range(3)] == ["1", "2", "3"]


def test_a_listener_that_lags_reads_the_rest_from_the_store(channel, monkeypatch):
    monkeypatch.setattr(following, "MOST_WAITING", 1)
    monkeypatch.setattr(following, "PAUSE_SECONDS", 0.05)
    with stream(channel) as block:
        assert block() == {"id": "0"}

        def burst() -> None:
            for number in range(200):
                channel.engine.emit(Event(kind="ready", job=f"j-{number}"))

        channel.loop.call_soon_threadsafe(burst)
        told = []
        while len(told) < 200:
            found = block()
            if "data" in found:
                told.append(int(found["id"]))
    assert told == list(range(1, 201))


def test_silence_is_told_so_that_a_dead_daemon_can_be_told_from_a_quiet_one(channel, monkeypatch):
    monkeypatch.setattr(following, "PAUSE_SECONDS", 0.05)
    with stream(channel) as block:
        assert [block() for _ in range(3)] == [{"id": "0"}] * 3


def test_who_goes_is_forgotten(channel, monkeypatch):
    monkeypatch.setattr(following, "PAUSE_SECONDS", 0.05)
    with stream(channel) as block:
        block()
        assert len(channel.engine._listeners) == 1
    wait_until(lambda: not channel.engine._listeners)


def test_a_stop_ends_the_stream_at_once(own_channel):
    with stream(own_channel) as block:
        block()
        own_channel.run(own_channel.server.close())
        assert block() == {}


@pytest.mark.parametrize("query", ["?after=-1", "?after=x", "?since=1"])
def test_a_wrong_field_is_named_before_the_stream_begins(channel, query):
    status, answer = channel.ask("GET", f"/v1/events{query}")
    assert status == 400
    assert query[1:6] in answer["error"]["message"]
