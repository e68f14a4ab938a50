"""The OSC door by TCP: the same messages, answered on the line that they came by; nothing is dropped."""

from __future__ import annotations

import asyncio
import ctypes
import ctypes.util
import socket
import subprocess

import pytest

from bridge.errors import InUseError
from bridge.osc.allowed import Allowed
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import Subscribers
from bridge.triggers import osc_lines
from bridge.triggers.osc import MOST_WAITING, OscDoor
from bridge.triggers.osc_lines import MOST_LINES
from support.osc import osc_packet
from support.patience import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("counted", [False, True], ids=["slip", "counted"])
async def test_a_trigger_is_answered_on_its_line_in_its_framing_until_the_sound_is_ready(scene, counted):
    caller = await scene.caller(counted)
    caller.send("/oneshot/generate", "kick \u2014 À", "seed", 0xC0DB, "ref", "mine")
    address, job, _, ref = await caller.hear()
    assert (address, ref) == ("/oneshot/job/accepted", "mine")
    scene.engine.finish(job)
    heard = [(await caller.hear())[0] for _ in range(3)]
    assert heard[-1] == "/oneshot/job/ready"
    assert "/oneshot/sample/ready" in heard
    (request,) = scene.engine.requests
    assert (request.prompt, request.seed) == ("kick \u2014 À", 0xC0DB)


async def test_tcp_and_udp_are_the_same_port_and_two_senders(scene):
    friend, caller = scene.friend(), await scene.caller()
    friend.send("/oneshot/pad/kick")
    await friend.hear()
    caller.send("/oneshot/cancel")
    assert (await caller.hear())[:2] == ["/oneshot/error", "This sender has asked for nothing yet."]


async def test_a_subscriber_by_tcp_hears_on_its_line_whatever_port_it_names(scene):
    caller, friend = await scene.caller(), scene.friend()
    caller.send("/oneshot/subscribe", friend.port, "sampler")
    caller.send("/oneshot/ping")
    assert (await caller.hear())[0] == "/oneshot/pong"
    scene.engine.deliver("sampler", 7)
    assert (await caller.hear())[:3] == ["/oneshot/delivery", "sampler", 7]
    assert await friend.hears_nothing()


async def test_a_subscription_ends_with_its_line(scene):
    caller = await scene.caller()
    caller.send("/oneshot/subscribe", 9)
    await until(lambda: scene.subscribers.everyone())
    caller.close()
    await until(lambda: not scene.subscribers.everyone())


async def test_subscribers_that_vanish_cost_the_others_nothing(scene):
    callers = [await scene.caller(counted=bool(number % 2)) for number in range(8)]
    friend = scene.friend()
    for caller in callers:
        caller.send("/oneshot/subscribe", 9)
    friend.send("/oneshot/subscribe", friend.port)
    await until(lambda: len(scene.subscribers.everyone()) == 9)
    for caller in callers[:-1]:
        caller.writer.transport.abort()
    friend.send("/oneshot/pad/kick")
    job = (await friend.hear())[1]
    assert (await callers[-1].hear())[:2] == ["/oneshot/job/accepted", job]
    await until(lambda: len(scene.subscribers.everyone()) == 2)


async def test_a_flood_by_tcp_loses_nothing(scene):
    caller = await scene.caller()
    scene.engine.gate = asyncio.Event()
    several = 3 * MOST_WAITING
    caller.writer.write(caller.frame(osc_packet("/oneshot/pad/kick")) * several)
    await until(lambda: scene.door._waiting.qsize() > MOST_WAITING // 2)
    friend = scene.friend()
    scene.engine.gate.set()
    await until(lambda: len(scene.engine.all_jobs) == several)
    friend.send("/oneshot/ping")
    assert (await friend.hear())[0] == "/oneshot/pong"


async def test_lines_are_read_in_turns(scene):
    greedy, modest = await scene.caller(), await scene.caller()
    scene.engine.gate = asyncio.Event()
    greedy.writer.write(greedy.frame(osc_packet("/oneshot/pad/kick")) * 3 * MOST_WAITING)
    await until(lambda: scene.door._waiting.qsize() > MOST_WAITING // 2)
    modest.send("/oneshot/kit", "spare")
    await until(lambda: len(scene.door._lines._unread) == 2)
    scene.engine.gate.set()
    await until(lambda: ("select_kit", "spare") in scene.engine.calls)
    assert len(scene.engine.all_jobs) <= MOST_WAITING


@pytest.mark.parametrize("nonsense", [b"\0\0\0\0", b"\x00\x7f\xff\xff", b"GET / HTTP/1.1\r\n" * 9_000])
async def test_a_line_that_speaks_no_osc_is_told_so_and_ended(scene, nonsense):
    caller = await scene.caller(counted=nonsense[0] == 0)
    caller.writer.write(nonsense)
    assert (await caller.hear())[0] == "/oneshot/error"
    assert await caller.ended()
    other = await scene.caller()
    other.send("/oneshot/ping")
    assert (await other.hear())[0] == "/oneshot/pong"


async def test_a_packet_that_is_no_osc_does_not_end_its_line(scene):
    caller = await scene.caller()
    caller.writer.write(b"\xc0GET / HTTP/1.1\xc0")
    assert await caller.hear() == ["/oneshot/error", "A packet arrived that is no OSC.",
                                   "Send an OSC message or bundle with the argument types i f s b."]
    caller.send("/oneshot/ping")
    assert (await caller.hear())[0] == "/oneshot/pong"


async def test_who_never_reads_is_ended_before_its_answers_fill_the_memory(scene, monkeypatch):
    monkeypatch.setattr(osc_lines, "MOST_UNREAD", 100_000)
    caller = await scene.caller()
    caller.writer.transport.pause_reading()
    deaf = caller.frame(osc_packet("/oneshot/keep", "x" * 150))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while scene.door._lines._lines:
            caller.writer.write(deaf * 500)
            await asyncio.sleep(0.01)


async def test_lines_are_limited_in_number_and_one_that_ends_makes_room(scene):
    callers = [await scene.caller() for _ in range(MOST_LINES)]
    one_more = await scene.caller()
    assert await one_more.ended()
    callers[0].close()
    await until(lambda: len(scene.door._lines._lines) < MOST_LINES)
    other = await scene.caller()
    other.send("/oneshot/ping")
    assert (await other.hear())[0] == "/oneshot/pong"


async def test_a_door_that_closes_says_its_last_words_and_frees_the_port(scene):
    caller = await scene.caller()
    caller.send("/oneshot/pad/kick")
    assert (await caller.hear())[0] == "/oneshot/job/accepted"
    caller.send("/oneshot/ping")
    await until(lambda: scene.door._lines._lines)
    address = scene.door.address
    await scene.door.close()
    assert await caller.ended()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    await scene.door.start()
    assert scene.door.address == address


async def test_a_tcp_port_in_use_is_named_and_nothing_stays_open(engine):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        door = OscDoor(engine, Subscribers(), Outlet(), port=port, tcp=True)
        with pytest.raises(InUseError, match=f"OSC port {port} is in use for TCP"):
            await door.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))


async def test_without_the_setting_nobody_listens_by_tcp(engine):
    door = OscDoor(engine, Subscribers(), Outlet(), port=0)
    await door.start()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*door.address)
    await door.close()


async def test_strangers_are_neither_obeyed_nor_answered(engine):
    allowed = Allowed(["192.0.2.0/24"])
    allowed.allows = lambda host: False
    door = OscDoor(engine, Subscribers(), Outlet(), port=0, tcp=True, allowed=allowed)
    await door.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.settimeout(0.1)
        for packet in (osc_packet("/oneshot/pad/kick"), osc_packet("/oneshot/nothing"), b"nonsense"):
            stranger.sendto(packet, door.address)
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(stranger.recv, 1_000)
    reader, writer = await asyncio.open_connection(*door.address)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), PATIENCE_SECONDS)
    writer.close()
    assert engine.requests == []
    await door.close()


# --- real senders ---------------------------------------------------------------------------------------------


async def test_oscsend_triggers_by_tcp(scene, peer):
    oscsend = peer("oscsend", "liblo-tools")
    url = f"osc.tcp://127.0.0.1:{scene.door.address[1]}/"
    await asyncio.to_thread(
        subprocess.run, [oscsend, url, "/oneshot/pad/kick", "i", "64"], check=True, timeout=PATIENCE_SECONDS
    )
    await until(lambda: scene.engine.requests)
    assert scene.engine.requests[0].energy == pytest.approx(64 / 127)


async def test_liblo_triggers_by_slip(scene, peer):
    peer("oscsend", "liblo-tools")
    port = str(scene.door.address[1]).encode()

    def press():
        lo = ctypes.CDLL(ctypes.util.find_library("lo") or "liblo.so.7")
        lo.lo_address_new_with_proto.restype = lo.lo_message_new.restype = ctypes.c_void_p
        tcp = 4
        there = ctypes.c_void_p(lo.lo_address_new_with_proto(tcp, b"127.0.0.1", port))
        lo.lo_address_set_stream_slip(there, 1)
        message = ctypes.c_void_p(lo.lo_message_new())
        lo.lo_message_add_string(message, "glocke À".encode())
        lo.lo_message_add_string(message, b"seed")
        lo.lo_message_add_int32(message, 0xC0)
        lo.lo_send_message(there, b"/oneshot/generate", message)
        lo.lo_address_free(there)

    await asyncio.to_thread(press)
    await until(lambda: scene.engine.requests)
    assert (scene.engine.requests[0].prompt, scene.engine.requests[0].seed) == ("glocke À", 0xC0)


async def test_pure_data_triggers_by_slip_from_its_own_netsend(scene, peer, tmp_path):
    pd = peer("pd", "puredata-core")
    patch = tmp_path / "press.pd"
    patch.write_text(
        "#N canvas 0 0 400 300 10;\n#X obj 10 10 loadbang;\n"
        f"#X msg 10 40 connect 127.0.0.1 {scene.door.address[1]};\n#X obj 10 70 netsend -b;\n#X obj 150 10 delay 200;\n"
        "#X msg 150 40 0.5;\n#X obj 150 70 oscformat oneshot pad kick;\n#X obj 150 100 list prepend 192;\n"
        "#X obj 150 130 list append 192;\n#X obj 150 160 list prepend send;\n#X obj 150 190 list trim;\n"
        "#X connect 0 0 1 0;\n#X connect 0 0 3 0;\n#X connect 1 0 2 0;\n#X connect 3 0 4 0;\n#X connect 4 0 5 0;\n"
        "#X connect 5 0 6 0;\n#X connect 6 0 7 0;\n#X connect 7 0 8 0;\n#X connect 8 0 9 0;\n#X connect 9 0 2 0;\n"
    )
    process = await asyncio.create_subprocess_exec(
        pd, "-nogui", "-noaudio", "-nomidi", "-noprefs", str(patch), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await until(lambda: scene.engine.requests)
    finally:
        process.terminate()
        await process.wait()
    assert (scene.engine.requests[0].pad, scene.engine.requests[0].energy) == ("kick", 0.5)


async def test_supercollider_triggers_by_tcp_and_hears_the_answer(scene, peer, tmp_path):
    sclang = peer("sclang", "supercollider-language")
    script = tmp_path / "press.scd"
    script.write_text(
        "OSCdef(\\heard, { |msg| msg[0].postln; 0.exit }, '/oneshot/job/accepted');\n"
        f'n = NetAddr("127.0.0.1", {scene.door.address[1]}); n.connect;\n'
        'n.sendMsg("/oneshot/pad/bell", 0.25);\n'
    )
    process = await asyncio.create_subprocess_exec(
        "stdbuf", "-oL", sclang, "-u", "0", str(script), stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin",
        "XDG_RUNTIME_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"},
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert "/oneshot/job/accepted" in said.decode()
    assert (scene.engine.requests[0].pad, scene.engine.requests[0].energy) == ("bell", 0.25)
