"""The program as a whole: what it loads, how it ends, what it lets onto the screen."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import bridge.cli
import bridge.errors
from bridge.cli import say
from bridge.cli.exits import CODES, NoDaemonError, code_of

HEAVY = ("rich", "http.client", "numpy", "scipy", "soxr", "soundfile", "sounddevice", "pydantic", "starlette",
         "uvicorn", "mido", "rtmidi", "asyncio")
CLI = Path(bridge.cli.__file__).parent


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "--help"], ["doctor", "--help"], ["analyse", "--help"],
                                       ["slice", "--help"], ["jobs", "--help"], ["play", "--help"],
                                       ["completion", "zsh"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    program = (
        "import sys\nfrom bridge.cli import main\n"
        f"try: main({arguments!r}, prog_name='oneshot')\n"
        "except SystemExit as end: assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "oneshot" in result.stdout
    assert result.stderr == "[]\n"


def test_the_package_is_the_program():
    result = subprocess.run([sys.executable, "-m", "bridge", "--help"], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("Usage: oneshot ")


def test_a_command_that_does_not_exist_is_a_usage_error(home):
    result = home.run("generat")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "generat" in result.stderr


def test_every_error_has_an_exit_code_that_the_help_explains():
    explained = {int(line.split()[0]) for line in CODES.splitlines()[1:]}
    kinds = [kind for kind in vars(bridge.errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, bridge.errors.BridgeError)] + [NoDaemonError]
    for kind in kinds:
        assert code_of(kind(["x"]) if kind is bridge.errors.ConfigError else kind("x")) in explained - {0, 2}


def test_a_break_inside_is_a_sentence_and_a_traceback_for_those_who_ask(local, home):
    local.fails = ZeroDivisionError("by nothing")
    result = home.run("pads")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "ZeroDivisionError: by nothing" in result.stderr
    assert "Traceback" not in result.stderr
    assert "--traceback" in result.stderr
    assert isinstance(home.run("--traceback", "pads").exception, ZeroDivisionError)


def test_no_text_can_command_the_terminal(capsys):
    say.line("a\x1b[2Jb\nc\x9b")
    say.error("bad\x07", "hint\x1b")
    say.table(["h"], [["x\r\x1by"]])
    seen = capsys.readouterr()
    assert seen.out == "a�[2Jb�c�\nh\nx��y\n"
    assert seen.err == "bad�\n  hint�\n"


def test_columns_stand_under_each_other_in_wide_scripts_too(capsys):
    say.table(["name", "n"], [["鼓", "1"], ["e\u0301", "2"], ["long name", "3"]])
    shown = capsys.readouterr().out.splitlines()
    assert shown == ["name       n", "鼓         1", "e\u0301          2", "long name  3"]


def test_a_screen_without_unicode_loses_signs_and_not_the_command():
    program = "from bridge.cli import say; say.line('−1 cents 鼓 →'); say.judged('ok', '→')"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(CLI.parents[1])},
    )
    assert result.stdout.split() == [b"?1", b"cents", b"?", b"?", b"ok", b"?"]


@pytest.mark.parametrize(("said", "painted"), [({}, False), ({"FORCE_COLOR": "1"}, True),
                                               ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)])
def test_colour_can_be_forced_into_a_pipe(said, painted):
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_COLOR")}
    program = "from bridge.cli import say; say.judged('broken', 'x'); say.told('a', 'failed', 'b')"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                            env=plain | {"PYTHONPATH": str(CLI.parents[1])} | said)
    assert result.stdout.count("\x1b[31m") == (2 if painted else 0)


@pytest.mark.parametrize(("no_color", "painted"), [(None, True), ("1", False)])
def test_colour_is_for_terminals_whose_user_wants_it(monkeypatch, no_color, painted):
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(CLI.parents[1])}
    environment.pop("NO_COLOR", None)
    if no_color:
        environment["NO_COLOR"] = no_color
    program = "from bridge.cli import say; say.judged('broken', 'x')"
    subprocess.run([sys.executable, "-c", program], stdout=slave, check=True, env=environment)
    os.close(slave)
    seen = os.read(master, 1_000)
    os.close(master)
    assert (b"\x1b[31m" in seen) == painted


def test_nothing_but_say_writes_to_the_screen():
    for module in CLI.rglob("*.py"):
        if module.name == "say.py":
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                place = f"{module}:{node.lineno}"
                assert ast.unparse(node.func) not in ("print", "click.echo", "click.secho", "sys.stdout.write"), place


WITHOUT_DATA = {
    "run": "is the daemon",
    "completion": "prints a script for a shell",
    "config edit": "opens an editor",
    "config show-default": "prints a file",
    "keys forget": "changes something and says so",
    "keys set": "asks for a secret",
    "logs": "prints a file",
    "service install": "changes something and says so",
    "service logs": "prints a file",
    "service restart": "changes something and says so",
    "service start": "changes something and says so",
    "service stop": "changes something and says so",
    "service uninstall": "changes something and says so",
    "models fetch": "changes something and says so",
    "osc reference": "prints a page",
}
"""The commands that have no answer for a program, and what they do instead."""


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yields every command that can be called by itself, with its words."""
    for name, command in group.commands.items():
        words = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
            if not command.invoke_without_command:
                continue
        yield words, command


ALL_COMMANDS = dict(commands(bridge.cli.main))


@pytest.mark.parametrize("words", ALL_COMMANDS)
def test_every_command_that_answers_with_data_has_json(words):
    has_json = any("--json" in parameter.opts for parameter in ALL_COMMANDS[words].params)
    assert has_json != (words in WITHOUT_DATA)


def test_the_commands_without_data_exist():
    assert set(WITHOUT_DATA) <= set(ALL_COMMANDS)


def test_every_command_with_json_writes_one_line(local, home):
    for command in ("jobs", "ls", "pads", "kits", "deliveries", "models", "doctor", "path", "path kit main",
                    "path instrument kick", "path state", "config path", "config check", "config show", "keys show",
                    "budget", "models show synth"):
        result = home.run(*command.split(), "--json")
        assert result.stdout.count("\n") == 1, command
        json.loads(result.stdout)
