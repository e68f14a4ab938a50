"""What the words of a prompt are taken for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.models.synth.words import STRONGEST, Character, read


def character(prompt: str, negative: str = "") -> dict[str, float]:
    said = read(prompt, negative).character
    return {name: getattr(said, name) for name in Character.__slots__ if getattr(said, name)}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("bright", {"brightness": 1.0}),
        ("a brighter sound", {"brightness": 1.0}),
        ("very dark", {"brightness": -1.6}),
        ("slightly dark", {"brightness": -0.5}),
        ("super-bright", {"brightness": 1.6}),
        ("not bright", {"brightness": -1.0}),
        ("not too bright", {"brightness": -1.0}),
        ("no distortion", {"drive": -1.0}),
        ("not bright, long", {"brightness": -1.0, "length": 1.0}),
        ("Wide, fatter", {"width": 1.0, "thickness": 1.0, "depth": 0.5}),
        ("slow attack", {"punch": -1.0, "brightness": -0.4}),
        ("lo-fi", {"dirt": 1.0, "brightness": -0.4}),
        ("bright dark", {}),
    ],
)
def test_adjectives_move_properties(prompt, expected):
    assert character(prompt) == pytest.approx(expected)


def test_not_very_is_less_than_not():
    assert -1 < read("not very bright").character.brightness < 0


def test_a_word_of_the_negative_prompt_counts_against():
    assert read("kick", "bright").character.brightness < 0
    assert read("kick", "not bright").character.brightness > 0
    assert read("reese bass", "reese").name("reese") is False


@pytest.mark.parametrize("prompt", ["", "kick", "qwertz uiop", "Pauke für Änne", "🥁🥁", "鼓", "light the underground"])
def test_unknown_words_change_nothing(prompt):
    assert character(prompt) == {}


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("808 in F#", 6), ("bass in Bb minor", 10), ("lead in the key of C", 0), ("pad in a minor", 9),
        ("in d# please", 3), ("snare in a big room", None), ("in between", None), ("F# bass", 6), ("in Cb", 11),
    ],
)  # fmt: skip
def test_a_key_is_read_where_one_is_meant(prompt, key):
    assert read(prompt).key == key


@pytest.mark.parametrize(("prompt", "tempo"), [("loop 124 bpm", 124), ("174BPM", 174), ("00bpm", None), ("808", None)])
def test_a_tempo_is_a_number_with_its_unit(prompt, tempo):
    assert read(prompt).tempo == tempo


def test_words_in_a_row_name_a_thing_only_together():
    said = read("wood-block and a block of wood, not a shaker")
    assert said.name("wood block")
    assert not said.name("wood wood")
    assert not said.name("shaker")


@settings(max_examples=150, deadline=None)
@given(prompt=st.text(max_size=300), negative=st.text(max_size=60))
def test_any_text_is_a_prompt(prompt, negative):
    said = read(prompt, negative)
    assert all(abs(getattr(said.character, name)) <= STRONGEST for name in Character.__slots__)


def test_a_very_long_prompt_is_read_at_once():
    assert read("very " * 100_000 + "dark").character == Character()
