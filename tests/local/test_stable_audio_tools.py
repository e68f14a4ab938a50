"""stable-audio-tools as it is on PyPI, with tiny random weights on the CPU: each input that the runner passes on is
heard, and what does not fit is refused."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import soundfile

from bridge.config.models import Row
from bridge.errors import ModelError
from bridge.models.catalogue.rows import rows
from bridge.models.errands import Stage
from bridge.models.local.host import Host

HERE = Path(__file__).parent
OPEN = "stabilityai/stable-audio-open-1.0"
V = ("dpmpp-3m-sde", "dpmpp-2m-sde", "dpmpp-2m", "k-heun", "k-lms", "k-dpmpp-2s-ancestral", "k-dpm-2", "k-dpm-fast",
     "v-ddim", "v-ddim-cfgpp")  # fmt: skip


class Asked:
    """A host whose calls are waited for; `make` returns the samples of each take."""

    def __init__(self, loop: asyncio.Runner, row: Row) -> None:
        self.run = loop.run
        self.host = Host("tiny", row)

    def make(self, *seeds: int, sound: Path | None = None, **inputs) -> list[numpy.ndarray]:
        async def wave(rate: int) -> bytes:
            assert rate == 8_000
            return sound.read_bytes()

        inputs = {"prompt": "bell", "steps": 2, "seconds_total": 0.5, **inputs}
        inputs = {name: value for name, value in inputs.items() if value is not None}
        sounds = {} if sound is None else {"init_audio": wave}
        made = self.run(self.host.run(inputs, seeds or (7,), Stage(), sounds))
        return [soundfile.read(io.BytesIO(take), dtype="float32")[0] for take in made]


@pytest.fixture(scope="module")
def loop():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def surroundings():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE / "unused"))
        patch.setenv("OMP_NUM_THREADS", "1")
        yield patch


@pytest.fixture(scope="module")
def tools(tmp_path_factory, surroundings, peer) -> Path:
    """Returns the folder with the tiny models."""
    if importlib.util.find_spec("stable_audio_tools") is None:
        peer.missing("the Python package stable-audio-tools is not installed")
    folder = tmp_path_factory.mktemp("tools")
    command = [sys.executable, HERE / "tiny_tools.py", folder]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    surroundings.setenv("HF_HUB_CACHE", str(folder / "hub"))
    return folder


def row(weights: str, **changes) -> Row:
    said = {"provider": "local", "runner": "stable-audio-tools", "like": "own", "weights": weights, **changes}
    return rows({"tiny": Row.model_validate(said)})["tiny"]


@pytest.fixture(scope="module")
def asked(loop, tools):
    """Returns a tiny model by the folder of its name, loaded once."""
    there: dict[str, Asked] = {}

    def of(name: str) -> Asked:
        if name not in there:
            there[name] = Asked(loop, row(str(tools / name)))
        return there[name]

    yield of
    for one in there.values():
        loop.run(one.host.close())


@pytest.fixture
def once(loop, tools):
    hosts = []

    def of(weights: str, **changes) -> Asked:
        hosts.append(Asked(loop, row(weights, **changes)))
        return hosts[-1]

    yield of
    for one in hosts:
        loop.run(one.host.close())


def test_a_seed_makes_its_sound_again_alone_and_among_others(asked):
    one, other = asked("v").make(7, 8)
    assert one.shape == (4_000, 2)
    assert numpy.isfinite(one).all()
    assert not numpy.array_equal(one, other)
    assert numpy.array_equal(asked("v").make(8)[0], other)


@pytest.mark.parametrize("sampler", V)
def test_every_sampler_makes_a_sound_of_its_own(asked, sampler):
    made = asked("v").make(7, sampler_type=sampler, steps=3)[0]
    assert numpy.abs(made).max() > 0
    if sampler != "k-heun":
        assert not numpy.array_equal(made, asked("v").make(7, sampler_type="k-heun", steps=3)[0])


@pytest.mark.parametrize(
    "changed", [{"prompt": "kick"}, {"negative_prompt": "hiss"}, {"cfg_scale": 2.0}, {"steps": 4}, {"seconds_start": 2},
                {"sigma_min": 0.01}, {"sigma_max": 100}, {"rho": 2.0}],
)  # fmt: skip
def test_every_input_changes_the_sound(asked, changed):
    # Three steps: between two there is nothing to bend.
    usual = {"steps": 3}
    assert not numpy.array_equal(asked("v").make(7, **usual)[0], asked("v").make(7, **{**usual, **changed})[0])


def test_a_sound_to_begin_with_counts_and_how_much_of_it_stays(asked, tmp_path):
    soundfile.write(tmp_path / "a.wav", 0.5 * numpy.sin(numpy.arange(8_000) / 4), 8_000, subtype="FLOAT")
    sound = {"sound": tmp_path / "a.wav", "sampler_type": "k-heun"}
    faint, strong = (asked("v").make(7, strength=strength, **sound)[0] for strength in (0.1, 0.9))
    assert not numpy.array_equal(faint, strong)
    assert numpy.array_equal(strong, asked("v").make(7, strength=0.9, **sound)[0])


def test_a_distilled_model_has_eight_steps_and_other_samplers(asked):
    usual = asked("flow").make(7, steps=None)[0]
    assert numpy.array_equal(usual, asked("flow").make(7, steps=8, sampler_type="pingpong", cfg_scale=1.0)[0])
    assert not numpy.array_equal(usual, asked("flow").make(7, sampler_type="euler")[0])
    with pytest.raises(ModelError, match="takes no sigma_min"):
        asked("flow").make(7, sigma_min=0.3)
    with pytest.raises(ModelError, match="no sampler 'k-heun'"):
        asked("flow").make(7, sampler_type="k-heun")


def test_an_embedding_counts(asked, tmp_path):
    for name, value in (("one", 1.0), ("two", 2.0)):
        numpy.save(tmp_path / f"{name}.npy", numpy.full((3, 64), value, "float32"))
    one, two = (asked("embedded").make(7, audio_prompt=str(tmp_path / f"{name}.npy"))[0] for name in ("one", "two"))
    assert not numpy.array_equal(one, two)
    with pytest.raises(ModelError, match="wants audio_prompt"):
        asked("embedded").make(7)


def test_published_weights_are_found_where_hugging_face_keeps_them(once, asked):
    assert numpy.array_equal(once(OPEN).make(7)[0], asked("v").make(7)[0])


def test_weights_that_were_never_fetched_are_not_fetched_now(once):
    with pytest.raises(ModelError, match="are not on this computer"):
        once("somebody/something").make(7)


def test_a_checkpoint_of_ones_own_is_loaded_with_its_config_and_another_autoencoder(once, asked, tools):
    config = {"model_config": str(tools / "v" / "model_config.json")}
    checkpoint = str(tools / "v" / "own.ckpt")
    own = once(checkpoint, loading=config).make(7)[0]
    assert numpy.array_equal(own, asked("v").make(7)[0])
    other = {**config, "pretransform_ckpt_path": str(tools / "v" / "vae.ckpt")}
    assert not numpy.array_equal(own, once(checkpoint, loading=other).make(7)[0])


def test_a_checkpoint_that_does_not_fit_is_refused_not_played(once, tools, tmp_path):
    config = {"model_config": str(tools / "v" / "model_config.json")}
    (tmp_path / "cut.ckpt").write_bytes((tools / "v" / "own.ckpt").read_bytes()[:1000])
    strange = "does not fit its config"
    for checkpoint, said in [("v/wrapped.ckpt", strange), ("flow/own.ckpt", strange),
                             (tmp_path / "cut.ckpt", "is no checkpoint")]:  # fmt: skip
        with pytest.raises(ModelError, match=said):
            once(str(tools / checkpoint), loading=config).make(7)
