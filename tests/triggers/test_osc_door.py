"""The OSC door: what arrives by UDP reaches the engine once, in order, and every refusal is answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import subprocess

import pytest
from pythonosc.osc_message import OscMessage

from bridge.domain.brief import Request
from bridge.errors import BridgeError, InUseError
from bridge.osc.addresses import INCOMING
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import Subscribers
from bridge.triggers import osc as door_module
from bridge.triggers.osc import HANDLERS, MOST_WAITING, OscDoor
from support.osc import Friend, bundle, osc_packet
from support.patience import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio


def test_every_incoming_address_has_a_handler():
    assert set(HANDLERS) == set(INCOMING)


# --- what reaches the engine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("velocity", "energy"), [((), 1.0), ((127,), 1.0), ((64,), 64 / 127), ((0.25,), 0.25), ((100.0,), 100 / 127)]
)
async def test_a_pad_is_triggered_with_the_energy_of_its_velocity(scene, velocity, energy):
    friend = scene.friend()
    friend.send("/oneshot/pad/kick", *velocity)
    address, job, pad, ref = await friend.hear()
    assert (address, pad, ref) == ("/oneshot/job/accepted", "kick", "")
    assert job in scene.engine.all_jobs
    (request,) = scene.engine.requests
    assert request.pad == "kick"
    assert request.energy == pytest.approx(energy)
    assert (request.origin, request.priority) == ("osc", "pad")


async def test_a_release_is_ignored(scene):
    friend = scene.friend()
    for released in (0, 0.0):
        friend.send("/oneshot/pad/kick", released)
    friend.send("/oneshot/ping")
    assert await friend.hear() == ["/oneshot/pong", "9.9"]
    assert scene.engine.requests == []


async def test_generate_hands_over_everything_that_was_said(scene):
    friend = scene.friend()
    friend.send("/oneshot/generate", "deep kick", "pad", "kick", "negative", "hiss", "model", "synth", "seed", 7.0,
                "seconds", 0.7, "note", 36, "pad_note", 40, "mapping", "keys", "family", "bass", "energy", 100,
                "count", 2.0, "ref", "mine")
    assert (await friend.hear())[3] == "mine"
    (request,) = scene.engine.requests
    assert (request.prompt, request.pad, request.negative, request.model) == ("deep kick", "kick", "hiss", "synth")
    assert (request.seed, request.seconds, request.note, request.pad_note) == (7, 0.7, 36, 40)
    assert (request.mapping, request.family, request.count, request.ref) == ("keys", "bass", 2, "mine")
    assert request.energy == pytest.approx(100 / 127)


async def test_lights_that_come_late_hear_how_every_pad_is(scene):
    friend = scene.friend()
    scene.engine.finish((await scene.engine.trigger(Request(pad="bell"))).id)
    friend.send("/oneshot/pads")
    states = dict([tuple(await friend.hear()) for _ in range(3)])
    assert states == {"/oneshot/pad/kick/state": "idle", "/oneshot/pad/808/state": "idle",
                      "/oneshot/pad/bell/state": "ready"}


async def test_the_other_addresses_reach_their_method(scene):
    friend = scene.friend()
    friend.send("/oneshot/pad/kick")
    job = (await friend.hear())[1]
    sample = scene.engine.finish(job)
    await friend.hear_until("/oneshot/job/ready")
    scene.engine.calls.clear()
    for address, *values in [
        ("/oneshot/set/kick/seconds", 1), ("/oneshot/keep", sample.id), ("/oneshot/discard", "kick"),
        ("/oneshot/kit", "spare"), ("/oneshot/loaded", "live", 3.0), ("/oneshot/load_failed", "live", 4, "no file"),
        ("/oneshot/again", "kick"),
    ]:
        friend.send(address, *values)
    await friend.hear_until("/oneshot/job/accepted")
    assert scene.engine.calls == [
        ("set_pad", "kick", "seconds", 1.0), ("keep", sample.id), ("discard", "kick"), ("select_kit", "spare"),
        ("loaded", "live", 3), ("load_failed", "live", 4, "no file"), ("again", "kick", "osc"),
    ]


async def test_without_an_argument_the_senders_own_last_job_is_meant(scene):
    one, two = scene.friend(), scene.friend()
    one.send("/oneshot/pad/kick")
    first = (await one.hear())[1]
    two.send("/oneshot/pad/808")
    second = (await two.hear())[1]
    one.send("/oneshot/cancel")
    assert await one.hear() == ["/oneshot/job/cancelled", first, "user"]
    assert str(scene.engine.all_jobs[second].state) == "queued"
    two.send("/oneshot/keep")
    assert await two.hear() == ["/oneshot/error", f"{second} has no sample yet.", "Wait for /oneshot/sample/ready."]
    sample = scene.engine.finish(second)
    two.send("/oneshot/keep")
    two.send("/oneshot/again")
    await two.hear_until("/oneshot/job/accepted")
    assert ("keep", sample.id) in scene.engine.calls
    assert ("again", second, "osc") in scene.engine.calls


async def test_who_asked_for_nothing_can_cancel_nothing_unnamed(scene):
    friend = scene.friend()
    friend.send("/oneshot/cancel")
    assert (await friend.hear())[:2] == ["/oneshot/error", "This sender has asked for nothing yet."]


async def test_a_job_that_has_ended_cannot_be_cancelled_and_says_so(scene):
    friend = scene.friend()
    scene.engine.eager = True
    friend.send("/oneshot/pad/kick")
    job = (await friend.hear_until("/oneshot/job/ready"))[0][1]
    friend.send("/oneshot/cancel", job)
    assert await friend.hear() == ["/oneshot/error", f"Job {job} can't be cancelled: it is ready.", ""]
    friend.send("/oneshot/cancel", "kick")
    assert (await friend.hear())[:2] == ["/oneshot/error", "kick has nothing to cancel."]


async def test_the_messages_of_one_sender_are_obeyed_in_their_order(scene):
    friend = scene.friend()
    for seconds in range(1, 101):
        friend.send("/oneshot/set/kick/seconds", seconds)
    friend.send("/oneshot/ping")
    await friend.hear()
    assert [call[3] for call in scene.engine.calls] == list(range(1, 101))


async def test_a_repeated_ref_is_accepted_again_and_told_how_the_job_ended(scene):
    friend = scene.friend()
    friend.send("/oneshot/generate", "kick", "ref", "once")
    job = (await friend.hear())[1]
    sample = scene.engine.finish(job)
    await friend.hear_until("/oneshot/job/ready")
    other = scene.friend()
    other.send("/oneshot/generate", "kick", "ref", "once")
    heard = await other.hear_until("/oneshot/job/ready")
    assert [message[0] for message in heard] == ["/oneshot/job/accepted", "/oneshot/sample/ready", "/oneshot/job/ready"]
    assert (heard[0][1], heard[0][3]) == (job, "once")
    assert (heard[1][1], heard[2][1]) == (sample.id, job)
    assert len(scene.engine.all_jobs) == 1


# --- refusals -------------------------------------------------------------------------------------------------


async def test_a_refused_trigger_is_rejected_with_its_ref(scene):
    friend = scene.friend()
    for arguments in (("kick", "pad", "gong", "ref", "a"), ("kick", "sead", 1, "ref", "b"), ("", "ref", "c")):
        friend.send("/oneshot/generate", *arguments)
    reasons = {"a": "There is no pad 'gong'. There are:", "b": "Did you mean seed?", "c": "prompt is empty"}
    for ref, reason in reasons.items():
        address, job, heard_reason, heard_ref = await friend.hear()
        assert (address, job, heard_ref) == ("/oneshot/job/rejected", "", ref)
        assert reason in heard_reason
    friend.send("/oneshot/pad/gong")
    assert (await friend.hear())[:2] == ["/oneshot/job/rejected", ""]


async def test_a_busy_pads_refusal_is_heard_once_by_a_subscribed_sender_and_by_the_others(scene):
    friend, watcher = scene.friend(), scene.friend()
    for one in (friend, watcher):
        one.send("/oneshot/subscribe", one.port)
    scene.engine.busy.add("kick")
    friend.send("/oneshot/pad/kick")
    reason = "Pad kick is busy. It takes a new trigger when its sound is ready."
    for one in (friend, watcher):
        assert await one.hear() == ["/oneshot/job/rejected", "", reason]
        assert await one.hears_nothing()


@pytest.mark.parametrize(
    ("address", "values", "text"),
    [
        ("/oneshot/set/gong/seconds", (1,), "There is no pad 'gong'."),
        ("/oneshot/kit", ("third",), "There is no kit 'third'."),
        ("/oneshot/keep", ("s-zzzzzzzzzzzz",), "There is no sample or pad 's-zzzzzzzzzzzz'."),
        ("/oneshot/loaded", ("live",), "/oneshot/loaded: seq is missing."),
        ("/oneshot/nothing", (), "There is no OSC address '/oneshot/nothing'."),
        ("/someone/else", (1,), "There is no OSC address '/someone/else'."),
        ("/oneshot/keep", (True,), "'/oneshot/keep': argument 1 is true or false."),
    ],
)
async def test_a_wrong_message_is_answered_with_an_error(scene, address, values, text):
    friend = scene.friend()
    friend.send(address, *values)
    heard = await friend.hear()
    assert heard[:2] == ["/oneshot/error", text]
    assert len(heard) == 3


async def test_a_packet_that_is_no_osc_is_answered_and_harms_nothing(scene):
    friend = scene.friend()
    for packet in (b"\xff\xfe", b"", b"#bundle\0", b"/oneshot/ping"):
        friend.send_bytes(packet)
    for _ in range(4):
        assert (await friend.hear())[0] == "/oneshot/error"
    friend.send("/oneshot/ping")
    assert await friend.hear() == ["/oneshot/pong", "9.9"]


async def test_our_own_words_are_never_answered(scene):
    friend = scene.friend()
    for address, values in (("/oneshot/error", ("x", "y")), ("/oneshot/job/ready", ("j", "")), ("/oneshot/pong", ())):
        friend.send(address, *values)
    friend.send("/oneshot/ping")
    assert await friend.hear() == ["/oneshot/pong", "9.9"]


async def test_a_program_that_answers_errors_with_errors_keeps_nobody_busy(scene):
    friend = scene.friend()
    for _ in range(200):
        friend.send("/fail", "/oneshot/error", "command not found")
    friend.send("/oneshot/ping")
    heard = await friend.hear_until("/oneshot/pong")
    assert len(heard) <= 11


async def test_a_mistake_inside_the_engine_costs_one_message(scene, caplog):
    friend = scene.friend()
    scene.engine.broken = ZeroDivisionError("oops")
    with caplog.at_level(logging.CRITICAL, logger="bridge.triggers.osc"):
        for address, *values in (("/oneshot/pad/kick",), ("/oneshot/kit", "main")):
            friend.send(address, *values)
            assert await friend.hear() == ["/oneshot/error", "The bridge failed at this message.", "See its log."]
    scene.engine.broken = None
    friend.send("/oneshot/pad/kick")
    assert (await friend.hear())[0] == "/oneshot/job/accepted"


# --- floods, bundles, life ------------------------------------------------------------------------------------


async def test_a_flood_loses_nothing_that_was_accepted_and_is_told_once_a_second(scene):
    friend = scene.friend()
    scene.engine.gate = asyncio.Event()
    packet = osc_packet("/oneshot/pad/kick")
    tasks = len(asyncio.all_tasks())
    for _ in range(3 * MOST_WAITING):
        scene.door._heard(packet, ("127.0.0.1", friend.port))
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == tasks
    scene.engine.gate.set()
    await until(lambda: len(scene.engine.all_jobs) >= MOST_WAITING)
    rejected, accepted = [], set()
    while len(accepted) < len(scene.engine.all_jobs):
        address, job, *rest = await friend.hear()
        (rejected.append(rest) if address.endswith("rejected") else accepted.add(job))
    assert accepted == set(scene.engine.all_jobs)
    assert MOST_WAITING <= len(accepted) <= MOST_WAITING + 1
    assert len(rejected) == 1
    assert "Send more slowly." in rejected[0][0]


async def test_thousands_of_real_packets_do_not_stop_the_door(scene):
    friend = scene.friend()
    packet = osc_packet("/oneshot/set/kick/seconds", 1)
    tasks = asyncio.all_tasks()

    def flood():
        for _ in range(4_000):
            friend.send_bytes(packet)

    await asyncio.to_thread(flood)
    assert asyncio.all_tasks() == tasks
    heard = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while heard != "/oneshot/pong":  # the system drops packets while its buffer is full, a ping among them
            friend.send("/oneshot/ping")
            with contextlib.suppress(TimeoutError):
                heard = (await friend.hear(0.1))[0]
    assert len(scene.engine.calls) > 200


async def test_a_bundle_is_obeyed_in_its_order_and_one_of_the_future_at_its_time(scene):
    friend = scene.friend()
    loop = asyncio.get_running_loop()
    now = scene.clock.now()
    started = loop.time()
    friend.send_bytes(bundle(now + 0.15, osc_packet("/oneshot/kit", "spare")))
    friend.send_bytes(bundle(now - 1, osc_packet("/oneshot/set/kick/seconds", 1), osc_packet("/oneshot/ping")))
    assert (await friend.hear())[0] == "/oneshot/pong"
    await until(lambda: len(scene.engine.calls) == 2)
    assert loop.time() - started > 0.14
    assert scene.engine.calls == [("set_pad", "kick", "seconds", 1.0), ("select_kit", "spare")]


async def test_a_bundle_of_a_wrong_clock_is_refused(scene):
    friend = scene.friend()
    friend.send_bytes(bundle(scene.clock.now() + 86_400, osc_packet("/oneshot/pad/kick")))
    assert (await friend.hear())[:2] == ["/oneshot/error", "A bundle may lie 600 s in the future."]


async def test_bundles_of_the_future_wait_in_a_bounded_number(scene):
    later = bundle(scene.clock.now() + 500, *[osc_packet("/oneshot/pad/kick")] * 200)
    for _ in range(10):
        scene.door._heard(later, ("127.0.0.1", 9))
    assert len(scene.door._timers) == MOST_WAITING


async def test_what_waits_is_obeyed_when_the_door_closes(engine):
    tasks = asyncio.all_tasks()
    door = OscDoor(engine, Subscribers(), Outlet(), port=0)
    await door.start()
    for _ in range(50):
        door._heard(osc_packet("/oneshot/pad/kick"), ("127.0.0.1", 9))
    await door.close()
    assert len(engine.all_jobs) == 50
    door._heard(osc_packet("/oneshot/pad/kick"), ("127.0.0.1", 9))
    assert asyncio.all_tasks() == tasks


async def test_a_port_in_use_is_named_with_the_cure(scene):
    second = OscDoor(scene.engine, Subscribers(), Outlet(), port=scene.door.address[1])
    with pytest.raises(InUseError, match=str(scene.door.address[1])) as caught:
        await second.start()
    assert "[osc]" in caught.value.hint
    await second.close()


async def test_an_address_of_another_machine_cannot_be_opened(engine):
    with pytest.raises(BridgeError, match=r"OSC can't listen on 192\.0\.2\.1:0"):
        await OscDoor(engine, Subscribers(), Outlet(), host="192.0.2.1", port=0).start()


async def test_a_closed_door_opens_again_on_the_same_port(scene):
    address = scene.door.address
    await scene.door.close()
    await scene.door.start()
    assert scene.door.address == address
    friend = scene.friend()
    friend.send("/oneshot/ping")
    assert (await friend.hear())[0] == "/oneshot/pong"


async def test_where_an_error_ends_the_reading_the_port_is_opened_anew(scene, monkeypatch):
    monkeypatch.setattr(door_module, "_READING_ENDS_WITH_AN_ERROR", True)
    before = scene.door._transport
    for _ in range(3):
        before.get_protocol().error_received(ConnectionResetError("port unreachable"))
    await until(lambda: scene.door._transport not in (None, before))
    friend = scene.friend()
    friend.send("/oneshot/ping")
    assert await friend.hear() == ["/oneshot/pong", "9.9"]


async def test_a_door_that_closes_while_it_opens_anew_gives_its_port_back(engine, monkeypatch):
    monkeypatch.setattr(door_module, "_READING_ENDS_WITH_AN_ERROR", True)
    door = OscDoor(engine, Subscribers(), Outlet(), port=0)
    await door.start()
    door._transport.get_protocol().error_received(ConnectionResetError("port unreachable"))
    await door.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(door.address)


async def test_a_sender_that_has_gone_does_not_stop_the_door(scene):
    gone = Friend(scene.door.address)
    gone.send("/oneshot/pad/kick")
    gone.close()
    await until(lambda: scene.engine.all_jobs)
    for job in list(scene.engine.all_jobs):
        scene.engine.finish(job)
    friend = scene.friend()
    friend.send("/oneshot/ping")
    assert await friend.hear() == ["/oneshot/pong", "9.9"]


async def test_replies_come_from_the_port_that_was_asked(scene):
    friend = scene.friend()
    friend.send("/oneshot/pad/kick")
    await friend.hear()
    assert friend.senders == {scene.door.address}


async def test_ipv6_senders_are_answered(engine):
    try:
        probe = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    door = OscDoor(engine, Subscribers(), Outlet(), host="::1", port=0)
    await door.start()
    probe.setblocking(False)
    probe.sendto(osc_packet("/oneshot/ping"), door.address)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE_SECONDS):
        datagram = await loop.sock_recv(probe, 1_000)
    assert OscMessage(datagram).address == "/oneshot/pong"
    await door.close()
    probe.close()


# --- real senders ---------------------------------------------------------------------------------------------


async def test_oscsend_triggers_pads_and_prompts(scene, peer):
    oscsend = peer("oscsend", "liblo-tools")
    port = str(scene.door.address[1])

    def send(*arguments):
        subprocess.run([oscsend, "127.0.0.1", port, *arguments], check=True, timeout=PATIENCE_SECONDS)

    await asyncio.to_thread(send, "/oneshot/pad/kick", "i", "64")
    await asyncio.to_thread(send, "/oneshot/generate", "sshsf", "deep kick", "seed", "4000000000", "energy", "0.5")
    await asyncio.to_thread(send, "/oneshot/pad/kick", "T")
    await until(lambda: len(scene.engine.requests) == 2)
    press, prompt = scene.engine.requests
    assert press.energy == pytest.approx(64 / 127)
    assert (prompt.prompt, prompt.seed, prompt.energy) == ("deep kick", 4_000_000_000, 0.5)


async def test_oscdump_reads_every_reply_of_a_sound(scene, peer, tmp_path):
    oscdump = peer("oscdump", "liblo-tools")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (tmp_path / "heard").open("w+") as heard:
        dump = subprocess.Popen([oscdump, "-L", str(port)], stdout=heard)
        try:
            friend = scene.friend()
            scene.engine.eager = True
            text = (tmp_path / "heard").read_text
            async with asyncio.timeout(PATIENCE_SECONDS):
                # Until the program listens, its subscription finds nobody at home.
                while not all(word in text() for word in ("/state", "/delivery")):
                    friend.send("/oneshot/subscribe", port, "sampler")
                    scene.engine.deliver("sampler", 7)
                    friend.send("/oneshot/pad/bell")
                    await asyncio.sleep(0.1)
        finally:
            dump.terminate()
            dump.wait(timeout=PATIENCE_SECONDS)
    lines = text()
    for types in ("accepted sss", "progress ssff", "sample/ready ssifiiss", "job/ready ss", "delivery sissss"):
        assert f"{types}" in lines
    assert '"/music/Oneshot Bridge/samples/kick/one.wav|60|-12.5|54|66|1|127|100|4095|1|1"' in lines
