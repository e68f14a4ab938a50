"""What is written for each system's service manager: read by that system's own tools, or held against its schema."""

from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bridge.service import tasks
from bridge.service.launchd import LABEL, Launchd
from bridge.service.plan import Plan, ServiceError, command_of, plan_of
from bridge.service.systemd import NAME, Systemd, unit
from bridge.service.tasks import TaskScheduler, task

ODD = '/home/ada/it\'s 100% "mine" $HOME \\ ü.toml'
"""A path with all that a unit file gives a meaning to."""


def plan(config: str = "/home/ada/config.toml", **more) -> Plan:
    return Plan(command=(sys.executable, "-P", "-m", "bridge", "--config", config, "run", "--quiet"),
                folder=Path("/home/ada"), state_folder=Path("/home/ada/.local/state/oneshot-bridge"), **more)


# --- systemd --------------------------------------------------------------------------------------------------


def verified(peer, folder: Path, text: str) -> tuple[int, list[str]]:
    """Returns how the real `systemd-analyze` ends over a unit, and what it says of it; no systemd need run for that."""
    analyse = peer("systemd-analyze", "package systemd")
    file = folder / NAME
    file.write_text(text, encoding="utf-8")
    seen = subprocess.run([analyse, "--user", "verify", str(file)], capture_output=True, text=True, timeout=60,
                          env=os.environ | {"XDG_RUNTIME_DIR": str(folder)})
    return seen.returncode, [line for line in seen.stderr.splitlines() if NAME in line]


@pytest.mark.parametrize("config", ["/home/ada/config.toml", ODD])
def test_systemd_finds_nothing_to_blame_in_the_unit(peer, tmp_path, config):
    assert verified(peer, tmp_path, unit(plan(config))) == (0, [])


def test_systemd_blames_a_unit_with_a_mistake_so_the_fact_above_can_fail(peer, tmp_path):
    _, blamed = verified(peer, tmp_path, unit(plan()).replace("WatchdogSec=60", "WatchdogSec=often"))
    assert "Failed to parse" in blamed[0]


def test_systemd_splits_the_command_into_the_very_arguments():
    (line,) = [line for line in unit(plan(ODD)).splitlines() if line.startswith("ExecStart=:")]
    # The quoting of systemd.syntax(7) within double quotes is the shell's, but for the doubled percent sign.
    spelt = line.removeprefix("ExecStart=:").replace("%%", "%")
    assert tuple(shlex.split(spelt)) == plan(ODD).command


def test_the_unit_lies_where_the_users_systemd_looks(tmp_path):
    assert Systemd({"XDG_CONFIG_HOME": str(tmp_path)}).file == tmp_path / "systemd" / "user" / NAME
    # A relative one is to be ignored, says the XDG specification.
    assert Systemd({"XDG_CONFIG_HOME": "here"}).file == Path.home() / ".config" / "systemd" / "user" / NAME


# --- launchd --------------------------------------------------------------------------------------------------

DOCUMENTED = {
    "Label": str, "ProgramArguments": list, "WorkingDirectory": str, "RunAtLoad": bool, "KeepAlive": dict,
    "ThrottleInterval": int, "ExitTimeOut": int, "ProcessType": str, "LimitLoadToSessionType": str,
    "StandardErrorPath": str,
}
"""The keys of launchd.plist(5) that the agent uses, and their types."""


def test_the_agent_has_only_documented_keys_of_their_types():
    agent = plistlib.loads(Launchd(501).content(plan(ODD)))
    assert {key: type(value) for key, value in agent.items()} == DOCUMENTED
    assert agent["ProgramArguments"] == list(plan(ODD).command)
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["ProcessType"] in ("Background", "Standard", "Adaptive", "Interactive")
    assert agent["LimitLoadToSessionType"] == "Aqua"


def test_the_agent_is_named_as_its_file():
    assert Launchd(501, Path("/Users/ada")).file == Path(f"/Users/ada/Library/LaunchAgents/{LABEL}.plist")
    assert plistlib.loads(Launchd(501).content(plan()))["Label"] == LABEL


# --- Task Scheduler -------------------------------------------------------------------------------------------

ALL = frozenset
"""Children in any order; a tuple: in this one."""
SCHEMA = {
    "Task": ALL({"RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"}),
    "RegistrationInfo": ALL({"URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description",
                             "Documentation"}),
    "Triggers": ("LogonTrigger",),
    "LogonTrigger": ("Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "UserId", "Delay"),
    "Principals": ("Principal",),
    "Principal": ALL({"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"}),
    "Settings": ALL({
        "AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries",
        "StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable", "NetworkProfileName",
        "RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden", "DeleteExpiredTaskAfter", "IdleSettings",
        "NetworkSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle",
    }),
    "IdleSettings": ALL({"Duration", "WaitTimeout", "StopOnIdleEnd", "RestartOnIdle"}),
    "RestartOnFailure": ALL({"Interval", "Count"}),
    "Actions": ("Exec",),
    "Exec": ALL({"Command", "Arguments", "WorkingDirectory"}),
}  # fmt: skip
"""The published schema of the Task Scheduler, as far as the task goes."""


def held_against_the_schema(element: ET.Element) -> None:
    name = element.tag.removeprefix(f"{{{tasks.NAMESPACE}}}")
    assert name != element.tag, f"{name} is not in the namespace"
    children = [child.tag.removeprefix(f"{{{tasks.NAMESPACE}}}") for child in element]
    if name not in SCHEMA:
        assert children == []
        assert element.text
        return
    assert len(set(children)) == len(children), name
    assert set(children) <= set(SCHEMA[name]), name
    if isinstance(SCHEMA[name], tuple):
        assert children == [child for child in SCHEMA[name] if child in children], name
    for child in element:
        held_against_the_schema(child)


def test_the_task_keeps_the_published_schema():
    root = ET.fromstring(task(plan(ODD), "DESK\\ada"))
    held_against_the_schema(root)
    where = {"t": tasks.NAMESPACE}
    # A context must be the id of a principal.
    assert root.find("t:Actions", where).get("Context") == root.find("t:Principals/t:Principal", where).get("id")


def test_the_task_needs_no_administrator():
    root = ET.fromstring(task(plan(), "DESK\\ada"))
    where = {"t": tasks.NAMESPACE}
    principal = root.find("t:Principals/t:Principal", where)
    assert principal.find("t:RunLevel", where).text == "LeastPrivilege"
    assert principal.find("t:LogonType", where).text == "InteractiveToken"
    # A logon trigger without a user is one for everybody, and only an administrator may have that.
    assert root.find("t:Triggers/t:LogonTrigger/t:UserId", where).text == "DESK\\ada"


def test_the_task_is_utf_16_with_its_mark_as_schtasks_reads_it():
    written = task(plan(ODD), "DESK\\ada")
    assert written[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert 'encoding="UTF-16"' in written.decode("utf-16").splitlines()[0]


# --- all ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("manager", [Systemd({}), Launchd(501), TaskScheduler("ada", Path("/state"))],
                         ids=lambda manager: type(manager).__name__)
def test_a_file_is_known_as_ours_and_another_version_is_another_file(manager):
    assert manager.is_ours(manager.content(plan()))
    assert not manager.is_ours(b"[Service]\nExecStart=/usr/bin/else\n")
    assert manager.content(plan(version="1")) != manager.content(plan(version="2"))
    assert manager.content(plan(version="1")) == manager.content(plan(version="1"))


def test_the_service_runs_the_very_interpreter_that_installed_it(tmp_path):
    found = plan_of(tmp_path / "c.toml", ["budget.day=5"], tmp_path)
    assert found.command[0] == sys.executable
    seen = subprocess.run([*found.command[:-2], "run", "--help"], capture_output=True, text=True, timeout=60,
                          cwd=tmp_path)
    assert "Run the daemon" in seen.stdout
    assert found.command[6:8] == ("--option", "budget.day=5")


def test_what_lies_in_the_folder_of_the_start_is_not_imported(tmp_path):
    (tmp_path / "bridge.py").write_text("raise SystemExit('a stranger')")
    command = command_of(Path(sys.executable), tmp_path / "c.toml", [])
    seen = subprocess.run([*command[:-1], "--help"], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert (seen.returncode, "a stranger" in seen.stderr) == (0, False)


def test_a_path_with_a_line_break_can_not_become_a_line_of_the_unit():
    with pytest.raises(ServiceError, match="control characters"):
        plan("/home/ada/x\nExecStartPre=/bin/rm")
