"""Real Cog servers of both lines, each line in an environment of its own: `python tests/support/cog.py` installs them.

The fixture `cog` of `tests/models` holds the servers that its tests share. What installs them needs no pytest.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

LINES = {"0.16": "cog==0.16.12", "0.23": "cog==0.23.1"}
"""The last server in Python, and the one in Rust that followed it."""
OLD, NEW = LINES
PREDICTORS = Path(__file__).parent / "predictors" / "models.py"
READY_SECONDS = 90.0


def environment(line: str) -> Path:
    """Returns the Python of a line's environment, whether it is there or not."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "oneshot-bridge" / "peers" / LINES[line]
    return home / ("Scripts" if os.name == "nt" else "bin") / ("python.exe" if os.name == "nt" else "python")


def install() -> None:
    """Makes the environments from the package index, once: what is whole has a note that says so."""
    for line, package in LINES.items():
        python = environment(line)
        whole = python.parents[1] / "whole"
        if not whole.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(python.parents[1])], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", package, "numpy", "soundfile"], check=True)
            whole.touch()


class CogServer:
    """Runs one predictor; `url` is where. `stop` ends it as a crash would, `start` runs it again at the same place."""

    def __init__(self, folder: Path, predictor: str, *, line: str = OLD, arguments: tuple[str, ...] = ()) -> None:
        self._folder, self._predictor, self._line, self._arguments = folder, predictor, line, arguments
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "predict.py").write_bytes(PREDICTORS.read_bytes())
        (folder / "cog.yaml").write_text(
            f'build:\n  python_version: "3.11"\npredict: "predict.py:{predictor}"\n', encoding="utf-8"
        )
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        python = environment(self._line)
        with (self._folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [str(python), "-m", "cog.server.http", "--host", "127.0.0.1", *self._arguments], cwd=self._folder,
                stdout=log, stderr=log, start_new_session=True,
                env={
                    **os.environ, "PORT": str(self.port), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
                    "COG_PREDICT_TYPE_STUB": f"predict.py:{self._predictor}",
                },
            )

    def documents(self) -> dict[str, Any]:
        """Returns what the server documents of its model."""
        with urllib.request.urlopen(f"{self.url}/openapi.json", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def wait(self, *states: str) -> str:
        """Returns the server's state once it is one of some, READY by default."""
        wanted, end = states or ("READY",), time.monotonic() + READY_SECONDS
        state = ""
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                with urllib.request.urlopen(f"{self.url}/health-check", timeout=5) as answer:
                    state = json.load(answer)["status"]
                if state in wanted:
                    return state
            time.sleep(0.05)
        raise AssertionError(f"The Cog server came no further than {state or 'nowhere'}.")

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, 9)
        self._process.wait()


class Cogs:
    """Runs servers until the end of the tests."""

    def __init__(self, folder: Path, peer: Any) -> None:
        self._folder, self._peer = folder, peer
        self._shared: dict[tuple[str, str], CogServer] = {}
        self._servers: list[CogServer] = []

    def __call__(self, *predictors: str, line: str = OLD) -> list[CogServer]:
        """Returns a ready server for each predictor; who asks for the same gets the same. Nobody may end them."""
        for name in dict.fromkeys(predictors):
            if (name, line) not in self._shared:
                # Cog's builder writes down the inputs beside the model. The newer server checks by that paper alone.
                paper = self(name)[0].documents() if line == NEW else None
                self._shared[name, line] = self.fresh(name, line=line, paper=paper)
        found = [self._shared[name, line] for name in predictors]
        for server in found:
            server.wait()
        return found

    def fresh(
        self, predictor: str, *, line: str = OLD, arguments: tuple[str, ...] = (), paper: Any = None
    ) -> CogServer:
        """Returns a server of one's own that is still starting; `paper` documents its model beforehand."""
        self._peer(str(environment(line)), "install it with: python tests/support/cog.py")
        folder = self._folder / f"{len(self._servers)}-{predictor}"
        if paper is not None:
            (folder / ".cog").mkdir(parents=True)
            (folder / ".cog" / "openapi_schema.json").write_text(json.dumps(paper), encoding="utf-8")
        server = CogServer(folder, predictor, line=line, arguments=arguments)
        self._servers.append(server)
        return server

    def stop(self) -> None:
        for server in self._servers:
            server.stop()


if __name__ == "__main__":
    install()
