"""Making sounds from the command line: the same with and without a daemon."""

from __future__ import annotations

import json

import pytest

from bridge.cli.session import Session
from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.errors import InUseError


def test_generate_prints_where_the_sound_is_its_pitch_and_what_was_mended(either, home, engine):
    result = home.run("generate", "a bell")
    assert result.exit_code == 0, result.output
    (sample,) = engine.all_samples
    file = f"/music/Oneshot Bridge/samples/unassigned/{sample}.wav"
    assert result.stdout == f"{file}  A4 (69) −3 cents  a DC offset was taken out\n"
    assert result.stderr == ""


def test_every_option_of_generate_reaches_the_engine(either, home, engine):
    result = home.run(
        "generate", "x", "--pad", "kick", "--note", "F#2", "--pad-note", "37", "--seconds", "1.5", "--family", "bell",
        "--mapping", "keys", "--negative", "noise", "--model", "synth", "--seed", "5", "--energy", "0.5",
        "--count", "2", "--ref", "mine",
    )
    assert result.exit_code == 0, result.output
    assert engine.requests == [
        Request(
            pad="kick", prompt="x", negative="noise", model="synth", seed=5, seconds=1.5, note=42, pad_note=37,
            mapping="keys", family="bell", energy=0.5, count=2, ref="mine", origin="command", priority="command",
        )
    ]


def test_what_was_not_said_is_not_decided_by_the_command(either, home, engine):
    home.run("generate", "x")
    assert engine.requests == [Request(prompt="x", origin="command", priority="command")]


def test_note_names_are_read_and_shown_in_the_octave_of_the_user(either, home, engine):
    home.config.write_text(home.config.read_text().replace("[library]\n", "[library]\nmiddle_c_octave = 3\n"))
    result = home.run("generate", "a bell", "--note", "C3")
    assert engine.requests[0].note == 60
    assert "  A3 (69) −3 cents" in result.stdout


@pytest.mark.parametrize("note", ["H2", "128", "C99", ""])
def test_a_note_that_is_none_is_a_usage_error_and_nothing_is_asked(local, home, engine, note):
    result = home.run("generate", "x", "--note", note)
    assert result.exit_code == 2
    assert "note" in result.stderr
    assert engine.requests == []


def test_many_times_are_one_batch_with_a_ref_each(either, home, engine):
    answer = home.json("generate", "x", "--times", "3", "--ref", "r")
    assert len(answer["jobs"]) == 3
    assert [request.ref for request in engine.requests] == ["r-1", "r-2", "r-3"]
    assert {request.priority for request in engine.requests} == {"batch"}


def test_trigger_presses_a_pad(either, home, engine):
    result = home.run("trigger", "kick", "--energy", "0.25")
    assert result.exit_code == 0, result.output
    assert engine.requests == [Request(pad="kick", energy=0.25, origin="command", priority="pad")]
    assert result.stdout.startswith("/music/Oneshot Bridge/samples/kick/")


def test_json_has_the_jobs_with_their_samples(either, home):
    (job,) = home.json("trigger", "kick")["jobs"]
    assert job["state"] == "ready"
    (sample,) = job["samples"]
    assert sample["job"] == job["id"]
    assert sample["file"] == f"/music/Oneshot Bridge/samples/kick/{sample['id']}.wav"
    assert sample["verdicts"][0]["figure"] is None


def test_an_unpitched_sound_says_so(either, home):
    assert "  unpitched  " in home.run("trigger", "kick").stdout


def test_a_sound_that_failed_is_exit_code_1_with_reason_and_hint(either, home, engine):
    engine.doom = "the sound is silent"
    result = home.run("trigger", "kick")
    assert (result.exit_code, result.stdout) == (1, "")
    (job,) = engine.all_jobs
    assert result.stderr == f"{job} (kick): failed: the sound is silent\n  Try another prompt.\n"
    assert home.json("trigger", "kick")["jobs"][0]["reason"] == "the sound is silent"


def test_again_makes_one_more_of_a_job_sample_or_pad(either, home, engine):
    first = home.json("trigger", "kick")["jobs"][0]
    for target in (first["id"], first["samples"][0]["id"], "kick"):
        job = home.json("again", target)["jobs"][0]
        assert job["brief"]["seed"] != first["brief"]["seed"]
        assert job["origin"] == "command"
    same = home.json("again", first["id"], "--same-seed", "--ref", "once")["jobs"][0]
    assert (same["brief"], same["parent"], same["ref"]) == (first["brief"], first["id"], "once")


def test_keep_and_discard_mark_and_show_the_sample(either, home):
    sample = home.json("trigger", "kick")["jobs"][0]["samples"][0]
    assert home.run("keep", "kick").stdout.startswith(f"kept  {sample['file']}")
    assert home.run("discard", sample["id"]).stdout.startswith(f"discarded  {sample['file']}")
    assert home.json("keep", sample["id"])["sample"]["kept"] is True


def test_cancel_says_what_it_ended(either, home, engine):
    engine.eager = False
    if either == "daemon":
        job = home.run("trigger", "kick", "--no-wait").stdout.strip()
        result = home.run("cancel", "kick")
        assert result.stdout == f"{job} (kick): cancelled: user\n"
    result = home.run("cancel", "kick")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing was under way.\n")
    assert home.json("cancel", "kick") == {"jobs": []}


def test_no_wait_answers_with_the_job_at_once(daemon, home, engine):
    engine.eager = False
    result = home.run("generate", "x", "--no-wait")
    assert (result.exit_code, result.stdout) == (0, "".join(f"{job}\n" for job in engine.all_jobs))
    assert engine.waits == []
    assert home.json("generate", "x", "--no-wait")["jobs"][0]["state"] == "queued"


def test_no_wait_needs_the_daemon(local, home, engine):
    result = home.run("trigger", "kick", "--no-wait")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "oneshot run" in result.stderr
    assert engine.requests == []


def test_an_interrupt_cancels_what_was_asked_for(either, home, engine, monkeypatch):
    engine.eager = False

    def interrupted(self, job):
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "wait", interrupted)
    result = home.run("generate", "x", "--times", "2")
    assert result.exit_code == 1
    assert {job.state for job in engine.all_jobs.values()} == {JobState.CANCELLED}
    assert len(engine.all_jobs) == 2


def test_waiting_goes_on_until_the_end_however_long(local, home, engine, monkeypatch):
    """A long-poll that ends early is asked again."""
    monkeypatch.setattr("bridge.cli.session._WAIT_SECONDS", 0.01)
    engine.eager = False
    waited = engine.wait

    async def wait(job, patience):
        if len(engine.waits) == 3:
            engine.finish(job)
        return await waited(job, patience)

    engine.wait = wait
    result = home.run("trigger", "kick")
    assert result.exit_code == 0, result.output
    assert len(engine.waits) == 4


def test_without_a_daemon_the_bridge_opens_without_doors_and_closes_in_the_task_that_opened_it(local, home):
    assert home.run("trigger", "kick").exit_code == 0
    assert local.doors == [False]
    assert local.opened == local.closed


def test_a_refusal_closes_the_bridge_too(local, home):
    assert home.run("trigger", "kik").exit_code == 3
    assert len(local.closed) == 1


def test_with_a_daemon_the_library_is_left_alone(daemon, local, home):
    assert home.run("trigger", "kick").exit_code == 0
    assert local.opened == []


def test_a_library_in_use_is_exit_code_6(local, home):
    local.fails = InUseError("The library is in use by process 7.", "Stop it.")
    result = home.run("trigger", "kick")
    assert (result.exit_code, result.stdout) == (6, "")
    assert result.stderr == "The library is in use by process 7.\n  Stop it.\n"


def test_a_refused_json_command_leaves_the_output_empty(either, home):
    result = home.run("trigger", "kik", "--json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "There is no pad 'kik'.\n  Did you mean kick?\n"


def test_a_prompt_that_is_too_long_is_refused_alike(either, home):
    result = home.run("generate", "x" * 2_001)
    assert result.exit_code == 1
    assert "2,001 characters" in result.stderr


def test_json_survives_any_prompt(either, home):
    prompt = 'ßnare „schön" \u202e 鼓 🥁'
    result = home.run("generate", prompt, "--json")
    assert json.loads(result.stdout)["jobs"][0]["brief"]["prompt"] == prompt


UNDERSTOOD = {"words": ["kick", "long +1.6", "not bright"], "note": 29, "key": "", "seconds": 0.3, "tempo": None}


def told(engine, monkeypatch, understood: dict | None) -> None:
    async def sidecar(sample: str) -> dict:
        return {"id": sample, "understood": understood}

    monkeypatch.setattr(engine, "sidecar", sidecar)


def test_generate_says_beside_its_answer_what_the_words_were_taken_for(either, home, engine, monkeypatch):
    told(engine, monkeypatch, UNDERSTOOD)
    result = home.run("generate", "a kick", "--times", "2")
    assert result.stderr == "understood: kick, long +1.6, not bright; note F1 (29); 300 ms\n"
    assert "understood" not in result.stdout


def test_generate_says_when_no_word_was_understood(local, home, engine, monkeypatch):
    told(engine, monkeypatch, {"words": [], "note": None, "key": "", "seconds": None, "tempo": None})
    assert home.run("generate", "qwertz").stderr == "understood: none of the words\n"


def test_scripts_get_what_was_understood_with_every_job(local, home, engine, monkeypatch):
    told(engine, monkeypatch, UNDERSTOOD)
    jobs = home.json("generate", "a kick", "--times", "2")["jobs"]
    assert [job["understood"] for job in jobs] == [UNDERSTOOD, UNDERSTOOD]


def test_a_model_that_can_t_tell_says_nothing(local, home, engine, monkeypatch):
    told(engine, monkeypatch, None)
    assert home.run("generate", "a kick").stderr == ""
