"""`oneshot models`: the table, all about one, and the comparison with what the models say; never with a daemon."""

from __future__ import annotations

import pytest

from bridge.errors import BridgeError
from bridge.models.catalogue.rows import catalogue
from support.schemas import SCHEMAS, document

BOX = '[models.box]\nprovider = "cog"\nlike = "musicgen"\nservers = ["http://127.0.0.1:5000"]\n'


@pytest.fixture
def provider(monkeypatch):
    """A fake provider that knows the documented schemas; `fails` is what it raises, `schemas` what it says."""

    class Provider:
        def __init__(self):
            self.schemas = dict(SCHEMAS)
            self.fails: BridgeError | None = None

        async def __call__(self, row):
            if self.fails is not None:
                raise self.fails
            return next(self.schemas[name] for name, known in catalogue().items() if known.reference == row.reference)

    found = Provider()
    monkeypatch.setattr("bridge.models.registry.schema_of", lambda provider: found)
    return found


def test_every_model_is_listed_with_what_it_costs_and_may_be_used_for(home):
    lines = home.run("models").stdout.splitlines()
    assert lines[0].split() == ["model", "provider", "makes", "price", "licence", "commercial", "use"]
    assert {line.split()[0] for line in lines[1:]} >= {"synth", *catalogue()}
    (musicgen,) = (line for line in lines if line.startswith("musicgen "))
    assert musicgen.endswith("no")
    assert "CC-BY-NC-4.0" in musicgen
    (service,) = (line for line in lines if line.startswith("stable-audio-2-5 "))
    assert "$0.20 a sound" in service


def test_the_list_neither_opens_the_library_nor_needs_a_daemon(home):
    before = sorted(home.folder.rglob("*"))
    assert home.run("models").exit_code == 0
    assert sorted(home.folder.rglob("*")) == before


def test_a_model_of_ones_own_is_listed_and_free(home):
    home.write(BOX)
    (box,) = (model for model in home.json("models")["models"] if model["name"] == "box")
    assert (box["provider"], box["servers"], box["price"]) == ("cog", ["http://127.0.0.1:5000"], "free")
    assert box["licence"]["commercial"] == "no"


def test_show_tells_the_inputs_the_price_and_the_licence(home):
    shown = home.run("models", "show", "musicgen-8songs").stdout
    for fact in ("continuation_start", "top_k", "normalization_strategy choice loudness, clip, peak, rms",
                 "commercial   no", "531c1fadb581d760235dca418ce027bb8af642716ced08b2cd805e99a25c52e0"):
        assert fact in shown
    assert home.json("models", "show", "synth")["model"]["licence"]["commercial"] == "yes"


def test_a_name_that_is_nearly_right_is_named(home):
    result = home.run("models", "show", "musicgn")
    assert result.exit_code == 3
    assert "Did you mean musicgen?" in result.stderr
    assert home.run("models", "check", "musicgn").exit_code == 3


def test_rows_that_fit_their_models_are_ok(home, provider):
    result = home.run("models", "check")
    assert result.exit_code == 0
    assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}
    assert {check["name"] for check in home.json("models", "check")["checks"]} == set(catalogue())


def test_a_row_that_no_longer_fits_is_told_apart_and_ends_with_1(home, provider):
    provider.schemas["lyria-2"] = document({"prompt": {"type": "string"}}, {"type": "object"})
    result = home.run("models", "check", "lyria-2", "musicgen")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert sum(line.startswith("broken") for line in lines) == 3
    assert "negative_prompt: the model has no such input" in result.stdout
    assert lines[-1].split() == ["ok", "musicgen", "fits"]


def test_a_version_that_was_disabled_is_broken(home, provider):
    provider.schemas["musicgen"] = {}
    assert home.json("models", "check", "musicgen")["checks"][0]["state"] == "broken"


def test_without_a_key_nothing_is_compared_and_the_cure_is_told(home, provider):
    provider.fails = BridgeError("There is no key for Replicate.", "Set one: oneshot keys set replicate")
    result = home.run("models", "check", "musicgen")
    assert result.exit_code == 1
    assert "was not compared: There is no key for Replicate. Set one: oneshot keys set replicate" in result.stdout


def test_a_row_that_is_wrong_is_found_by_the_check_of_the_config(home):
    home.write(BOX.replace("musicgen", "musicgn"))
    for command in (("config", "check"), ("models",), ("models", "show", "synth")):
        result = home.run(*command)
        assert result.exit_code == 5
        assert 'models.box.like: there is no model \'musicgn\'; did you mean "musicgen"?' in result.stderr


def test_the_doctor_finds_it_too(home):
    home.write(BOX.replace("musicgen", "musicgn"))
    (check,) = (check for check in home.json("doctor")["checks"] if check["name"] == "config")
    assert (check["state"], check["cure"]) == ("broken", "Edit the file with: oneshot config edit")
