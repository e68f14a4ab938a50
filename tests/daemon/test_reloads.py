"""A config that is saved all evening: nothing piles up in the daemon."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from support.patience import wait_until

RELOADS, SETTLED = 200, 40
GROWTH_KIB = 3_000
"""Far below what two hundred of anything that is kept would weigh: a model or a config is tens of KiB each."""
MORE = """
[song]
bpm = {bpm}
[models.box]
provider = "cog"
like = "stable-audio-open"
servers = ["http://127.0.0.1:{port}"]
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_two_hundred_reloads_leave_neither_memory_nor_files_behind(daemon) -> None:
    daemon.start()
    process = Path(f"/proc/{daemon.process.pid}")
    text = daemon.config.read_text()

    def held() -> tuple[int, int]:
        resident = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS"))
        return int(resident.split()[1]), len(list((process / "fd").iterdir()))

    for turn in range(1, RELOADS + 1):
        beside = daemon.config.with_suffix(".new")
        changed = text.replace("punchy kick", f"punchy kick {turn}") + MORE.format(bpm=60 + turn, port=1_000 + turn)
        # Every way of opening a door anew, too: it stays where it is, and is another one.
        beside.write_text(changed.replace("[osc]", f'[osc]\nhost = "127.0.0.{1 + turn // 20}"'))
        os.replace(beside, daemon.config)
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda turn=turn: read_again(daemon) == turn)
        if turn == SETTLED:
            memory, files = held()
    assert held()[1] <= files
    assert held()[0] - memory < GROWTH_KIB


def read_again(daemon) -> int:
    return sum(line.startswith("The config was read again") for line in daemon.lines())
