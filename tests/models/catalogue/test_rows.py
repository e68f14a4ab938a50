"""The catalogue is whole, and a user's row joins it or changes it."""

from __future__ import annotations

import re
import tomllib

import pytest

from bridge.config.load import config_of
from bridge.config.models import Row
from bridge.errors import ConfigError
from bridge.models.catalogue import rows as table
from bridge.models.catalogue.rows import catalogue, joined, wrong_with
from bridge.models.catalogue.rules import RULES
from support.schemas import SCHEMAS

ASKED_FOR = {
    "andreasjansson/musicgen-looper", "zsxkib/flux-music", "stackadoc/stable-audio-open-1.0",
    "datasci888/musicgen_8songs", "meta/musicgen", "stability-ai/stable-audio-2.5", "jimothyjohn/stable-audio-3-medium",
    "declare-lab/tangoflux", "sepal/audiogen", "google/lyria-2", "openai/gpt-4o",
}  # fmt: skip
PINNED_BY_THE_PROVIDER = {"stable-audio-2-5", "lyria-2", "lyria-3", "gpt-4o"}

NAMES = sorted(catalogue())


def rows(toml: str) -> dict[str, Row]:
    return table.rows(config_of(tomllib.loads(toml)).models)


def problems(toml: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        rows(toml)
    return caught.value.problems


def test_every_model_that_people_ask_for_is_there():
    assert {row.reference for row in catalogue().values()} >= ASKED_FOR


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_whole_and_contradicts_nothing(name):
    row = catalogue()[name]
    assert list(wrong_with(row)) == []
    assert row.provider == "replicate"
    assert row.text
    assert row.licence is not None
    assert row.licence.link.startswith("https://")
    assert row.price.by != "free"
    assert bool(row.audio) == ("audio" in row.inputs)


@pytest.mark.parametrize("name", NAMES)
def test_a_version_is_pinned_but_for_those_that_the_provider_pins(name):
    if name in PINNED_BY_THE_PROVIDER:
        assert catalogue()[name].version == ""
    else:
        assert re.fullmatch(r"[0-9a-f]{64}", catalogue()[name].version)


def test_musicgen_and_its_relatives_are_not_for_commerce():
    relatives = [row for row in catalogue().values() if "musicgen" in row.reference or "audiogen" in row.reference]
    assert len(relatives) == 4
    assert {row.licence.commercial for row in relatives} == {"no"}


def test_all_inputs_of_the_eight_songs_can_be_set():
    row = catalogue()["musicgen-8songs"]
    known = {one.name for one in (*row.inputs.values(), *row.options.values())}
    assert known == set(SCHEMAS["musicgen-8songs"]["components"]["schemas"]["Input"]["properties"])


def test_gpt_4o_is_a_chat_model_that_sees():
    assert (catalogue()["gpt-4o"].kind, catalogue()["gpt-4o"].sees) == ("chat", True)


def test_every_rule_has_what_it_says():
    assert set(RULES) == set(Row.model_fields["rules"].annotation.__args__[0].__args__)


def test_a_container_of_ones_own_takes_the_inputs_of_the_model_in_it_and_costs_nothing():
    row = rows('[models.box]\nprovider = "cog"\nlike = "musicgen"\nservers = ["http://127.0.0.1:5000"]')["box"]
    assert row.inputs == catalogue()["musicgen"].inputs
    assert row.licence == catalogue()["musicgen"].licence
    assert (row.provider, row.servers, row.price.by) == ("cog", ("http://127.0.0.1:5000",), "free")


def test_a_row_of_a_known_name_changes_what_it_says_and_nothing_else():
    known = catalogue()["stable-audio-open"]
    changed = rows('[models.stable-audio-open]\nversion = "%s"\nprice = { most = 120 }' % ("ab" * 32))
    assert list(changed) == list(catalogue())
    row = changed["stable-audio-open"]
    assert row.version == "ab" * 32
    assert (row.price.most, row.price.seconds) == (120, known.price.seconds)
    assert row.model_copy(update={"version": known.version, "price": known.price}) == known


def test_a_range_is_changed_alone():
    row = rows('[models.musicgen]\ninputs.seconds = { name = "duration", high = 20 }')["musicgen"]
    assert (row.inputs["seconds"].high, row.inputs["seconds"].low, row.inputs["seconds"].type) == (20, 1, "integer")


def test_a_whole_new_model_needs_no_code():
    row = rows(
        '[models.mine]\nprovider = "replicate"\nreference = "me/mine"\n'
        'inputs.prompt = { name = "text", required = true }\nlicence = { id = "MIT", commercial = "yes" }'
    )["mine"]
    assert row.inputs["prompt"].name == "text"


def test_joining_with_an_empty_row_changes_nothing():
    for row in catalogue().values():
        assert joined(row, Row()) == row


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('[models.a]\nprovider = "cog"\nlike = "musicgn"',
         "models.a.like: there is no model 'musicgn'; did you mean \"musicgen\"?"),
        ('[models.a]\nlike = "musicgen"\nservers = ["http://x"]', 'only a model with provider = "cog"'),
        ('[models.a]\nlike = "musicgen"\nprovider = "cog"', "models.a: says no servers"),
        ('[models.a]\ntext = "x"', "models.a: says neither its provider nor which model it is like"),
        ('[models.a]\nprovider = "replicate"\ninputs.prompt = { name = "p" }', "models.a: says no reference"),
        ('[models.a]\nlike = "musicgen"\nseconds = [3.0, 1.0]', "models.a.seconds: [3.0, 1.0] is no range"),
        ('[models.a]\nlike = "musicgen"\nprice = { hardware = "t5" }',
         "models.a.price.hardware: there is no 't5'; there are cpu, t4, "),
        ('[models.a]\nlike = "tangoflux"\naudio = ["init"]', "models.a.audio: says what it makes of a sound"),
        ('[models.a]\nlike = "musicgen"\nprice = { grows = { durations = 3 } }', 'did you mean "duration"?'),
        ('[models.a]\nlike = "musicgen"\nprice = { grows = { duration = 0 } }', "must be more than 0"),
        ('[models.a]\nlike = "musicgen"\noptions.top_p = { name = "top_p", low = 2 }',
         "models.a.options.top_p: its low, 2, is above its high, 1"),
        ('[models.a]\nlike = "musicgen"\noptions.x = { name = "x", type = "choice" }', "is a choice without values"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_place(toml, sentence):
    assert any(sentence in problem for problem in problems(toml)), problems(toml)


def test_every_row_that_is_wrong_is_named_at_once():
    assert len(problems('[models.a]\nlike = "x"\n[models.b]\nlike = "y"')) == 2


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('[models.a]\nlke = "musicgen"', 'models.a.lke: unknown key; did you mean "like"?'),
        ('[models.a.price]\nhardwar = "t4"', 'models.a.price.hardwar: unknown key; did you mean "hardware"?'),
        ('[models.a.inputs.promt]\nname = "x"', "models.a.inputs.promt: "),
        ('[models.a.inputs.prompt]\ntype = "text"', "models.a.inputs.prompt.name: is missing"),
        ('[models.a]\nrules = ["be-nice"]', "models.a.rules[0]: write "),
        ('[models.a]\nconcurrent = 0', "models.a.concurrent: must be at least 1"),
        ('[models."A b"]\nlike = "musicgen"', "names are made of"),
    ],
)
def test_a_row_is_read_like_any_other_setting(toml, sentence):
    with pytest.raises(ConfigError) as caught:
        config_of(tomllib.loads(toml))
    assert any(sentence in problem for problem in caught.value.problems), caught.value.problems
