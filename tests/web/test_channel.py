"""The control channel over real HTTP: every address, and what happens to those who ask wrongly."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.domain.brief import Request
from bridge.errors import BridgeError, ModelError, StoreError
from support.patience import PATIENCE_SECONDS, wait_until


def test_the_status_is_what_the_daemon_says(channel):
    assert channel.ask("GET", "/v1/status") == (200, {"version": "0", "notices": []})


def test_a_trigger_becomes_a_job_with_every_field_that_was_said(channel):
    said = {
        "pad": "kick", "prompt": "short kick", "negative": "long", "model": "synth", "seed": 9, "seconds": 1,
        "note": 36, "pad_note": 37, "mapping": "drum", "family": "kick", "energy": 0.5, "count": 2, "ref": "mine",
        "origin": "command", "priority": "batch",
    }
    status, answer = channel.ask("POST", "/v1/triggers", said)
    assert status == 200
    assert channel.engine.requests == [Request(**said)]
    assert answer["job"]["state"] == "queued"
    assert answer["job"]["brief"]["prompt"] == "short kick"


def test_a_trigger_by_http_is_told_apart_from_a_command(channel):
    channel.ask("POST", "/v1/triggers", {"pad": "kick"})
    assert channel.engine.requests[0].origin == "http"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"prmpt": "x"}, 'prmpt: unknown field; did you mean "prompt"?'),
        ({"prompt": "x" * 2_001}, "prompt: has 2,001 characters; at most 2,000 are read"),
        ({"prompt": "a\x00b"}, "prompt: contains control characters"),
        ({"prompt": "\ud800"}, "prompt: contains control characters"),
        ({"prompt": 3}, "prompt: write a text in quotes, not 3"),
        ({"seed": "9"}, 'seed: write a whole number, not "9"'),
        ({"seed": True}, "seed: write a whole number, not true"),
        ({"mapping": "drums"}, "mapping: write 'drum' or 'keys', not \"drums\""),
        ({"note": 36.5}, "note: write a whole number, not 36.5"),
        ({"a": 1, "b": 2}, "b: unknown field"),
    ],
)
def test_a_wrong_field_is_named(channel, body, named):
    status, answer = channel.ask("POST", "/v1/triggers", body)
    assert status == 400
    assert named in answer["error"]["message"]
    assert answer["error"]["type"] == "RequestError"
    assert "prompt" in answer["error"]["hint"]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff\xfe", b"[" * 500_000, b'{"seed": 1' + b"0" * 9_000])
def test_a_body_that_is_no_object_is_refused(channel, body):
    status, answer = channel.ask("POST", "/v1/triggers", body)
    assert status == 400
    assert answer["error"]["message"]


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999"])
def test_a_number_that_is_none_is_refused(channel, number):
    status, answer = channel.ask("POST", "/v1/triggers", b'{"pad": "kick", "energy": ' + number + b"}")
    assert status == 400
    assert answer["error"]["message"].startswith("energy: write a number, not ")


def test_what_the_engine_refuses_keeps_its_message_and_hint(channel):
    status, answer = channel.ask("POST", "/v1/triggers", {"pad": "kik"})
    assert status == 404
    assert answer == {
        "error": {"message": "There is no pad 'kik'.", "hint": "Did you mean kick?", "type": "NotFoundError"}
    }


def test_the_same_ref_is_the_same_job(channel):
    first, second = (channel.ask("POST", "/v1/triggers", {"pad": "kick", "ref": "r"})[1] for _ in range(2))
    assert first == second


def test_waiting_for_a_job_returns_when_it_ends(channel):
    job = channel.ask("POST", "/v1/triggers", {"pad": "kick"})[1]["job"]["id"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(channel.ask, "GET", f"/v1/jobs/{job}?wait=30")
        wait_until(lambda: channel.engine.waiting)
        channel.loop.call_soon_threadsafe(channel.engine.finish, job)
        status, answer = waiting.result(PATIENCE_SECONDS)
    assert (status, answer["job"]["state"]) == (200, "ready")


def test_waiting_ends_with_the_patience(channel):
    job = channel.ask("POST", "/v1/triggers", {"pad": "kick"})[1]["job"]["id"]
    status, answer = channel.ask("GET", f"/v1/jobs/{job}?wait=0.2")
    assert (status, answer["job"]["state"]) == (200, "queued")
    assert channel.engine.waits == [0.2]


@pytest.mark.parametrize("wait", ["61", "-1", "nan", "inf", "soon"])
def test_nobody_waits_longer_than_a_minute(channel, wait):
    status, answer = channel.ask("GET", f"/v1/jobs/j-aaaaaaaaaaaa?wait={wait}")
    assert status == 400
    assert "wait: " in answer["error"]["message"]


def test_a_stop_answers_those_who_wait_long_before_their_patience_ends(own_channel):
    job = own_channel.ask("POST", "/v1/triggers", {"pad": "kick"})[1]["job"]["id"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(own_channel.ask, "GET", f"/v1/jobs/{job}?wait=60")
        wait_until(lambda: own_channel.engine.waiting)
        own_channel.run(own_channel.server.close())
        assert waiting.result(PATIENCE_SECONDS)[1]["job"]["state"] == "queued"


def test_a_stop_answers_those_who_wait_for_the_end_of_a_sound(own_channel):
    own_channel.audition.endless = True
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(own_channel.ask, "POST", "/v1/play", {"sound": "kick", "wait": 60})
        wait_until(lambda: own_channel.audition.played)
        own_channel.run(own_channel.server.close())
        assert waiting.result(PATIENCE_SECONDS) == (200, {"heard": {"seconds": 1.5, "output": "Headphones"}})


@pytest.mark.parametrize("fields", [
    {}, {"sound": ""}, {"sound": "kick", "level": 1}, {"sound": "kick", "channel": 0}, {"sound": "kick", "wait": 61},
    {"sound": "x" * 5_000}, {"sound": 7},
])  # fmt: skip
def test_a_wrong_wish_to_hear_something_is_refused_before_the_device_is_touched(channel, fields):
    status, answer = channel.ask("POST", "/v1/play", fields)
    assert (status, answer["error"]["type"]) == (400, "RequestError")
    assert not channel.audition.played


def test_a_daemon_without_a_loudspeaker_says_so(tmp_path, channel):
    from bridge.ports import Mute

    channel.run(Mute().silence())
    with pytest.raises(BridgeError, match="Nothing can be heard"):
        channel.run(Mute().play("kick"))


def test_a_sound_goes_its_whole_way(channel):
    job = channel.ask("POST", "/v1/triggers", {"pad": "bell"})[1]["job"]["id"]
    channel.loop.call_soon_threadsafe(channel.engine.finish, job)
    assert channel.ask("GET", f"/v1/jobs/{job}?wait=30")[1]["job"]["state"] == "ready"
    (sample,) = channel.ask("GET", f"/v1/samples?job={job}")[1]["samples"]
    name = sample["id"]
    assert sample["file"] == f"/music/Oneshot Bridge/samples/bell/{name}.wav"
    assert (sample["analysis"]["root"], sample["analysis"]["cents"]) == (69, -3.25)
    assert sample["verdicts"][0]["figure"] is None  # JSON has no −∞
    assert channel.ask("GET", f"/v1/samples/{name}")[1] == {
        "sample": sample, "sidecar": {"schema": 1, "id": name, "licence": "MIT"}
    }
    assert channel.ask("POST", f"/v1/samples/{name}/keep")[1]["sample"]["kept"] is True
    assert len(channel.ask("GET", "/v1/samples?kept=1")[1]["samples"]) == 1
    again = channel.ask("POST", "/v1/pads/bell/again", {"same_seed": True, "ref": "r2"})[1]["job"]
    assert (again["parent"], again["brief"]["seed"], again["ref"], again["origin"]) == (job, 7, "r2", "http")
    assert channel.ask("POST", "/v1/pads/bell/discard")[1]["sample"]["discarded"] is True
    assert channel.ask("POST", "/v1/pads/bell/keep")[0] == 404


@pytest.mark.parametrize("address", ["/v1/jobs/{job}/cancel", "/v1/pads/kick/cancel"])
def test_a_cancel_names_the_jobs_it_ended(channel, address):
    job = channel.ask("POST", "/v1/triggers", {"pad": "kick"})[1]["job"]["id"]
    (ended,) = channel.ask("POST", address.format(job=job))[1]["jobs"]
    assert (ended["id"], ended["state"], ended["reason"]) == (job, "cancelled", "user")


def test_a_cancel_that_comes_too_late_is_refused_for_a_job_and_empty_for_a_pad(channel):
    job = channel.ask("POST", "/v1/triggers", {"pad": "kick"})[1]["job"]["id"]
    channel.ask("POST", f"/v1/jobs/{job}/cancel")
    status, answer = channel.ask("POST", f"/v1/jobs/{job}/cancel")
    assert (status, answer["error"]["message"]) == (400, f"Job {job} can't be cancelled: it is cancelled.")
    assert channel.ask("POST", "/v1/pads/kick/cancel") == (200, {"jobs": []})


def test_lists_are_the_newest_first_and_as_long_as_asked(channel):
    jobs = [channel.ask("POST", "/v1/triggers", {"prompt": f"sound {n}"})[1]["job"]["id"] for n in range(3)]
    channel.ask("POST", f"/v1/jobs/{jobs[2]}/cancel")
    assert [job["id"] for job in channel.ask("GET", "/v1/jobs?limit=2")[1]["jobs"]] == [jobs[2], jobs[1]]
    assert [job["id"] for job in channel.ask("GET", "/v1/jobs?unfinished=true")[1]["jobs"]] == [jobs[1], jobs[0]]


def test_the_rooms_of_the_house_can_be_looked_into(channel):
    assert [pad["name"] for pad in channel.ask("GET", "/v1/pads")[1]["pads"]] == ["kick", "808", "bell"]
    kits = {"main": ["kick", "808", "bell"], "spare": ["kick"]}
    assert channel.ask("GET", "/v1/kits")[1] == {"kits": kits, "selected": "main"}
    assert channel.ask("POST", "/v1/kits/spare/select")[1] == {"kit": "spare", "pads": ["kick"]}
    assert channel.engine.kit == "spare"
    assert channel.ask("GET", "/v1/kits")[1]["selected"] == "spare"
    channel.engine.deliver("reaper", 1)
    assert channel.ask("GET", "/v1/deliveries?host=live")[1] == {"deliveries": []}
    assert channel.ask("GET", "/v1/deliveries?host=reaper")[1]["deliveries"][0]["target"] == "track:kick"
    assert channel.ask("GET", "/v1/models")[1]["models"][0]["capabilities"]["seconds"] == [0.05, 30.0]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "unfinshed=1"])
def test_a_wrong_query_is_named(channel, query):
    status, answer = channel.ask("GET", f"/v1/jobs?{query}")
    assert status == 400
    assert query.partition("=")[0] in answer["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [("GET", "/", 404), ("GET", "/v1/nothing", 404), ("DELETE", "/v1/jobs", 405), ("GET", "/v1/triggers", 405),
     ("GET", "/v1/jobs/j-aaaaaaaaaaaa", 404), ("GET", "/v1/samples/%2e%2e%2fetc", 404),
     ("POST", "/v1/kits/none/select", 404)],
)
def test_what_does_not_exist_says_so_in_json(channel, method, path, expected):
    status, answer = channel.ask(method, path)
    assert status == expected
    assert set(answer["error"]) == {"message", "hint", "type"}


@pytest.mark.parametrize(
    ("error", "expected"),
    [(StoreError("The disk is full."), 500), (ModelError("No answer.", retryable=True), 503),
     (BridgeError("Odd."), 500)],
)
def test_errors_have_the_status_of_their_kind(channel, error, expected):
    channel.engine.broken = error
    status, answer = channel.ask("POST", "/v1/triggers", {"pad": "kick"})
    assert (status, answer["error"]["type"]) == (expected, type(error).__name__)


def test_an_unexpected_break_is_answered_and_logged_and_the_next_one_is_served(channel, caplog):
    channel.engine.broken = ZeroDivisionError("secret detail")
    with caplog.at_level(logging.ERROR):
        status, answer = channel.ask("POST", "/v1/triggers", {"pad": "kick"})
    assert status == 500
    assert "ZeroDivisionError" in answer["error"]["message"]
    assert "secret detail" not in str(answer)
    assert "secret detail" in caplog.text
    channel.engine.broken = None
    assert channel.ask("POST", "/v1/triggers", {"pad": "kick"})[0] == 200
