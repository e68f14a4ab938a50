"""A config that is saved while the daemon runs: it counts, nothing is lost, and mistakes cost nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
import urllib.request

import pytest

from support.patience import PATIENCE_SECONDS


def save(daemon, change, *, rename: bool = True) -> None:
    """Saves the config as editors do: a new file in the place of the old one, or written in place."""
    text = change(daemon.config.read_text())
    if not rename:
        daemon.config.write_text(text)
        return
    beside = daemon.config.with_suffix(".new")
    beside.write_text(text)
    os.replace(beside, daemon.config)


def said(daemon, words: str) -> str:
    """Waits until the daemon has said a line with some words."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for line in daemon.lines():
            if words in line:
                return line
        time.sleep(0.02)
    raise AssertionError(f"{words!r} was not said, only {daemon.said}")


def status(daemon) -> dict:
    credentials = json.loads((daemon.state / "control.json").read_text())
    request = urllib.request.Request(
        f"{credentials['url']}/v1/status", headers={"Authorization": f"Bearer {credentials['token']}"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)


@pytest.mark.parametrize("rename", [True, False], ids=["by rename", "in place"])
def test_a_new_pad_can_be_pressed_as_soon_as_it_is_saved(daemon, rename) -> None:
    listener = daemon.start().listener()
    save(daemon, lambda text: text + '\n[pads.fresh]\nprompt = "short dry clap"\npad_note = 70\n', rename=rename)
    assert "pads.fresh" in said(daemon, "The config was read again")
    listener.send("/oneshot/pad/fresh", 100)
    assert dict(listener.hear_until("/oneshot/job/ready"))["/oneshot/sample/ready"][6] == "fresh"


def test_a_mistake_is_said_and_the_old_config_goes_on_until_it_is_mended(daemon) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/subscribe", listener.port)
    save(daemon, lambda text: text + "\n[budgt]\nday = 1\n")
    said(daemon, 'budgt: unknown key; did you mean "budget"?')
    assert "budgt" in listener.hear_until("/oneshot/error")[-1][1][0]
    assert any("budgt" in notice for notice in status(daemon)["notices"])
    listener.send("/oneshot/pad/kick", 100)
    listener.hear_until("/oneshot/job/ready")
    save(daemon, lambda text: text.replace("[budgt]", "[budget]"))
    assert "budget.day" in said(daemon, "The config was read again")
    assert status(daemon)["notices"] == []


def test_a_job_under_way_keeps_its_brief_and_is_not_lost(daemon) -> None:
    listener = daemon.start().listener()
    for _ in range(8):
        listener.send("/oneshot/pad/bass", 100)
    save(daemon, lambda text: text.replace("round synth bass", "thin synth bass"))
    said(daemon, "pads.bass.prompt")
    jobs = []
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and (len(jobs) < 8 or any(job["state"] != "ready" for job in jobs)):
        jobs = daemon.get("jobs")
        time.sleep(0.05)
    assert [job["state"] for job in jobs] == ["ready"] * 8
    assert {job["brief"]["prompt"] for job in jobs} == {"round synth bass"}
    daemon.run("trigger", "bass")
    assert daemon.get("jobs")[0]["brief"]["prompt"] == "thin synth bass"


def test_a_door_moves_and_one_that_can_not_stays_where_it_was(daemon) -> None:
    daemon.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, socket.socket(type=socket.SOCK_DGRAM) as free:
        other.bind(("127.0.0.1", 0))
        free.bind(("127.0.0.1", 0))
        taken, open_port = other.getsockname()[1], free.getsockname()[1]
        free.close()
        save(daemon, lambda text: text.replace("[osc]\nport = 0", f"[osc]\nport = {open_port}"))
        said(daemon, "osc.port")
        there = f"OSC      udp 127.0.0.1:{open_port}"
        assert there in status(daemon)["listening"]
        save(daemon, lambda text: text.replace(f"port = {open_port}", f"port = {taken}"))
        said(daemon, "osc stays as it was")
        assert there in status(daemon)["listening"]


def test_what_needs_a_new_start_is_said_and_nothing_moves(daemon, tmp_path) -> None:
    listener = daemon.start().listener()
    save(daemon, lambda text: text.replace(daemon.library.as_posix(), (tmp_path / "Elsewhere").as_posix()))
    said(daemon, "library.folder")
    assert "library.folder" in " ".join(status(daemon)["notices"])
    listener.send("/oneshot/pad/kick", 100)
    path = dict(listener.hear_until("/oneshot/job/ready"))["/oneshot/sample/ready"][1]
    assert path.startswith(str(daemon.library))


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="this system has no /proc")
def test_reading_again_and_again_leaves_no_files_open(daemon) -> None:
    daemon.start()
    pid = daemon.process.pid
    save(daemon, lambda text: text + "\n[song]\nbpm = 100\n")
    said(daemon, "song")
    before = len(os.listdir(f"/proc/{pid}/fd"))
    for bpm in range(101, 121):
        save(daemon, lambda text, bpm=bpm: text.replace(f"bpm = {bpm - 1}", f"bpm = {bpm}"))
        daemon.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and len([line for line in daemon.lines() if "song.bpm" in line]) < 15:
        time.sleep(0.05)
    assert len(os.listdir(f"/proc/{pid}/fd")) <= before + 2
