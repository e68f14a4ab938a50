"""Completion: what a shell offers while one types, from the daemon, from the config file, and never an error."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from bridge.cli.commands.completion import HOW
from bridge.web.credentials import Credentials, write_credentials
from support.engine import PADS as ALL_PADS

PADS = list(ALL_PADS)


@pytest.fixture
def offered(home, monkeypatch):
    """Returns what is offered behind some words, the last of which is begun."""

    def ask(*words: str) -> list[str]:
        monkeypatch.setenv("_ONESHOT_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(["oneshot", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        result = home.run()
        monkeypatch.delenv("_ONESHOT_COMPLETE")
        assert result.stderr == ""
        return [line.partition(",")[2] for line in result.stdout.splitlines() if line]

    monkeypatch.setenv("ONESHOT_CONFIG", str(home.config))
    return ask


def test_commands_are_offered_with_or_without_a_daemon(offered):
    assert offered("jo") == ["jobs"]


@pytest.mark.parametrize(
    "words", [("trigger", ""), ("set", ""), ("path", "instrument", ""), ("generate", "x", "--pad", "")]
)
def test_pads_come_from_the_file_where_no_daemon_runs(offered, words):
    assert offered(*words) == PADS


def test_a_beginning_narrows_what_is_offered(offered):
    assert offered("trigger", "k") == ["kick"]
    assert offered("trigger", "x") == []
    assert offered("path", "kit", "m") == ["main"]
    assert offered("generate", "x", "--family", "be") == ["bell"]
    assert offered("export", "kick", "--format", "sf") == ["sf2", "sfz"]


def test_what_can_be_heard_is_a_pad_or_else_a_file(offered):
    assert offered("play", "k") == ["kick"]
    assert offered("play", "./so") == ["./so"]


def test_models_of_the_catalogue_and_of_the_file_are_offered(offered, home):
    home.write('[models.mine]\nprovider = "cog"\nservers = ["http://127.0.0.1:5000"]\n')
    found = offered("generate", "x", "--model", "")
    assert {"synth", "stable-audio-open", "mine"} <= set(found)


def test_ids_come_from_the_daemon_the_newest_first(daemon, offered, home, engine):
    made = [home.json("trigger", "kick")["jobs"][0] for _ in range(2)]
    samples = [job["samples"][0]["id"] for job in made]
    assert offered("keep", "s-") == samples[::-1]
    assert offered("again", "j-") == [job["id"] for job in made[::-1]]
    assert offered("ls", "--near", samples[0][:6]) == [samples[0]]
    assert offered("show", "") == [*PADS, *samples[::-1], *(job["id"] for job in made[::-1])]
    assert offered("cancel", "j-") == []


def test_the_kits_and_pads_of_the_daemon_win_over_the_file(daemon, offered, home):
    home.config.write_text(home.config.read_text() + "[pads.later]\nprompt = 'x'\n")
    assert "later" not in offered("trigger", "")


def test_a_daemon_that_hangs_is_not_waited_for(offered, home):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        write_credentials(home.state, Credentials(url=url, token="x", pid=1))
        began = time.monotonic()
        assert offered("trigger", "") == PADS
        assert offered("show", "s-") == []
        assert time.monotonic() - began < 5.0  # each patience is a tenth of a second; the client's own is half a minute


@pytest.mark.parametrize("text", ["", "pads = 3", "[pads]\nkick = 1", "kits = ['x']\n[pads.kick]", "[[", "\x00"])
def test_a_broken_file_brings_no_error(offered, home, text):
    home.config.write_text(text)
    for words in ("trigger", "path kit", "generate x --model", "deliveries --host"):
        offered(*words.split(), "")


def test_no_name_can_command_the_terminal(offered, home):
    home.write('[pads."a\\u001b[2J"]\nprompt = "x\\u0007"\n')
    assert all("\x1b" not in name for name in offered("trigger", ""))


def test_completing_loads_nothing_heavy(home):
    program = (
        "import os, sys\nfrom bridge.cli import main\n"
        "try: main(prog_name='oneshot')\nexcept SystemExit: pass\n"
        "heavy = ('pydantic', 'numpy', 'asyncio', 'starlette', 'httpx', 'rich')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    surroundings = {"_ONESHOT_COMPLETE": "bash_complete", "COMP_WORDS": "oneshot show ", "COMP_CWORD": "2",
                    "ONESHOT_CONFIG": str(home.config)}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                            env=os.environ | surroundings)
    assert result.stdout.splitlines() == [f"plain,{pad}" for pad in PADS]
    assert result.stderr == "[]\n"


# --- the shells themselves ------------------------------------------------------------------------------------

SCRIPTS = {
    "bash": 'source "$1"; COMP_WORDS=(oneshot trigger k); COMP_CWORD=2; _oneshot_completion oneshot;'
            'echo "${COMPREPLY[@]}"',
    "zsh": 'compadd() { print -r -- "$@" }; compdef() { : }; words=(oneshot trigger k); CURRENT=3\n'
           'function _describe() { print -r -- ${(P)3} }; source "$1"; _oneshot_completion',
    "fish": "source $argv[1]; complete -C 'oneshot trigger k'",
}


@pytest.mark.parametrize("shell", HOW)
def test_each_shell_completes_by_its_script(home, peer, tmp_path, shell):
    program = peer(shell)
    script = tmp_path / "completion"
    script.write_text(home.run("completion", shell).stdout)
    command = tmp_path / "bin" / "oneshot"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bridge "$@"\n')
    command.chmod(0o755)
    surroundings = {"PATH": f"{command.parent}:{os.environ['PATH']}", "ONESHOT_CONFIG": str(home.config),
                    "HOME": str(tmp_path)}
    words = [] if shell == "fish" else [shell]
    result = subprocess.run([program, "-c", SCRIPTS[shell], *words, str(script)], capture_output=True, text=True,
                            env=os.environ | surroundings, check=False)
    assert "kick" in result.stdout, result.stderr
    assert "808" not in result.stdout
    assert result.stderr == ""
