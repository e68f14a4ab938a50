"""The script for Live outlives crashes: nothing is lost, and nothing is loaded twice."""

from __future__ import annotations

import os
import random
import sys

import pytest

from support.live import files, heard, loaded

# How many deliveries a script outlives that is killed at random; DELIVERIES=10000 proves more.
DELIVERIES = int(os.environ.get("DELIVERIES", "400"))


def test_a_crash_between_loading_and_acknowledging_is_made_good_without_loading_twice(
    start, script, live_host, library, deliver, monkeypatch
):
    deliver()
    host = start()
    really = os.replace

    def crash(source, target):
        if "done" in str(target):
            raise live_host.Killed
        really(source, target)

    with monkeypatch.context() as crashing:
        crashing.setattr(os, "replace", crash)
        host.tick(5)
    assert files(library, "claimed") == ["000000000001"]
    host.start(script)
    host.tick(5)
    assert host.track("kick").simpler.loads == 1
    assert library.acknowledgements() == loaded(1)


def test_what_was_claimed_by_a_session_that_lost_its_set_is_loaded_before_what_is_new(start, library, deliver):
    deliver(3, pad="old")
    claimed = library.root / "deliveries" / "live" / "claimed"
    (library.root / "deliveries" / "live" / "new" / "000000000003").rename(claimed / "000000000003")
    deliver(2, pad="new")
    host = start()
    host.tick(5)
    assert [track.name for track in host.song.tracks[1:]] == ["old", "new"]
    assert library.acknowledgements() == loaded(2, 3)


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_delivery_that_cannot_be_acknowledged_at_first_is_acknowledged_later(
    start, library, deliver, monkeypatch, state
):
    deliver(missing=state == "failed")
    host = start()
    really = os.replace

    def busy(source, target):
        if os.sep + state + os.sep in str(target):
            raise PermissionError("The process cannot access the file because it is being used by another process")
        really(source, target)

    with monkeypatch.context() as refusing:
        refusing.setattr(os, "replace", busy)
        host.tick(30)
    assert library.acknowledgements() == []
    host.tick(30)
    (acknowledgement,) = library.acknowledgements()
    assert acknowledgement.loaded == (state == "done")
    assert files(library, "claimed") == []


def test_a_delivery_that_was_withdrawn_is_not_loaded(start, library, deliver):
    deliver(1)
    assert library.withdraw_delivery("live", 1)
    host = start()
    host.tick(5)
    assert len(host.song.tracks) == 1
    assert library.acknowledgements() == []


def test_a_script_that_is_taken_out_of_its_slot_leaves_the_rest_to_the_next_one(start, script, library, deliver):
    deliver()
    host = start(replace_ticks=9)
    host.tick(3)
    host.stop()
    host.tick(20)
    assert library.acknowledgements() == []
    host.start(script)
    host.tick(5)
    assert host.track("kick").simpler.loads == 1
    assert library.acknowledgements() == loaded(1)


@pytest.fixture
def perilous(script, monkeypatch):
    """Lets the script be killed before and after everything that it does to files, too."""
    def perilous(host):
        def guarded(really, *, after=True):
            def work(*arguments, **options):
                if host.in_turn:
                    host.step()
                result = really(*arguments, **options)
                if host.in_turn and after:
                    host.step()
                return result

            return work

        for name in ("replace", "remove", "listdir", "makedirs", "link"):
            monkeypatch.setattr(os, name, guarded(getattr(os, name)))
        module = sys.modules["OneshotBridge.deliveries"]
        monkeypatch.setattr(module, "open", guarded(open, after=False), raising=False)

    return perilous


@pytest.mark.parametrize(("version", "share"), [((12, 4, 0), 1.0), ((12, 3, 0), 0.2), ((11, 0, 0), 0.2)])
def test_a_script_that_is_killed_at_random_loses_nothing_and_ends_with_the_newest_sounds(
    start, script, library, deliver, perilous, version, share
):
    dice = random.Random(version[0] * 100 + version[1])
    pads = [f"pad-{number}" for number in range(6)]
    host = start(version, load_ticks=1, index_ticks=1)
    perilous(host)
    count, kills = int(DELIVERIES * share), 0
    newest, waiting, settled = {}, {}, {}

    def note():
        for told in library.acknowledgements():
            assert told.loaded, told.reason
            settled[told.seq] = "loaded"
            library.prune_delivery("live", told.seq)

    for seq in range(1, count + 1):
        pad = dice.choice(pads)
        if pad in waiting and library.withdraw_delivery("live", waiting[pad]):  # as the daemon does
            settled[waiting[pad]] = "withdrawn"
        newest[pad] = deliver(seq, pad=pad, sample=f"s-{seq}", mtime=seq)
        waiting[pad] = seq
        if dice.random() < 0.3:
            host.kill_after = dice.randrange(250)
        host.tick(dice.randrange(4))
        note()
        if not host.scripts:
            kills += 1
            host.start(script)
    host.kill_after = None
    for _ in range(1000):
        if len(settled) == count:
            break
        if not host.scripts:
            host.start(script)
        host.tick(10)
        note()
    assert sorted(settled) == list(range(1, count + 1))
    assert kills > count / 20
    assert [files(library, state) for state in ("new", "claimed", "done", "failed")] == [[], [], [], []]
    for pad, path in newest.items():
        assert heard(library, host.track(pad), 36, path) == 0
