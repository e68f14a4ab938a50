"""Rows fit what the models document; and where a model changes, the change is named."""

from __future__ import annotations

import copy

import pytest

from bridge.models.catalogue.drift import drift
from bridge.models.catalogue.rows import catalogue
from support.schemas import SCHEMAS, TEXT, URI, one

OLD_LOOPERS = {
    "an array of files": {"type": "array", "items": {"type": "string", "format": "uri"}},
    "an array of objects": {"type": "array", "items": {"type": "object"}},
    "one file": URI,
}


def changed(name: str, change) -> set[tuple[str, str]]:
    openapi = copy.deepcopy(SCHEMAS[name])
    change(openapi["components"]["schemas"])
    return {(one.kind, one.place) for one in drift(catalogue()[name], openapi)}


def properties(schemas: dict) -> dict:
    return schemas["Input"]["properties"]


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_row_fits_what_its_model_documents(name):
    assert [str(found) for found in drift(catalogue()[name], SCHEMAS[name])] == []


def test_an_input_that_is_gone_is_missed():
    assert changed("stable-audio-open", lambda all_: properties(all_).pop("steps")) == {("missing", "steps")}


def test_a_fixed_input_that_is_gone_is_missed():
    assert changed("flux-music", lambda all_: properties(all_).pop("save_spectrogram")) == {
        ("missing", "save_spectrogram")
    }


def test_a_narrower_range_is_named_and_a_wider_one_fits():
    def narrow(schemas):
        properties(schemas)["seconds_total"]["maximum"] = 30

    def wide(schemas):
        properties(schemas)["seconds_total"]["maximum"] = 90

    assert changed("stable-audio-open", narrow) == {("range", "seconds_total")}
    assert changed("stable-audio-open", wide) == set()


def test_a_new_least_value_is_named():
    assert changed("musicgen-looper", lambda all_: properties(all_)["bpm"].update(minimum=60)) == {("range", "bpm")}


def test_a_limit_where_the_row_knows_none_is_named():
    assert changed("musicgen", lambda all_: properties(all_)["top_k"].update(maximum=500)) == {("range", "top_k")}


def test_a_choice_that_is_gone_is_named():
    def older(schemas):
        schemas["model_version"]["enum"] = ["melody", "large", "encode-decode"]

    found = changed("musicgen", older)
    assert found == {("choice", "model_version")}


def test_another_type_is_named():
    assert changed("stable-audio-open", lambda all_: properties(all_)["seed"].update(type="string")) == {
        ("type", "seed")
    }


def test_a_new_needed_input_is_named():
    def older(schemas):
        properties(schemas)["lyrics"] = one(TEXT)
        schemas["Input"]["required"] = ["prompt", "lyrics"]

    assert changed("lyria-2", older) == {("required", "lyrics")}


@pytest.mark.parametrize("shape", OLD_LOOPERS)
def test_other_versions_of_the_looper_answer_in_another_shape(shape):
    def older(schemas):
        schemas["Output"] = OLD_LOOPERS[shape]

    assert changed("musicgen-looper", older) == {("output", "output")}


def test_an_object_without_the_field_that_held_the_sound_is_named():
    def renamed(schemas):
        schemas["Output"]["properties"]["mp3"] = schemas["Output"]["properties"].pop("wav")

    assert changed("flux-music", renamed) == {("output", "output")}


def test_an_object_where_one_file_was_is_named():
    assert changed("lyria-2", lambda all_: all_.update(Output={"type": "object"})) == {("output", "output")}


def test_optional_inputs_as_newer_servers_write_them_fit():
    def newer(schemas):
        properties(schemas)["seed"] = {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "Seed"}

    assert changed("lyria-2", newer) == set()


def test_an_output_that_is_a_reference_is_followed():
    def referred(schemas):
        schemas["ModelOutput"] = schemas.pop("Output")
        schemas["Output"] = {"$ref": "#/components/schemas/ModelOutput"}

    assert changed("flux-music", referred) == set()


@pytest.mark.parametrize("openapi", [{}, {"components": None}, {"components": {"schemas": {"Input": {}}}},
                                     {"components": {"schemas": {"Input": {"$ref": "#/components/schemas/Input"}}}}])
def test_a_version_that_says_nothing_is_disabled(openapi):
    (found,) = drift(catalogue()["musicgen"], openapi)
    assert found.kind == "disabled"
