"""The log: readable lines, bounded files, no secrets, and nobody waits for it."""

from __future__ import annotations

import logging
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.domain.brief import Request
from bridge.service import logbook as module
from bridge.service.chronicle import Chronicle, line_of
from bridge.service.logbook import STORY, Tail, last_lines, log_file, logbook, only_warnings
from bridge.service.redact import ASK_AGAIN_SECONDS, HIDDEN, Redactor
from bridge.units import Usd
from support.engine import FakeEngine

story = logging.getLogger(STORY)
other = logging.getLogger("bridge.somewhere")


def as_it_is(text: str) -> str:
    return text


def written(file: Path, tell, *, megabytes: float = 1.0, files: int = 3, redact=as_it_is) -> list[str]:
    with logbook(file, megabytes=megabytes, files=files, redact=redact):
        tell()
    return last_lines(file, 1_000_000)


@pytest.fixture
def file(tmp_path):
    return log_file(tmp_path)


def test_warnings_of_everybody_and_the_story_are_written_and_nothing_else(file):
    def tell() -> None:
        story.info("a job")
        logging.getLogger(f"{STORY}.chronicle").info("another")
        other.warning("%s is low", "disk")
        other.info("not this")
        logging.getLogger("somebody.else").error("nor is this missing")

    lines = written(file, tell)
    assert [line.split("  ", 1)[1].split(None, 1) for line in lines] == [
        ["info", "a job"], ["info", "another"], ["warning", "disk is low"], ["error", "nor is this missing"]
    ]


def test_afterwards_nothing_is_written_any_more(file):
    lines = written(file, lambda: story.info("once"))
    story.warning("late")
    assert last_lines(file, 100) == lines


def test_a_prompt_can_not_make_a_line_of_its_own_nor_speak_to_a_terminal(file):
    lines = written(file, lambda: story.info("“%s”", "x\n2026-01-01 00:00:00  info  forged\r\x1b[2J\u2028y"))
    assert len([line for line in lines if not line.startswith("    ")]) == 1
    assert not any(ord(letter) < 32 or letter in "\x7f\u2028" for line in lines for letter in line)


def test_a_trace_is_set_in_under_its_line(file):
    def tell() -> None:
        try:
            raise ValueError("the cause")
        except ValueError:
            other.exception("it broke")

    head, *trace = written(file, tell)
    assert head.endswith("it broke")
    assert all(line.startswith("    ") for line in trace)
    assert trace[-1].strip() == "ValueError: the cause"


def test_the_files_stay_as_few_and_as_small_as_was_said(file):
    def tell() -> None:
        for number in range(5_000):
            story.info("%05d %s", number, "x" * 100)

    lines = written(file, tell, megabytes=0.1, files=2)
    there = sorted(file.parent.iterdir())
    assert [path.name for path in there] == ["oneshot.log", "oneshot.log.1", "oneshot.log.2"]
    assert all(path.stat().st_size <= 100_000 for path in there)
    numbers = [int(line.split()[3]) for line in lines]
    assert numbers == list(range(numbers[0], 5_000)), "what is kept is the end, without a gap"


def test_without_older_files_the_log_begins_anew_and_stays_small(file):
    def tell() -> None:
        for number in range(3_000):
            story.info("%05d %s", number, "x" * 100)

    lines = written(file, tell, megabytes=0.1, files=0)
    assert [path.name for path in file.parent.iterdir()] == ["oneshot.log"]
    assert file.stat().st_size <= 101_000
    assert lines[-1].split()[3] == "02999"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_only_the_user_may_read_it(file):
    written(file, lambda: story.info("a prompt"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_who_logs_never_waits_for_a_disk_that_stalls_and_what_is_lost_is_counted(file, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    gate, reached = threading.Event(), threading.Event()

    def stalled(text: str) -> str:
        reached.set()
        gate.wait()
        return text

    def tell() -> None:
        story.info("first")
        reached.wait()
        for number in range(100):
            story.info("%d", number)  # would wait for ever, if it waited
        gate.set()
        while "99" not in str(last_lines(file, 5)):
            story.info("99")

    assert any("lines are missing here" in line for line in written(file, tell, redact=stalled))


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="needs a folder in the way")
def test_a_folder_that_refuses_the_log_stops_nothing(tmp_path):
    (tmp_path / "logs").write_text("a file where the folder should be")
    assert written(log_file(tmp_path), lambda: story.info("lost")) == []


def test_what_the_user_reads_in_the_terminal_is_not_said_there_twice():
    record = logging.LogRecord(STORY, logging.INFO, "", 0, "x", (), None)
    assert not only_warnings(record)
    record.name = "bridge.somewhere"
    assert only_warnings(record)


# --- reading --------------------------------------------------------------------------------------------------


def test_following_misses_nothing_and_doubles_nothing_while_the_files_turn_over(file):
    file.parent.mkdir()
    file.write_text("before\n")
    tail, heard = Tail(file), []

    def tell() -> None:
        for number in range(2_000):
            story.info("%05d %s", number, "x" * 100)
            if number % 300 == 0:
                heard.extend(tail.more())

    written(file, tell, megabytes=0.1, files=9)
    heard.extend(tail.more())
    assert [int(line.split()[3]) for line in heard] == list(range(2_000))


def test_following_begins_before_there_is_a_log_and_waits_for_whole_lines(file):
    tail = Tail(file)
    assert tail.more() == []
    file.parent.mkdir()
    file.write_bytes(b"first\nhal")
    assert tail.more() == ["first"]
    with file.open("ab") as more:
        more.write(b"f\n")
    assert tail.more() == ["half"]


def test_a_log_that_was_cut_off_is_followed_from_its_beginning(file):
    file.parent.mkdir()
    file.write_text("a long line of before\n")
    tail = Tail(file)
    file.write_text("new\n")
    assert tail.more() == ["new"]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, ["d"]), (3, ["b", "c", "d"]), (9, ["a", "b", "c", "d"])])
def test_the_last_lines_come_from_older_files_too(file, count, expected):
    file.parent.mkdir()
    file.write_text("c\nd\n")
    file.with_name("oneshot.log.1").write_text("b\n")
    file.with_name("oneshot.log.2").write_text("a\n")
    assert last_lines(file, count) == expected


# --- jobs -----------------------------------------------------------------------------------------------------


async def chronicle_of(engine: FakeEngine, play) -> None:
    async def spent(job: str) -> tuple[str, Usd]:
        return "stable-audio-open", Usd(0.0123)

    chronicle = Chronicle(engine, spent)
    chronicle.start()
    await play()
    await chronicle.close()


@pytest.mark.anyio
async def test_every_job_has_a_line_with_pad_prompt_model_end_seconds_and_cost(file):
    engine = FakeEngine(eager=True)

    async def play() -> None:
        await engine.trigger(Request(pad="kick"))
        engine.doom = "no model could"
        await engine.trigger(Request(pad="bell"))

    with logbook(file, megabytes=1, files=1, redact=as_it_is):
        await chronicle_of(engine, play)
    good, bad = (line.split("  info     ")[1] for line in last_lines(file, 9))
    job = next(iter(engine.all_jobs.values()))
    assert good.split()[:2] == ["ready", "kick"]
    for part in (f"“{job.brief.prompt}”", "stable-audio-open", "$0.0123", job.id):
        assert part in good
    assert bad.split()[:2] == ["failed", "bell"]
    assert bad.endswith("no model could")


@pytest.mark.anyio
async def test_a_clock_that_was_set_back_makes_no_job_take_less_than_no_time():
    engine = FakeEngine(eager=True)
    job = await engine.trigger(Request(pad="kick"))
    late = replace(job, created=job.updated + 7_200)
    assert "  0.0 s  " in line_of(late, "ready", "", Usd(0.0))


# --- secrets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "key r8_abcdefghijklmnopqrstuvwxyz0123456789A refused",
    "Authorization: Bearer SECRETSECRET_secret-secret",
    "'Authorization': 'Token SECRETSECRETSECRET'",
    "headers {'authorization': 'SECRETSECRETSECRET'}",
    "http://ada:SECRETSECRET@10.0.0.2:5000/predictions failed",
    "https://files.example/x.wav?X-Amz-Signature=SECRETSECRET&X-Amz-Date=1",
    "https://files.example/x.wav?token=SECRETSECRET",
])
def test_what_looks_like_a_secret_is_hidden(text):
    seen = Redactor(tuple)(text)
    assert HIDDEN in seen
    assert "SECRET" not in seen
    assert "abcdefghijkl" not in seen


@pytest.mark.parametrize("text", [
    "deep kick token of love", "http://127.0.0.1:9128 answers", "a key of C minor?",
    "user@example.org", "basic kickdrum, bearer of tension",
])
def test_what_is_no_secret_stays_readable(text):
    assert Redactor(tuple)(text) == text


def test_the_keys_of_the_user_are_hidden_wherever_they_stand_also_after_a_change():
    keys, now = ["first-key"], [0.0]
    redact = Redactor(lambda: keys, monotonic=lambda: now[0])
    assert redact("x first-key y") == f"x {HIDDEN} y"
    keys[:] = ["second-key", "ab"]
    now[0] += ASK_AGAIN_SECONDS
    assert redact("first-key/second-key ab") == f"{HIDDEN}/{HIDDEN} ab"


def test_the_log_hides_what_a_trace_tells(file):
    def tell() -> None:
        try:
            raise ValueError("sent r8_abcdefghijklmnopqrstuvwxyz0123456789A")
        except ValueError:
            other.exception("it broke")

    assert "r8_abc" not in "".join(written(file, tell, redact=Redactor(tuple)))
