"""What a door may count on: durable answers, honest refusals, cancels that hold, pads that remember."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.domain.take import Verdict
from bridge.errors import LibraryError, NotFoundError, RequestError
from bridge.ports import Failed, Progress
from bridge.store.deliveries import MOST_HOSTS
from bridge.units import MidiNote, Seconds
from support.patience import PATIENCE_SECONDS, until

PATIENCE = Seconds(PATIENCE_SECONDS)


def story(house, tell):
    async def main():
        async with house.open() as engine:
            return await tell(engine)

    return asyncio.run(main())


async def made(engine, request: Request):
    job = await engine.wait((await engine.trigger(request)).id, PATIENCE)
    assert job.state is JobState.READY, job
    return list(reversed(await engine.samples(job=job.id)))


def test_every_door_gets_the_same_brief(house) -> None:
    async def tell(engine):
        jobs = [
            await engine.trigger(Request(pad="kick", seed=7, energy=0.5, origin=origin))
            for origin in ("osc", "midi", "command", "http")
        ]
        return {job.brief for job in jobs}

    assert len(story(house, tell)) == 1


def test_a_published_sample_is_told_after_its_files_and_before_the_end(house) -> None:
    async def tell(engine):
        seen = []
        engine.subscribe(lambda event: seen.append((event.kind, len(house.wavs()))))
        await made(engine, Request(pad="kick"))
        return seen

    seen = story(house, tell)
    kinds = [kind for kind, _ in seen if kind in ("accepted", "sample", "ready")]
    assert kinds == ["accepted", "sample", "ready"]
    assert dict(seen)["sample"] == 1


def test_the_same_ref_is_the_same_job_within_a_day(house) -> None:
    async def tell(engine):
        first = await engine.trigger(Request(pad="kick", ref="take one"))
        second = await engine.trigger(Request(pad="kick", ref="take one"))
        house.clock.advance(90_000)
        third = await engine.trigger(Request(pad="kick", ref="take one"))
        return first.id == second.id, first.id == third.id

    assert story(house, tell) == (True, False)


@pytest.mark.parametrize(
    ("request_", "error", "text"),
    [
        (Request(pad="kik"), NotFoundError, "kick"),
        (Request(), RequestError, "nothing to make"),
        (Request(prompt="x" * 2001), RequestError, "2,001 characters"),
        (Request(prompt="kick\x00"), RequestError, "control characters"),
        (Request(prompt="kick", note=MidiNote(128)), RequestError, "0 to 127"),
        (Request(prompt="kick", seconds=Seconds(1000)), RequestError, "0.05 to 30 seconds"),
        (Request(prompt="kick", energy=0.0), RequestError, "energy"),
        (Request(prompt="kick", count=17), RequestError, "variations"),
        (Request(prompt="kick", seed=0), RequestError, "seed"),
        (Request(prompt="kick", family="kik"), NotFoundError, "kick"),
        (Request(prompt="kick", model="sinth"), NotFoundError, "synth"),
        (Request(prompt="kick", ref="r" * 201), RequestError, "ref"),
    ],
)
def test_a_request_that_cannot_be_made_is_refused_by_name_and_nothing_is_accepted(house, request_, error, text) -> None:
    async def tell(engine):
        with pytest.raises(error) as refused:
            await engine.trigger(request_)
        return str(refused.value), await engine.jobs()

    message, jobs = story(house, tell)
    assert text in message
    assert jobs == []


def test_a_cancelled_job_publishes_nothing_afterwards(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        job = await engine.trigger(Request(pad="kick"))
        await until(lambda: house.provider.asked_after)
        cancelled = await engine.cancel(job.id)
        await until(lambda: house.provider.cancelled)
        house.provider.gate.set()
        await asyncio.sleep(0.05)
        return cancelled, await engine.job(job.id), await engine.samples()

    cancelled, job, samples = story(house, tell)
    assert [c.id for c in cancelled] == [job.id]
    assert (job.state, job.reason) == (JobState.CANCELLED, "user")
    assert samples == []
    assert house.wavs() == []
    assert house.provider.cancelled, "the provider was not told"


def test_a_job_under_way_says_what_goes_on_in_it(house) -> None:
    async def tell(engine):
        house.provider.failures = [Progress(stage="waiting (it is away)")]
        seen = []
        engine.subscribe(lambda event: seen.append(engine.stage(event.job)))
        (sample,) = await made(engine, Request(pad="kick"))
        return seen, engine.stage(sample.job)

    seen, after = story(house, tell)
    assert {"generating", "waiting (it is away)"} <= {*seen}
    assert after == ""


def test_a_finished_job_cannot_be_cancelled_and_says_so(house) -> None:
    async def tell(engine):
        (sample,) = await made(engine, Request(pad="kick"))
        with pytest.raises(RequestError, match="ready"):
            await engine.cancel(sample.job)

    story(house, tell)


def test_an_eager_pad_drops_the_old_job_for_the_new_one(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        jobs = [await engine.trigger(Request(pad="eager")) for _ in range(3)]
        house.provider.gate.set()
        return [await engine.wait(job.id, PATIENCE) for job in jobs]

    states = [(job.state, job.reason) for job in story(house, tell)]
    assert states == [(JobState.CANCELLED, "superseded")] * 2 + [(JobState.READY, "")]


def test_a_calm_pad_refuses_while_it_is_busy_and_the_refusal_was_never_accepted(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        first = await engine.trigger(Request(pad="calm"))
        with pytest.raises(RequestError, match="busy"):
            await engine.trigger(Request(pad="calm"))
        house.provider.gate.set()
        await engine.wait(first.id, PATIENCE)
        await engine.trigger(Request(pad="calm"))
        return len(await engine.jobs())

    assert story(house, tell) == 2
    assert "rejected" in {event.kind for event in house.told}


def test_a_pad_pressed_now_goes_before_a_batch(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        batch = [await engine.trigger(Request(prompt=f"snare {n}", priority="batch")) for n in range(20)]
        pressed = await engine.trigger(Request(pad="kick", origin="osc"))
        house.provider.gate.set()
        for job in (*batch, pressed):
            await engine.wait(job.id, PATIENCE)
        ends = [event.job for event in house.told if event.kind == "ready"]
        return ends.index(pressed.id)

    assert story(house, tell) <= 3  # two were running already


def test_the_first_good_variation_is_current_and_the_others_wait_until_chosen(house) -> None:
    async def tell(engine):
        first, second, third = await made(engine, Request(pad="bass"))
        before = await engine.sample("bass")
        chosen = await engine.keep(third.id)
        after = await engine.sample("bass")
        return first.id == before.id, after.id == third.id, chosen.kept, second.kept, await engine.sidecar(third.id)

    was_first, is_third, kept, other_kept, sidecar = story(house, tell)
    assert (was_first, is_third, kept, other_kept) == (True, True, True, False)
    assert sidecar["marks"] == {"kept": True, "discarded": False}


def test_discarding_brings_the_previous_one_back(house) -> None:
    async def tell(engine):
        (first,) = await made(engine, Request(pad="kick"))
        (second,) = await made(engine, Request(pad="kick"))
        held = [(await engine.sample("kick")).id]
        await engine.discard("kick")
        held.append((await engine.sample("kick")).id)
        await engine.discard("kick")
        with pytest.raises(NotFoundError):
            await engine.sample("kick")
        await engine.keep(second.id)
        held.append((await engine.sample("kick")).id)
        return held, [second.id, first.id, second.id]

    held, wanted = story(house, tell)
    assert held == wanted


def test_an_emptied_pad_leaves_no_preset_behind_that_names_its_sample(house) -> None:
    async def tell(engine):
        (sample,) = await made(engine, Request(pad="kick"))
        await engine.discard("kick")
        return sample.path.rpartition("/")[2]

    name = story(house, tell)
    presets = list(house.library.glob("instruments/*.sfz")) + list(house.library.glob("kits/*.sfz"))
    assert all(name not in preset.read_text() for preset in presets)


def test_a_job_that_ends_late_does_not_push_out_a_newer_sound(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        old = await engine.trigger(Request(pad="kick"))
        await until(lambda: house.provider.asked_after)
        slow, house.provider.gate = house.provider.gate, None
        (new,) = await made(engine, Request(pad="kick"))
        slow.set()
        await engine.wait(old.id, PATIENCE)
        return (await engine.sample("kick")).id == new.id, len(await engine.samples(pad="kick"))

    assert story(house, tell) == (True, 2)


def test_again_makes_a_sibling_and_the_same_seed_the_same_brief(house) -> None:
    async def tell(engine):
        (sample,) = await made(engine, Request(pad="kick", seed=5))
        sibling = await engine.again("kick")
        same = await engine.again(sample.id, same_seed=True)
        return await engine.job(sample.job), sibling, same

    parent, sibling, same = story(house, tell)
    assert same.brief == parent.brief
    assert sibling.brief.seed != parent.brief.seed
    assert sibling.brief.prompt == parent.brief.prompt
    assert {sibling.parent, same.parent} == {parent.id}


SILENT = (Verdict(name="silence", figure=-90.0, rule="retry", text="silent"),)


def test_a_bad_take_is_made_again_with_another_seed(house) -> None:
    async def tell(engine):
        house.shaper.verdicts = [SILENT]
        await made(engine, Request(pad="kick", seed=5))

    story(house, tell)
    seeds = [seed for _, seed in house.provider.accepted.values()]
    assert len(seeds) == 2
    assert seeds[0] == 5 != seeds[1]


def test_takes_that_stay_bad_fail_the_job_with_the_reason_after_the_attempts(house) -> None:
    async def tell(engine):
        house.shaper.verdicts = [SILENT] * 10
        return await engine.wait((await engine.trigger(Request(pad="kick"))).id, PATIENCE)

    job = story(house, tell)
    assert job.state is JobState.FAILED
    assert "silent" in job.reason
    assert len(house.provider.accepted) == 3


DOUBTFUL = (Verdict(name="family", figure=0.01, rule="doubt", text="90 % hat, 1 % kick or its kin"),)


def test_a_doubtful_take_is_made_again_while_that_is_free_and_published_in_the_end(house) -> None:
    async def tell(engine):
        house.shaper.verdicts = [DOUBTFUL, DOUBTFUL, DOUBTFUL]
        (sample,) = await made(engine, Request(pad="kick"))
        return sample

    sample = story(house, tell)
    assert len(house.provider.accepted) == 3
    assert [verdict.name for verdict in sample.verdicts if verdict.rule == "doubt"] == ["family"]


def test_nobody_pays_again_for_a_doubt(house) -> None:
    async def tell(engine):
        house.shaper.verdicts = [DOUBTFUL]
        return len(await made(engine, Request(pad="kick")))

    house.repeatable = False
    assert story(house, tell) == 1
    assert len(house.provider.accepted) == 1


def test_a_model_that_fails_for_now_is_asked_again_and_one_that_refuses_is_not(house) -> None:
    async def tell(engine):
        house.provider.failures = [Failed(reason="busy", retryable=True)]
        await made(engine, Request(pad="kick"))
        house.provider.failures = [Failed(reason="the prompt is not allowed", hint="Say it otherwise.")]
        return await engine.wait((await engine.trigger(Request(pad="kick"))).id, PATIENCE)

    job = story(house, tell)
    assert (job.state, job.reason, job.hint) == (JobState.FAILED, "the prompt is not allowed", "Say it otherwise.")
    assert len(house.provider.accepted) == 3


def test_a_full_disk_costs_time_and_not_the_sound(house, monkeypatch) -> None:
    from bridge.jobs import pipeline

    monkeypatch.setattr(pipeline, "DELAYS", (0.01, 0.01, 0.01))
    full = [LibraryError("No space left.", "Free some.", retryable=True)] * 20

    def step(name: str) -> None:
        if name == "before write_sample" and full:
            raise full.pop()

    async def tell(engine):
        house.step = step
        await made(engine, Request(pad="kick"))

    story(house, tell)
    assert [event.reason for event in house.told if event.kind == "notice"] == ["No space left."]
    assert len(house.wavs()) == 1


def test_a_pad_setting_lasts_until_the_restart_and_a_wrong_one_changes_nothing(house) -> None:
    async def tell(engine):
        engine.set_pad("kick", "count", 2.0)  # Pure Data sends floats
        with pytest.raises(RequestError, match="count"):
            engine.set_pad("kick", "count", 99)
        with pytest.raises(NotFoundError, match="prompt"):
            engine.set_pad("kick", "promt", "x")
        return len(await made(engine, Request(pad="kick")))

    assert story(house, tell) == 2
    assert len(story(house, lambda engine: made(engine, Request(pad="kick")))) == 1


def test_a_note_finds_the_pad_of_the_selected_kit(house) -> None:
    async def tell(engine):
        return engine.pad_for_note(36), engine.pad_for_note(48), engine.pad_for_note(1)

    assert story(house, tell) == ("kick", "bass", None)


def test_the_sidecar_tells_the_whole_story(house) -> None:
    async def tell(engine):
        (sample,) = await made(engine, Request(pad="kick", seed=5, energy=0.5))
        return sample, await engine.sidecar(sample.id)

    sample, sidecar = story(house, tell)
    assert sidecar["id"] == sample.id
    assert sidecar["brief"]["seed"] == 5
    assert sidecar["root"] == 36
    assert sidecar["cents"] == -3
    assert sidecar["sha256"] == sample.sha256
    assert json.dumps(sidecar)


# --- hosts ----------------------------------------------------------------------------------------------------


def test_a_delivery_that_the_folder_refused_is_sent_when_it_takes_something_again(house) -> None:
    async def tell(engine):
        (house.library / "deliveries" / "reaper" / "new").mkdir(parents=True)
        await engine._courier.look_around()
        refused = [LibraryError("It is away.", "Connect it.", retryable=True)] * 3

        def step(name: str) -> None:
            if name == "before write_delivery" and refused:
                raise refused.pop()

        house.step = step
        await made(engine, Request(pad="kick"))
        assert _new(house, "reaper") == []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not _new(house, "reaper"):
                await asyncio.sleep(0.05)

    story(house, tell)


def _new(house, host: str):
    return sorted((house.library / "deliveries" / host / "new").iterdir())


def test_a_host_that_appears_gets_what_the_pads_hold_and_then_every_new_sound_once(house) -> None:
    async def tell(engine):
        await made(engine, Request(pad="kick"))
        (house.library / "deliveries" / "reaper" / "new").mkdir(parents=True)
        await engine._courier.look_around()
        held = len(_new(house, "reaper"))
        (second,) = await made(engine, Request(pad="kick"))
        waiting = _new(house, "reaper")
        text = waiting[0].read_text()
        return held, len(waiting), f"sample\t{second.id}" in text, str(house.library / second.path) in text

    assert story(house, tell) == (1, 1, True, True)  # the newer one took the place of the unread one


def test_an_acknowledgement_is_noted_once_and_tidied_away(house) -> None:
    async def tell(engine):
        (house.library / "deliveries" / "reaper" / "new").mkdir(parents=True)
        await engine._courier.look_around()
        await made(engine, Request(pad="kick"))
        (new,) = _new(house, "reaper")
        done = house.library / "deliveries" / "reaper" / "done"
        done.mkdir(exist_ok=True)
        new.rename(done / new.name)
        await engine._courier.look_around()
        await engine._courier.look_around()
        return [d.state for d in await engine.deliveries()], list(done.iterdir())

    assert story(house, tell) == (["done"], [])
    assert [event.kind for event in house.told].count("loaded") == 1


def test_a_host_is_shown_with_what_waits_what_failed_and_when_it_last_moved_a_file(house) -> None:
    box = house.library / "deliveries" / "reaper"

    async def tell(engine):
        for state in ("new", "claimed", "failed"):
            (box / state).mkdir(parents=True)
        await engine._courier.look_around()
        await made(engine, Request(pad="kick"))
        (kick,) = _new(house, "reaper")
        (box / "failed" / kick.name).write_text(kick.read_text() + "reason\tno such track\n")
        kick.unlink()
        await engine._courier.look_around()
        await made(engine, Request(pad="bass"))
        await engine.attach_host("scsynth")
        for state in ("claimed", "failed"):
            os.utime(box / state, (1_500_000_000, 1_500_000_000))
        before = await engine.hosts()
        await made(engine, Request(pad="kick"))
        return before, await engine.hosts()

    before, after = story(house, tell)
    assert [(host.name, host.waiting, host.failed) for host in before] == [
        ("reaper", ("bass",), {"kick": "no such track"}), ("scsynth", ("bass", "kick"), {}),
    ]
    assert (before[0].seen, before[1].seen) == (1_500_000_000.0, 1_800_000_000.0)
    assert (after[0].waiting, after[0].failed) == (("bass", "kick"), {})


def test_hosts_are_limited_in_number_and_an_answer_makes_no_host(house) -> None:
    async def tell(engine):
        await engine.loaded("stranger", 1)
        await engine.load_failed("stranger", 1, "no")
        for number in range(MOST_HOSTS):
            await engine.attach_host(f"host-{number}")
        with pytest.raises(RequestError, match="64 hosts have come already"):
            await engine.attach_host("one-more")
        await engine.attach_host("host-7")
        (house.library / "deliveries" / "by-file" / "new").mkdir(parents=True)
        await engine._courier.look_around()
        return [host.name for host in await engine.hosts()]

    names = story(house, tell)
    assert sorted(names) == sorted([*(f"host-{number}" for number in range(MOST_HOSTS)), "by-file"])


def test_deliveries_written_down_but_not_sent_are_sent_by_the_next_start(house) -> None:
    async def first(engine):
        (house.library / "deliveries" / "reaper" / "new").mkdir(parents=True)
        await engine._courier.look_around()
        await made(engine, Request(pad="kick"))

    story(house, first)
    (new,) = _new(house, "reaper")
    new.unlink()  # as if the process had died between the store and the folder
    story(house, lambda engine: asyncio.sleep(0))
    assert [path.name for path in _new(house, "reaper")] == [new.name]
