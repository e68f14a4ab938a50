from __future__ import annotations

import os
import threading
import time

import pytest

from bridge.errors import LibraryError
from bridge.library import atomic


def left_over(folder):
    return [file.name for file in folder.iterdir() if file.name.startswith(".")]


def test_a_new_file_is_whole_and_leaves_nothing_beside_it(tmp_path):
    atomic.write_new(tmp_path / "a.wav", b"sound")
    assert (tmp_path / "a.wav").read_bytes() == b"sound"
    assert os.listdir(tmp_path) == ["a.wav"]


def test_writing_the_same_new_file_again_succeeds_and_does_not_touch_it(tmp_path):
    file = tmp_path / "a.wav"
    atomic.write_new(file, b"sound")
    os.utime(file, ns=(1, 1))
    atomic.write_new(file, b"sound")
    assert file.stat().st_mtime_ns == 1
    assert left_over(tmp_path) == []


def test_a_used_name_keeps_its_bytes(tmp_path):
    atomic.write_new(tmp_path / "a.wav", b"first")
    with pytest.raises(LibraryError, match="another content"):
        atomic.write_new(tmp_path / "a.wav", b"second")
    assert (tmp_path / "a.wav").read_bytes() == b"first"
    assert left_over(tmp_path) == []


def test_without_hard_links_a_used_name_keeps_its_bytes_too(tmp_path, monkeypatch):
    def no_links(source, target):
        raise PermissionError(1, "Operation not permitted", str(source))

    monkeypatch.setattr(os, "link", no_links)
    atomic.write_new(tmp_path / "a.wav", b"first")
    atomic.write_new(tmp_path / "a.wav", b"first")
    with pytest.raises(LibraryError):
        atomic.write_new(tmp_path / "a.wav", b"second")
    assert (tmp_path / "a.wav").read_bytes() == b"first"
    assert left_over(tmp_path) == []


def test_a_crash_between_writing_and_naming_leaves_no_half_file(tmp_path, monkeypatch):
    def power_cut(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(OSError, match="No space"):
        atomic.write_new(tmp_path / "a.wav", b"sound")
    assert os.listdir(tmp_path) == []


def test_a_watched_file_gets_a_later_whole_second_every_time(tmp_path):
    file, seconds = tmp_path / "kick.sfz", []
    for number in range(5):
        atomic.replace_watched(file, b"%d" % number)
        seconds.append(file.stat().st_mtime_ns // 1_000_000_000)
    assert seconds == sorted(set(seconds))


def test_a_watched_file_outgrows_one_from_the_future(tmp_path):
    file = tmp_path / "kick.sfz"
    atomic.replace_watched(file, b"old")
    future = int(time.time()) + 86_400
    os.utime(file, (future, future))
    atomic.replace_watched(file, b"new")
    assert file.stat().st_mtime >= future + 1


def test_a_watched_file_grows_on_file_systems_that_count_in_steps_of_two_seconds(tmp_path, monkeypatch):
    set_time = os.utime

    def fat(path, ns):
        set_time(path, ns=tuple(moment // 2_000_000_000 * 2_000_000_000 for moment in ns))

    monkeypatch.setattr(os, "utime", fat)
    file = tmp_path / "kick.sfz"
    atomic.replace_watched(file, b"old")
    future = (int(time.time()) + 100) // 2 * 2
    set_time(file, (future, future))
    atomic.replace_watched(file, b"new")
    assert file.stat().st_mtime >= future + 2


def test_a_watched_file_with_the_same_content_is_left_alone(tmp_path):
    file = tmp_path / "kick.sfz"
    atomic.replace_watched(file, b"same")
    os.utime(file, ns=(5, 5))
    atomic.replace_watched(file, b"same")
    assert file.stat().st_mtime_ns == 5


def test_files_written_within_a_second_run_ahead_of_the_clock_and_nobody_waits_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("it waited for the clock"))
    file = tmp_path / "kick.sfz"
    atomic.replace_watched(file, b"first")
    first = file.stat().st_mtime_ns // 1_000_000_000
    for number in range(20):
        atomic.replace_watched(file, b"%d" % number)
    assert file.stat().st_mtime_ns // 1_000_000_000 >= first + 20


def test_a_file_that_a_daw_holds_for_a_moment_is_replaced_after_it(tmp_path, monkeypatch):
    """Windows refuses to replace an open file; here its refusal is acted."""
    tries = []
    really = os.replace

    def held_twice(source, target):
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(13, "Access is denied", str(target))
        really(source, target)

    monkeypatch.setattr(atomic, "_WINDOWS", True)
    monkeypatch.setattr(os, "replace", held_twice)
    atomic.replace(tmp_path / "kick.sfz", b"new")
    assert (tmp_path / "kick.sfz").read_bytes() == b"new"
    assert len(tries) == 3


def test_a_file_that_a_daw_never_lets_go_is_a_retryable_error_soon(tmp_path, monkeypatch):
    def held(source, target):
        raise PermissionError(13, "Access is denied", str(target))

    pauses = []
    monkeypatch.setattr(atomic, "_WINDOWS", True)
    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(time, "sleep", pauses.append)
    with pytest.raises(LibraryError, match=r"kick\.sfz is held open") as caught:
        atomic.replace(tmp_path / "kick.sfz", b"new")
    assert caught.value.retryable
    assert 0.1 < sum(pauses) < 1.0
    assert os.listdir(tmp_path) == []


def test_what_a_read_only_folder_does_not_give_up_goes_with_the_next_file(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as read_only:
        read_only.setattr(os, "replace", refused)
        read_only.setattr(os, "unlink", refused)
        with pytest.raises(PermissionError):
            atomic.replace(tmp_path / "kick.sfz", b"one")
    assert len(left_over(tmp_path)) == 1
    atomic.replace(tmp_path / "hat.sfz", b"two")
    assert os.listdir(tmp_path) == ["hat.sfz"]


def test_a_temporary_file_that_was_moved_away_with_its_folder_goes_when_it_is_back(tmp_path, monkeypatch):
    folder, away = tmp_path / "kits", tmp_path / "away"
    folder.mkdir()

    def unplugged(source, target):
        folder.rename(away)
        raise FileNotFoundError(2, "No such file or directory", str(target))

    with monkeypatch.context() as gone:
        gone.setattr(os, "replace", unplugged)
        with pytest.raises(FileNotFoundError):
            atomic.replace(folder / "main.sfz", b"one")
    away.rename(folder)
    assert len(left_over(folder)) == 1
    atomic.replace(folder / "main.sfz", b"two")
    assert os.listdir(folder) == ["main.sfz"]


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path):
    file = tmp_path / "kick.sfz"
    versions = [letter * 200_000 for letter in (b"a", b"b")]
    atomic.replace(file, versions[0])
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        atomic.replace(file, versions[number % 2])
    stop.set()
    reader.join()
    assert seen <= set(versions)


def test_sweeping_takes_temporary_files_and_nothing_else(tmp_path):
    for name in (".kick.sfz.tmp-0123abcd", "kick.sfz", ".hidden", ".note.tmp-tomorrow"):
        (tmp_path / name).write_bytes(b"")
    atomic.sweep(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".hidden", ".note.tmp-tomorrow", "kick.sfz"]
    atomic.sweep(tmp_path / "missing")
