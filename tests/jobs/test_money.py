"""The user's money: no cap is ever passed, no call is sent twice, and what is booked is what was charged."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from bridge.config.models import Guide
from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.errors import DoubtfulError, ModelError, RequestError
from bridge.ports import Failed
from bridge.units import Seconds, Usd
from support.patience import PATIENCE_SECONDS, until

PATIENCE = Seconds(PATIENCE_SECONDS)


@pytest.fixture(autouse=True)
def paid(house):
    house.repeatable = False
    return house


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("bridge.jobs.calls.DELAYS", (0.0,))
    monkeypatch.setattr("bridge.jobs.lines.LOOKS", (0.0, 0.0))


def story(house, tell):
    async def main():
        async with house.open() as engine:
            return await tell(engine)

    return asyncio.run(main())


async def ended(engine, request: Request):
    return await engine.wait((await engine.trigger(request)).id, PATIENCE)


def with_budget(house, **caps):
    house.config = house.config.model_copy(update={"budget": house.config.budget.model_copy(update=caps)})


def test_fifty_triggers_at_once_never_pass_the_cap(house) -> None:
    with_budget(house, day=0.055)
    house.concurrent = 50

    async def tell(engine):
        house.provider.gate = asyncio.Event()
        jobs = [await engine.trigger(Request(pad="kick")) for _ in range(50)]
        await until(lambda: len(house.provider.accepted) == 5 and engine._scheduler.running == 5)
        seen = await engine.budget()
        house.provider.gate.set()
        return [await engine.wait(job.id, PATIENCE) for job in jobs], seen, await engine.budget()

    jobs, while_running, afterwards = story(house, tell)
    assert len(house.provider.accepted) == 5
    assert [job.state for job in jobs].count(JobState.READY) == 5
    refused = [job for job in jobs if job.state is JobState.FAILED]
    assert len(refused) == 45
    assert all("$0.05 of the $0.055 for today" in job.reason.replace("$0.050 ", "$0.05 ") for job in refused)
    assert while_running.reserved == pytest.approx(0.05)
    assert afterwards.reserved == 0
    assert afterwards.day == pytest.approx(house.provider.charged) == pytest.approx(0.05)


def test_a_day_later_there_is_money_again_and_the_month_remembers(house) -> None:
    with_budget(house, day=0.01, month=0.02)

    async def tell(engine):
        states = []
        for _ in range(3):
            states += [(await ended(engine, Request(pad="kick"))).state for _ in range(2)]
            house.clock.advance(86_400)
        return states

    ready, failed = JobState.READY, JobState.FAILED
    assert story(house, tell) == [ready, failed, ready, failed, failed, failed]


def test_attempts_of_one_sound_stay_under_its_own_cap(house) -> None:
    with_budget(house, job=0.015)
    house.provider.failures = [Failed(reason="out of memory", retryable=True, cost=Usd(0.01))]
    job = story(house, lambda engine: ended(engine, Request(pad="kick")))
    assert job.state is JobState.FAILED
    assert "for one sound" in job.reason
    assert len(house.provider.accepted) == 1


def test_what_failed_and_still_cost_is_booked(house) -> None:
    house.provider.failures = [Failed(reason="nothing", retryable=True, cost=Usd(0.004))]

    async def tell(engine):
        await ended(engine, Request(pad="kick"))
        return await engine.budget()

    assert story(house, tell).day == pytest.approx(0.014)


def test_an_answer_that_was_lost_is_found_again_and_not_sent_twice(house) -> None:
    house.provider.troubles = [("after", DoubtfulError("The connection broke."))]
    job = story(house, lambda engine: ended(engine, Request(pad="kick")))
    assert job.state is JobState.READY
    assert len(house.provider.accepted) == 1


def test_a_sending_that_surely_never_arrived_is_sent_again(house) -> None:
    house.provider.troubles = [("before", DoubtfulError("The connection broke."))]
    job = story(house, lambda engine: ended(engine, Request(pad="kick")))
    assert job.state is JobState.READY
    assert len(house.provider.accepted) == 1


def test_a_call_that_nobody_can_look_for_is_parked_until_the_user_says(house) -> None:
    house.provider.troubles = [("after", DoubtfulError("The connection broke."))]
    house.provider.unreachable = True

    async def tell(engine):
        job = await ended(engine, Request(pad="kick"))
        assert job.state is JobState.ASKING, job
        assert "may have been paid" in job.reason
        assert (await engine.budget()).reserved == pytest.approx(0.01)
        assert next(pad for pad in await engine.pads() if pad.name == "kick").state == "asking"
        with pytest.raises(RequestError, match="may have been paid"):
            await engine.accept(job.id)
        assert len(house.provider.accepted) == 1
        await engine.accept("kick", pay=True)
        return await engine.wait(job.id, PATIENCE), await engine.budget()

    job, money = story(house, tell)
    assert job.state is JobState.READY
    assert len(house.provider.accepted) == 2
    assert money.day == pytest.approx(0.02), "the lost call counts as paid"


def test_a_parked_job_stays_parked_over_a_restart_and_can_be_cancelled(house) -> None:
    house.provider.troubles = [("after", DoubtfulError("The connection broke."))]
    house.provider.unreachable = True
    job = story(house, lambda engine: ended(engine, Request(pad="kick")))

    async def later(engine):
        again = await engine.wait(job.id, Seconds(0.2))
        assert again.state is JobState.ASKING
        house.provider.unreachable = False
        (cancelled,) = await engine.cancel(job.id)
        await until(lambda: house.provider.cancelled)
        return cancelled

    assert story(house, later).state is JobState.CANCELLED
    assert house.provider.cancelled == ["ticket-0"]
    assert len(house.provider.accepted) == 1


def test_a_fallback_makes_the_sound_that_the_model_could_not_and_says_so(house) -> None:
    house.provider.failures = [Failed(reason="the model is gone")]
    job = story(house, lambda engine: ended(engine, Request(pad="sure")))
    assert job.state is JobState.READY
    assert len(house.spare.accepted) == 1
    (notice,) = [event for event in house.told if event.kind == "notice"]
    assert notice.reason == "spare makes the sound instead of synth: the model is gone"


@pytest.mark.parametrize("why", ["no money", "not taken", "doubtful", "bad takes"])
def test_whatever_stops_the_model_the_fallback_is_asked_once(house, why) -> None:
    if why == "no money":
        with_budget(house, day=0.001)
    if why == "not taken":
        house.provider.troubles = [("before", ModelError("The token is not valid."))]
    if why == "doubtful":
        house.provider.troubles = [("after", DoubtfulError("The connection broke."))]
        house.provider.unreachable = True
    if why == "bad takes":
        from bridge.domain.take import Verdict

        house.shaper.verdicts = [(Verdict(name="silence", figure=-90.0, rule="retry", text="it is silent"),)] * 3
    job = story(house, lambda engine: ended(engine, Request(pad="sure")))
    assert job.state is JobState.READY, job
    assert len(house.spare.accepted) == 1


def test_a_cancelled_call_is_stopped_and_its_true_cost_is_booked(house) -> None:
    async def tell(engine):
        house.provider.gate = asyncio.Event()
        job = await engine.trigger(Request(pad="kick"))
        await until(lambda: house.provider.asked_after)
        await engine.cancel(job.id)
        assert (await engine.budget()).day == pytest.approx(0.01)
        house.provider.failures = [Failed(reason="cancelled", cost=Usd(0.003))]
        house.provider.gate.set()
        await until(lambda: house.provider.cancelled)
        for _ in range(200):
            if (await engine.budget()).day < 0.01:
                break
            await asyncio.sleep(0.01)
        return await engine.budget()

    assert story(house, tell).day == pytest.approx(0.003)


def test_a_price_is_told_before_anything_is_made(house) -> None:
    async def tell(engine):
        return await engine.price(Request(pad="kick")), await engine.jobs()

    price, jobs = story(house, tell)
    assert price.usd == pytest.approx(0.01)
    assert price.problem == ""
    assert jobs == []


def test_a_commercial_library_refuses_what_may_not_be_sold(house) -> None:
    commercial = house.config.library.model_copy(update={"commercial": True})
    house.config = house.config.model_copy(update={"library": commercial})

    async def tell(engine):
        with pytest.raises(RequestError, match="may not be sold"):
            await engine.trigger(Request(pad="kick"))
        return await engine.jobs()

    assert story(house, tell) == []


def test_words_are_shown_first_where_the_user_wants_that(house) -> None:
    house.guide = Guide(extra=("dry",))

    async def tell(engine):
        job = await ended(engine, Request(pad="kick", enhance="ask"))
        assert job.state is JobState.ASKING
        assert job.written.prompt != "punchy kick"
        assert job.written.prompt in job.reason
        assert not house.provider.accepted
        await engine.accept(job.id, prompt="my own words")
        done = await engine.wait(job.id, PATIENCE)
        (sample,) = await engine.samples(job=job.id)
        return done, await engine.sidecar(sample.id)

    job, sidecar = story(house, tell)
    assert job.state is JobState.READY
    ((brief, _),) = house.provider.accepted.values()
    assert brief.prompt == "my own words"
    assert sidecar["written"]["original"] == "punchy kick"
    assert sidecar["written"]["prompt"] == "my own words"
    assert sidecar["brief"]["prompt"] == "punchy kick"


@pytest.mark.parametrize(("enhance", "same"), [("never", True), ("always", False)])
def test_the_words_are_the_users_where_nobody_may_change_them(house, enhance, same) -> None:
    house.guide = Guide(extra=("dry",))
    story(house, lambda engine: ended(engine, Request(pad="kick", enhance=enhance)))
    ((brief, _),) = house.provider.accepted.values()
    assert (brief.prompt == "punchy kick") is same


def test_the_original_words_can_be_taken_back(house) -> None:
    house.guide = Guide(extra=("dry",))

    async def tell(engine):
        job = await ended(engine, Request(pad="kick", enhance="ask"))
        with contextlib.suppress(asyncio.CancelledError):
            await engine.accept(job.id, original=True)
        return await engine.wait(job.id, PATIENCE)

    assert story(house, tell).written.by == "user"
    ((brief, _),) = house.provider.accepted.values()
    assert brief.prompt == "punchy kick"
