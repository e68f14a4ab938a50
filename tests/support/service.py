"""Stand-ins of the systems' service managers that behave, and refuse, as their pages say."""

from __future__ import annotations

import plistlib
from pathlib import Path

from bridge.service.launchd import Launchd
from bridge.service.system import Answer
from bridge.service.systemd import NAME

DONE = Answer(code=0)


class SystemctlStandIn:
    """Stands for `systemctl --user`: it reads a unit's file at a daemon-reload, and enables what it has read."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "systemd" / "user" / NAME
        self.loaded: bytes | None = None
        self.enabled = self.running = False
        self.begun_with: bytes | None = None
        self.starts = 0

    def run(self, *command: str) -> Answer:
        assert command[:2] == ("systemctl", "--user")
        verb, names = command[2], [word for word in command[3:] if not word.startswith("-")]
        if verb == "daemon-reload":
            self.loaded = self.file.read_bytes() if self.file.exists() else None
            return DONE
        if verb == "show":
            state = "active" if self.running else "inactive"
            found = "loaded" if self.loaded is not None else "not-found"
            return Answer(code=0, said=f"LoadState={found}\nActiveState={state}\nSubState=dead\nResult=success\n"
                                       f"NRestarts=0\nUnitFileState={'enabled' if self.enabled else 'disabled'}\n")
        assert names == [NAME]
        if self.loaded is None:
            return Answer(code=5, complained=f"Unit {NAME} not loaded.")
        if verb in ("enable", "disable"):
            self.enabled = verb == "enable"
            self.running &= "--now" not in command
        elif verb == "restart" or (verb == "start" and not self.running):
            self.running, self.begun_with, self.starts = True, self.loaded, self.starts + 1
        elif verb == "stop":
            self.running = False
        elif verb == "reset-failed":
            return Answer(code=1, complained="nothing to reset") if not self.running else DONE
        return DONE


class LaunchctlStandIn:
    """Stands for `launchctl`: it loads a file once, in the session's domain, and is busy after a bootout."""

    def __init__(self, home: Path) -> None:
        self.file = Launchd(501, home).file
        self.loaded: bytes | None = None
        self.busy = 0
        self.running = False
        self.starts = 0

    def run(self, *command: str) -> Answer:
        assert command[0] == "launchctl"
        verb, target = command[1], next(word for word in command[2:] if word.startswith("gui/"))
        if verb == "print" and target == "gui/501":
            return DONE
        if verb == "enable":
            return DONE
        if verb == "bootstrap":
            if self.busy or self.loaded is not None:
                self.busy = max(0, self.busy - 1)
                return Answer(code=5, complained="Bootstrap failed: 5: Input/output error")
            self.loaded = Path(command[3]).read_bytes()
            self._begin(plistlib.loads(self.loaded)["RunAtLoad"])
            return DONE
        assert target == "gui/501/oneshot-bridge"
        if self.loaded is None:
            return Answer(code=113, complained="Could not find service")
        if verb == "bootout":
            self.loaded, self.running, self.busy = None, False, 2
        elif verb == "kickstart":
            self._begin("-k" in command or not self.running)
        elif verb == "kill":
            self.running = False
        return DONE

    @property
    def begun_with(self) -> bytes | None:
        return self.loaded

    def _begin(self, anew: bool) -> None:
        self.starts += int(anew)
        self.running = True


class SchtasksStandIn:
    """Stands for `schtasks`: it keeps the task itself, and overwrites, ends and deletes only as told."""

    def __init__(self, _folder: Path) -> None:
        self.loaded: bytes | None = None
        self.begun_with: bytes | None = None
        self.running = False
        self.starts = 0

    def run(self, *command: str) -> Answer:
        assert command[0] == "schtasks"
        if command[1:] == ("/query", "/?"):
            return DONE
        assert command[2:4] == ("/tn", "Oneshot Bridge")
        verb, more = command[1], command[4:]
        if verb == "/create":
            assert more[0] == "/xml"
            assert self.loaded is None or "/f" in more, "it would ask, and nobody answers"
            self.loaded = Path(more[1]).read_bytes()
            return DONE
        if self.loaded is None:
            return Answer(code=1, complained="ERROR: The system cannot find the file specified.")
        if verb == "/run":
            self.starts += int(not self.running)  # IgnoreNew
            self.begun_with = self.begun_with if self.running else self.loaded
            self.running = True
        elif verb == "/end":
            self.running = False
        elif verb == "/delete":
            assert more == ("/f",)
            self.loaded = None
        return DONE
