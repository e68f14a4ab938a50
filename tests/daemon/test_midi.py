"""The main job by MIDI: another program plays a note on a real JACK server, and the daemon makes that pad's sound."""

from __future__ import annotations

import json

import pytest

from support.patience import wait_until


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
