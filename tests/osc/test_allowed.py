"""The allow-list: this computer always, others by address or network."""

from __future__ import annotations

import pytest

from bridge.osc.allowed import MOST_REMEMBERED, Allowed


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_computer_may_always_speak(host):
    assert Allowed().allows(host)


@pytest.mark.parametrize(
    ("host", "may"),
    [("192.168.1.20", True), ("192.168.1.21", False), ("10.0.0.77", True), ("10.0.1.1", False), ("fe80::7%eth0", True),
     ("::ffff:192.168.1.20", True), ("2001:db8::1", False), ("", False), ("not an address", False)],
)
def test_others_may_speak_where_the_list_names_them(host, may):
    assert Allowed(["192.168.1.20", "10.0.0.5/24", "fe80::/10"]).allows(host) is may


def test_who_was_refused_is_remembered_once_and_not_without_end():
    allowed = Allowed()
    for number in range(1_000):
        allowed.allows(f"10.0.{number // 250}.{number % 250}")
        allowed.allows("10.0.0.0")
    assert allowed.refused == tuple(f"10.0.0.{number}" for number in range(MOST_REMEMBERED))
