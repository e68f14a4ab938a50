"""Prices, caps, keys and questions from the command line."""

from __future__ import annotations

import stat

import pytest

KEY = "r8_planted-secret-key"


@pytest.fixture
def no_key(monkeypatch, tmp_path):
    """A computer without a keyring, whose config folder is of this test."""
    monkeypatch.delenv("REPLICATE_API_TOKEN", raising=False)
    monkeypatch.setenv("ONESHOT_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setattr("bridge.config.keys._keyring", lambda: None)
    return tmp_path


def test_the_money_is_shown_with_its_caps(either, home):
    lines = home.run("budget").stdout.splitlines()
    assert lines[0] == "today       $0.50 of $2.00"
    assert lines[1] == "this month  $1.50 of $20.00"
    assert lines[-1].split() == ["far", "$1.50", "$0.00", "9"]
    assert home.json("budget")["budget"]["day"] == 0.5


def test_a_dry_run_tells_the_price_and_makes_nothing(either, home):
    assert home.run("generate", "a bell", "--dry-run").stdout == "It would cost at most $0.02 by synth.\n"
    assert home.json("jobs") == {"jobs": []}


def test_inputs_of_a_model_are_named_or_refused(either, home):
    assert home.json("generate", "a bell", "--input", "steps=60", "--input", "sampler=k-heun")["jobs"]
    result = home.run("generate", "a bell", "--input", "steps")
    assert result.exit_code == 2
    assert "NAME=VALUE" in result.stderr


def test_a_job_that_asks_is_answered(either, home):
    job = home.json("generate", "a bell")["jobs"][0]["id"]
    assert home.json("accept", job, "--prompt", "another bell")["jobs"][0]["id"] == job


def test_a_key_is_kept_for_its_user_alone_and_never_shown(home, no_key):
    result = home.run_with_input(f"{KEY}\n", "keys", "set", "replicate")
    assert result.exit_code == 0
    path = no_key / "replicate.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown = home.run("keys", "show")
    assert str(path) in shown.stdout
    assert KEY not in result.stdout + result.stderr + shown.stdout + shown.stderr
    assert home.run("keys", "forget", "replicate").stdout == "Forgotten.\n"
    assert not path.exists()
    assert "none" in home.run("keys", "show").stdout


def test_a_key_that_others_can_read_is_refused(home, no_key):
    home.run_with_input(f"{KEY}\n", "keys", "set", "replicate")
    (no_key / "replicate.key").chmod(0o644)
    result = home.run("keys", "show")
    assert result.exit_code != 0
    assert "chmod 600" in result.stderr
    assert KEY not in result.stderr


def test_an_empty_key_is_none(home, no_key):
    result = home.run_with_input("a key with spaces\n", "keys", "set", "replicate")
    assert result.exit_code != 0
    assert "That is no key" in result.stderr
    assert "a key with spaces" not in result.stderr
