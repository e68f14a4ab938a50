"""What Replicate says of a model is asked by its documented paths, and compared with the row."""

from __future__ import annotations

import asyncio

import pytest

from bridge.errors import BridgeError
from bridge.models.catalogue.drift import drift
from bridge.models.catalogue.rows import catalogue
from bridge.models.replicate.schema import schema_of
from support.replicate_facade import KEY, facade
from support.schemas import SCHEMAS


@pytest.fixture
def account(monkeypatch):
    """A façade that tells of every model of the catalogue what it documents."""
    with facade(lambda said: {}) as found:
        monkeypatch.setenv("REPLICATE_BASE_URL", found.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
        for name, row in catalogue().items():
            version = {"id": row.version or "f" * 64, "openapi_schema": SCHEMAS[name]}
            if row.version:
                found.models[f"{row.reference}/versions/{row.version}"] = version
            else:
                found.models[row.reference] = {"owner": "x", "latest_version": version}
        yield found


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_the_schema_of_every_row_is_found(account, name):
    row = catalogue()[name]
    said = asyncio.run(schema_of(row))
    assert said == SCHEMAS[name]
    assert drift(row, said) == ()
    assert account.made == {}


@pytest.mark.parametrize("answer", [None, {"id": "x", "openapi_schema": None}, {"id": "x"}, {"latest_version": None}])
def test_a_version_that_is_gone_or_disabled_is_told(account, answer):
    for name in ("musicgen", "lyria-2"):
        row = catalogue()[name]
        account.models.clear()
        if answer is not None:
            account.models[f"{row.reference}/versions/{row.version}" if row.version else row.reference] = answer
        (found,) = drift(row, asyncio.run(schema_of(row)))
        assert found.kind == "disabled"


def test_without_a_key_the_cure_is_told(account, monkeypatch):
    monkeypatch.setattr("bridge.models.replicate.schema.key_of", lambda provider: None)
    with pytest.raises(BridgeError, match="no key for Replicate") as caught:
        asyncio.run(schema_of(catalogue()["musicgen"]))
    assert "oneshot keys set replicate" in caught.value.hint


def test_a_wrong_key_is_an_error_and_not_a_model_that_is_gone(account, monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_wrong")
    with pytest.raises(BridgeError):
        asyncio.run(schema_of(catalogue()["musicgen"]))
