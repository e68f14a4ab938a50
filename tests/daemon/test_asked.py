"""A host without sockets asks a real daemon by files: each is one job, though the daemon is killed over it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.patience import PATIENCE_SECONDS, wait_until

STAND_IN = Path(__file__).parents[1] / "daw_scripts" / "reaper_stand_in.lua"
PRESS = """
local host = dofile("{stand_in}")
host.start("{scripts}/oneshot_bridge.lua")
dofile("{scripts}/Oneshot Bridge/Oneshot Bridge - trigger kick.lua")
for _ = 1, 3000 do
  host.tick(1)
  local sampler = host.tracks[1] and host.tracks[1].fx[1]
  if sampler and sampler.files[1] then break end
  os.execute("sleep 0.02")
end
host.tick(3)
host.report()
"""
"""Somebody who runs the action of the pad, and waits until its sound is in the sampler."""

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


def test_an_action_in_reaper_is_a_sound_in_its_sampler(daemon, peer):
    lua, scripts = peer("lua5.4"), daemon.folder / "Scripts"
    done = daemon.run("daw", "install", "reaper", "--folder", str(scripts))
    assert "Left for you: Start REAPER" in done.stdout, done.stderr
    daemon.start()
    scenario = daemon.folder / "press.lua"
    scenario.write_text(PRESS.format(stand_in=STAND_IN.as_posix(), scripts=scripts.as_posix()), encoding="utf-8")
    run = subprocess.run([lua, scenario], capture_output=True, timeout=4 * PATIENCE_SECONDS, check=False,
                         env={"PATH": os.environ["PATH"], "HOME": str(daemon.folder)})
    assert run.returncode == 0, run.stderr.decode()
    report = json.loads(run.stdout)
    (sample,) = daemon.get("samples")
    (track,) = report["tracks"]
    assert [sampler["file"] for sampler in track["fx"]] == [str(daemon.library / sample["path"])]
    assert (track["name"], daemon.get("jobs")[0]["origin"], report["console"]) == ("kick", "host", [])
    wait_until(lambda: daemon.get("deliveries")[0]["state"] == "done")
    (host,) = json.loads(daemon.run("daw", "status", "--json").stdout)["hosts"]
    assert (host["host"], host["waiting"], host["failed"]) == ("reaper", [], {})
    assert (host["script"] != "", host["seen"] > 0) == (True, True)
