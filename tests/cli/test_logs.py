"""`oneshot logs`, with and without a log."""

from __future__ import annotations

import pytest

from bridge.cli.commands import logs


@pytest.fixture
def log(home):
    folder = home.state / "logs"
    folder.mkdir(parents=True)
    file = folder / "oneshot.log"
    file.write_text("".join(f"line {number}\n" for number in range(100)))
    return file


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("command", [("logs",), ("service", "logs")])
def test_the_last_lines_are_shown(home, command):
    assert home.run(*command, "-n", "2").stdout == "line 98\nline 99\n"
    assert len(home.run(*command).stdout.splitlines()) == 20


def test_no_log_is_no_mistake_and_says_where_it_will_be(home):
    result = home.run("logs")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "oneshot.log" in result.stderr


def test_following_shows_what_comes_until_ctrl_c(home, log, monkeypatch):
    rounds = iter(["one\n", "two\n"])

    def nap(seconds: float) -> None:
        with log.open("a") as more:
            try:
                more.write(next(rounds))
            except StopIteration:
                raise KeyboardInterrupt from None

    monkeypatch.setattr(logs.time, "sleep", nap)
    assert home.run("logs", "-f", "-n", "1").stdout == "line 99\none\ntwo\n"
