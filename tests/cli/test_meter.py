"""The bar of long work: on a terminal, never in a pipe, and never among the answers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bridge.cli
from bridge.cli.waiting import Waiting

PROGRAM = """
import sys, time
from bridge.cli import meter, say
meter.SHOWN_AFTER_SECONDS = 0.0
with meter.Meter("joining \\x1b[2J", 3) as bar:
    for number in bar.over(range(3)):
        time.sleep(0.3)
        say.line(f"answer {number}")
        bar.show(number + 1)
print("rich" in sys.modules, file=sys.stderr)
"""


def run(stderr: int, **surroundings: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_COLOR")}
    environment |= {"PYTHONPATH": str(Path(bridge.cli.__file__).parents[2]), "TERM": "xterm", **surroundings}
    result = subprocess.run([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=stderr, text=True,
                            env=environment, check=True)
    assert result.stdout == "answer 0\nanswer 1\nanswer 2\n", "the bar came among the answers"
    return result.stderr or ""


def on_terminal(**surroundings: str) -> str:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        run(theirs, **surroundings)
    finally:
        os.close(theirs)
    seen = b""
    while True:
        try:
            more = os.read(ours, 65_536)
        except OSError:
            break
        if not more:
            break
        seen += more
    os.close(ours)
    return seen.decode()


def test_a_terminal_sees_the_bar_with_what_is_done_and_the_cursor_comes_back():
    seen = on_terminal()
    assert "joining �[2J" in seen
    assert "100%" in seen or " 67%" in seen
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l"), "the cursor stays hidden"


def test_no_color_means_no_color():
    assert "\x1b[38" in on_terminal() or "\x1b[3" in on_terminal()
    assert "\x1b[3" not in on_terminal(NO_COLOR="1")


def test_a_pipe_sees_nothing_and_rich_is_not_imported():
    assert run(subprocess.PIPE) == "False\n"


def test_a_dumb_terminal_sees_nothing():
    assert on_terminal(TERM="dumb").strip() == "False"


@pytest.mark.parametrize("times", [1, 3])
def test_a_sound_that_is_waited_for_shows_its_stage_and_how_far_it_is(either, home, engine, monkeypatch, times):
    shown = []
    monkeypatch.setattr(Waiting, "is_shown", True)
    monkeypatch.setattr(Waiting, "show", lambda self, done, title="", total=None: shown.append((done, title)))
    monkeypatch.setattr(engine, "eager", False)
    accept = engine._accept

    async def later(job):
        asyncio.get_running_loop().call_later(0.1, engine.finish, job.id)
        return await accept(job)

    monkeypatch.setattr(engine, "_accept", later)
    result = home.run("generate", "x", "--times", str(times))
    assert result.exit_code == 0, result.output
    if times == 1:
        assert shown == [(0.5, "generating"), (1.0, "ready")]
    else:
        assert shown[-1] == (3.0, "3 of 3 made, ready")
        assert [done for done, _ in shown] == sorted(done for done, _ in shown)


def test_the_sounds_of_others_do_not_count():
    waiting = Waiting(1)
    waiting.expect({"id": "j-a"})
    for job in ("j-b", "j-a"):
        waiting.hear({"kind": "progress", "job": job, "fraction": 0.25, "stage": "x\x1b", "eta_seconds": 3.0})
    assert waiting._done == 0.25
    assert waiting._label() == "x� about 3 s left"
