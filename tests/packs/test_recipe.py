"""What a recipe asks for."""

from __future__ import annotations

import random
import sys

import pytest

from bridge.errors import RequestError
from bridge.packs.recipe import read_recipe

NIGHT = """
name = "Night Drums"
seconds = 0.5

[[sounds]]
family = "kick"
prompts = ["{tone} kick", "short {tone} {family}"]
words.tone = ["deep", "bright"]
count = 2

[[sounds]]
families = ["bass", "lead"]
prompt = "warm {family}"
notes = [36, "C3"]
velocities = [50, 127]
seconds = 2.0
"""


def plan(text: str, name: str = "night.toml", edition: str = "", octave: int = 4, digest=lambda path: ""):
    return read_recipe(name, text, model="synth", edition=edition, octave=octave, digest=digest)


def test_the_lists_of_a_group_multiply_and_its_words_fill_the_prompts():
    items = plan(NIGHT).items
    kicks = [item.fields for item in items if item.fields["family"] == "kick"]
    assert [kick["prompt"] for kick in kicks] == [
        *["deep kick"] * 2, *["bright kick"] * 2, *["short deep kick"] * 2, *["short bright kick"] * 2,
    ]  # fmt: skip
    keys = {(item.fields["prompt"], item.fields["note"], item.fields["energy"])
            for item in items if item.fields["family"] != "kick"}  # fmt: skip
    assert keys == {
        (f"warm {family}", note, energy)
        for family in ("bass", "lead") for note in (36, 48) for energy in (round(50 / 127, 4), 1.0)
    }  # fmt: skip
    assert len(items) == 16


NIGHT_IN_YAML = """
name: Night Drums
seconds: 0.5
sounds:
  - family: kick
    prompts: ["{tone} kick", "short {tone} {family}"]
    words: {tone: [deep, bright]}
    count: 2
  - families: [bass, lead]
    prompt: warm {family}
    notes: [36, C3]
    velocities: [50, 127]
    seconds: 2
"""


def test_yaml_asks_for_the_same_sounds_as_toml_and_a_mistake_in_it_is_named(monkeypatch):
    assert [item.ref for item in plan(NIGHT_IN_YAML, "night.yaml").items] == [item.ref for item in plan(NIGHT).items]
    with pytest.raises(RequestError, match=r"night.yml: .*line 2"):
        plan("sounds: [\n}", "night.yml")
    with pytest.raises(RequestError, match="no table of keys"):
        plan("- kick", "night.yml")
    with pytest.raises(RequestError, match=r"sounds\[0\].*kik"):
        plan("sounds: [{prompt: kick, family: kik}]", "night.yml")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(RequestError, match=r"oneshot-bridge\[yaml\]"):
        plan(NIGHT_IN_YAML, "night.yaml")


def test_a_group_says_more_than_what_is_said_above_it():
    seconds = {item.fields["family"]: item.fields["seconds"] for item in plan(NIGHT).items}
    assert seconds == {"kick": 0.5, "bass": 2.0, "lead": 2.0}


def test_note_names_lie_in_the_octaves_of_the_user():
    notes = {item.fields.get("note") for item in plan(NIGHT, octave=3).items}
    assert notes == {None, 36, 60}


def test_every_sound_has_a_seed_and_a_ref_of_its_own_and_velocities_share_the_seed():
    items = plan(NIGHT).items
    assert len({item.ref for item in items}) == len(items)
    by_sound: dict[str, set[int]] = {}
    for item in items:
        by_sound.setdefault(item.strokes, set()).add(item.fields["seed"])
    assert {len(seeds) for seeds in by_sound.values()} == {1}
    assert len(by_sound) == 8 + 4


def test_the_same_file_asks_for_the_same_sounds_wherever_its_lines_stand():
    prompts = [f"kick {number}" for number in range(20)]
    shuffled = random.Random(1).sample(prompts, len(prompts))
    refs = {item.ref for item in plan("\n".join(prompts), "a.txt").items}
    assert {item.ref for item in plan("\n\n".join([*shuffled, "snare"]), "b.txt").items} > refs


def test_another_edition_has_other_seeds_but_only_where_the_file_says_none():
    text = "prompt,seed\nkick,7\nsnare,\n"
    one, other = plan(text, "a.csv").items, plan(text, "a.csv", edition="b").items
    assert one[0].ref == other[0].ref
    assert one[1].ref != other[1].ref
    assert one[0].fields["seed"] == 7


def test_what_is_asked_for_twice_with_one_seed_is_made_once():
    found = plan("prompt,seed\nkick,7\nkick,7\nkick,8\n", "a.csv")
    assert (len(found.items), found.merged) == (2, 1)


def test_the_same_words_twice_without_a_seed_are_two_sounds():
    found = plan("kick\nkick\n", "a.txt")
    assert len({item.fields["seed"] for item in found.items}) == 2


def test_a_table_says_a_sound_a_line_with_commas_or_semicolons():
    text = "family;prompt;note;velocity;seconds\nbass;round, warm bass;36;127;1.5\n;glassy bell;;;\n"
    first, second = plan(text, "a.csv").items
    assert {**first.fields, "seed": 0} == {
        "family": "bass", "prompt": "round, warm bass", "note": 36, "energy": 1.0, "seconds": 1.5, "seed": 0,
        "model": "synth", "enhance": "never",
    }  # fmt: skip
    assert second.fields["prompt"] == "glassy bell"
    assert "family" not in second.fields


def test_another_sound_under_the_same_name_is_another_request():
    text = '[[sounds]]\nprompt = "like this"\naudio = "a.wav"\n'
    one, same, other = (plan(text, digest=lambda path, content=content: content).items[0].ref for content in "aab")
    assert one == same != other


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[sounds]]\nfamly = "kick"', r'sounds\[0\].famly: unknown key; did you mean "family"\?'),
        ('[[sounds]]\nfamily = "kik"', "there is no family 'kik'"),
        ("[[sounds]]\ncount = 3", "says neither prompts nor a family"),
        ('[[sounds]]\nprompt = "{tome} kick"\nwords.tone = ["deep"]', 'a prompt has {tome}.*did you mean "tone"'),
        ('[[sounds]]\nprompt = "kick"\nwords.tone = ["deep"]', r"words.tone: no prompt has {tone}"),
        ('[[sounds]]\nprompt = "kick"\nprompts = ["kick"]', "says both prompt and prompts"),
        ('[[sounds]]\nprompt = "kick"\nseeds = [1]\ncount = 2', "says both seeds and count"),
        ('[[sounds]]\nprompt = "kick"\nvelocities = [0]', "velocities.*at least 1"),
        ('[[sounds]]\nprompt = "kick"\nnotes = ["H2"]', "'H2' is no note"),
        ('name = "x"', "sounds: is missing"),
        ("[[sounds", "Nothing was started"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, said):
    with pytest.raises(RequestError, match=said):
        plan(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; its first line names the columns"),
        ("prompt,seed\nkick,seven\n", "line 2: seed is a number, not 'seven'"),
        ("prompt,seed\nkick\n", "line 2 has not as many cells"),
        ("prompt,sead\nkick,1\n", 'did you mean "seed"'),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_line_or_column(text, said):
    with pytest.raises(RequestError, match=said):
        plan(text, "a.csv")


def test_a_product_beyond_all_measure_is_refused_before_anything_is_made(monkeypatch):
    monkeypatch.setattr("bridge.packs.plan.MOST_ITEMS", 1_000)
    text = '[[sounds]]\nprompt = "kick"\ncount = 100\nnotes = [1,2,3,4,5,6,7,8,9,10,11]\n'
    with pytest.raises(RequestError, match="more than 1,000 sounds"):
        plan(text)


def test_a_file_of_another_kind_is_refused_by_its_ending():
    with pytest.raises(RequestError, match=r"\.toml, \.yaml, \.yml, \.csv, \.txt, \.json"):
        plan("sounds: []", "pack.xml")
