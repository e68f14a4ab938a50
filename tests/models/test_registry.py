"""The catalogue of models: what is installed, what is broken, what is meant."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from bridge.config.models import Row, Terms
from bridge.errors import ModelError, NotFoundError
from bridge.models.registry import GROUP, LEFT_OUT, ModelContext, open_models
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


ROW = Row(provider="cog", servers=("http://127.0.0.1:9",), licence=Terms(id="MIT"))
OTHER = ROW.model_copy(update={"servers": ("http://127.0.0.1:10",)})


def renewed(before, after):
    models = open_models(CONTEXT, before, entry_points=[SYNTH])
    held = {model.name: model for model in models.all()}
    models.renew(CONTEXT, before, after)
    return models, held


def test_a_row_that_did_not_change_keeps_its_model_and_one_that_did_gets_another():
    models, held = renewed({"same": ROW, "other": ROW, "gone": ROW}, {"same": ROW, "other": OTHER, "new": ROW})
    assert [model.name for model in models.all()] == ["new", "other", "same", "synth"]
    assert models.get("same") is held["same"]
    assert models.get("synth") is held["synth"]
    assert models.get("other") is not held["other"]
    assert models.at_work("gone") is held["gone"]
    with pytest.raises(NotFoundError):
        models.get("gone")


def test_a_row_never_takes_the_place_of_an_installed_model_nor_takes_it_out():
    models, held = renewed({}, {"synth": ROW})
    assert models.get("synth") is held["synth"]
    assert models.problems == {"synth": LEFT_OUT}
    models.renew(CONTEXT, {"synth": ROW}, {})
    assert models.get("synth") is held["synth"]
    assert models.problems == {}


def test_a_row_that_could_not_be_opened_can_be_mended():
    broken = ROW.model_copy(update={"servers": ("no address",)})
    models, _ = renewed({"box": ROW}, {"box": broken})
    assert "no address" in models.problems["box"]
    models.renew(CONTEXT, {"box": broken}, {"box": ROW})
    assert models.problems == {}
    assert models.get("box")


def test_a_model_that_was_taken_out_is_closed_when_no_job_can_be_at_it():
    async def scene():
        models, held = renewed({"box": ROW}, {})
        closed = []

        async def close():
            closed.append("box")

        held["box"].close = close
        await models.let_go(newest=7, oldest=5)
        assert closed == []
        await models.let_go(newest=9, oldest=8)
        assert closed == ["box"]
        await models.let_go(newest=9, oldest=None)
        await models.close()
        assert closed == ["box"]

    asyncio.run(scene())


def test_models_of_one_account_share_their_connection_until_the_last_one_is_closed():
    async def scene():
        row = Row(provider="replicate", reference="a/b", version="1" * 64, licence=Terms(id="MIT"))
        models, held = renewed({"one": row, "two": row}, {"one": row})
        office = held["one"]._office
        closed = []

        async def close():
            closed.append(office)

        office.api.close = close
        await models.let_go(newest=0, oldest=None)
        assert closed == []
        await models.close()
        assert closed == [office]

    asyncio.run(scene())
