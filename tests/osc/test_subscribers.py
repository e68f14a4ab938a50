"""Leases, and who hears about what."""

from __future__ import annotations

import pytest

from bridge.errors import RequestError
from bridge.osc.codec import Message
from bridge.osc.limiter import Limiter
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import MOST_JOBS, MOST_LEASES, Asker, Subscribers
from bridge.ports import ManualClock

SENDER = ("127.0.0.1", 5000)
OTHER = ("127.0.0.1", 6000)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def subscribers(clock):
    return Subscribers(clock.monotonic)


def test_a_lease_ends_after_sixty_seconds(subscribers, clock):
    assert subscribers.subscribe(SENDER, 9000) == ("127.0.0.1", 9000)
    clock.advance(59.9)
    assert subscribers.everyone() == (("127.0.0.1", 9000),)
    clock.advance(0.2)
    assert subscribers.everyone() == ()


def test_a_ping_of_the_sender_or_of_the_subscribed_port_renews_a_lease_and_a_strangers_does_not(subscribers, clock):
    subscribers.subscribe(SENDER, 9000)
    for renewing in (SENDER, ("127.0.0.1", 9000)):
        clock.advance(50)
        subscribers.renew(renewing)
    clock.advance(50)
    subscribers.renew(OTHER)
    assert subscribers.everyone()
    clock.advance(11)
    assert subscribers.everyone() == ()


def test_a_sender_is_answered_where_it_subscribed_and_else_where_it_sent_from(subscribers, clock):
    assert subscribers.answers_to(SENDER) == (SENDER,)
    subscribers.subscribe(SENDER, 9000)
    assert subscribers.answers_to(SENDER) == (("127.0.0.1", 9000),)
    clock.advance(61)
    assert subscribers.answers_to(SENDER) == (SENDER,)


def test_an_asker_that_subscribes_its_own_port_is_one_listener(subscribers):
    subscribers.subscribe(SENDER, SENDER[1])
    subscribers.subscribe(OTHER, 9000)
    subscribers.remember("j", Asker(SENDER, ""))
    assert subscribers.audience("j") == (SENDER, ("127.0.0.1", 9000))


def test_one_port_may_listen_for_several_hosts_and_hears_the_rest_once(subscribers):
    for host in ("live", "reaper"):
        subscribers.subscribe(SENDER, 9000, host)
    assert subscribers.everyone() == subscribers.of_host("live") == subscribers.of_host("reaper")
    assert subscribers.of_host("bitwig") == ()


def test_a_subscription_never_leads_to_another_machine(subscribers):
    assert subscribers.subscribe(("192.168.1.5", 5000), 9000)[0] == "192.168.1.5"
    assert subscribers.subscribe(("fe80::1", 5000, 0, 7), 9000) == ("fe80::1", 9000, 0, 7)


def test_leases_jobs_and_senders_are_bounded(subscribers):
    for port in range(1, MOST_LEASES + 1):
        subscribers.subscribe(SENDER, port)
    with pytest.raises(RequestError, match="64 subscriptions"):
        subscribers.subscribe(SENDER, 9000)
    subscribers.subscribe(SENDER, 1)
    for number in range(MOST_JOBS + 1):
        subscribers.remember(f"j{number}", Asker(("127.0.0.1", number), ""))
    assert subscribers.asker("j0") is None
    assert subscribers.asker("j1") is not None
    assert subscribers.last_job(("127.0.0.1", 0)) == ""


def test_the_last_job_is_the_senders_own(subscribers):
    subscribers.remember("j1", Asker(SENDER, ""))
    subscribers.remember("j2", Asker(OTHER, ""))
    assert subscribers.last_job(SENDER) == "j1"


def test_a_limiter_counts_each_sender_and_each_second(clock):
    limiter = Limiter(2, clock.monotonic)
    assert [limiter.allows(SENDER) for _ in range(3)] == [True, True, False]
    assert limiter.allows(OTHER)
    clock.advance(1)
    assert limiter.allows(SENDER)


def test_an_outlet_without_a_socket_or_with_a_broken_one_never_raises():
    outlet = Outlet()
    outlet.send(Message("/a"), [SENDER])

    def broken(datagram, endpoint):
        raise OSError("network is down")

    outlet.open(broken)
    outlet.send(Message("/a"), [SENDER])
    outlet.send(Message("/a", (2**40,)), [SENDER])
