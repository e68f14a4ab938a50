"""A file is quiet when nothing about it has changed for long enough."""

from __future__ import annotations

from bridge.triggers.inbox.settling import Entry, Settling


def entry(name: str = "a.txt", *signature: int) -> Entry:
    return Entry(parts=(name,), nature="file", signature=signature)


def names(found) -> list[str]:
    return [one.parts[-1] for one, _ in found]


def test_what_is_seen_for_the_first_time_is_not_quiet_however_old_it_is():
    assert Settling(2.0).quiet([entry()], now=1_000_000.0) == []


def test_every_change_begins_the_waiting_anew():
    settling = Settling(2.0)
    for now, size in ((0.0, 1), (1.9, 2), (3.8, 3)):
        assert settling.quiet([entry("a.txt", size)], now) == []
    assert settling.quiet([entry("a.txt", 3)], 5.7) == []
    assert names(settling.quiet([entry("a.txt", 3)], 5.9)) == ["a.txt"]


def test_each_waits_for_itself_and_the_order_stays():
    settling = Settling(2.0)
    settling.quiet([entry("b.txt")], 0.0)
    settling.quiet([entry("a.txt"), entry("b.txt")], 1.0)
    assert names(settling.quiet([entry("a.txt"), entry("b.txt")], 2.5)) == ["b.txt"]
    assert names(settling.quiet([entry("a.txt"), entry("b.txt")], 3.0)) == ["a.txt", "b.txt"]


def test_what_went_and_came_again_is_new():
    settling = Settling(2.0)
    settling.quiet([entry()], 0.0)
    settling.quiet([], 1.0)
    assert settling.quiet([entry()], 2.5) == []


def test_what_is_put_off_waits_though_nothing_changes():
    settling = Settling(2.0)
    settling.quiet([entry()], 0.0)
    settling.put_off(entry(), 30.0)
    assert settling.quiet([entry()], 31.0) == []
    assert names(settling.quiet([entry()], 32.0)) == ["a.txt"]
