"""`oneshot jobs --follow`: what happens, line by line, until Ctrl-C, and over a restart of the daemon."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from bridge.cli import following
from bridge.cli.following import Follower
from support.patience import PATIENCE_SECONDS, wait_until


@pytest.fixture
def followed(home, daemon, engine):
    """Runs the command in a process of its own; yields its lines as they come."""

    @contextmanager
    def run(*options):
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge", "--config", str(home.config), "jobs", "--follow", *options], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"NO_COLOR": "1"},
        )
        try:
            wait_until(lambda: engine._listeners)
            yield process
        finally:
            process.kill()
            process.communicate()

    return run


def test_people_see_a_line_for_everything_and_ctrl_c_is_no_failure(followed, home):
    with followed() as process:
        job = home.json("trigger", "kick")["jobs"][0]
        lines = [process.stdout.readline().split()[1:] for _ in range(4)]
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert lines == [[job["id"], "kick", "accepted"],
                     [job["id"], "kick", "generating", "50", "%"],
                     [job["id"], "kick", "sample", job["samples"][0]["id"]],
                     [job["id"], "kick", "ready"]]
    assert (rest, errors, process.returncode) == ("", "", 0)


def test_scripts_get_a_line_of_json_each_and_can_come_back(followed, home):
    first = home.json("trigger", "kick")["jobs"][0]
    with followed("--json", "--after", "1") as process:
        second = home.json("trigger", "bell")["jobs"][0]
        told = [json.loads(process.stdout.readline()) for _ in range(5)]
    assert [one["kind"] for one in told[:4]] == ["sample", "ready", "accepted", "progress"]
    assert [one["job"] for one in told] == [first["id"]] * 2 + [second["id"]] * 3


def test_what_is_under_way_is_told_first(followed, home, engine):
    engine.eager = False
    home.run("trigger", "kick", "--no-wait")
    with followed() as process:
        (job,) = engine.all_jobs
        assert process.stdout.readline().split() == [job, "kick", "queued"]


def test_without_a_daemon_there_is_nothing_to_follow(home):
    result = home.run("jobs", "--follow")
    assert result.exit_code == 4
    assert "oneshot run" in result.stderr


def test_a_lost_daemon_is_waited_for_and_nothing_stored_is_missed(home, daemon, engine, monkeypatch):
    monkeypatch.setattr(following, "LOOK_AGAIN_SECONDS", 0.01)
    told: list[dict] = []
    lost: list[str] = []
    broken = threading.Event()

    class Watched(Follower):
        def _tell(self, event):
            told.append(event)
            if event["kind"] == "ready" and not broken.is_set():
                broken.set()
                raise following.NoDaemonError("The daemon has stopped.")
            if len(told) >= 6:
                raise KeyboardInterrupt

    monkeypatch.setattr(following.say, "aside", lost.append)

    def follow() -> None:
        with pytest.raises(KeyboardInterrupt):
            watched.follow()

    follower = threading.Thread(target=follow)
    watched = Watched(home.state, after=None, as_json=True)
    follower.start()
    wait_until(lambda: engine._listeners)
    home.json("trigger", "kick")
    wait_until(broken.is_set)
    home.json("trigger", "kick")
    follower.join(PATIENCE_SECONDS)
    assert lost == ["The daemon has stopped. Waiting for it to come back."]
    ids = [one["id"] for one in told if one["id"]]
    assert ids == sorted(set(ids))
    assert ids[:4] == [1, 2, 3, 4]
