"""Recipes in the user's words: what can be written, what it means, and the sentence for what can't."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.domain.recipe import RECIPES, STEPS, Step, filled, parse_recipe, parse_step, recipe_of, split_steps

BRIEF = Brief(prompt="x", model="m", seed=1, family="kick", mapping="drum")


def test_every_family_has_a_recipe_that_sets_rate_and_level():
    assert set(RECIPES) == set(FAMILIES)
    for family in FAMILIES:
        steps = recipe_of(replace(BRIEF, family=family))
        assert [str(step) for step in steps] == list(RECIPES[family])
        assert [step.name for step in steps][-1] == "level"
        assert "rate" in [step.name for step in steps]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("level", (None,)),
        ("level -1 dBTP", (-1.0,)),
        ("level −6dB", (-6.0,)),
        ("LEVEL Headroom", (-6.0,)),
        ("level hot", (-0.3,)),
        ("fade 1 ms", (0.001, None)),
        ("fade .5ms 0.2 s", (0.0005, 0.2)),
        ("trim 1.5", (1.5,)),
        ("rate 48 kHz", (48_000.0,)),
        ("mono phase", ("phase",)),
        ("gain +3 dB", (3.0,)),
        ("tune", ()),
    ],
)
def test_a_step_means_its_numbers_in_its_units(text, values):
    assert parse_step(text).values == pytest.approx(values, nan_ok=False)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("levl", 'there is no step \'levl\'; did you mean "level"?'),
        ("xyzzy", "there are offset, mono, lows"),
        ("", "an empty step"),
        ("level loud", "level: 'loud' is no peak; write level [peak dBTP|headroom|hot]"),
        ("mono fase", 'did you mean "phase"?'),
        ("level 3", "level: peak goes from -40 to 0 dBTP, not 3 dBTP"),
        ("level -1 Hz", "'Hz' is no unit of peak; write dBTP or dB"),
        ("level nan", "'nan' is no peak"),
        ("tune 3", "'3' is too much; write tune"),
        ("fade 1 ms 2 ms 3 ms", "'3 ms' is too much"),
    ],
)
def test_what_is_wrong_is_said_with_the_cure(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse_step(text)


def _numbers(argument):
    choices = list(argument.words.values())
    if argument.unit:
        choices += [argument.lowest, argument.highest, (argument.lowest + argument.highest) / 2]
    return st.sampled_from(choices)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_step_is_read_as_it_is_shown(data):
    row = data.draw(st.sampled_from(list(STEPS.values())))
    said = data.draw(st.integers(0, len(row.arguments)))
    values = [data.draw(_numbers(argument)) for argument in row.arguments[:said]]
    step = Step(name=row.name, values=(*values, *[None] * (len(row.arguments) - said)))
    assert parse_step(str(step)) == step


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    with contextlib.suppress(ValueError):
        assert parse_step(text).name in STEPS


def test_an_argument_that_is_not_said_is_the_familys():
    fade, level = filled(parse_recipe(["fade", "level"]), "kick")
    assert (str(fade), str(level)) == ("fade 0.1 ms 50 ms", "level -1 dBTP")
    assert str(filled(parse_recipe(["fade 3 ms"]), "pad-synth")[0]) == "fade 3 ms 200 ms"
    assert str(filled(parse_recipe(["gain"]), "kick")[0]) == "gain 0 dB"


def test_a_sample_of_the_library_always_gets_the_librarys_rate_and_a_level():
    names = [step.name for step in recipe_of(replace(BRIEF, shape=("trim", "tune", "fade")))]
    assert names == ["trim", "rate", "tune", "fade", "level"]
    assert [step.name for step in recipe_of(replace(BRIEF, shape=("trim",)))] == ["trim", "rate", "level"]
    own = recipe_of(replace(BRIEF, shape=("rate 48 kHz", "level hot", "fade")))
    assert [str(step) for step in own] == ["rate 48000 Hz", "level -0.3 dBTP", "fade 0.1 ms 50 ms"]


def test_a_brief_carries_its_recipe_and_is_the_same_sound_with_any():
    shaped = replace(BRIEF, shape=("trim", "level hot"))
    assert Brief.from_dict(json.loads(json.dumps(shaped.to_dict()))) == shaped
    assert shaped.random_key() == BRIEF.random_key()
    old = {key: value for key, value in BRIEF.to_dict().items() if key != "shape"}
    assert Brief.from_dict(old) == BRIEF


def test_steps_stand_between_commas():
    assert split_steps(" trim, fade ,, level -1 dBTP,") == ["trim", "fade", "level -1 dBTP"]
    with pytest.raises(ValueError, match="at most"):
        parse_recipe(["trim"] * 99)
