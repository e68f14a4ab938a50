"""The batch command, before a whole fake engine."""

from __future__ import annotations

import pytest

from bridge.domain.brief import Priority


@pytest.fixture
def pack(home):
    file = home.folder / "pack.toml"
    file.write_text('[[sounds]]\nprompt = "deep kick"\ncount = 5\n', encoding="utf-8")
    return file


def test_it_asks_for_every_sound_as_a_batch_and_reports(home, engine, pack, either):
    report = home.json("batch", str(pack))["report"]
    assert (report["planned"], report["made"], report["there_before"], report["sounds"]) == (5, 5, 0, 5)
    assert len({request.seed for request in engine.requests}) == 5
    batch: Priority = "batch"
    assert {request.priority for request in engine.requests} == {batch}
    assert {request.enhance for request in engine.requests} == {"never"}
    assert report["licences"] == {"MIT": 5}
    assert report["usd_now"] == pytest.approx(5 * 0.02)


def test_the_same_file_again_asks_only_for_what_is_new_in_it(home, engine, pack, either):
    home.json("batch", str(pack))
    pack.write_text(pack.read_text("utf-8") + '[[sounds]]\nprompt = "glassy bell"\n', encoding="utf-8")
    report = home.json("batch", str(pack))["report"]
    assert (report["made"], report["there_before"]) == (1, 5)
    assert [request.prompt for request in engine.requests] == ["deep kick"] * 5 + ["glassy bell"]
    assert report["usd_now"] == pytest.approx(0.02)


def test_a_dry_run_says_how_many_and_the_price_and_asks_for_nothing(home, engine, pack, either):
    plan = home.json("batch", str(pack), "--dry-run")["plan"]
    assert (plan["planned"], plan["missing"], plan["there"]) == (5, 5, 0)
    assert plan["usd"] == pytest.approx(5 * 0.02)
    assert engine.requests == []
    shown = home.run("batch", str(pack), "--dry-run").output
    assert "5 of 5 would be made, for at most $0.1; 0 are there." in shown


def test_no_more_are_under_way_than_were_allowed(home, engine, pack, daemon):
    engine.eager = False
    most = 0

    def hear(event):
        nonlocal most
        unfinished = [job for job in engine.all_jobs.values() if job.state not in ("ready", "failed", "cancelled")]
        most = max(most, len(unfinished))
        if event.kind == "accepted" and len(unfinished) == 2:
            for job in unfinished:
                engine.finish(job.id)
        elif event.kind == "accepted" and len(engine.all_jobs) == 5:
            engine.finish(event.job)

    engine.subscribe(hear)
    assert home.json("batch", str(pack), "--jobs", "2")["report"]["made"] == 5
    assert most == 2


def test_what_failed_is_told_by_its_reasons_and_asked_for_again_only_on_demand(home, engine, pack, either):
    engine.doom = "the sound is silent"
    result = home.run("batch", str(pack))
    assert result.exit_code == 1
    assert "5 × the sound is silent" in result.output
    engine.doom = ""
    assert home.run("batch", str(pack)).exit_code == 1
    assert len(engine.requests) == 5


def test_a_file_with_mistakes_starts_nothing(home, engine, pack, either):
    pack.write_text('[[sounds]]\nprompt = "kick"\nfamily = "kik"\n', encoding="utf-8")
    result = home.run("batch", str(pack))
    assert result.exit_code == 1
    assert "there is no family 'kik'" in result.output
    assert engine.calls == []


def test_a_generation_config_makes_what_it_says_or_names_what_it_can_not(home, engine, either):
    file = home.folder / "config.json"
    (home.folder / "prompts.txt").write_text("deep kick\nglassy bell\n", encoding="utf-8")
    file.write_text('{"generation": {"steps": 9, "seed": 5}, "conditioning_defaults": {"seconds_total": 2},'
                    ' "input": {"type": "file", "prompts_file": "prompts.txt"}}', encoding="utf-8")  # fmt: skip
    refused = home.run("batch", str(file))
    assert refused.exit_code == 1
    assert "generation.steps: synth has no such input" in refused.output
    assert engine.requests == []
    assert home.json("batch", str(file), "--leave-out", "steps")["report"]["made"] == 2
    said = [(request.prompt, request.seconds, request.seed) for request in engine.requests]
    assert said == [("deep kick", 2.0, 5), ("glassy bell", 2.0, 5)]
    known = home.run("batch", str(file), "--pretrained-name", "me/mine")
    assert "No model here has the weights 'me/mine'" in known.output


def test_a_running_daemon_that_computes_elsewhere_is_not_asked_for_a_batch_on_a_cluster(home, engine, pack, daemon):
    refused = home.run("batch", str(pack), "--on", "ray")
    assert refused.exit_code == 1
    assert "it computes on this computer" in refused.output
    assert "oneshot -o jobs.on=ray run" in refused.output
    assert engine.requests == []
