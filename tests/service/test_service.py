"""The verbs, against stand-ins of the systems' managers that behave, and refuse, as their pages say."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bridge.service.launchd import Launchd
from bridge.service.plan import Plan, ServiceError
from bridge.service.service import Service, manager_of
from bridge.service.system import Answer, RealSystem
from bridge.service.systemd import Systemd
from bridge.service.tasks import TaskScheduler
from support.service import LaunchctlStandIn, SchtasksStandIn, SystemctlStandIn


class Desk:
    def __init__(self, kind: str, folder: Path) -> None:
        made = {
            "systemd": (SystemctlStandIn, Systemd({"XDG_CONFIG_HOME": str(folder)})),
            "launchd": (LaunchctlStandIn, Launchd(501, folder)),
            "tasks": (SchtasksStandIn, TaskScheduler("DESK\\ada", folder)),
        }
        stand_in, self.manager = made[kind]
        self.system = stand_in(folder)
        self.service = Service(self.manager, self.system, sleep=lambda seconds: None)
        self.folder = folder

    def plan(self, version: str = "1") -> Plan:
        return Plan(command=("/usr/bin/python3", "-m", "bridge", "run"), folder=self.folder, state_folder=self.folder,
                    version=version)

    @property
    def known(self) -> bool:
        return self.service.state().known

    def install(self, version: str = "1") -> None:
        self.service.do(self.service.to_install(self.plan(version), known=self.known))


@pytest.fixture(params=["systemd", "launchd", "tasks"])
def desk(request, tmp_path):
    return Desk(request.param, tmp_path)


def test_an_installed_service_runs_and_is_known(desk):
    desk.install()
    assert (desk.system.running, desk.known, desk.service.installed) == (True, True, True)
    assert desk.system.begun_with == desk.manager.content(desk.plan())
    assert getattr(desk.system, "enabled", True)


def test_installing_it_again_changes_nothing_and_disturbs_nothing(desk):
    desk.install()
    work = desk.service.to_install(desk.plan(), known=desk.known)
    assert work.writes is None
    desk.service.do(work)
    assert (desk.system.running, desk.system.starts) == (True, 1)


def test_an_upgrade_takes_the_place_of_the_old_one_and_runs(desk):
    desk.install("1")
    desk.install("2")
    assert desk.system.running
    assert desk.system.begun_with == desk.manager.content(desk.plan("2"))
    assert desk.system.starts == 2


def test_it_stops_starts_and_restarts(desk):
    desk.install()
    desk.service.do(desk.service.to_stop())
    assert not desk.system.running
    desk.service.do(desk.service.to_start(known=desk.known))
    assert (desk.system.running, desk.system.starts) == (True, 2)
    desk.service.do(desk.service.to_start(known=desk.known))
    assert desk.system.starts == 2
    desk.service.do(desk.service.to_restart(known=desk.known))
    assert (desk.system.running, desk.system.starts) == (True, 3)


def test_what_is_removed_is_the_service_and_nothing_else(desk):
    before = sorted(desk.folder.rglob("*"))
    mine = desk.folder / "sounds.wav"
    mine.write_bytes(b"mine")
    desk.install()
    beside = desk.service.file.with_name("beside.txt")
    beside.write_text("somebody else's")
    desk.service.do(desk.service.to_uninstall())
    assert (desk.system.running, desk.known, desk.service.installed) == (False, False, False)
    assert mine.read_bytes() == b"mine"
    assert beside.exists()
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert sorted(files) == sorted([*before, mine, beside])


def test_it_is_removed_although_the_manager_forgot_it(desk):
    desk.install()
    desk.system.loaded = None
    desk.service.do(desk.service.to_uninstall())
    assert not desk.service.installed


def test_a_file_of_somebody_else_is_neither_overwritten_nor_deleted(desk):
    desk.service.file.parent.mkdir(parents=True, exist_ok=True)
    desk.service.file.write_bytes(b"[Service]\nExecStart=/usr/bin/else\n")
    for verb in (lambda: desk.install(), desk.service.to_uninstall):
        with pytest.raises(ServiceError, match="somebody else"):
            verb()
    assert b"else" in desk.service.file.read_bytes()


def test_what_is_not_installed_can_not_be_started_and_says_how(desk):
    with pytest.raises(ServiceError) as refused:
        desk.service.to_start(known=False)
    assert "oneshot service install" in refused.value.hint


def test_deciding_touches_nothing(desk):
    desk.service.to_install(desk.plan(), known=False)
    assert list(desk.folder.rglob("*")) == []
    assert desk.system.starts == 0


class Refusing:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def run(self, *command: str) -> Answer:
        return self.answer


@pytest.mark.parametrize("manager", [Systemd({}), Launchd(501), TaskScheduler("ada", Path("/s"))],
                         ids=lambda manager: type(manager).__name__)
def test_a_manager_that_is_away_is_an_error_with_its_cure(manager):
    with pytest.raises(ServiceError) as refused:
        Service(manager, Refusing(Answer(code=1, complained="no bus"))).check()
    assert "no bus" in refused.value.message
    assert refused.value.hint


def test_a_computer_without_systemd_is_told_another_way():
    with pytest.raises(ServiceError) as refused:
        Service(Systemd({}), Refusing(Answer(code=127))).check()
    assert "oneshot run" in refused.value.hint


def test_the_words_of_a_manager_that_refuses_reach_the_user(tmp_path):
    service = Service(Systemd({"XDG_CONFIG_HOME": str(tmp_path)}), Refusing(Answer(code=1, complained="Access denied")))
    plan = Plan(command=("python",), folder=tmp_path, state_folder=tmp_path)
    with pytest.raises(ServiceError, match="systemctl --user daemon-reload: Access denied"):
        service.do(service.to_install(plan, known=False))


@pytest.mark.skipif(sys.platform != "linux", reason="asks the systemd of Linux")
def test_a_session_without_systemd_is_seen_by_the_real_systemctl(peer, tmp_path, monkeypatch):
    peer("systemctl", "package systemd")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with pytest.raises(ServiceError, match="can't be reached"):
        Service(Systemd(), RealSystem()).check()


def test_a_program_that_is_missing_is_an_answer_and_no_error():
    assert RealSystem().run("no-such-program-of-oneshot").code == 127
    assert RealSystem().run(sys.executable, "-c", "print('said'); raise SystemExit(3)") == Answer(code=3, said="said\n")


def test_every_system_has_its_manager_and_others_say_so(tmp_path):
    assert isinstance(manager_of(tmp_path, "linux"), Systemd)
    assert isinstance(manager_of(tmp_path, "win32"), TaskScheduler)
    if hasattr(os, "getuid"):
        assert isinstance(manager_of(tmp_path, "darwin"), Launchd)
    with pytest.raises(ServiceError, match="no service for haiku"):
        manager_of(tmp_path, "haiku")
