"""The stand-in is worth testing against: it has the shape of the real thing, to the letter."""

from __future__ import annotations

import inspect

import pytest

from bridge.ports import Engine
from support.engine import FakeEngine

METHODS = {name: method for name, method in inspect.getmembers(Engine, inspect.isfunction) if name[0] != "_"}


@pytest.mark.parametrize("name", METHODS)
def test_the_fake_engine_has_exactly_the_signatures_of_an_engine(name):
    real, fake = METHODS[name], inspect.getattr_static(FakeEngine, name)
    assert inspect.signature(fake, eval_str=True) == inspect.signature(real, eval_str=True)
    assert inspect.iscoroutinefunction(fake) == inspect.iscoroutinefunction(real)


def test_an_engine_has_methods_at_all():
    assert {"trigger", "cancel", "subscribe", "deliveries"} <= set(METHODS)
