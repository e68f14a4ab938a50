"""The inbox of a real daemon: files become sounds in the library, once, whenever it is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from support.patience import PATIENCE_SECONDS, wait_until

KILLED_AT = {
    "when it is taken": "InboxDoor._hand_over = die_async",
    "before it is put away": "Place.keep = die",
    "after it is put away": "keep = Place.keep; Place.keep = lambda *args: (keep(*args), die())",
}
"""How a daemon dies that is about to do something; each by a real SIGKILL of its process."""
DYING = """
import os, signal
from bridge.triggers.inbox.door import InboxDoor
from bridge.triggers.inbox.place import Place

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

async def die_async(*_):
    die()

{how}
from bridge.cli import main
main()
"""


@pytest.fixture
def inbox(daemon):
    """The inbox of the daemon, which takes what has been quiet for a moment."""
    with daemon.config.open("a", encoding="utf-8") as config:
        config.write("[inbox]\nsettle_seconds = 0.3\n")
    return daemon.library / "inbox"


def tone(path, hz=110.0):
    t = np.arange(44_100) / 44_100
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.4 * np.exp(-3 * t) * sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 8)), 44_100)


def files(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("moment", KILLED_AT)
def test_killed_at_any_moment_a_file_becomes_one_job_and_one_sound(daemon, inbox, moment):
    inbox.mkdir(parents=True)
    (inbox / "deep.txt").write_text("short closed hat", encoding="utf-8")
    dying = subprocess.run(
        [sys.executable, "-c", DYING.format(how=KILLED_AT[moment]), "--config", str(daemon.config), "run"],
        cwd=daemon.folder, capture_output=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert dying.returncode == -signal.SIGKILL, dying.stderr
    daemon.start()
    wait_until(lambda: files(inbox / "done"))
    (job,) = daemon.get("jobs")
    wait_until(lambda: daemon.get("jobs")[0]["state"] == "ready")
    assert files(inbox / "done") == [f"deep.{job['id']}.txt"]
    assert len(daemon.get("samples")) == 1
    assert files(inbox) == files(inbox / "failed") == []


def test_texts_and_sounds_go_the_way_of_every_sound_and_what_can_not_says_why(daemon, inbox):
    daemon.start()
    assert daemon.listens("inbox") == str(inbox)
    (inbox / "kick").mkdir()
    (inbox / "kick" / "tight.txt").write_text("tight kick", encoding="utf-16")
    tone(inbox / "finish" / "bass" / "My Bass.flac")
    tone(inbox / "finish" / "Glassy bell.ogg", 880.0)
    tone(inbox / "reference.wav")
    (inbox / "finish" / "broken.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt and no more than words, they say")
    (inbox / "kikc.txt").symlink_to("/etc/hostname")
    wait_until(lambda: len(daemon.get("samples")) == 3 and len(files(inbox / "failed")) == 6)

    samples = {sample["prompt"]: sample for sample in daemon.get("samples")}
    assert (samples["tight kick"]["pad"], samples["tight kick"]["family"]) == ("kick", "kick")
    assert (samples["My Bass"]["pad"], samples["My Bass"]["family"]) == ("bass", "bass")
    assert samples["My Bass"]["analysis"]["root"] in (36, 45)  # the pad's note, if the sound was near it; else its own
    assert (samples["Glassy bell"]["family"], samples["Glassy bell"]["analysis"]["root"]) == ("bell", 81)
    sidecar = json.loads((daemon.library / samples["Glassy bell"]["path"]).with_suffix(".json").read_text("utf-8"))
    assert sidecar["brief"]["source"] == "Glassy bell.ogg"
    assert (sidecar["licence"], sidecar["cost"]) == ("LicenseRef-your-own", 0)

    reasons = {path.name: path.read_text("utf-8") for path in (inbox / "failed").glob("*.reason.txt")}
    assert any("synth takes no sound to go by." in text and "inbox/finish" in text for text in reasons.values())
    assert any("links are never followed" in text for text in reasons.values())
    assert any("no sound that can be read" in text for text in reasons.values())
    assert files(inbox) == []


def test_the_command_finishes_files_without_a_daemon_too(daemon):
    tone(daemon.folder / "Round Bass.wav")
    (daemon.folder / "no.wav").write_bytes(b"words")
    done = daemon.run("finish", "Round Bass.wav", "--pad", "bass", "--note", "A2", "--json")
    (job,) = json.loads(done.stdout)["jobs"]
    (sample,) = job["samples"]
    assert (job["brief"]["source"], sample["pad"], sample["analysis"]["root"]) == ("Round Bass.wav", "bass", 45)
    refused = daemon.run("finish", "no.wav")
    assert refused.returncode != 0
    assert "is no recording that can be read." in refused.stderr
