"""The service on Windows: a task that the Task Scheduler starts at the user's logon, without administrator's rights.

The elements and their order are those of the Task Scheduler's published schema (version 1.2, Windows 7 and newer).
"""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from bridge.service.manager import Order, State
from bridge.service.plan import MARK, TITLE, Plan, ServiceError
from bridge.service.system import System

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"


class TaskScheduler:
    """Knows the Task Scheduler, for one user."""

    kind = "a task of the Windows Task Scheduler"

    def __init__(self, user: str, state_folder: Path) -> None:
        self._user = user
        self._state_folder = state_folder

    @property
    def file(self) -> Path:
        """The description that the task is made from; the task itself is kept by Windows."""
        return self._state_folder / "service" / f"{TITLE}.xml"

    def content(self, plan: Plan) -> bytes:
        return task(plan, self._user)

    def is_ours(self, content: bytes) -> bool:
        return MARK in content.decode("utf-16", "replace")

    def check(self, system: System) -> None:
        answer = system.run("schtasks", "/query", "/?")
        if answer.code:
            raise ServiceError(
                f"The Task Scheduler can't be reached: {answer.complained}",
                "Press Windows+R, open shell:startup, and put a shortcut to `oneshot run --quiet` there.",
            )

    def state(self, system: System) -> State:
        # Its words are in the language of the system; how it ends is not.
        known = system.run("schtasks", "/query", "/tn", TITLE).code == 0
        return State(known=known, text="known, starts at logon" if known else "not known")

    def arrived(self, *, anew: bool, known: bool) -> Sequence[Order]:
        if known and not anew:
            return self.start(known=True)
        ended = [_schtasks("/end", may_fail=True)] if known else []
        return (*ended, *self._begun())

    def start(self, *, known: bool) -> Sequence[Order]:
        return (_schtasks("/run"),) if known else self._begun()

    def stop(self) -> Sequence[Order]:
        return (_schtasks("/end"),)

    def restart(self, *, known: bool) -> Sequence[Order]:
        return (_schtasks("/end", may_fail=True), *self.start(known=known))

    def leaving(self) -> Sequence[Order]:
        return (_schtasks("/end", may_fail=True), _schtasks("/delete", "/f", may_fail=True))

    def left(self) -> Sequence[Order]:
        return ()

    def _begun(self) -> Sequence[Order]:
        return (_schtasks("/create", "/xml", str(self.file), "/f"), _schtasks("/run"))


def task(plan: Plan, user: str) -> bytes:
    """Returns the task in UTF-16 with its mark, as `schtasks /create /xml` reads it.

    It runs in the session of the user who logs on (InteractiveToken), with the rights that they have anyhow. Priority 5
    is a program's usual one: a task's usual one is below every program's.
    """
    root = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    _grow(root, {
        "RegistrationInfo": {"Description": f"{TITLE} {plan.version}. {MARK}."},
        "Triggers": {"LogonTrigger": {"Enabled": "true", "UserId": user}},
        "Principals": {"Principal": {
            "UserId": user, "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"
        }},
        "Settings": {
            "MultipleInstancesPolicy": "IgnoreNew",
            "DisallowStartIfOnBatteries": "false",
            "StopIfGoingOnBatteries": "false",
            "AllowHardTerminate": "true",
            "StartWhenAvailable": "true",
            "RunOnlyIfNetworkAvailable": "false",
            "IdleSettings": {"StopOnIdleEnd": "false", "RestartOnIdle": "false"},
            "AllowStartOnDemand": "true",
            "Enabled": "true",
            "Hidden": "false",
            "RunOnlyIfIdle": "false",
            "WakeToRun": "false",
            "ExecutionTimeLimit": "PT0S",
            "Priority": "5",
            "RestartOnFailure": {"Interval": "PT1M", "Count": "5"},
        },
        "Actions": {"Exec": {
            "Command": plan.command[0],
            "Arguments": subprocess.list2cmdline(plan.command[1:]),
            "WorkingDirectory": str(plan.folder),
        }},
    })  # fmt: skip
    for place in ("Principals/Principal", "Actions"):
        found = root.find(place)
        assert found is not None
        found.set("id" if place.startswith("Principals") else "Context", "user")
    ET.indent(root)
    return ('<?xml version="1.0" encoding="UTF-16"?>\n' + ET.tostring(root, "unicode") + "\n").encode("utf-16")


Branches = dict[str, "str | Branches"]


def _grow(parent: ET.Element, branches: Branches) -> None:
    for name, value in branches.items():
        child = ET.SubElement(parent, name)
        if isinstance(value, str):
            child.text = value
        else:
            _grow(child, value)


def _schtasks(verb: str, *more: str, may_fail: bool = False) -> Order:
    return Order(("schtasks", verb, "/tn", TITLE, *more), may_fail=may_fail)
