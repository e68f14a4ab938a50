"""What is wrong around the daemon: it says so with the cure, or it waits, and loses nothing."""

from __future__ import annotations

import socket
import time


def test_a_taken_osc_port_is_named_and_nothing_starts(daemon) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        daemon.config.write_text(daemon.config.read_text().replace("[osc]\nport = 0", f"[osc]\nport = {port}"))
        refused = daemon.run("run")
    assert refused.returncode == 6
    assert str(port) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_broken_config_is_explained_all_at_once(daemon) -> None:
    daemon.config.write_text(daemon.config.read_text() + "\n[pads.snare]\nprompt = 'x'\nbussy = 1\n[oscc]\n")
    refused = daemon.run("run")
    assert refused.returncode == 5
    assert "bussy" in refused.stderr
    assert "busy" in refused.stderr
    assert "oscc" in refused.stderr


def test_a_library_on_a_missing_drive_is_named_with_the_cure(daemon) -> None:
    daemon.config.write_text(daemon.config.read_text().replace(daemon.library.as_posix(), "/no-such-drive/sounds"))
    refused = daemon.run("run")
    assert refused.returncode == 1
    assert "/no-such-drive" in refused.stderr


def test_a_folder_that_is_away_for_a_moment_costs_time_and_not_the_sound(daemon) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    away = daemon.folder / "unplugged"
    daemon.library.rename(away)
    listener.send("/oneshot/pad/kick")
    told = listener.hear_until("/oneshot/error")
    assert any(str(daemon.library) in str(values) for address, values in told if address == "/oneshot/error")
    assert not daemon.library.exists(), "a library was made anew in the place of the one that is away"
    time.sleep(0.3)
    away.rename(daemon.library)
    listener.hear_until("/oneshot/job/ready")
    assert len(list(daemon.library.glob("samples/kick/*.wav"))) == 2
