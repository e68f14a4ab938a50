"""The service on macOS: an agent of the user's session, by launchd.plist(5) and launchctl(1)."""

from __future__ import annotations

import plistlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bridge.service.manager import Order, State
from bridge.service.plan import MARK, TITLE, Plan, ServiceError
from bridge.service.system import System

LABEL = "oneshot-bridge"
STOP_SECONDS = 90
PAUSE_SECONDS = 10
_TRIES = 5
"""`bootout` answers before the service is gone, and `bootstrap` fails until it is."""


class Launchd:
    """Knows the launchd of a user."""

    kind = "an agent of your launchd"

    def __init__(self, user: int, home: Path | None = None) -> None:
        self._domain = f"gui/{user}"
        self._target = f"gui/{user}/{LABEL}"
        self._home = home or Path.home()

    @property
    def file(self) -> Path:
        return self._home / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    def content(self, plan: Plan) -> bytes:
        written = plistlib.dumps(agent(plan), sort_keys=False)
        return written.replace(b"<plist", f"<!-- {MARK} ({TITLE} {plan.version}) -->\n<plist".encode(), 1)

    def is_ours(self, content: bytes) -> bool:
        return MARK.encode() in content

    def check(self, system: System) -> None:
        answer = system.run("launchctl", "print", self._domain)
        if answer.code:
            raise ServiceError(
                f"launchd has no session of this user: {answer.complained or f'launchctl ended with {answer.code}'}",
                "Log in at the screen of this Mac (ssh alone has no MIDI and no sound), and try again.",
            )

    def state(self, system: System) -> State:
        # What it prints is no interface, its own page says; how it ends is.
        known = system.run("launchctl", "print", self._target).code == 0
        return State(known=known, text="loaded, starts at login" if known else "not loaded")

    def arrived(self, *, anew: bool, known: bool) -> Sequence[Order]:
        if known and not anew:
            return self.start(known=True)
        away = [Order(("launchctl", "bootout", self._target), may_fail=True)] if known else []
        return (*away, *self.start(known=False))

    def start(self, *, known: bool) -> Sequence[Order]:
        if known:
            return (Order(("launchctl", "kickstart", self._target)),)
        return (
            Order(("launchctl", "enable", self._target)),
            Order(("launchctl", "bootstrap", self._domain, str(self.file)), tries=_TRIES),
        )

    def stop(self) -> Sequence[Order]:
        # It ends in order, and that is no reason for launchd to start it again.
        return (Order(("launchctl", "kill", "SIGTERM", self._target)),)

    def restart(self, *, known: bool) -> Sequence[Order]:
        return (Order(("launchctl", "kickstart", "-k", self._target)),) if known else self.start(known=False)

    def leaving(self) -> Sequence[Order]:
        return (Order(("launchctl", "bootout", self._target), may_fail=True),)

    def left(self) -> Sequence[Order]:
        return ()


def agent(plan: Plan) -> dict[str, Any]:
    """Returns the agent. It lives in the session at the screen (Aqua), where MIDI and sound are."""
    return {
        "Label": LABEL,
        "ProgramArguments": list(plan.command),
        "WorkingDirectory": str(plan.folder),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": PAUSE_SECONDS,
        "ExitTimeOut": STOP_SECONDS,
        "ProcessType": "Interactive",
        "LimitLoadToSessionType": "Aqua",
        "StandardErrorPath": str(plan.state_folder / "logs" / "start.txt"),
    }
