"""Kept sounds as a table for scripts that train models."""

from __future__ import annotations

import csv

PROMPT = 'kick, deep "808"\nlong'.replace("\n", " ")


def test_the_table_has_the_path_and_the_words_of_every_kept_sound_and_of_no_other(home, engine, either):
    home.run("generate", PROMPT, "--family", "kick")
    home.run("generate", "glassy bell")
    first = next(iter(engine.all_samples))
    home.run("keep", first)
    file = home.folder / "train_dataset.csv"
    answer = home.json("dataset", "export", str(file))
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows == [{"path": engine.absolute(engine.all_samples[first].path), "prompt": PROMPT}]
    assert (answer["sounds"], answer["licences"]) == (1, {"MIT": 1})


def test_nothing_is_written_over_and_nothing_kept_is_no_table(home, engine, either):
    file = home.folder / "a.csv"
    assert home.run("dataset", "export", str(file)).exit_code == 3
    assert not file.exists()
    file.write_text("mine", encoding="utf-8")
    assert "not written over" in home.run("dataset", "export", str(file)).output
    assert file.read_text("utf-8") == "mine"


def test_however_many_are_kept_all_are_in_the_table_the_oldest_first(home, engine, either, monkeypatch):
    monkeypatch.setattr("bridge.cli.commands.dataset.PART", 2)
    prompts = [f"kick {number}" for number in range(5)]
    for prompt in prompts:
        home.run("generate", prompt)
    for sample in list(engine.all_samples):
        home.run("keep", sample)
    file = home.folder / "train_dataset.csv"
    assert home.json("dataset", "export", str(file))["sounds"] == 5
    with file.open(encoding="utf-8", newline="") as stream:
        assert [row["prompt"] for row in csv.DictReader(stream)] == prompts
