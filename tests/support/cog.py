"""Real Cog servers: cog 0.16.12 in an environment of its own, one process per predictor."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

COG = "cog==0.16.12"
PREDICTORS = Path(__file__).parent / "predictors" / "models.py"
READY_SECONDS = 90.0


def environment() -> Path:
    """Returns the Python of the servers' environment; `tests/support/cog.py` run as a script makes it."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "oneshot-bridge" / "peers" / COG
    return home / ("Scripts" if os.name == "nt" else "bin") / ("python.exe" if os.name == "nt" else "python")


def install() -> None:
    """Makes the environment from the package index, once."""
    python = environment()
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", COG, "numpy", "soundfile"], check=True)


class CogServer:
    """Runs one predictor; `url` is where. `stop` ends it as a crash would."""

    def __init__(self, folder: Path, predictor: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "predict.py").write_bytes(PREDICTORS.read_bytes())
        (folder / "cog.yaml").write_text(
            f'build:\n  python_version: "3.11"\npredict: "predict.py:{predictor}"\n', encoding="utf-8"
        )
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        python = environment()
        self._log = (folder / "log.txt").open("wb")
        self._process = subprocess.Popen(
            [str(python), "-m", "cog.server.http", "--host", "127.0.0.1"], cwd=folder, stdout=self._log,
            stderr=self._log, start_new_session=True,
            env={**os.environ, "PORT": str(self.port), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"},
        )

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
            time.sleep(0.1)
        raise AssertionError(f"The Cog server came no further than {state or 'nowhere'}.")

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, 9)
        self._process.wait()
        self._log.close()


@contextlib.contextmanager
def cog_servers(folder: Path, *predictors: str) -> Iterator[list[CogServer]]:
    """Runs a server for each predictor, all ready; skips where the environment is missing, fails in CI."""
    import pytest

    if not environment().exists():
        reason = f"{COG} is not installed; install it with: python tests/support/cog.py"
        if os.environ.get("CI") == "true":
            pytest.fail(f"A peer that CI installs is missing: {reason}")
        pytest.skip(reason)
    servers = [CogServer(folder / f"{number}-{name}", name) for number, name in enumerate(predictors)]
    try:
        for server in servers:
            server.wait()
        yield servers
    finally:
        for server in servers:
            server.stop()


if __name__ == "__main__":
    install()
