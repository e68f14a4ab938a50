"""Looking at things from the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture
def made(either, home):
    """Two sounds, one on a pad."""
    return [home.json("trigger", "kick")["jobs"][0], home.json("generate", "a bell")["jobs"][0]]


def test_jobs_are_listed_newest_first(made, home):
    head, second, first = home.run("jobs").stdout.splitlines()
    assert head.split() == ["job", "state", "pad", "age", "prompt", "details"]
    assert second.split()[:2] == [made[1]["id"], "ready"]
    assert first.split()[:3] == [made[0]["id"], "ready", "kick"]
    assert [job["id"] for job in home.json("jobs", "--limit", "1")["jobs"]] == [made[1]["id"]]


def test_a_job_under_way_tells_what_it_waits_for(daemon, engine, home):
    engine.eager = False
    job = home.json("trigger", "kick", "--no-wait")["jobs"][0]["id"]
    engine.stages[job] = "waiting (Replicate can't be reached)"
    assert home.run("jobs").stdout.splitlines()[1].endswith("waiting (Replicate can't be reached)")
    assert home.json("jobs")["jobs"][0]["stage"] == "waiting (Replicate can't be reached)"


def test_an_empty_list_is_said_beside_the_output(either, home):
    result = home.run("jobs", "--unfinished")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "There are no jobs.\n")
    assert home.json("jobs", "--unfinished") == {"jobs": []}


def test_samples_are_listed_with_pitch_and_file_and_filtered(made, home):
    kick, other = (job["samples"][0] for job in made)
    lines = home.run("ls").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [other["id"], kick["id"]]
    assert "A4 (69) −3 cents" in lines[1]
    assert "unpitched" in lines[2]
    assert lines[1].endswith(other["file"])
    assert [sample["id"] for sample in home.json("ls", "--pad", "kick")["samples"]] == [kick["id"]]
    assert [sample["id"] for sample in home.json("ls", "--family", "bell")["samples"]] == [other["id"]]
    home.run("keep", other["id"])
    assert [sample["id"] for sample in home.json("ls", "--kept")["samples"]] == [other["id"]]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--longer", "0.5", "--shorter", "0.5"], ["bell", "kick"]),
        (["--longer", "0.6"], []),
        (["--shorter", "0.4"], []),
        (["--note", "A4"], ["bell"]),
        (["--note", "36"], []),
        (["--tag", "deep"], ["kick"]),
        (["--tag", "deep", "--tag", "kick", "--family", "kick"], ["kick"]),
        (["--tag", "deep", "--tag", "bell"], []),
        (["--text", "deep kick"], ["kick"]),
    ],
)
def test_samples_are_searched_by_length_note_tags_and_words(made, home, arguments, found):
    assert [sample["family"] for sample in home.json("ls", *arguments)["samples"]] == found


def test_the_nearest_sounds_come_with_their_likeness(made, home):
    kick, bell = (job["samples"][0]["id"] for job in made)
    lines = home.run("ls", "--near", kick).stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["likeness", "sample"], ["1.000", bell]]
    assert [sample["likeness"] for sample in home.json("ls", "--near", "kick")["samples"]] == [1.0]
    assert home.run("ls", "--near", "s-aaaaaaaaaaaa").exit_code == 3


@pytest.mark.parametrize("wrong", [["--longer", "x"], ["--shorter", "-1"], ["--note", "H9"], ["--note", "128"]])
def test_a_search_that_makes_no_sense_is_a_mistake_in_the_command(either, home, wrong):
    assert home.run("ls", *wrong).exit_code == 2


def test_what_is_known_of_a_sound_is_shown(made, home, engine):
    bell = made[1]["samples"][0]["id"]
    shown = home.run("show", bell).stdout
    for fact in ("tone         unsure", "brightness   440", "loudness     -12", "tags         bell", "key          A"):
        assert fact in shown
    sample = engine.all_samples[bell]
    engine.all_samples[bell] = replace(sample, analysis=replace(sample.analysis, character=None))
    assert "character    unknown" in home.run("show", bell).stdout
    assert home.json("show", bell)["sample"]["analysis"]["character"] is None


def test_a_duplicate_is_marked_in_the_list_and_shown(made, home, engine):
    kick, bell = (job["samples"][0]["id"] for job in made)
    engine.all_samples[bell] = replace(engine.all_samples[bell], duplicate_of=kick)
    assert f"duplicate of {kick}" in home.run("ls").stdout.splitlines()[1]
    assert f"duplicate_of {kick}" in home.run("show", bell).stdout


def test_show_tells_all_about_a_job_a_sample_and_a_pad(made, home):
    job, sample = made[0]["id"], made[0]["samples"][0]["id"]
    pitched = made[1]["samples"][0]["id"]
    assert home.json("show", job)["job"]["samples"][0]["id"] == sample
    assert home.json("show", sample)["sidecar"] == {"schema": 1, "id": sample, "licence": "MIT"}
    assert home.json("show", "kick")["pad"]["samples"][0]["id"] == sample
    shown = home.run("show", pitched).stdout
    for fact in (f"id           {pitched}", "licence      MIT", "root         69", "kept         no"):
        assert fact in shown


@pytest.mark.parametrize("target", ["nothing", "j-aaaaaaaaaaaa", "s-aaaaaaaaaaaa", "../x", "%2e", "a b"])
def test_show_of_nothing_is_exit_code_3(either, home, target):
    result = home.run("show", target)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "There is no" in result.stderr


def test_pads_are_listed_with_their_keys(either, home):
    lines = home.run("pads").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["kick", "C2", "(36)"], ["808", "E2", "(40)"], ["bell", "F3", "(53)"],
    ]
    assert [pad["name"] for pad in home.json("pads")["pads"]] == ["kick", "808", "bell"]


def test_kits_are_listed(either, home):
    assert home.run("kits").stdout.splitlines() == [
        "kit              pads", "main   selected  kick, 808, bell", "spare            kick",
    ]


def test_a_kit_is_selected_in_the_daemon(daemon, home, engine):
    assert home.run("kits", "--select", "spare").stdout == "spare: kick\n"
    assert engine.kit == "spare"
    assert home.json("kits", "--select", "main") == {"kit": "main", "pads": ["kick", "808", "bell"]}
    assert home.run("kits", "--select", "none").exit_code == 3


def test_a_key_of_a_pad_is_set_in_the_daemon(daemon, home):
    assert home.run("set", "kick", "lock", "true").stdout == "kick: lock = True\n"
    assert home.json("set", "kick", "roots", "[36, 48]")["pad"]["overrides"] == {"lock": True, "roots": [36, 48]}


def test_setting_a_key_needs_the_daemon(local, home):
    assert home.run("set", "kick", "lock", "true").exit_code == 4


def test_selecting_a_kit_needs_the_daemon(local, home):
    assert home.run("kits", "--select", "spare").exit_code == 4


def test_deliveries_are_listed(either, home, engine):
    engine.deliver("reaper", 1)
    lines = home.run("deliveries").stdout.splitlines()
    assert lines[1].split()[:6] == ["reaper", "1", "kick", "load", "track:kick", "waiting"]
    assert home.json("deliveries", "--host", "live") == {"deliveries": []}
