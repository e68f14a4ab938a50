"""A config that is saved while the daemon runs: it counts, nothing is lost, and mistakes cost nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from support.patience import PATIENCE_SECONDS, wait_until


def save(daemon, change, *, rename: bool = True, seen: bool = False) -> None:
    """Saves the config as editors do: a new file in the place of the old one, or written in place.

    The daemon is told, for haste; `seen` leaves it to find out by itself.
    """
    text = change(daemon.config.read_text())
    if rename:
        beside = daemon.config.with_suffix(".new")
        beside.write_text(text)
        os.replace(beside, daemon.config)
    else:
        daemon.config.write_text(text)
    if not seen and hasattr(signal, "SIGHUP"):
        daemon.process.send_signal(signal.SIGHUP)


def said(daemon, words: str) -> str:
    """Waits until the daemon has said a line with some words."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for line in daemon.lines():
            if words in line:
                return line
        time.sleep(0.02)
    raise AssertionError(f"{words!r} was not said, only {daemon.said}")


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
    fresh = '\n[pads.fresh]\nprompt = "short dry clap"\npad_note = 70\n'
    save(daemon, lambda text: text + fresh, rename=rename, seen=True)
    assert "pads.fresh" in said(daemon, "The config was read again")
    listener.send("/oneshot/pad/fresh", 100)
    assert dict(listener.hear_until("/oneshot/job/ready"))["/oneshot/sample/ready"][6] == "fresh"


def test_a_mistake_is_said_and_the_old_config_goes_on_until_it_is_mended(daemon) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/subscribe", listener.port)
    save(daemon, lambda text: text + "\n[budgt]\nday = 1\n", seen=True)
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
    wait_until(lambda: len(daemon.get("jobs")) == 8)
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
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken, open_port = other.getsockname()[1], free_port()
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


def test_what_needed_a_new_start_needs_none_when_it_is_taken_back(daemon) -> None:
    daemon.start()
    save(daemon, lambda text: text.replace("workers = 2", "workers = 1"))
    said(daemon, "Takes effect at the next start: jobs.workers")
    save(daemon, lambda text: text.replace("workers = 1", "workers = 2"))
    wait_until(lambda: sum("read again: jobs.workers" in line for line in daemon.lines()) == 2)
    assert status(daemon)["notices"] == []


def test_who_listens_by_osc_goes_on_hearing_when_the_door_moves(daemon) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/subscribe", listener.port)
    listener.send("/oneshot/ping")
    listener.hear_until("/oneshot/pong")
    port = free_port()
    save(daemon, lambda text: text.replace("[osc]\nport = 0", f"[osc]\nport = {port}"))
    said(daemon, "osc.port")
    assert daemon.run("trigger", "kick").returncode == 0
    assert listener.hear_until("/oneshot/job/ready")


def test_the_command_line_finds_a_control_channel_that_moved(daemon) -> None:
    daemon.start()
    port = free_port(socket.SOCK_STREAM)
    save(daemon, lambda text: text.replace("[control]\nport = 0", f"[control]\nport = {port}"))
    said(daemon, "control.port")
    assert json.loads((daemon.state / "control.json").read_text())["url"] == f"http://127.0.0.1:{port}"
    assert "kick" in daemon.run("pads").stdout


def test_a_file_that_is_gone_changes_nothing_and_counts_again_when_it_is_back(daemon) -> None:
    listener = daemon.start().listener()
    text = daemon.config.read_text()
    daemon.config.unlink()
    said(daemon, "there is no such file")
    listener.send("/oneshot/pad/kick", 100)
    listener.hear_until("/oneshot/job/ready")
    daemon.config.write_text(text)
    said(daemon, "The config is right again, and as it was.")
    assert status(daemon)["notices"] == []


def test_a_pad_that_will_be_refused_is_said_when_it_is_saved(daemon) -> None:
    daemon.start()
    save(daemon, lambda text: text + '\n[pads.fresh]\nprompt = "clap"\nmodel = "synht"\n')
    assert 'did you mean "synth"?' in said(daemon, "pads.fresh.model: there is no model 'synht'")
    save(daemon, lambda text: text.replace("synht", "synth"))
    said(daemon, "read again: pads.fresh.model")
    assert status(daemon)["notices"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no hang-up")
def test_a_closed_terminal_ends_the_daemon_and_a_mere_hangup_has_the_config_read(daemon) -> None:
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", "--config", str(daemon.config), "run"], stdin=theirs, stdout=subprocess.PIPE,
        text=True, start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        lines = iter(process.stdout.readline, "")
        next(line for line in lines if line.startswith("Try"))
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace("round synth bass", "thin synth bass"))
        process.send_signal(signal.SIGHUP)
        assert "pads.bass.prompt" in next(line for line in lines if "read again" in line)
        os.close(ours)
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
