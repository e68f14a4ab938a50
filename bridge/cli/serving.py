"""What the commands of the service share: finding it, and seeing whether the daemon came."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from bridge.cli import say
from bridge.cli.client import find_daemon
from bridge.cli.exits import NoDaemonError
from bridge.cli.shell import Shell
from bridge.cli.show import ago
from bridge.config.keys import VARIABLES
from bridge.config.overrides import PREFIX
from bridge.config.places import CONFIG_VARIABLE
from bridge.errors import BridgeError, InUseError
from bridge.service.plan import ServiceError
from bridge.service.service import Service, manager_of
from bridge.service.system import RealSystem

PATIENCE_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.2


def service_of(shell: Shell) -> Service:
    """Returns the service of this user on this system; raises ServiceError where there is no way to have one."""
    return Service(manager_of(shell.config.state_folder), RealSystem())


def refuse_another(shell: Shell) -> None:
    """Raises InUseError where a daemon runs that was started by hand: the service could not have the library."""
    if (status := _status(shell)) is not None:
        raise InUseError(
            f"A daemon runs already, as process {status.get('pid', '?')}, and it is not the service.",
            "End it (Ctrl-C in its window), then: oneshot service install",
        )


def say_running(shell: Shell) -> None:
    """Waits until the daemon answers and says so; raises ServiceError if it does not come."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (status := _status(shell)) is None:
        if time.monotonic() > end:
            raise ServiceError("The service was started, but the daemon does not answer.", "See why: oneshot logs")
        time.sleep(_LOOK_AGAIN_SECONDS)
    say.line(f"The service runs as process {status.get('pid', '?')}. What it does: oneshot logs -f")


def look(shell: Shell) -> dict[str, Any]:
    """Returns how the service is, as plain values."""
    found = service_of(shell)
    installed = found.installed
    try:
        found.check()
        manager = found.state().text
    except ServiceError as problem:
        manager = problem.message
    status = _status(shell)
    running = {} if status is None else {key: status.get(key) for key in ("pid", "version", "since", "notices")}
    return {
        "installed": installed, "kind": found.kind, "file": str(found.file), "manager": manager,
        "running": status is not None, **running,
    }


def told(seen: dict[str, Any]) -> Iterator[str]:
    """Yields how the service is, a line each."""
    cure = "" if seen["installed"] else "  (oneshot service install)"
    yield f"service   {'installed' if seen['installed'] else 'not installed'}, {seen['kind']}{cure}"
    if seen["installed"]:
        yield f"file      {seen['file']}"
        yield f"manager   {seen['manager']}"
    if not seen["running"]:
        yield "daemon    does not run"
        return
    yield f"daemon    process {seen['pid']}, version {seen['version']}, since {ago(seen['since'])}"
    yield from (f"notice    {notice}" for notice in seen["notices"] or ())


def left_behind() -> Iterator[str]:
    """Yields what counts in this shell and not in the service, which never sees the shell's variables."""
    for provider, variable in VARIABLES.items():
        if os.environ.get(variable):
            yield f"The service does not see {variable} of this shell. Keep the key: oneshot keys set {provider}"
    settings = sorted(name for name in os.environ if name.startswith(PREFIX) and name != CONFIG_VARIABLE)
    if settings:
        yield f"The service does not see {', '.join(settings)} of this shell. Write that into the config."


def _status(shell: Shell) -> dict[str, Any] | None:
    """Returns what the daemon says of itself; None where none answers."""
    try:
        client = find_daemon(shell.config.state_folder)
        return client.ask("status") if client else None
    except (NoDaemonError, BridgeError):
        return None
