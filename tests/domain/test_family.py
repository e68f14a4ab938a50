"""Which words name which family."""

from __future__ import annotations

import pytest

from bridge.domain.family import FAMILIES, LANGUAGES, NAMES, family_of, names_in


@pytest.mark.parametrize(
    ("prompt", "family"),
    [
        ("dicke Basstrommel", "kick"), ("Große Trommel", "kick"), ("grosse caisse", "kick"), ("bombo seco", "kick"),
        ("深いキック", "kick"), ("ｷｯｸ", "kick"), ("808キック", "kick"), ("kleine Trommel", "snare"),
        ("caisse claire sèche", "snare"), ("caixa apertada", "snare"), ("スネアドラム", "snare"),
        ("Klatschen", "clap"), ("手拍子", "clap"), ("charleston fermé", "hat"), ("offene Hi-Hat", "open-hat"),
        ("オープンハイハット", "open-hat"), ("Becken", "cymbal"), ("platillos", "cymbal"), ("Kuhglocke", "perc"),
        ("cloche à vache", "perc"), ("Glocken", "bell"), ("cloche d’église", "bell"), ("教会の鐘", "bell"),
        ("Flächen", "pad-synth"), ("nappe sombre", "pad-synth"), ("Gitarre", "pluck"), ("木琴", "mallet"),
        ("bucle", "loop"), ("ruido blanco", "fx"), ("cuerdas", "pad-synth"),
    ],
)  # fmt: skip
def test_a_family_is_named_in_six_languages(prompt, family):
    assert family_of(prompt) == family


@pytest.mark.parametrize(
    ("prompt", "family"),
    [
        ("bombo bajo", "kick"), ("bajo profundo", "bass"), ("basse ronde", "bass"), ("grosse caisse basse", "kick"),
        ("808", "808"), ("808 snare", "snare"), ("TR-808", "808"), ("808 bass", "808"), ("303 line", "bass"),
        ("303 kick", "kick"), ("acid", "bass"), ("acid lead", "lead"), ("sub bass", "808"), ("bass", "bass"),
    ],
)  # fmt: skip
def test_machines_and_words_for_low_name_a_family_only_alone(prompt, family):
    assert family_of(prompt) == family


@pytest.mark.parametrize("prompt", ["", "kick-ass", "レベル高め", "hates", "рыжая собака", "sidekicks", "ラベル"])
def test_what_only_looks_like_a_name_names_no_family(prompt):
    assert family_of(prompt) is None


@pytest.mark.parametrize("written", ["hihat", "hi-hat", "hi hat", "HiHats", "Hi-Hats"])
def test_a_space_may_be_a_hyphen_or_left_out(written):
    assert family_of(written) == "hat"


def test_every_name_names_its_own_family_alone():
    for name, said in NAMES.items():
        assert family_of(name) == said.family, name


def test_a_thing_is_known_by_its_first_english_name():
    assert [name.thing for name in names_in("Streicher und Glocken")] == ["strings", "bell"]
    assert all(len(thing.split("|")) <= len(LANGUAGES) for row in FAMILIES.values() for thing in row.things)
