"""The torture, small: every leg runs as `make torture` runs it, and what is recorded of a disk is what happened."""

from __future__ import annotations

import random
import sys

import pytest

from torture import day, kills, power
from torture.disk import Disk, Record
from torture.nest import Nest

SEED = 20_26

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the torture reads /proc and needs Linux")


def test_killed_at_random_and_at_borders_nothing_is_lost_doubled_or_paid_twice(tmp_path):
    with Nest(tmp_path) as nest:
        result = kills.play("small", SEED, 6, nest)
    assert result.wrong == []
    assert result.one.tried.total() == 6
    assert result.found.jobs


def test_what_was_answered_before_a_power_cut_is_there_after_it(peer):
    peer("cc", "gcc and libc6-dev")
    leg = power.run(SEED, 0.0)
    assert leg.wrong == []
    assert [row.survived for row in leg.rows] == [2, 2]


def test_every_trigger_of_a_small_day_ends_with_a_sound_or_a_reason():
    leg = day.run(SEED, 0.002)
    assert leg.wrong == []
    assert leg.rows[0].tried >= 4


def record(op: str, first: str = "", second: str = "", node: int = 0, place: int = 0, content: bytes = b"") -> Record:
    return Record(op, first, second, node, place, content)


@pytest.fixture
def disk(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    return Disk(root)


def left(disk: Disk, share: float = 0.0) -> dict[str, bytes]:
    """Returns what a power cut leaves, by name."""
    after = disk.root.with_name("after")
    disk.write_to(after, random.Random(SEED), share)
    return {path.relative_to(after).as_posix(): path.read_bytes() for path in after.rglob("*") if path.is_file()}


def test_a_file_is_certain_when_its_bytes_and_its_name_are_flushed(disk):
    name, node = f"{disk.root}/a", 7
    disk.do(record("C", name, node=node))
    disk.do(record("W", node=node, content=b"abc"))
    assert left(disk) == {}
    disk.do(record("F", node=node))
    assert left(disk) == {}
    disk.do(record("F", node=disk.root.stat().st_ino))
    assert left(disk) == {"a": b"abc"}
    disk.do(record("W", node=node, place=1, content=b"X"))
    assert left(disk) == {"a": b"abc"}
    assert left(disk, share=1.0) == {"a": b"aXc"}


def test_a_name_in_a_folder_that_nobody_flushed_is_gone_with_the_folder(disk):
    folder, file = f"{disk.root}/new", f"{disk.root}/new/a"
    disk.do(record("M", folder, node=3))
    disk.do(record("C", file, node=4))
    disk.do(record("F", node=4))
    disk.do(record("F", node=3))
    assert left(disk) == {}
    disk.do(record("F", node=disk.root.stat().st_ino))
    assert left(disk) == {"new/a": b""}


def test_a_rename_leaves_the_old_or_the_new_and_never_nothing(disk):
    old, new = f"{disk.root}/a", f"{disk.root}/b"
    for name, node in ((old, 4), (new, 5)):
        disk.do(record("C", name, node=node))
        disk.do(record("W", node=node, content=name[-1:].encode()))
        disk.do(record("F", node=node))
    disk.do(record("F", node=disk.root.stat().st_ino))
    disk.do(record("R", old, new))
    assert left(disk) == {"a": b"a", "b": b"b"}
    disk.root.with_name("after").rename(disk.root.with_name("before"))
    assert left(disk, share=1.0) == {"b": b"a"}


def test_what_was_not_flushed_comes_in_any_part(disk):
    disk.do(record("C", f"{disk.root}/a", node=4))
    disk.do(record("F", node=disk.root.stat().st_ino))
    disk.do(record("W", node=4, content=b"x" * 40_960))
    found = left(disk, share=0.5)["a"]
    assert 0 < found.count(b"x") < 40_960
    assert found.count(b"x") % 4_096 == 0


def test_what_is_not_recorded_is_no_secret(disk):
    with pytest.raises(ValueError, match="not recorded"):
        disk.do(record("X", "sendfile"))
