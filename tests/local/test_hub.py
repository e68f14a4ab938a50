"""Fetching weights: the library huggingface_hub itself, before a stand-in of the hub's documented HTTP interface."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from bridge.cli import main
from bridge.models.local.child import RUNNERS

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG = """
state_folder = "{folder}/state"
[library]
folder = "{folder}/library"
[models.audioldm]
provider = "local"
runner = "diffusers"
"""


class StandInHub:
    """Serves one repository; `gated` gives its files to nobody."""

    def __init__(self, files: dict[str, bytes], *, gated: bool = False) -> None:
        self.fetched: list[str] = []
        hub = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self, body: bool = True) -> None:
                path = urlsplit(self.path).path
                if path.startswith("/api/models/cvssp/audioldm"):
                    about = {
                        "id": "cvssp/audioldm", "modelId": "cvssp/audioldm", "sha": COMMIT, "private": False,
                        "gated": "auto" if gated else False, "tags": [], "downloads": 0, "likes": 0,
                        "cardData": {"license": "cc-by-nc-sa-4.0"},
                        "siblings": [{"rfilename": name, "size": len(content)} for name, content in files.items()],
                    }  # fmt: skip
                    self.answer(json.dumps(about).encode(), {"Content-Type": "application/json"}, body)
                    return
                name = path.split("/resolve/", 1)[-1].split("/", 1)[-1]
                if gated:
                    self.send_response(403)
                    self.send_header("X-Error-Code", "GatedRepo")
                    self.send_header("X-Error-Message", "Access to model cvssp/audioldm is restricted.")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                if body:
                    hub.fetched.append(name)
                etag = hashlib.sha1(files[name]).hexdigest()
                self.answer(files[name], {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}, body)

            def do_HEAD(self) -> None:
                self.do_GET(body=False)

            def answer(self, content: bytes, headers: dict[str, str], body: bool) -> None:
                self.send_response(200)
                for key, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(key, value)
                self.end_headers()
                if body:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    opened = []

    def of(files, **how):
        opened.append(StandInHub(files, **how))
        monkeypatch.setenv("HF_ENDPOINT", opened[-1].url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        (tmp_path / "config.toml").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
        return opened[-1]

    yield of
    for one in opened:
        one.server.shutdown()
        one.server.server_close()


FILES = {
    "model_index.json": b"{}", "README.md": b"# AudioLDM", "unet/diffusion_pytorch_model.safetensors": b"x" * 3000,
    "unet/diffusion_pytorch_model.bin": b"x" * 9000, "unet/config.json": b"{ }", "audioldm.ckpt": b"x" * 90_000,
    "cover.png": b"x" * 500,
}  # fmt: skip


def oneshot(tmp_path, *arguments: str, said: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(main, ["--config", str(tmp_path / "config.toml"), *arguments], input=said)
    return result.exit_code, result.output


def test_fetching_shows_licence_and_size_asks_and_takes_the_weights_once(hub, tmp_path):
    there = hub(FILES)
    code, told = oneshot(tmp_path, "models", "fetch", "audioldm", said="n\n")
    assert code != 0
    assert "CC-BY-NC-SA-4.0" in told
    assert "commercial use is forbidden" in told
    assert "3.0 kB" in told
    assert there.fetched == []
    code, told = oneshot(tmp_path, "models", "fetch", "audioldm", "--yes")
    assert code == 0, told
    assert sorted(there.fetched) == ["README.md", "model_index.json", "unet/config.json",
                                     "unet/diffusion_pytorch_model.safetensors"]  # fmt: skip
    code, told = oneshot(tmp_path, "models", "fetch", "audioldm", "--yes")
    assert "on this computer already" in told
    assert len(there.fetched) == 4


def test_what_was_fetched_is_found_without_a_network(hub, tmp_path, monkeypatch):
    hub(FILES)
    code, told = oneshot(tmp_path, "models", "check", "audioldm")
    assert code != 0
    assert "its weights are not here" in told
    assert "oneshot models fetch audioldm" in told
    oneshot(tmp_path, "models", "fetch", "audioldm", "--yes")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    code, told = oneshot(tmp_path, "models", "check", "audioldm")
    assert code == 0, told
    assert "works on cpu" in told
    assert "torch 2" in told


def test_gated_weights_are_explained(hub, tmp_path):
    there = hub(FILES, gated=True)
    code, told = oneshot(tmp_path, "models", "fetch", "audioldm", "--yes")
    assert code != 0
    assert "https://huggingface.co/cvssp/audioldm" in told
    assert "oneshot keys set huggingface" in told
    assert there.fetched == []


def test_a_hub_that_can_not_be_reached_is_told(hub, tmp_path, monkeypatch):
    hub(FILES)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    code, told = oneshot(tmp_path, "models", "fetch", "audioldm", "--yes")
    assert code != 0
    assert "Hugging Face can't be reached" in told


@pytest.mark.parametrize(("runner", "variant", "files", "needed"), [
    ("transformers", "", ["config.json", "model.safetensors", "pytorch_model.bin", "onnx/model.onnx", "a.wav"],
     ["config.json", "model.safetensors"]),
    ("transformers", "", ["config.json", "pytorch_model.bin", "model.msgpack", "tf_model.h5"],
     ["config.json", "pytorch_model.bin"]),
    ("diffusers", "", ["model_index.json", "unet/model.safetensors", "unet/model.fp16.safetensors", "old.ckpt"],
     ["model_index.json", "unet/model.safetensors"]),
    ("diffusers", "fp16", ["model_index.json", "unet/model.safetensors", "unet/model.fp16.safetensors",
                           "vae/model.safetensors"],
     ["model_index.json", "unet/model.fp16.safetensors", "vae/model.safetensors"]),
    ("transformers", "", ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                          "model.safetensors.index.json", "pytorch_model.bin.index.json"],
     ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json",
      "pytorch_model.bin.index.json"]),
])  # fmt: skip
def test_of_all_files_only_those_are_fetched_that_are_read(monkeypatch, runner, variant, files, needed):
    monkeypatch.setattr(sys, "path", [str(RUNNERS), *sys.path])
    import hub_runner

    assert hub_runner.needed(files, runner, variant) == needed
