"""The main job by MIDI: another program plays a note on a real JACK server, and the daemon makes that pad's sound."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from support.patience import PATIENCE_SECONDS, wait_until

FLOOD_SECONDS = 3.0
NOTES_A_SECOND = 1_000


def test_a_note_through_jack_makes_a_sound_for_its_pad_with_the_velocity_as_energy(
    daemon, jack, keyboard, connect
) -> None:
    daemon.start(midi=True)
    port = daemon.listens("MIDI")
    connect("keyboard:keys", f"{port}:{port}")

    release, no_pad, hat, bass = [0x90, 36, 0], [0x90, 99, 100], [0x90, 42, 64], [0x9F, 48, 127]
    for message in (release, no_pad, hat, bass):
        keyboard.send_message(message)
    sidecars = daemon.library / "samples"
    wait_until(lambda: len(list(sidecars.glob("*/*.json"))) == 2 and not daemon.get("jobs", unfinished=True))

    made = {sidecar.parent.name: json.loads(sidecar.read_text()) for sidecar in sidecars.glob("*/*.json")}
    assert {pad: sidecar["brief"]["energy"] for pad, sidecar in made.items()} == {
        "hat": pytest.approx(64 / 127), "bass": 1.0,
    }
    assert {pad: sidecar["brief"]["pad_note"] for pad, sidecar in made.items()} == {"hat": 42, "bass": 48}
    wavs = sorted(sidecars.glob("*/*.wav"))
    assert wavs == sorted(daemon.library / sidecar["path"] for sidecar in made.values())
    assert all(wav.with_suffix(".json").is_file() and wav.stat().st_size > 1_000 for wav in wavs)
    assert {job["origin"] for job in daemon.get("jobs")} == {"midi"}
    assert daemon.stop() == 0


def test_a_flood_of_notes_is_survived_in_bounded_memory_and_what_was_accepted_is_kept(
    daemon, jack, keyboard, connect
) -> None:
    daemon.start(midi=True)
    port = daemon.listens("MIDI")
    connect("keyboard:keys", f"{port}:{port}")
    before = memory_mib(daemon.process.pid)
    begun, sent = time.monotonic(), 0
    while (now := time.monotonic() - begun) < FLOOD_SECONDS:
        while sent < now * NOTES_A_SECOND:
            # Every note another channel or pad: the same again at once would be taken for a bounce.
            keyboard.send_message([0x90 | sent % 16, (36, 42, 48)[sent % 3], 1 + sent % 127])
            sent += 1
        time.sleep(0.002)

    # It lives and answers, and what it has accepted is on the disk: another process finds it after a crash.
    assert daemon.get("pads")
    assert memory_mib(daemon.process.pid) - before < 60
    accepted = {job["id"] for job in daemon.get("jobs", limit=1_000)}
    assert len(accepted) > 100
    daemon.kill()
    daemon.start(midi=True)
    known = daemon.get("jobs", limit=1_000)
    assert len(known) == 1_000 or accepted <= {job["id"] for job in known}
    told = [line for line in (daemon.folder / "stderr.txt").read_text().splitlines() if "MIDI:" in line]
    assert len(told) <= 2 * FLOOD_SECONDS + 2, told
    dropped = sum(int(number) for line in told for number in re.findall(r"MIDI: (\d+) messages were dropped", line))
    assert dropped < sent


def memory_mib(process: int) -> float:
    """Returns how much memory of its own a process holds."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def test_a_note_is_learnt_through_the_running_daemon(daemon, jack, keyboard, connect) -> None:
    daemon.start(midi=True)
    port = daemon.listens("MIDI")
    connect("keyboard:keys", f"{port}:{port}")
    seen = json.loads(daemon.run("midi", "ports", "--json").stdout)
    assert (seen["live"], seen["system"], seen["open_inputs"]) == (True, "jack", [port])
    assert "keyboard:keys" in seen["inputs"]

    stop = threading.Event()

    def play() -> None:
        while not stop.wait(0.1):
            keyboard.send_message([0x90, 61, 100])

    playing = threading.Thread(target=play)
    playing.start()
    learning = subprocess.run(
        [sys.executable, "-m", "bridge", "--config", str(daemon.config), "midi", "learn", "--port", port, "hat",
         "--json"], cwd=daemon.folder, text=True, capture_output=True, timeout=PATIENCE_SECONDS, check=True,
    )
    heard = daemon.run("midi", "monitor", "--seconds", "1").stdout
    stop.set()
    playing.join()
    assert json.loads(learning.stdout)["pad_note"] == 61
    assert "pad_note = 61" in daemon.config.read_text()
    # The note reaches the bridge twice: through its own port, and from the keyboard that the command listens to itself.
    # Before the daemon has taken up the config it is no pad's, afterwards the pad's.
    assert f"note 61 channel 1 velocity 100 ({port}): " in heard
    assert daemon.stop() == 0
