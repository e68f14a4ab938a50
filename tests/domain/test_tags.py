"""Tags are the words of the prompt, the family, and what stands out of what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.family import FAMILIES
from bridge.domain.sample import Analysis, Character
from bridge.domain.tags import BRIGHTNESS, HARDNESS, LONGEST_TAG, MOST_TAGS, tag_key, tags_of
from bridge.units import Cents, Decibels, Hz, Seconds


def heard(*, seconds=0.5, brightness=80.0, hardness=15.0, family=None, tone="unsure"):
    return Analysis(
        root=None, cents=Cents(0.0), confidence=0.0, seconds=Seconds(seconds), peak=Decibels(-1.0), channels=1,
        sample_rate=44_100, tone=tone, glide=0.0,
        character=Character(
            family=family, share=0.9, brightness=Hz(brightness), hardness=Decibels(hardness), loudness=Decibels(-9.0)
        ),
    )  # fmt: skip


def test_the_words_of_the_prompt_are_tags_and_small_words_are_not():
    assert tags_of("A deep, Punchy kick with the lo-fi 808's boom!", "kick") == (
        "kick", "deep", "punchy", "lo-fi", "808's", "boom",
    )


@pytest.mark.parametrize(
    ("prompt", "tags"),
    [
        ("Dunkler Schlag für die Bühne", {"dunkler", "schlag", "bühne"}),
        ("深いキック、暗い", {"深いキック", "暗い"}),
        ("गहरा ढोल", {"गहरा", "ढोल"}),
        ("глубокий удар", {"глубокий", "удар"}),
        ("ضربة عميقة", {"ضربة", "عميقة"}),
        ("딥 킥", {"딥", "킥"}),
    ],
)
def test_a_prompt_in_any_script_keeps_its_words_whole(prompt, tags):
    assert set(tags_of(prompt, "kick")) == {"kick", *tags}


def test_what_stands_out_among_its_family_is_a_tag():
    assert tags_of("", "kick", heard(brightness=50)) == ("kick", "dark")
    assert tags_of("", "kick", heard(brightness=200, hardness=30, seconds=1.3)) == ("kick", "bright", "hard", "long")
    assert tags_of("", "hat", heard(brightness=200, hardness=0, seconds=0.05)) == ("hat", "dark", "short")
    assert tags_of("", "kick", heard()) == ("kick",)


def test_what_is_heard_wins_over_what_was_asked():
    assert tags_of("dark kick", "kick", heard(brightness=200)) == ("kick", "bright")
    assert tags_of("dark kick", "kick", heard()) == ("kick", "dark")


def test_the_family_that_is_heard_is_a_tag_where_nobody_named_one():
    assert tags_of("deep 808", "808", heard(family="kick", brightness=900, hardness=3, seconds=1)) == (
        "808", "deep",
    )
    assert tags_of("boom", "fx", heard(family="kick", tone="chord", brightness=900, hardness=1, seconds=1.5)) == (
        "fx", "kick", "chord", "boom",
    )


@given(st.text(max_size=300), st.sampled_from(sorted(FAMILIES)))
def test_tags_are_few_different_and_short_and_can_stand_behind_commas(prompt, family):
    tags = tags_of(prompt, family)
    assert tags[0] == family
    assert len(tags) <= MOST_TAGS
    assert len(set(tags)) == len(tags)
    assert all(0 < len(tag) <= LONGEST_TAG and "," not in tag and not any(map(str.isspace, tag)) for tag in tags)


def test_tags_are_the_same_whatever_their_case_accents_and_width():
    assert tag_key("Schläge") == tag_key("schlage") == tag_key(" ＳＣＨＬＡＧＥ ")
    assert tag_key("गहरा") != tag_key("गहर")
    assert tag_key("が") != tag_key("か")


def test_the_tables_of_what_is_usual_name_families_and_rise():
    for table in (BRIGHTNESS, HARDNESS):
        assert set(table) <= set(FAMILIES)
        assert all(low < high for low, high in table.values())
