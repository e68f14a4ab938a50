"""The default file: complete, true to the schema, and ready to play."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bridge.config.load import config_of, load_config
from bridge.config.problems import known_keys
from bridge.config.schema import Config, Host, Kit, Pad, Sampler, family_of_pad, pad_note_of
from bridge.config.template import KIT, default_config_text, toml_value
from bridge.domain.family import FAMILIES, family_of

TEXT = default_config_text()
OFF = re.compile(r"^#(?=[a-z_]+ = |\[)", re.MULTILINE)
EXAMPLES = Path(__file__).parents[2] / "examples"


def everything_on() -> dict:
    return tomllib.loads(OFF.sub("", TEXT))


def tables(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    return {
        name: field.annotation
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def test_as_it_is_every_setting_has_its_default():
    config = config_of(tomllib.loads(TEXT))
    assert config.model_copy(update={"pads": {}, "kits": {}}) == Config()


def test_every_setting_is_in_the_file_and_switched_on_it_is_its_default():
    on = everything_on()
    assert set(on) == set(Config.model_fields)
    for name, table in tables(Config).items():
        assert set(on[name]) == set(table.model_fields), name
    config = config_of(on)
    by_name = {"pads", "kits", "models", "hosts", "samplers"}
    assert config.model_dump(exclude=by_name) == Config().model_dump(exclude=by_name)


def test_the_first_pad_shows_all_that_a_pad_can_say():
    on = everything_on()
    assert set(on["pads"]["kick"]) == set(Pad.model_fields)
    assert set(on["kits"]["main"]) == set(Kit.model_fields)
    assert set(on["hosts"]["reaper"]) == set(Host.model_fields)
    assert on["hosts"]["reaper"]["target"] == Host().target
    assert set(on["samplers"]["fluidsynth"]) == set(Sampler.model_fields)
    for key, field in Pad.model_fields.items():
        if field.default is not None and not field.is_required() and not field.examples:
            assert on["pads"]["kick"][key] == field.default, key


def test_every_setting_has_its_line_of_explanation_above():
    lines = TEXT.splitlines()
    for number, line in enumerate(lines):
        if OFF.match(line) and line[1] != "[":
            assert re.match(r"# \S", lines[number - 1]), line
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", KIT)
def test_a_pad_of_the_kit_makes_what_its_name_says(name):
    pad = config_of(tomllib.loads(TEXT)).pads[name]
    expected = {"pad": "pad-synth"}.get(name, name)
    assert family_of(pad.prompt) == expected
    assert family_of_pad(name, pad) == expected
    assert FAMILIES[expected].shortest <= (pad.seconds or FAMILIES[expected].usual) <= FAMILIES[expected].longest


def test_the_kit_fits_on_sixteen_pads():
    config = config_of(tomllib.loads(TEXT))
    assert config.kits["main"].pads == tuple(KIT)
    notes = [pad_note_of(name, pad) for name, pad in config.pads.items()]
    assert len(set(notes)) == len(notes)
    assert set(notes) <= set(range(36, 52))


def test_the_tonal_pads_of_the_kit_ask_for_a_note_in_their_register():
    for name, pad in config_of(tomllib.loads(TEXT)).pads.items():
        family = FAMILIES[family_of_pad(name, pad)]
        assert (pad.note is not None) == family.tonal, name
        if pad.note is not None:
            assert family.register[0] <= pad.note <= family.register[1], name


@pytest.mark.parametrize("name", ["drum-kit.toml", "tonal.toml"])
def test_the_examples_load_and_have_a_kit(name):
    config = load_config(EXAMPLES / name)
    assert config.kits
    assert {pad for kit in config.kits.values() for pad in kit.pads} == set(config.pads)


TOML_VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True), inner),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(TOML_VALUES)
def test_a_value_is_read_back_by_toml_as_it_was(value):
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_a_windows_path_is_read_back_as_it_was():
    path = PureWindowsPath(r"C:\Users\new\Music\Oneshot Bridge")
    assert tomllib.loads(f"x = {toml_value(str(path))}")["x"] == str(path)


@pytest.mark.parametrize(
    ("location", "some"),
    [(("x",), "pads"), (("osc", "x"), "port"), (("pads", "kick", "x"), "busy"), (("kits", "a", "x"), "pads")],
)
def test_the_keys_that_may_be_meant_are_those_of_the_same_table(location, some):
    assert some in known_keys(Config, location)
