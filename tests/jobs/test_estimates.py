"""How long it will take is what it took: the median first, the slowest twentieth after that, cold and warm apart."""

from __future__ import annotations

import pytest

from bridge.jobs.estimates import WARM_SECONDS, Estimates


def warm(*took: float) -> Estimates:
    estimates, now = Estimates(), 0.0
    estimates.learn("far", [(-10.0, 0.0)])
    for index, seconds in enumerate(took):
        estimates.begin(f"j{index}", "far", now)
        now += seconds
        estimates.end(f"j{index}", "far", now)
    return estimates


def test_nobody_knows_before_the_first_has_ended():
    assert Estimates().left("j", "far", 5.0) == 0.0


def test_the_median_is_what_is_left_and_then_the_slowest():
    estimates = warm(1.0, 2.0, 3.0, 4.0, 20.0)
    estimates.begin("now", "far", 100.0)
    assert estimates.left("now", "far", 101.0) == pytest.approx(2.0)
    assert estimates.left("now", "far", 105.0) == pytest.approx(15.0)
    assert estimates.left("now", "far", 130.0) == 0.0


def test_a_model_that_rested_is_cold_and_takes_what_cold_ones_took():
    estimates = Estimates()
    estimates.learn("far", [(0.0, 90.0), (100.0, 102.0), (110.0, 112.0)])
    assert estimates.usual("far", cold=True)[0] == 90.0
    assert estimates.usual("far", cold=False)[0] == 2.0
    estimates.begin("soon", "far", 120.0)
    estimates.begin("late", "far", 113.0 + WARM_SECONDS)
    assert estimates.left("soon", "far", 120.0) == 2.0
    assert estimates.left("late", "far", 113.0 + WARM_SECONDS) == 90.0
