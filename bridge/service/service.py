"""Installs, removes and steers the service, the same way on every system."""

from __future__ import annotations

import getpass
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.library import atomic
from bridge.service.launchd import Launchd
from bridge.service.manager import Manager, Order, State
from bridge.service.plan import Plan, ServiceError
from bridge.service.system import System
from bridge.service.systemd import Systemd
from bridge.service.tasks import TaskScheduler

PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Says what a verb is about to do: the file that it writes (None: it is right already) or deletes, and its orders.

    `before` are given before the file is touched, `after` afterwards.
    """

    writes: bytes | None = None
    deletes: bool = False
    before: Sequence[Order] = ()
    after: Sequence[Order] = ()


class Service:
    """Is the daemon as a service. Each verb is decided first (`to_install` …) and done by `do`, so it can be shown."""

    def __init__(self, manager: Manager, system: System, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._manager = manager
        self._system = system
        self._sleep = sleep

    @property
    def kind(self) -> str:
        return self._manager.kind

    @property
    def file(self) -> Path:
        return self._manager.file

    @property
    def installed(self) -> bool:
        """Tells whether our own file is there; raises ServiceError for somebody else's under its name."""
        return self._found() is not None

    def check(self) -> None:
        """Raises ServiceError where the manager of this system can't be reached."""
        self._manager.check(self._system)

    def state(self) -> State:
        return self._manager.state(self._system)

    def to_install(self, plan: Plan, *, known: bool) -> Work:
        """Decides what is missing; where all is there and as it should be, it is only started."""
        content = self._manager.content(plan)
        anew = self._found() != content
        return Work(writes=content if anew else None, after=self._manager.arrived(anew=anew, known=known))

    def to_uninstall(self) -> Work:
        self._needed()
        return Work(deletes=True, before=self._manager.leaving(), after=self._manager.left())

    def to_start(self, *, known: bool) -> Work:
        self._needed()
        return Work(after=self._manager.start(known=known))

    def to_stop(self) -> Work:
        self._needed()
        return Work(after=self._manager.stop())

    def to_restart(self, *, known: bool) -> Work:
        self._needed()
        return Work(after=self._manager.restart(known=known))

    def do(self, work: Work) -> None:
        """Does it; raises ServiceError with the words of the manager where that refuses."""
        self._give(work.before)
        try:
            if work.writes is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                atomic.replace(self.file, work.writes)
            if work.deletes:
                self.file.unlink(missing_ok=True)
        except OSError as problem:
            raise ServiceError(
                f"{self.file} can't be changed: {problem.strerror}.", "Let yourself write there, or make room."
            ) from problem
        self._give(work.after)

    def _give(self, orders: Sequence[Order]) -> None:
        for order in orders:
            answer = self._system.run(*order.command)
            for _ in range(order.tries - 1):
                if answer.code == 0:
                    break
                self._sleep(PAUSE_SECONDS)
                answer = self._system.run(*order.command)
            if answer.code and not order.may_fail:
                said = answer.complained or answer.said.strip() or f"it ended with {answer.code}"
                raise ServiceError(f"{' '.join(order.command)}: {said}", "What the daemon said: oneshot logs")

    def _needed(self) -> None:
        if not self.installed:
            raise ServiceError("The service is not installed.", "Install it with: oneshot service install")

    def _found(self) -> bytes | None:
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise ServiceError(f"{self.file} can't be read: {problem.strerror}.", "Let yourself read it.") from problem
        if not self._manager.is_ours(content):
            raise ServiceError(
                f"{self.file} was written by somebody else, so it is left alone.", "Move that file away first."
            )
        return content


def manager_of(state_folder: Path, platform: str = sys.platform) -> Manager:
    """Returns the service manager of a system; raises ServiceError where the bridge knows none."""
    if platform.startswith("linux"):
        return Systemd()
    if platform == "darwin":
        return Launchd(os.getuid())
    if platform == "win32":
        domain, user = os.environ.get("USERDOMAIN", ""), os.environ.get("USERNAME") or getpass.getuser()
        return TaskScheduler(f"{domain}\\{user}" if domain else user, state_folder)
    raise ServiceError(f"There is no service for {platform} yet.", "Start it with your session: oneshot run --quiet")
