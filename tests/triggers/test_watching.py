"""What hears of changes in folders can be ended by one thread while another is about to listen."""

from __future__ import annotations

import os
import threading

from bridge.triggers.watching import Watch
from support.patience import wait_until


def identity(folder):
    found = os.lstat(folder)
    return found.st_dev, found.st_ino


def test_a_change_is_told_until_it_is_stopped(tmp_path):
    told = threading.Event()
    watch = Watch(told.set)
    assert watch.follow({tmp_path: identity(tmp_path)})
    (tmp_path / "file").touch()
    wait_until(told.is_set)
    watch.stop()
    told.clear()
    (tmp_path / "other").touch()
    assert not told.is_set()


def test_who_is_stopped_listens_no_more_whoever_asks_later(tmp_path):
    watch = Watch(lambda: None)
    watch.stop()
    before = threading.active_count()
    assert watch.follow({tmp_path: identity(tmp_path)})
    assert threading.active_count() == before
