"""The daemon ends in order when it is asked once, at once when it is asked twice, and in any case."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from support.patience import PATIENCE_SECONDS, wait_until


def add(daemon, text: str) -> None:
    daemon.config.write_text(daemon.config.read_text() + text)


@pytest.fixture
def hanging(daemon):
    """A model of the config whose server takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        add(daemon, f"""
[models.never]
provider = "cog"
like = "stable-audio-open"
servers = ["http://127.0.0.1:{server.getsockname()[1]}"]
[pads.never]
prompt = "never"
model = "never"
""")
        daemon.config.write_text(daemon.config.read_text().replace("[jobs]", "[jobs]\nfinish_seconds = 60"))
        yield


def is_at_it(daemon) -> bool:
    return any(job["state"] == "generating" for job in daemon.get("jobs", unfinished=True))


def test_what_is_being_made_is_finished_before_the_end(daemon) -> None:
    daemon.configure()
    daemon.config.write_text(daemon.config.read_text().replace("[jobs]", "[jobs]\nfinish_seconds = 60"))
    daemon.start()
    listener = daemon.listener()
    listener.send("/oneshot/pad/kick")
    heard = listener.hear_until("/oneshot/job/accepted")
    assert daemon.stop() == 0
    # Whoever listens by OSC hears the end of it, and the file is there.
    heard = [*heard, *listener.hear_until("/oneshot/job/ready")]
    assert list(daemon.library.glob("samples/kick/*.wav"))
    assert "ready" in (daemon.state / "logs" / "oneshot.log").read_text()


@pytest.mark.usefixtures("hanging")
def test_asked_twice_it_ends_at_once_and_the_next_start_goes_on(daemon) -> None:
    daemon.start()
    daemon.listener().send("/oneshot/pad/never")
    wait_until(lambda: is_at_it(daemon))
    daemon.process.send_signal(signal.SIGINT)
    wait_until(lambda: any("Ctrl-C again" in line for line in daemon.lines()))
    refused = daemon.run("trigger", "kick")
    assert "stopping" in refused.stderr
    assert daemon.process.poll() is None
    daemon.process.send_signal(signal.SIGINT)
    daemon.process.wait(PATIENCE_SECONDS)  # finish_seconds is twice as long
    daemon.start()
    assert any("resumed  1" in line for line in daemon.said)
    assert is_at_it(daemon)


@pytest.mark.usefixtures("hanging")
def test_what_does_not_end_is_waited_for_only_as_long_as_the_config_says(daemon) -> None:
    daemon.config.write_text(daemon.config.read_text().replace("finish_seconds = 60", "finish_seconds = 0.2"))
    daemon.start()
    daemon.listener().send("/oneshot/pad/never")
    wait_until(lambda: is_at_it(daemon))
    assert daemon.stop() == 0
    assert "with 1 job(s) under way" in (daemon.state / "logs" / "oneshot.log").read_text()


def test_a_text_that_comes_to_the_inbox_during_the_stop_is_not_refused(daemon) -> None:
    daemon.start()
    (daemon.library / "inbox" / "late.txt").write_text("kick")
    assert daemon.stop() == 0
    assert not list(daemon.library.glob("inbox/failed/**/late*"))


def test_whatever_hangs_in_it_it_ends() -> None:
    stuck = "import time; from bridge.daemon import Ending; Ending().within(0.05); time.sleep(600)"
    assert subprocess.run([sys.executable, "-c", stuck], timeout=PATIENCE_SECONDS, check=False).returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a process is asked to end there by another way")
def test_a_reader_of_its_words_that_goes_away_ends_nothing(daemon) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", "--config", str(daemon.config), "run"], cwd=daemon.folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    while not process.stdout.readline().startswith("Try"):
        assert process.poll() is None
    process.stdout.close()
    add(daemon, '[pads.late]\nprompt = "late snare"\n')  # the daemon says so, and nobody reads it
    wait_until(lambda: "late" in [pad["name"] for pad in daemon.get("pads")])
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in process.stderr.read() + (daemon.state / "logs" / "oneshot.log").read_text()
    process.stderr.close()
