"""The OSC voice: whoever asked or subscribed hears everything once, in order, and a broken listener stops nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import get_args

import pytest

from bridge.domain.event import Event, EventKind
from bridge.feedback.osc import TELLERS
from bridge.osc.codec import LARGEST_DATAGRAM

pytestmark = pytest.mark.anyio


async def accepted(friend, address="/oneshot/pad/kick", *values):
    """Sends a trigger and returns the id of its job."""
    friend.send(address, *values)
    heard = await friend.hear()
    assert heard[0] == "/oneshot/job/accepted"
    return heard[1]


async def subscribed(friend, *host):
    friend.send("/oneshot/subscribe", friend.port, *host)
    friend.send("/oneshot/ping")
    await friend.hear_until("/oneshot/pong")


def test_every_kind_of_event_is_told_or_deliberately_silent():
    assert set(TELLERS) | {"loaded", "kit", "notice"} == set(get_args(EventKind))


# --- what is said ---------------------------------------------------------------------------------------------


async def test_the_replies_to_a_sound_come_in_order_even_if_it_is_ready_at_once(scene):
    friend = scene.friend()
    scene.engine.eager = True
    friend.send("/oneshot/generate", "glass bell", "pad", "bell", "ref", "mine")
    heard = await friend.hear_until("/oneshot/job/ready")
    (job,), (sample,) = scene.engine.all_jobs.values(), scene.engine.all_samples.values()
    assert heard == [
        ["/oneshot/job/accepted", job.id, "bell", "mine"],
        ["/oneshot/job/progress", job.id, "generating", 0.5, 0.25, "mine"],
        ["/oneshot/sample/ready", sample.id, f"/music/Oneshot Bridge/{sample.path}", 69, -3.25, 63, 75, "bell", job.id,
         "mine"],
        ["/oneshot/job/ready", job.id, "", "mine"],
    ]


async def test_without_a_ref_the_replies_have_no_place_for_one(scene):
    friend = scene.friend()
    job = await accepted(friend)
    scene.engine.finish(job)
    heard = await friend.hear_until("/oneshot/job/ready")
    assert [len(message) - 1 for message in heard] == [4, 8, 2]


async def test_an_unpitched_sample_has_the_root_minus_one_and_its_one_key(scene):
    friend = scene.friend()
    scene.engine.finish(await accepted(friend))
    sample = (await friend.hear_until("/oneshot/sample/ready"))[-1]
    assert sample[3:8] == [-1, 0.0, 36, 36, "kick"]


async def test_a_failure_is_told_with_its_cure(scene):
    friend = scene.friend()
    job = await accepted(friend)
    scene.engine.fail(job, "The model timed out.", "Try again later.")
    assert await friend.hear() == ["/oneshot/job/failed", job, "The model timed out. Try again later."]


async def test_pads_are_told_to_subscribers(scene):
    friend = scene.friend()
    await subscribed(friend)
    for state in ("queued", "rendering", "ready"):
        scene.engine.emit(Event(kind="pad", pad="snare", reason=state))
        assert await friend.hear() == ["/oneshot/pad/snare/state", state]


# --- who hears it ---------------------------------------------------------------------------------------------


async def test_asker_and_subscribers_hear_everything_and_strangers_nothing(scene):
    asker, watcher, stranger = scene.friend(), scene.friend(), scene.friend()
    await subscribed(watcher)
    scene.engine.finish(await accepted(asker))
    stories = [await one.hear_until("/oneshot/job/ready") for one in (asker, watcher)]
    assert [message[0] for message in stories[0]] == [
        "/oneshot/job/progress", "/oneshot/sample/ready", "/oneshot/job/ready",
    ]
    assert stories[1][0][0] == "/oneshot/job/accepted"
    assert stories[1][1:] == stories[0]
    assert await stranger.hears_nothing()


async def test_an_asker_that_is_a_subscriber_hears_each_message_once(scene):
    friend = scene.friend()
    await subscribed(friend)
    scene.engine.eager = True
    friend.send("/oneshot/pad/kick")
    heard = await friend.hear_until("/oneshot/pad/kick/state")
    assert [message[0].removeprefix("/oneshot/") for message in heard] == [
        "job/accepted", "job/progress", "sample/ready", "job/ready", "pad/kick/state",
    ]
    assert await friend.hears_nothing()


async def test_a_sender_without_ears_is_answered_at_the_port_that_it_subscribed(scene):
    mouth, ear = scene.friend(), scene.friend()
    mouth.send("/oneshot/subscribe", float(ear.port))
    mouth.send("/oneshot/ping")
    assert await ear.hear() == ["/oneshot/pong", "9.9"]
    mouth.send("/oneshot/pad/gong")
    assert (await ear.hear())[0] == "/oneshot/job/rejected"
    mouth.send("/oneshot/pad/kick")
    assert (await ear.hear())[0] == "/oneshot/job/accepted"
    assert await mouth.hears_nothing()


async def test_a_subscription_ends_without_pings_and_lives_with_them(scene):
    friend = scene.friend()
    await subscribed(friend)
    for _ in range(3):
        scene.clock.advance(50)
        friend.send("/oneshot/ping")
        await friend.hear()
    scene.engine.emit(Event(kind="pad", pad="kick", reason="idle"))
    assert (await friend.hear())[0] == "/oneshot/pad/kick/state"
    scene.clock.advance(61)
    scene.engine.emit(Event(kind="pad", pad="kick", reason="idle"))
    assert await friend.hears_nothing()


async def test_jobs_of_other_doors_are_told_to_subscribers(scene):
    friend = scene.friend()
    await subscribed(friend)
    scene.engine.emit(Event(kind="accepted", job="j-aaaaaaaaaaaa", pad="kick", ref="theirs"))
    assert await friend.hear() == ["/oneshot/job/accepted", "j-aaaaaaaaaaaa", "kick", "theirs"]
    scene.engine.emit(Event(kind="rejected", pad="kick", reason="kick is busy."))
    assert await friend.hear() == ["/oneshot/job/rejected", "", "kick is busy."]


# --- deliveries to hosts --------------------------------------------------------------------------------------


async def test_a_host_gets_what_it_has_not_acknowledged_and_what_comes_later(scene):
    friend, watcher = scene.friend(), scene.friend()
    await subscribed(watcher)
    scene.engine.deliver("live", 1)
    scene.engine.deliver("live", 2)
    scene.engine.deliver("reaper", 1)
    friend.send("/oneshot/subscribe", friend.port, "live")
    assert [(await friend.hear())[:3] for _ in range(2)] == [["/oneshot/delivery", "live", seq] for seq in (1, 2)]
    scene.engine.deliver("live", 3)
    scene.engine.deliver("reaper", 2)
    assert (await friend.hear())[:3] == ["/oneshot/delivery", "live", 3]
    assert await friend.hears_nothing()
    assert await watcher.hears_nothing()


async def test_what_a_host_acknowledged_is_not_repeated(scene):
    friend = scene.friend()
    for seq in (1, 2, 3):
        scene.engine.deliver("live", seq, emit=False)
    friend.send("/oneshot/loaded", "live", 1)
    friend.send("/oneshot/load_failed", "live", 2, "no such track")
    for _ in range(2):
        friend.send("/oneshot/subscribe", friend.port, "live")
        assert (await friend.hear())[:3] == ["/oneshot/delivery", "live", 3]
    assert await friend.hears_nothing()


async def test_a_delivery_carries_the_fields_of_its_file_with_absolute_paths(scene):
    friend = scene.friend()
    scene.engine.deliver("live", 7)
    friend.send("/oneshot/subscribe", friend.port, "live")
    _, host, seq, *pairs = await friend.hear()
    assert (host, seq) == ("live", 7)
    path = "/music/Oneshot Bridge/samples/kick/one.wav"
    assert list(zip(pairs[::2], pairs[1::2], strict=True)) == [
        ("v", "1"), ("sample", "s-aaaaaaaaaaaa"), ("pad", "kick"), ("action", "load"), ("mode", "keys"),
        ("target", "track:kick"), ("path", path), ("mtime", "1800000000"),
        ("zone", f"{path}|60|-12.5|54|66|1|127||"), ("zone", f"{path}|60|-12.5|54|66|1|127|100|4095"),
    ]


async def test_a_delivery_that_is_made_while_a_host_subscribes_is_not_lost(scene):
    friend = scene.friend()
    attach = scene.engine.attach_host

    async def attach_and_deliver(host):
        found = await attach(host)
        scene.engine.deliver(host, 8)
        return found

    scene.engine.attach_host = attach_and_deliver
    friend.send("/oneshot/subscribe", friend.port, "live")
    assert (await friend.hear())[:3] == ["/oneshot/delivery", "live", 8]


async def test_a_host_that_cannot_load_is_heard_of(scene):
    friend, watcher = scene.friend(), scene.friend()
    await subscribed(watcher)
    friend.send("/oneshot/load_failed", "live", 4, "no such track")
    assert await watcher.hear() == ["/oneshot/error", "live could not load delivery 4: no such track", ""]


# --- trouble --------------------------------------------------------------------------------------------------


async def test_an_event_that_cannot_be_told_does_not_silence_the_voice(scene, caplog):
    friend = scene.friend()
    await subscribed(friend)
    with caplog.at_level(logging.CRITICAL, logger="bridge.feedback.osc"):
        scene.engine.emit(Event(kind="sample", job="j", sample="s-unknown"))
        scene.engine.broken = ZeroDivisionError("oops")
        scene.engine.emit(Event(kind="sample", job="j", sample="s-unknown"))
        scene.engine.emit(Event(kind="pad", pad="kick", reason="idle"))
        assert await friend.hear() == ["/oneshot/pad/kick/state", "idle"]
    scene.engine.broken = None


async def test_a_text_too_long_for_a_packet_is_not_sent_and_the_next_one_is(scene):
    friend = scene.friend()
    job = await accepted(friend)
    scene.engine.fail(job, "x" * LARGEST_DATAGRAM)
    scene.engine.fail(job, "short")
    assert await friend.hear() == ["/oneshot/job/failed", job, "short"]


async def test_a_hanging_engine_makes_events_wait_in_a_bounded_number(scene, monkeypatch, caplog):
    friend = scene.friend()
    await subscribed(friend)
    gate = asyncio.Event()

    async def hanging(target):
        await gate.wait()

    monkeypatch.setattr(scene.engine, "sample", hanging)
    tasks = asyncio.all_tasks()
    with caplog.at_level(logging.CRITICAL, logger="bridge.feedback.osc"):
        for number in range(10_000):
            scene.engine.emit(Event(kind="sample", job=f"j{number}", sample="s"))
        assert asyncio.all_tasks() == tasks
        assert scene.voice._waiting.full()
        gate.set()
        await scene.voice.close()


async def test_a_closed_voice_hears_no_more_and_has_told_what_it_heard(scene):
    friend = scene.friend()
    await subscribed(friend)
    scene.engine.emit(Event(kind="pad", pad="kick", reason="ready"))
    await scene.voice.close()
    scene.engine.emit(Event(kind="pad", pad="kick", reason="failed"))
    assert await friend.hear() == ["/oneshot/pad/kick/state", "ready"]
    assert await friend.hears_nothing()


async def test_without_a_door_the_voice_speaks_into_the_void(scene):
    await scene.door.close()
    scene.engine.emit(Event(kind="pad", pad="kick", reason="ready"))
    await scene.voice.close()
