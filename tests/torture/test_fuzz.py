"""The fuzzing of the torture, small: rubbish at every door ends nothing, and whoever looks after it sees what does."""

from __future__ import annotations

import os

import pytest

from torture import fuzz
from torture.leg import Leg
from torture.rubbish import SECRET

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes and links in folders are made here as on Unix")


def test_rubbish_at_every_door_is_survived():
    leg = fuzz.run(seed=8, size=0.0005)
    assert leg.wrong == []
    assert leg.good
    assert len(leg.rows) == 11


def test_what_is_written_outside_followed_or_logged_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz.Bridge, "start", lambda bridge: True)
    monkeypatch.setattr(fuzz.Ground, "press", lambda ground: None)

    class Process:
        pid, returncode = 1, -11

        def poll(self):
            return self.returncode

        def wait(self, seconds):
            pass

    monkeypatch.setattr(fuzz.Bridge, "__init__", with_process(fuzz.Bridge.__init__, Process()))
    ground = fuzz.Ground(tmp_path, "")
    (ground.base / "its" / "stderr.txt").write_text("")
    ground.before = ground._world()
    (ground.outside / "executed").write_text("")
    (ground.outside / "folder" / "000000000001").unlink()
    (ground.outside / "secret.txt").write_text("changed")
    (ground.bridge.library / "copied.json").write_text(f"prompt {SECRET}")
    (ground.base / "its" / "stderr.txt").write_text("ERROR stumbled\nTraceback (most recent\n  File x\nOops: y\n")
    assert sorted(ground.wrong()) == [
        "outside/executed was made or removed outside",
        "outside/folder/000000000001 was made or removed outside",
        "outside/secret.txt was changed outside",
        "the daemon ended with -11",
        "the log says: ERROR stumbled / Traceback (most recent … Oops: y",
        f"the secret of the outside is in {ground.bridge.library / 'copied.json'}",
    ]
    ground.bridge.close()


def with_process(init, process):
    def changed(bridge, *args, **named):
        init(bridge, *args, **named)
        bridge.process = process

    return changed


def test_a_reader_that_throws_anything_else_is_told_of(monkeypatch):
    def broken(packet, now):
        raise KeyError(packet[:1])

    monkeypatch.setattr(fuzz, "decode", broken)
    leg = Leg(name="fuzz")
    fuzz._count(leg, "OSC", fuzz._osc_in_process(fuzz.random.Random(1), 10))
    assert (leg.rows[0].tried, leg.rows[0].survived) == (10, 0)
    assert "KeyError" in leg.wrong[0]
