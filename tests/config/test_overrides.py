"""Settings from the command line and the environment, and the lines of a file."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from bridge.config.changes import changed
from bridge.config.lines import line_of
from bridge.config.load import Source, config_of
from bridge.config.overrides import from_environment
from bridge.config.values import value_of


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[budget]\nday = 1\nmonth = 10\njob = 0.1\n")
    config = Source(
        path=path, options=("budget.job=0.3",),
        environment={"ONESHOT_BUDGET__JOB": "0.2", "ONESHOT_BUDGET__MONTH": "20", "PATH": "/bin"},
    ).load()
    assert (config.budget.day, config.budget.month, config.budget.job) == (1, 20, 0.3)


def test_a_variable_finds_the_name_that_reads_like_it():
    file = {"pads": {"open-hat": {"prompt": "x"}, "808": {"prompt": "y"}}}
    variables = {
        "ONESHOT_PADS__OPEN_HAT__SECONDS": "0.5", "ONESHOT_PADS__808__NOTE": "36",
        "ONESHOT_PADS__NEW_ONE__PROMPT": "a b",
        "ONESHOT_STATE_FOLDER": "/tmp/x", "ONESHOT_CONFIG": "/c", "ONESHOT_SOMETHING": "else",
        "ONESHOT_LIBRARY__MIDDLE_C_OCTAVE": "3",
    }  # fmt: skip
    found = {override.place: override.value for override in from_environment(variables, file, ["state_folder"])}
    assert found == {
        ("pads", "open-hat", "seconds"): 0.5, ("pads", "808", "note"): 36, ("pads", "new-one", "prompt"): "a b",
        ("state_folder",): "/tmp/x", ("library", "middle_c_octave"): 3,
    }  # fmt: skip


def test_a_value_is_what_the_file_would_make_of_it_and_else_a_text():
    assert [value_of(text) for text in ("5", "0.5", "true", '"5"', "[36, 48]", "deep kick", "a\nb = 2", "")] == [
        5, 0.5, True, "5", [36, 48], "deep kick", "a\nb = 2", "",
    ]  # fmt: skip


@given(st.text())
def test_any_text_is_a_value(text):
    assert isinstance(value_of(text), bool | int | float | str | list)


def test_a_key_has_its_line_also_behind_a_text_that_looks_like_a_table():
    text = 'model = "synth"\n[pads.kick]\nprompt = """\n[osc]\nport = 1\n"""\nnote = 3\n'
    text += '[osc]\nport = 9\n["models"."a b"]\nx=1\n'
    tomllib.loads(text)
    assert line_of(text, ("osc", "port")) == 9
    assert line_of(text, ("pads", "kick", "note")) == 7
    assert line_of(text, ("pads", "kick", "shape", 1)) == 2, "what is missing is missing in its table"
    assert line_of(text, ("models", "a b", "x")) == 11
    assert line_of(text, ("kits",)) is None


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_line_is_looked_for_in_any_text(text, place):
    found = line_of(text, tuple(place))
    assert found is None or 1 <= found <= len(text.splitlines())


def test_what_changed_is_said_in_the_words_of_the_file():
    old = config_of({"pads": {"kick": {"prompt": "a"}, "hat": {"prompt": "b"}}, "budget": {"day": 1}})
    new = config_of({"pads": {"kick": {"prompt": "c", "note": 36}, "clap": {"prompt": "d"}}, "budget": {"day": 2}})
    assert changed(old, new) == ["budget.day", "pads.kick.prompt", "pads.kick.note", "pads.hat", "pads.clap"]
    assert changed(old, old) == []
