"""Weights that are not there, broken, of another kind or another precision; too little memory; no network."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy
import pytest

from bridge.errors import ModelError
from support.local import row_of


@pytest.fixture
def copied(tiny, tmp_path):
    """Returns a copy of a tiny model that a test may break."""

    def of(name):
        shutil.copytree(tiny / name, tmp_path / name)
        return tmp_path / name

    return of


def problem(asked, **inputs) -> ModelError:
    with pytest.raises(ModelError) as told:
        asked.make(7, steps=1, **inputs)
    return told.value


def test_a_cut_checkpoint_is_told_and_nothing_else_breaks(copied, other):
    file = next((copied("audioldm") / "unet").glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:1000])
    told = problem(other(row_of(file.parents[2], "audioldm")))
    assert "Fetch the weights again" in told.hint
    assert not told.retryable


def test_a_folder_without_its_index_or_a_part_is_told_by_name(copied, other):
    folder = copied("musicgen")
    (folder / "config.json").unlink()
    assert "there is no config.json" in problem(other(row_of(folder.parent, "musicgen"))).message


def test_weights_of_another_kind_are_refused_and_the_right_kinds_named(copied, other):
    index = copied("audioldm") / "model_index.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), "_class_name": "StableDiffusionPipeline"}))
    told = problem(other(row_of(index.parents[1], "audioldm")))
    assert "is a StableDiffusionPipeline" in told.message
    assert "StableAudioPipeline" in told.message


def test_weights_kept_in_half_precision_work_in_full(copied, other):
    from safetensors.torch import load_file, save_file

    folder = copied("audioldm")
    for file in folder.glob("*/*.safetensors"):
        halves = {name: part.half() if part.is_floating_point() else part for name, part in load_file(file).items()}
        save_file(halves, file, metadata={"format": "pt"})
    (samples, _), = other(row_of(folder.parent, "audioldm")).make(7, steps=1)
    assert numpy.isfinite(samples).all()


def test_half_precision_makes_a_sound_or_says_what_to_do(tiny, other):
    """On the CPU some operations have no half precision; which, changes with the version of torch."""
    asked = other(row_of(tiny, "audioldm", half=True))
    try:
        (samples, _), = asked.make(7, steps=1)
    except ModelError as told:
        assert not told.retryable  # noqa: PT017 (either is right)
        return
    assert str(asked.host.loaded).startswith("on cpu, half precision")
    assert numpy.isfinite(samples).all()


def test_a_library_that_takes_more_memory_than_it_may_is_stopped(tiny, other):
    told = problem(other(row_of(tiny, "audioldm", memory="150 MB")))
    assert "took more than the 0.15 GB" in told.message


def test_weights_that_were_never_fetched_are_told_and_nobody_is_asked_for_them(tiny, other, monkeypatch, tmp_path):
    asked_for = []

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self):
            asked_for.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 (so it is called by the server)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    try:
        told = problem(other(row_of(tiny, "audioldm", weights="cvssp/audioldm")))
    finally:
        server.shutdown()
        server.server_close()
    assert "cvssp/audioldm are not on this computer" in told.message
    assert "oneshot models fetch tiny" in told.hint
    assert asked_for == []
