"""Plain JSON values, and the tables that must not forget anything."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import bridge.errors
from bridge.domain.brief import Request
from bridge.domain.job import JobState
from bridge.errors import BridgeError
from bridge.web.asked import Trigger
from bridge.web.replies import STATUSES, status_of
from bridge.web.views import plain, to_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.builds(Path),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_whatever_comes_out_is_one_line_of_ascii_json(value):
    text = to_json(value)
    assert text.isascii()
    assert "\n" not in text
    assert json.loads(text, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name))) == plain(value)


def test_a_state_is_its_word():
    assert plain(JobState.READY) == "ready"
    assert type(plain(JobState.READY)) is str


def test_every_field_of_a_request_can_be_said_over_http():
    assert set(Trigger.model_fields) == {field.name for field in dataclasses.fields(Request)}


def test_every_error_has_a_status():
    kinds = [kind for _, kind in inspect.getmembers(bridge.errors, inspect.isclass) if issubclass(kind, BridgeError)]
    assert len(kinds) > 5
    for kind in kinds:
        error = kind(["x"]) if kind is bridge.errors.ConfigError else kind("x")
        assert status_of(error) in {status for _, status in STATUSES}
