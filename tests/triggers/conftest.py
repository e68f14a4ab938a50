"""A door, a voice and an engine that stands in for the real one, with real UDP between them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from bridge.feedback.osc import OscVoice
from bridge.osc.outlet import Outlet
from bridge.osc.subscribers import Subscribers
from bridge.ports import ManualClock
from bridge.triggers.osc import OscDoor


def _load_fakes() -> ModuleType:
    # Test folders are no packages, and the tests of both doors and voices share these fakes.
    path = Path(__file__).with_name("fakes.py")
    spec = importlib.util.spec_from_file_location("osc_fakes", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["osc_fakes"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def fakes():
    return sys.modules.get("osc_fakes") or _load_fakes()


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def engine(fakes):
    return fakes.FakeEngine()


@pytest.fixture
async def scene(engine, fakes):
    """Opens a door and a voice on a free port; `friend()` connects another program to it."""
    clock = ManualClock()
    subscribers, outlet = Subscribers(clock.monotonic), Outlet()
    door = OscDoor(engine, subscribers, outlet, port=0, clock=clock, version="9.9")
    voice = OscVoice(engine, subscribers, outlet)
    await voice.start()
    await door.start()
    friends = []

    def friend():
        friends.append(fakes.Friend(door.address))
        return friends[-1]

    yield SimpleNamespace(engine=engine, door=door, voice=voice, clock=clock, subscribers=subscribers, outlet=outlet,
                          friend=friend)
    await door.close()
    await voice.close()
    for one in friends:
        one.close()
