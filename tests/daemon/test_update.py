"""Another version of the bridge is installed over the one that runs."""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path

import bridge


def test_the_daemon_starts_anew_in_its_own_process_when_another_version_was_installed(daemon) -> None:
    package = daemon.folder / "site" / "bridge"
    shutil.copytree(Path(bridge.__file__).parent, package)
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(daemon.folder / "manager"))
    daemon.environment = {"PYTHONPATH": str(package.parent), "NOTIFY_SOCKET": str(daemon.folder / "manager")}
    listener = daemon.start().listener()
    assert f"Oneshot Bridge {bridge.__version__} is running" in daemon.said[0]
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")

    about = package / "__init__.py"
    about.write_text(re.sub('__version__ = ".*"', '__version__ = "9.8.7"', about.read_text()))
    daemon.until_said("Version 9.8.7 of Oneshot Bridge was installed.")
    daemon.until_said("Oneshot Bridge 9.8.7 is running", anew=True)
    daemon.until_said("Try")
    assert daemon.process.poll() is None
    listener = daemon.listener()
    listener.send("/oneshot/pad/kick")
    listener.hear_until("/oneshot/job/ready")
    assert len(daemon.get("samples")) == 2
    assert daemon.stop() == 0
    with manager:
        told = [manager.recv(4_096).decode().partition("\n")[0] for _ in range(3)]
    assert told == ["READY=1", "READY=1", "STOPPING=1"], "a manager that hears of an end waits for it, and kills"
