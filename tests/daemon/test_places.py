"""Folders that misbehave while the daemon runs: it says so with the cure, loses nothing, writes nowhere else, and goes
on by itself when the trouble ends."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from support.disks import CanNotMountError, write_protected
from support.patience import wait_until


def picture(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def end(daemon, listener) -> None:
    """Waits until no job is unfinished, and holds that none failed."""
    wait_until(lambda: not daemon.get("jobs", unfinished=True), seconds=60)
    assert {job["state"] for job in daemon.get("jobs", limit=100)} == {"ready"}


def test_a_folder_that_became_read_only_holds_sounds_back_and_gets_them_when_it_can_be_written(daemon) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    try:
        with write_protected(daemon.library):
            listener.send("/oneshot/pad/kick")
            told = listener.hear_until("/oneshot/error")[-1][1]
            assert "may not be changed" in told[0]
            assert "write permission" in told[1]
            sick = json.loads(daemon.run("doctor", "--json").stdout)
            assert any(check["name"] == "library" and check["state"] == "broken" for check in sick["checks"])
    except CanNotMountError as problem:
        pytest.skip(str(problem))
    listener.hear_until("/oneshot/job/ready")
    end(daemon, listener)
    assert len(list(daemon.library.glob("samples/kick/*.wav"))) == 2


def test_a_network_folder_that_stalls_holds_up_its_sounds_and_nothing_else(daemon, network_folder) -> None:
    daemon.library = network_folder.folder / "sounds"
    daemon.configure()
    listener = daemon.start().listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    network_folder.stall()
    try:
        listener.send("/oneshot/pad/bass")
        listener.hear_until("/oneshot/job/accepted")
        for _ in range(5):
            listener.send("/oneshot/ping")
            listener.hear_until("/oneshot/pong")
        assert [sample["pad"] for sample in daemon.get("samples")] == ["kick"]
        assert [pad["name"] for pad in daemon.get("pads")] == ["kick", "hat", "bass"]
    finally:
        network_folder.go_on()
    listener.hear_until("/oneshot/job/ready")
    end(daemon, listener)


def test_another_library_in_its_place_is_not_written_and_a_cloud_may_leave_its_copies(daemon) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    away = daemon.folder / "away"
    daemon.library.rename(away)
    # The other one is a copy with an id of its own: whoever looks only at the folders would write to it.
    shutil.copytree(away, daemon.library)
    (daemon.library / ".oneshot-bridge" / "library.json").write_text('{"schema": 1, "id": "another"}')
    before = picture(daemon.library)
    listener.send("/oneshot/pad/kick")
    told = listener.hear_until("/oneshot/error")[-1][1]
    assert "another one" in told[0]
    assert picture(daemon.library) == before
    shutil.rmtree(daemon.library)
    away.rename(daemon.library)
    listener.hear_until("/oneshot/job/ready")
    end(daemon, listener)

    wav = next(daemon.library.glob("samples/kick/*.wav"))
    for file in (wav, wav.with_suffix(".json"), daemon.library / "kits" / "main.sfz"):
        shutil.copy(file, file.with_stem(f"{file.stem} (Ada's conflicted copy 2026-11-21)"))
        shutil.copy(file, file.with_stem(f"{file.stem}.sync-conflict-20261121-101112-ABCDEFG"))
    (wav.parent / f".{wav.name}.icloud").touch()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    end(daemon, listener)
    assert len(daemon.get("samples")) == 3
    assert "conflict" not in (daemon.library / "kits" / "main.sfz").read_text()
    checks = json.loads(daemon.run("doctor", "--json").stdout)["checks"]
    assert any("6 cop(ies) that a cloud service made" in check["text"] for check in checks)
    assert any("lie in the cloud only" in check["text"] for check in checks)


def test_a_library_on_another_disk_goes_on_where_it_was_and_nobody_else_may_have_it(daemon, tmp_path) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    second = daemon.run("run")
    assert second.returncode == 6
    assert f"in use by process {daemon.process.pid}" in second.stderr
    listener.send("/oneshot/ping")
    listener.hear_until("/oneshot/pong")
    daemon.kill()
    elsewhere = tmp_path / "other disk" / "Sounds"
    elsewhere.parent.mkdir()
    shutil.move(daemon.library, elsewhere)
    daemon.library = elsewhere
    daemon.configure()
    listener = daemon.start().listener()
    assert [Path(sample["file"]).is_file() for sample in daemon.get("samples")] == [True]
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    assert len(list(elsewhere.glob("samples/kick/*.wav"))) == 2


@pytest.mark.parametrize("mount_point", [False, True])
def test_a_library_that_is_away_at_the_start_is_waited_for_and_none_is_made_there(daemon, mount_point) -> None:
    listener = daemon.start().listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/accepted")
    daemon.kill()
    away = daemon.folder / "away"
    daemon.library.rename(away)
    if mount_point:
        daemon.library.mkdir()

    daemon.launch()
    assert "oneshot library new" in daemon.until_said(f"The library {daemon.library} is away")
    refused = daemon.run("trigger", "kick")
    assert refused.returncode != 0
    assert "Connect its drive" in refused.stderr
    checks = json.loads(daemon.run("doctor", "--json").stdout)["checks"]
    assert any("is away" in check["text"] and "Connect its drive" in check["cure"] for check in checks)
    assert daemon.library.exists() is mount_point
    if mount_point:
        daemon.library.rmdir()  # fails where anything was written into it
    assert daemon.stop() == 0

    daemon.launch()
    daemon.until_said("is away")
    away.rename(daemon.library)
    daemon.until_said("Try")
    end(daemon, daemon.listener())
    assert len(daemon.get("samples")) == 2


def test_a_library_that_is_gone_for_good_gives_way_to_a_new_one_or_to_another_folder(daemon) -> None:
    daemon.start()
    assert daemon.run("library", "new").returncode != 0
    assert daemon.stop() == 0
    shutil.rmtree(daemon.library)
    daemon.launch()
    daemon.until_said("is away")
    made = daemon.run("library", "new")
    assert made.stdout == f"A new library was made: {daemon.library}\n"
    daemon.until_said("Try")
    listener = daemon.listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    assert daemon.stop() == 0

    shutil.rmtree(daemon.library)
    daemon.launch()
    daemon.until_said("is away")
    daemon.library = daemon.folder / "Elsewhere"
    daemon.configure()
    daemon.until_said("Try")
    assert daemon.library.is_dir()


@pytest.mark.parametrize(("door", "kind"), [("osc", socket.SOCK_DGRAM), ("control", socket.SOCK_STREAM)])
def test_a_second_library_with_the_same_ports_is_refused_and_stays_as_it_is(daemon, door, kind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        daemon.config.write_text(daemon.config.read_text().replace(f"[{door}]\nport = 0", f"[{door}]\nport = {port}"))
        refused = daemon.run("run")
    assert refused.returncode == 6
    assert str(port) in refused.stderr
    assert not list(daemon.library.glob("samples/*/*"))
