"""The announcement of the OSC door: found by another program by zeroconf, and gone with the door."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bridge.triggers.osc_announcement import Announcement
from support.patience import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio

BROWSER = """
import sys
from zeroconf import ServiceBrowser, Zeroconf

class Ear:
    def add_service(self, zeroconf, kind, name):
        found = zeroconf.get_service_info(kind, name)
        print("came", kind, found.parsed_addresses(), found.port, flush=True)
    def update_service(self, *_): pass
    def remove_service(self, zeroconf, kind, name):
        print("went", kind, flush=True)

zeroconf = Zeroconf(interfaces=["127.0.0.1"])
ServiceBrowser(zeroconf, ["_osc._udp.local.", "_osc._tcp.local."], Ear())
print("listening", flush=True)
sys.stdin.read()
zeroconf.close()
"""


async def test_another_program_finds_the_bridge_and_hears_that_it_has_gone(peer):
    peer.module("zeroconf")
    browser = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BROWSER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )

    async def lines_until(word, times):
        lines = []
        while sum(line.startswith(word) for line in lines) < times:
            line = (await asyncio.wait_for(browser.stdout.readline(), PATIENCE_SECONDS)).decode()
            assert line, "the browser ended"
            lines.append(line.strip())
        return lines

    announcement = Announcement("127.0.0.1", 9_127, tcp=True)
    try:
        await lines_until("listening", 1)
        await announcement.start()
        assert sorted(await lines_until("came", 2)) == [
            f"came _osc.{way}.local. ['127.0.0.1'] 9127" for way in ("_tcp", "_udp")
        ]
        assert announcement.notice == ""
        await announcement.close()
        assert sorted(await lines_until("went", 2)) == [f"went _osc.{way}.local." for way in ("_tcp", "_udp")]
    finally:
        await announcement.close()
        browser.stdin.close()
        await browser.wait()


async def test_without_the_package_there_is_a_notice_with_the_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    announcement = Announcement("127.0.0.1", 9_127)
    await announcement.start()
    await until(lambda: announcement.notice)
    assert "pip install 'oneshot-bridge[zeroconf]'" in announcement.notice
    await announcement.close()


# zeroconf leaves the socket of an attempt that failed to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_address_that_can_not_be_announced_is_a_notice(peer):
    peer.module("zeroconf")
    announcement = Announcement("192.0.2.7", 9_127)
    await announcement.start()
    await until(lambda: announcement.notice)
    assert announcement.notice.startswith("OSC is not announced: ")
    await announcement.close()


async def test_a_door_that_closes_before_it_was_announced_leaves_nothing(peer):
    peer.module("zeroconf")
    tasks = asyncio.all_tasks()
    announcement = Announcement("127.0.0.1", 9_127)
    await announcement.start()
    await asyncio.sleep(0.05)
    await announcement.close()
    assert asyncio.all_tasks() == tasks
