"""The service on Linux: a unit of the user's own systemd.

The keys are those of systemd.unit(5), systemd.service(5) and systemd.exec(5).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from bridge.service.manager import Order, State
from bridge.service.plan import MARK, TITLE, Plan, ServiceError
from bridge.service.system import System

NAME = "oneshot-bridge.service"
WATCHDOG_SECONDS = 60
START_SECONDS = 120
STOP_SECONDS = 30

_FOLLOWS = "sound.target pipewire.service wireplumber.service pulseaudio.service"
"""What brings MIDI and sound, if the session has it; none of them is needed."""

_SHOWN = ("LoadState", "ActiveState", "SubState", "UnitFileState", "Result", "NRestarts")


class Systemd:
    """Knows the user's systemd."""

    kind = "a unit of your systemd"

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment

    @property
    def file(self) -> Path:
        home = self._environment.get("XDG_CONFIG_HOME", "")
        folder = Path(home) if Path(home).is_absolute() else Path.home() / ".config"
        return folder / "systemd" / "user" / NAME

    def content(self, plan: Plan) -> bytes:
        return unit(plan).encode()

    def is_ours(self, content: bytes) -> bool:
        return MARK.encode() in content

    def check(self, system: System) -> None:
        answer = system.run("systemctl", "--user", "show", "--property=Version")
        if answer.code == 127:
            raise ServiceError(
                "There is no systemd on this computer.",
                "Let your desktop start it at login instead (its list of autostarts): oneshot run --quiet",
            )
        if answer.code:
            raise ServiceError(
                f"Your systemd can't be reached: {answer.complained or f'systemctl ended with {answer.code}'}",
                "In WSL switch it on (`[boot] systemd=true` in /etc/wsl.conf, then `wsl --shutdown`); behind `su` or "
                "`sudo` log in as the user itself; in a container just run: oneshot run --quiet",
            )

    def state(self, system: System) -> State:
        answer = system.run("systemctl", "--user", "show", NAME, f"--property={','.join(_SHOWN)}")
        seen = dict(line.partition("=")[::2] for line in answer.said.splitlines() if "=" in line)
        if answer.code or seen.get("LoadState") in (None, "not-found"):
            return State(known=False, text="not known to systemd")
        text = f"{seen.get('ActiveState', '?')} ({seen.get('SubState', '?')}), {seen.get('UnitFileState') or 'static'}"
        if (result := seen.get("Result", "success")) != "success":
            text += f", ended with: {result}"
        if (restarts := seen.get("NRestarts", "0")) not in ("0", ""):
            text += f", started again {restarts} times"
        return State(known=True, text=text)

    def arrived(self, *, anew: bool, known: bool) -> Sequence[Order]:
        begin = "restart" if anew else "start"
        return (_systemctl("daemon-reload"), _systemctl("enable", NAME), _reset(), _systemctl(begin, NAME))

    def start(self, *, known: bool) -> Sequence[Order]:
        return (_reset(), _systemctl("start", NAME))

    def stop(self) -> Sequence[Order]:
        return (_systemctl("stop", NAME),)

    def restart(self, *, known: bool) -> Sequence[Order]:
        return (_reset(), _systemctl("restart", NAME))

    def leaving(self) -> Sequence[Order]:
        return (Order(("systemctl", "--user", "disable", "--now", NAME), may_fail=True),)

    def left(self) -> Sequence[Order]:
        return (_systemctl("daemon-reload"), _reset())


def unit(plan: Plan) -> str:
    """Returns the unit file. A wrong config (5), a wrong command (2) and a library in use (6) are no reason to start
    again: only the user can change them."""
    command = " ".join(quoted(part) for part in plan.command)
    return f"""\
# {MARK} ({TITLE} {plan.version}); `oneshot service uninstall` takes it away.
[Unit]
Description={TITLE}: new sounds for your sampler at the press of a pad
After={_FOLLOWS}
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart=:{command}
WorkingDirectory={str(plan.folder).replace("%", "%%")}
Restart=on-failure
RestartSec=3
RestartPreventExitStatus=2 5 6
WatchdogSec={WATCHDOG_SECONDS}
TimeoutStartSec={START_SECONDS}
TimeoutStopSec={STOP_SECONDS}
KillMode=mixed
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def quoted(part: str) -> str:
    """Returns an argument as a unit spells it; the colon before the command keeps `$` as it is (systemd 244)."""
    escaped = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _systemctl(*words: str) -> Order:
    return Order(("systemctl", "--user", *words))


def _reset() -> Order:
    """Lets a unit start that has failed too often; one that never ran is no unit to reset."""
    return Order(("systemctl", "--user", "reset-failed", NAME), may_fail=True)
