"""What the daemon opens is for this computer only, as the kernel itself tells it."""

from __future__ import annotations

import ipaddress
import os
import struct
from pathlib import Path

import pytest

from support.patience import wait_until

LISTENS = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
pytestmark = pytest.mark.skipif(not Path("/proc/net/udp").exists(), reason="only Linux tells what a process listens to")


def family_of(pid: int) -> set[int]:
    """Returns a process and all that it started."""
    found = {pid}
    parents = {int(one.name): int(one.joinpath("stat").read_text().rpartition(")")[2].split()[1])
               for one in Path("/proc").iterdir() if one.name.isdecimal() and one.joinpath("stat").exists()}
    while new := {child for child, parent in parents.items() if parent in found} - found:
        found |= new
    return found


def inodes_of(pid: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(os.readlink(descriptor).removeprefix("socket:[").removesuffix("]"))
        except FileNotFoundError:
            continue
    return found


def address_of(text: str) -> str:
    words = bytes.fromhex(text)
    plain = b"".join(struct.pack(">I", *struct.unpack("=I", words[at : at + 4])) for at in range(0, len(words), 4))
    return str(ipaddress.ip_address(plain))


def listens(pid: int) -> set[tuple[str, str, int]]:
    """Returns the kind, address and port of every socket that waits for others."""
    own = {inode for one in family_of(pid) for inode in inodes_of(one)}
    found = set()
    for kind, state in LISTENS.items():
        table = Path("/proc/net") / kind
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            columns = line.split()
            host, port = columns[1].split(":")
            if columns[3] == state and columns[9] in own:
                found.add((kind, address_of(host), int(port, 16)))
    return found


def test_the_daemon_listens_on_this_computer_only_and_on_nothing_besides(daemon) -> None:
    daemon.config.write_text(daemon.config.read_text().replace("[osc]", "[osc]\ntcp = true"))
    daemon.start()
    listener = daemon.listener()
    listener.send("/oneshot/pad/kick")  # so that the workers run too
    listener.hear_until("/oneshot/job/accepted")
    osc = int(daemon.listens("OSC").rpartition(":")[2])
    control = int(daemon.listens("control").rpartition(":")[2])
    assert listens(daemon.process.pid) == {
        ("udp", "127.0.0.1", osc), ("tcp", "127.0.0.1", osc), ("tcp", "127.0.0.1", control),
    }


def test_a_door_for_others_says_so_and_one_for_everybody_is_not_opened(daemon) -> None:
    right = daemon.config.read_text()
    daemon.config.write_text(right.replace("[osc]", '[osc]\nhost = "0.0.0.0"\nallow = ["192.0.2.0/24"]'))
    daemon.start()
    assert daemon.listens("OSC").endswith(", open to 192.0.2.0/24")
    port = int(daemon.listens("OSC").partition(",")[0].rpartition(":")[2])
    assert ("udp", "0.0.0.0", port) in listens(daemon.process.pid)
    # Saved while it runs, it changes nothing.
    daemon.config.write_text(right.replace("[osc]", '[osc]\nhost = "0.0.0.0"'))
    wait_until(lambda: any("osc.allow: is empty" in line for line in daemon.lines()))
    assert ("udp", "0.0.0.0", port) in listens(daemon.process.pid)
    assert daemon.stop() == 0
    refused = daemon.run("run")
    assert refused.returncode != 0
    assert "name those that may make sounds" in refused.stderr + refused.stdout
