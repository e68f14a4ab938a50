"""A daemon that is killed without warning, again and again, owes nothing afterwards."""

from __future__ import annotations

import random
import re
import threading
from pathlib import Path

import soundfile

from support.patience import wait_until

ROUNDS = 8
SEED = 20_26


def test_killed_at_random_it_loses_nothing_doubles_nothing_and_shows_nothing_half_done(daemon) -> None:
    dice = random.Random(SEED)
    accepted: set[str] = set()
    broken: list[str] = []
    done = threading.Event()
    watcher = threading.Thread(target=watch_presets, args=(daemon.library, broken, done))
    watcher.start()
    try:
        for number in range(ROUNDS):
            daemon.start()
            listener = daemon.listener()
            for n in range(4):
                listener.send("/oneshot/generate", "kick", "pad", dice.choice(["kick", "hat", "bass"]),
                              "ref", f"{number}-{n}")
            # Not before the daemon has begun to answer: on a slow machine it would be killed before there is a job.
            heard = listener.hear_until("/oneshot/job/accepted")
            heard += listener.hear(dice.uniform(0.0, 0.5))
            accepted |= {values[0] for address, values in heard if address == "/oneshot/job/accepted"}
            daemon.kill()
        daemon.start()
        jobs = wait_until_done(daemon)
    finally:
        done.set()
        watcher.join()

    assert broken == []
    assert len(accepted) >= ROUNDS
    assert accepted <= set(jobs)
    assert set(jobs.values()) == {"ready"}
    samples = daemon.get("samples", limit=1000)
    assert sorted(sample["job"] for sample in samples) == sorted(jobs), "a job was published twice or not at all"
    wavs = sorted(daemon.library.glob("samples/*/*.wav"))
    assert wavs == sorted(daemon.library / sample["path"] for sample in samples)
    for wav in wavs:
        assert soundfile.info(wav).frames > 0
        assert wav.with_suffix(".json").is_file()
    assert list(daemon.library.glob("**/.*tmp*")) == []


def wait_until_done(daemon) -> dict[str, str]:
    """Returns the states of all jobs by id, when none is unfinished."""
    wait_until(lambda: not daemon.get("jobs", unfinished=True), seconds=120)
    return {job["id"]: job["state"] for job in daemon.get("jobs", limit=1000)}


def watch_presets(library: Path, broken: list[str], done: threading.Event) -> None:
    """Reads every preset over and over, as a sampler would, and notes one that names what is not there."""
    while not done.wait(0.002):
        for preset in (*library.glob("kits/*.sfz"), *library.glob("instruments/*.sfz")):
            text = preset.read_text(encoding="utf-8")
            for name in re.findall(r"^.*sample=(.+?)\s*$", text, re.MULTILINE):
                if not (preset.parent / name).is_file():
                    broken.append(f"{preset.name} names {name}")
