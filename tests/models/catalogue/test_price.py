"""An estimate is never below what the call costs within its time, and what is not known is counted as the worst."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config.models import Price
from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.errors import RequestError
from bridge.models.catalogue.price import (
    HARDWARE,
    cost,
    estimate,
    estimate_question,
    usual_seconds,
    worst_seconds,
)
from bridge.models.catalogue.rows import catalogue

ROWS = catalogue()
SOUNDS = sorted(name for name, row in ROWS.items() if row.kind == "sound")


@pytest.mark.parametrize("name", SOUNDS)
def test_a_call_within_its_worst_time_costs_at_most_the_estimate(name, brief):
    row = ROWS[name]
    for count in (1, 3, 16):
        asked = brief(count=count)
        worked = cost(row, seconds=worst_seconds(row, asked), sounds=min(count, 1))
        assert 0 < worked <= estimate(row, asked) * (1 + 1e-9)
        assert usual_seconds(row, asked) <= worst_seconds(row, asked)


def test_time_is_paid_at_the_price_of_the_hardware():
    row = ROWS["musicgen"].model_copy(update={"price": Price(by="second", hardware="t4", seconds=10, most=50)})
    assert cost(row, seconds=240) == pytest.approx(0.054)
    own = row.model_copy(update={"price": Price(by="second", hardware="t4", usd=1.0, most=50)})
    assert cost(own, seconds=2) == 2


def test_more_work_raises_the_estimate_in_proportion_and_less_never_lowers_it(brief):
    row = ROWS["stable-audio-open"]
    one = estimate(row, brief())
    assert estimate(row, brief(count=4)) == pytest.approx(4 * one)
    assert estimate(row, brief(count=4, inputs=(("steps", 200),))) == pytest.approx(8 * one)
    assert estimate(row, brief(inputs=(("steps", 10),))) == pytest.approx(one)


def test_a_sound_of_a_fixed_price_costs_it_whatever_its_length(brief):
    row = ROWS["stable-audio-2-5"]
    assert estimate(row, brief(seconds=1.0)) == estimate(row, brief(seconds=30.0)) == 0.2
    assert cost(row, seconds=3.0) == 0.2
    assert cost(row, seconds=None, sounds=0) == 0


def test_what_the_model_can_not_be_asked_has_no_price(brief):
    with pytest.raises(RequestError):
        estimate(ROWS["stable-audio-open"], brief(inputs=(("steps", 10_000),)))


@pytest.mark.parametrize("seconds", [None, math.nan, math.inf, -1.0])
def test_seconds_that_nobody_told_count_as_the_worst(seconds):
    row = ROWS["musicgen"]
    assert cost(row, seconds=seconds) == pytest.approx(HARDWARE["a100-80gb"] * row.price.most)


def test_nothing_known_costs_nothing(brief):
    free = ROWS["musicgen"].model_copy(update={"price": Price()})
    assert estimate(free, brief()) == cost(free, seconds=99) == estimate_question(free, Question(text="x")) == 0


def test_a_run_costs_the_same_whatever_it_brings(brief):
    run = ROWS["musicgen"].model_copy(update={"price": Price(by="run", usd=0.03)})
    assert estimate(run, brief()) == cost(run, seconds=1, sounds=9) == 0.03


@given(st.text(max_size=300), st.text(max_size=1_200), st.integers(0, 3))
def test_an_answer_within_its_length_costs_at_most_the_estimate(asked, answer, pictures):
    row = ROWS["gpt-4o"]
    question = Question(text=asked, images=("a",) * pictures, longest=400)
    paid = cost(row, seconds=None, text=answer, question=asked)
    assert paid <= estimate_question(row, question)
    assert estimate_question(row, question) < 0.02


def test_seconds_grow_with_what_is_asked(brief):
    row = ROWS["musicgen-looper"]
    eight: Brief = brief(seconds=8.0)
    assert worst_seconds(row, brief(seconds=16.0)) == 2 * worst_seconds(row, eight)
