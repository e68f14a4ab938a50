"""A store that is damaged costs a moment: the daemon builds it anew, by itself, and goes on with all that was there."""

from __future__ import annotations

import json
from pathlib import Path

from support.patience import wait_until


def store_of(daemon) -> Path:
    return next(daemon.state.glob("libraries/*/store.sqlite"))


def make(daemon, *pads: str) -> None:
    listener = daemon.listener()
    for pad in pads:
        listener.send(f"/oneshot/pad/{pad}")
        listener.hear_until("/oneshot/job/ready")


def seen(daemon) -> tuple[list[str], list[tuple[str, str]]]:
    samples = sorted(sample["id"] for sample in daemon.get("samples", limit=100))
    return samples, sorted((pad["name"], pad["current"]) for pad in daemon.get("pads"))


def test_a_store_that_is_damaged_while_the_daemon_runs_is_built_anew_and_it_goes_on(daemon) -> None:
    make(daemon.start(), "kick", "bass", "kick")
    before = seen(daemon)
    # A disk that gives back nothing of what was written: the file is too short from here on.
    with store_of(daemon).open("r+b") as file:
        file.truncate(4096 * 3)
    log = store_of(daemon).with_name("store.sqlite-wal")
    with log.open("r+b") as file:
        file.write(bytes(log.stat().st_size))
    listener = daemon.listener()
    listener.send("/oneshot/pad/hat")
    listener.hear(0.1)
    wait_until(lambda: any("built anew" in line for line in daemon.lines()))
    wait_until(lambda: sum(line.startswith("Try") for line in daemon.lines()) == 2)
    after = seen(daemon)
    assert set(before[0]) <= set(after[0])
    assert {pad: current for pad, current in after[1] if pad != "hat"} == {
        pad: current for pad, current in before[1] if pad != "hat"
    }
    daemon.said.reverse()  # the doors are elsewhere now: the last word counts
    make(daemon, "hat")
    refused = daemon.run("library", "repair")
    assert refused.returncode == 6, "a running daemon was repaired behind its back"
    assert "in use by process" in refused.stderr
    assert daemon.stop() == 0


def test_a_damaged_store_is_built_anew_by_the_start_and_doctor_says_so(daemon) -> None:
    make(daemon.start(), "kick", "bass")
    before = seen(daemon)
    daemon.stop()
    # What says that it is a store is whole; of the rest nothing is.
    whole = store_of(daemon).read_bytes()
    store_of(daemon).write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    sick = daemon.run("doctor", "--json")
    assert any(check["name"] == "store" and check["state"] == "broken" and "library repair" in check["cure"]
               for check in json.loads(sick.stdout)["checks"])
    daemon.start()
    assert seen(daemon) == before
    assert any("built anew: 2 sound(s)" in line for line in daemon.said)
    daemon.stop()
    told = [check for check in json.loads(daemon.run("doctor", "--json").stdout)["checks"] if check["name"] == "store"]
    assert [check["state"] for check in told] == ["ok", "notice"]
    assert "built anew" in told[1]["text"]


def test_sounds_from_another_library_are_taken_in_by_a_repair(daemon) -> None:
    make(daemon.start(), "kick")
    daemon.stop()
    path = next(daemon.library.glob("samples/kick/*.wav"))
    sidecar = json.loads(path.with_suffix(".json").read_text())
    other = {**sidecar, "id": "s-broughtherex", "path": "samples/kick/brought.wav"}
    (path.parent / "brought.wav").write_bytes(path.read_bytes())
    (path.parent / "brought.json").write_text(json.dumps(other))
    found = json.loads(daemon.run("doctor", "--json").stdout)["checks"]
    assert any("unknown" in check["text"] and "brought.wav" in check["text"] for check in found)
    repaired = daemon.run("library", "repair")
    assert "2 sound(s) are known" in repaired.stdout, repaired.stderr
