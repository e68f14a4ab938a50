"""A host without sockets asks a real daemon by files: each is one job, though the daemon is killed over it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from support.patience import PATIENCE_SECONDS, wait_until

DYING = """
import os, signal
from bridge.triggers.asked.box import Box

Box.forget = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from bridge.cli import main
main()
"""
"""A daemon that dies, by a real SIGKILL, between the store and the file."""


def test_killed_over_a_file_the_daemon_makes_one_job_of_it(daemon):
    asked = daemon.library / "deliveries" / "reaper" / "asked"
    asked.mkdir(parents=True)
    (asked / "press").write_text("v\t1\naction\ttrigger\npad\that\nenergy\t64\n", encoding="utf-8")
    dying = subprocess.run(
        [sys.executable, "-c", DYING, "--config", str(daemon.config), "run"],
        cwd=daemon.folder, capture_output=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert dying.returncode == -signal.SIGKILL, dying.stderr
    assert len(list(asked.iterdir())) == 1
    daemon.start()
    listener = daemon.listener()
    listener.send("/oneshot/subscribe", listener.port)
    wait_until(lambda: not list(asked.iterdir()))
    (job,) = daemon.get("jobs")
    assert (job["origin"], job["brief"]["pad"], job["brief"]["energy"]) == ("host", "hat", pytest.approx(64 / 127))

    (asked / ".more").write_text("v\t1\naction\ttrigger\npad\tbas\n", encoding="utf-8")
    (asked / ".more").rename(asked / "more")
    *_, (_, said) = listener.hear_until("/oneshot/error")
    assert said == ["reaper asked in vain: There is no pad 'bas'.", "Did you mean bass?"]
    wait_until(lambda: daemon.get("jobs")[0]["state"] == "ready")
