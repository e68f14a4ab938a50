"""Announces the OSC door by zeroconf (mDNS and DNS-SD, as Bonjour and Avahi), as `_osc._udp` and `_osc._tcp`."""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
import logging
import socket
from typing import Any

import bridge

log = logging.getLogger(__name__)

_MISSING = "OSC is not announced: the package zeroconf is missing: pip install 'oneshot-bridge[zeroconf]'"


class Announcement:
    """Says where the door is, on no more interfaces than the door itself; what does not work is a `notice`."""

    def __init__(self, host: str, port: int, *, tcp: bool = False) -> None:
        self._address = ipaddress.ip_address(host)
        self._port = port
        self._ways = ("udp", "tcp") if tcp else ("udp",)
        self._announcing: asyncio.Task[None] | None = None
        self._zeroconf: Any = None
        self.notice = ""

    async def start(self) -> None:
        """Begins to announce; asking whether the name is free takes a second, which nobody waits for."""
        self._announcing = asyncio.create_task(self._announce(), name="osc announcement")

    async def close(self) -> None:
        """Takes the announcement back."""
        if self._announcing is not None:
            self._announcing.cancel()
            await asyncio.wait([self._announcing])
            self._announcing = None
        if self._zeroconf is not None:
            await self._zeroconf.async_close()
            self._zeroconf = None

    async def _announce(self) -> None:
        try:
            found = await asyncio.to_thread(importlib.import_module, "zeroconf")
            found_async = await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
        except ImportError:
            self.notice = _MISSING
            return
        try:
            await self._register(found, found_async)
        except (OSError, ValueError, found.Error) as problem:
            self.notice = f"OSC is not announced: {problem or type(problem).__name__}"
            log.warning("%s", self.notice)

    async def _register(self, found: Any, found_async: Any) -> None:
        everywhere = self._address.is_unspecified
        addresses = await asyncio.to_thread(_own_addresses, found) if everywhere else [str(self._address)]
        versions = found.IPVersion
        version = versions.V4Only if self._address.version == 4 else versions.All if everywhere else versions.V6Only
        interfaces = found.InterfaceChoice.All if everywhere else addresses
        self._zeroconf = found_async.AsyncZeroconf(interfaces=interfaces, ip_version=version)
        machine = socket.gethostname().partition(".")[0] or "computer"
        for way in self._ways:
            kind = f"_osc._{way}.local."
            info = found_async.AsyncServiceInfo(
                kind, f"Oneshot Bridge on {machine}.{kind}", port=self._port, parsed_addresses=addresses,
                server=f"oneshot-bridge-{machine}.local.",
                properties={"txtvers": "1", "version": bridge.__version__, "types": "ifsb"},
            )
            await (await self._zeroconf.async_register_service(info, allow_name_change=True))


def _own_addresses(found: Any) -> list[str]:
    """Returns what this computer is reached at from others; an IPv4 link has one at least."""
    everywhere: list[str] = found.get_all_addresses()
    others = [address for address in everywhere if not ipaddress.ip_address(address).is_loopback]
    return others or everywhere
