"""Tells the service manager how the daemon is: ready, alive, stopping.

That is the protocol of sd_notify(3): lines of NAME=value in one datagram to the socket that NOTIFY_SOCKET names. Where
there is none, nothing is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import MutableMapping

log = logging.getLogger(__name__)

MICROSECONDS = 1_000_000
VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Notifier:
    """Tells one service manager, and never waits for it."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        """Takes the manager's variables out of the environment: the worker processes have nothing to tell it."""
        self._environment = environment
        self._taken = {name: environment.pop(name) for name in VARIABLES if name in environment}
        self._address = self._taken.get("NOTIFY_SOCKET", "")
        interval = self._taken.get("WATCHDOG_USEC", "")
        process = self._taken.get("WATCHDOG_PID", "")
        meant = not process or process == str(os.getpid())
        self.watched_seconds = int(interval) / MICROSECONDS if interval.isdecimal() and meant else 0.0
        """Within how many seconds the manager wants to hear from the daemon; 0: it does not watch."""

    def give_back(self) -> None:
        """Puts the variables back, for the daemon that takes this one's place."""
        self._environment.update(self._taken)

    def ready(self, status: str) -> None:
        """Says that whoever waited for the daemon may go on."""
        self._tell("READY=1", f"STATUS={status}")

    def stopping(self, seconds: float) -> None:
        """Says that the daemon ends, and how long that may take."""
        self._tell("STOPPING=1", f"EXTEND_TIMEOUT_USEC={int(seconds * MICROSECONDS)}", "STATUS=Stopping")

    async def stay_alive(self) -> None:
        """Tells again and again that the loop turns, twice as often as it is watched; ends at once if it is not."""
        while self._address and self.watched_seconds:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(self.watched_seconds / 2)

    def _tell(self, *lines: str) -> None:
        if not self._address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
            return
        # A name in the abstract namespace is written with @ and begins with a zero byte.
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto("\n".join(lines).encode(), address)
