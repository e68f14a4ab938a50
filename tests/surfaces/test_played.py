"""Surfaces in stand-ins of their programs: what touching them sends, and what they show of what the bridge says."""

from __future__ import annotations

from typing import get_args

import pytest

from bridge.osc.addresses import fill, read
from bridge.osc.codec import Message
from bridge.ports import PadState
from bridge.surfaces import ACTIONS, DARK, JOIN_SECONDS, LIGHTS


def test_lights_show_every_state_of_a_pad():
    assert set(LIGHTS) == set(get_args(PadState))


def test_every_state_looks_different():
    assert len(set(LIGHTS.values())) == len(LIGHTS)


def test_a_surface_that_comes_subscribes_and_asks_how_the_pads_are(played):
    assert played.joins() == [("/oneshot/subscribe", 9000), ("/oneshot/pads",)]


def test_it_renews_its_lease_for_ever(played):
    played.joins()
    sent = []
    for _ in range(130):
        sent += played.wait(1_000)
    assert sent.count(("/oneshot/subscribe", 9000)) == 130 // JOIN_SECONDS
    assert set(sent) == {("/oneshot/subscribe", 9000), ("/oneshot/pads",)}


@pytest.mark.parametrize(("height", "energy"), [(1.0, 127), (0.5, 64), (0.25, 32), (0.0, 1)])
def test_a_pad_that_is_touched_higher_is_hit_harder(played, height, energy):
    assert played.touch("main", "kick", height) == [("/oneshot/pad/kick", energy)]


def test_all_pads_of_all_pages_are_there(played):
    for page, pads in {"main": ("kick", "808", "bell"), "spare": ("kick", "open-hat"), "others": ("fx",)}.items():
        for pad in pads:
            assert played.touch(page, pad, 1) == [(f"/oneshot/pad/{pad}", 127)]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_button_means_the_pad_that_was_touched_last(played, action):
    assert played.press(action) == [(f"/oneshot/{action}",)]
    played.touch("main", "kick", 1)
    played.touch("spare", "open-hat", 1)
    assert played.press(action) == [(f"/oneshot/{action}", "open-hat")]
    assert played.line("touched") == "open-hat"


def test_the_kit_button_selects_the_kit_of_the_page(played):
    played.page(1)
    assert played.press("kit") == [("/oneshot/kit", "spare")]
    played.page(0)
    assert played.press("kit") == [("/oneshot/kit", "main")]
    played.page(2)
    assert played.press("kit") == []


def test_a_light_shows_the_state_of_its_pad_on_every_page(played):
    for state in ("ready", "failed", "idle"):
        played.hear("/oneshot/pad/kick/state", state)
        for page in ("main", "spare"):
            assert played.colour(page, "kick") == LIGHTS[state][0]
            assert played.state(page, "kick") == state


@pytest.mark.parametrize("state", ["queued", "rendering", "asking"])
def test_what_goes_on_blinks_until_it_is_over(played, state):
    played.hear("/oneshot/pad/808/state", state)
    seen = []
    for _ in range(4):
        seen.append(played.colour("main", "808"))
        played.wait(250)
    assert set(seen) == set(LIGHTS[state])
    assert seen[0] != seen[1] != seen[2]
    played.hear("/oneshot/pad/808/state", "ready")
    for _ in range(3):
        assert played.colour("main", "808") == LIGHTS["ready"][0]
        played.wait(250)


def test_a_state_that_nobody_knows_leaves_the_light_as_it_is(played):
    played.hear("/oneshot/pad/kick/state", "ready")
    played.hear("/oneshot/pad/kick/state", "dreaming")
    assert played.colour("main", "kick") == LIGHTS["ready"][0]
    assert DARK not in LIGHTS["ready"]


def told(played, key, **values):
    """Lets the surface hear what the bridge says, built as the bridge builds it."""
    message = fill(key, **values)
    played.hear(message.address, *message.arguments)


def test_the_last_sound_is_named_on_every_system(played):
    for path in ("/home/ada/Music/kick_deep_s-a.wav", "C:\\Users\\ada\\Music\\kick_deep_s-a.wav"):
        told(played, "sample/ready", id="s-a", path=path, root=-1, cents=0.0, low=36, high=36, pad="kick", job="j-a")
        assert played.line("last") == "kick  kick_deep_s-a.wav"


def test_progress_is_shown_and_goes_when_the_job_ends(played):
    told(played, "job/progress", job="j-a", stage="generating", fraction=0.5, eta_seconds=2.0)
    assert played.line("now") == "generating  50 %"
    told(played, "job/ready", job="j-a", reason="")
    assert played.line("now") == ""


@pytest.mark.parametrize("kind", ["failed", "rejected"])
def test_why_there_is_no_sound_is_shown_until_there_is_one(played, kind):
    told(played, f"job/{kind}", job="j-a", reason="It was silent.")
    assert played.line("trouble") == "It was silent."
    told(played, "job/ready", job="j-b", reason="")
    assert played.line("trouble") == ""


def test_an_error_is_shown_with_its_cure(played):
    told(played, "error", text="There is no pad 'kik'.", hint="Did you mean kick?")
    assert played.line("trouble") == "There is no pad 'kik'. Did you mean kick?"


def test_all_that_a_surface_sends_is_in_the_address_table(played):
    sent = [*played.joins(), *played.touch("main", "808", 0.5)]
    for button in (*ACTIONS, "kit"):
        sent += played.press(button)
    assert len(sent) == 2 + 1 + len(ACTIONS) + 1
    for address, *values in sent:
        assert read(Message(address, tuple(values))).address.direction == "in"
