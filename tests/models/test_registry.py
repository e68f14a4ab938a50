"""The catalogue of models: what is installed, what is broken, what is meant."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from bridge.errors import ModelError, NotFoundError
from bridge.models.registry import GROUP, ModelContext, open_models
from bridge.models.synth import open_model


class NoWorkers:
    async def run(self, task, *arguments, priority=0):
        raise AssertionError("opening a model runs nothing")


CONTEXT = ModelContext(workers=NoWorkers())
SYNTH = EntryPoint(name="synth", value="bridge.models.synth:open_model", group=GROUP)


def _broken(context):
    raise ModelError("The model broken needs a key.", "Run: oneshot keys set broken")


def _exits(context):
    sys.exit(3)


def _no_model(context):
    return object()


def _installed(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


@pytest.fixture
def plugin(monkeypatch):
    """Puts functions where an entry point finds them."""
    module = type(sys)("some_plugin")
    module.broken, module.exits, module.no_model, module.synth = _broken, _exits, _no_model, open_model
    monkeypatch.setitem(sys.modules, "some_plugin", module)


def test_the_synthesiser_is_opened_from_its_entry_point():
    models = open_models(CONTEXT, entry_points=[SYNTH])
    assert models.get("synth").provider == "synth"
    assert [model.name for model in models.all()] == ["synth"]
    assert models.problems == {}


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (_installed("broken", "some_plugin:broken"), "needs a key. Run: oneshot keys set broken"),
        (_installed("exits", "some_plugin:exits"), "SystemExit: 3"),
        (_installed("empty", "some_plugin:no_model"), "no name, version"),
        (_installed("missing", "no_such_package:open"), "ModuleNotFoundError"),
        (_installed("unspoken", "some_plugin:nothing"), "AttributeError"),
        (_installed("masked", "some_plugin:synth"), "calls itself 'synth'"),
    ],
)
def test_a_model_that_cannot_be_opened_is_a_problem_and_no_stop(entry, words):
    models = open_models(CONTEXT, entry_points=[entry, SYNTH])
    assert [model.name for model in models.all()] == ["synth"]
    assert words in models.problems[entry.name]
    with pytest.raises(NotFoundError, match="can't be used") as caught:
        models.get(entry.name)
    assert words in caught.value.message


def test_a_second_model_of_the_same_name_is_left_out():
    models = open_models(CONTEXT, entry_points=[SYNTH, _installed("synth", "some.other:model")])
    assert models.get("synth").version
    assert "some.other:model" in models.problems["synth"]


def test_a_misspelt_model_brings_the_nearest_name():
    with pytest.raises(NotFoundError) as caught:
        open_models(CONTEXT, entry_points=[SYNTH]).get("sinth")
    assert caught.value.hint == "Did you mean synth?"


def test_without_any_model_the_error_says_so():
    with pytest.raises(NotFoundError, match="no model 'synth'"):
        open_models(CONTEXT, entry_points=[]).get("synth")


def test_opening_the_models_imports_no_scipy_into_the_daemon():
    program = """
import sys
from importlib.metadata import EntryPoint
from bridge.models.registry import ModelContext, open_models
entry = EntryPoint(name="synth", value="bridge.models.synth:open_model", group="oneshot_bridge.models")
assert not open_models(ModelContext(workers=None), entry_points=[entry]).problems
print([name for name in ("scipy", "soxr", "soundfile") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
