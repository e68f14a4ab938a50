"""Hatches daemons and workers out of a process that has imported everything: a thousand starts cost a thousand forks.

What hatches is a process like any other, with its own files, sockets and death; only its modules were loaded before.
Most of what a start costs is loading them. Linux and macOS.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import random
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TextIO

LARGEST = 1 << 20
LOOK_SECONDS = 0.02
ALSO = (
    "uvicorn.lifespan.off", "uvicorn.lifespan.on", "uvicorn.loops.asyncio", "uvicorn.protocols.http.auto",
    "uvicorn.protocols.http.h11_impl", "watchdog.observers", "replicate.client", "httpx",
)


class Hatched:
    """Holds a process as `subprocess.Popen` would."""

    def __init__(self, line: socket.socket, pid: int, words: TextIO) -> None:
        self.pid = pid
        self.stdout = words
        self.returncode: int | None = None
        self._over = threading.Event()
        self._line = line
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        with self._line:
            said = self._line.recv(64)
        self.returncode = int(said) if said else -signal.SIGKILL
        self._over.set()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self._over.wait(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Nest:
    """Runs the process that hatches others, until it is closed."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "nest"
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")])),
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "torture.nest", str(self.address)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=environment,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), "the nest did not start"

    def hatch(self, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], errors: TextIO) -> Hatched:
        """Starts a daemon with these arguments of the command line."""
        reading, writing = os.pipe()
        order = {"what": "daemon", "arguments": list(arguments), "cwd": str(cwd),
                 "environment": {**environment, "TORTURE_NEST": str(self.address)}}
        try:
            line = order_of(str(self.address), order, [0, writing, errors.fileno()])
        finally:
            os.close(writing)
        return Hatched(line, int(line.recv(64)), os.fdopen(reading, encoding="utf-8"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the nest; what hatched goes on."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()


def order_of(address: str, order: Mapping[str, Any], files: Sequence[int]) -> socket.socket:
    """Sends an order with the files that will be standard input, output and error; answers are the pid and the end."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.connect(address)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)
    socket.send_fds(line, [json.dumps(order).encode()], list(files))
    return line


# --- in the nest -------------------------------------------------------------------------------------------------


def _load() -> None:
    import bridge

    names = [found.name for found in pkgutil.walk_packages(bridge.__path__, "bridge.")]
    for name in (*names, *ALSO, "torture.dying"):
        if not name.endswith("__main__"):
            with contextlib.suppress(Exception):  # what can't be had here, a daemon will say
                importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _serve(address: str) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen(64)
    print("ready", flush=True)
    lines: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([listener, 0], [], [], LOOK_SECONDS)
        if 0 in ready:
            return
        if listener in ready:
            line, _ = listener.accept()
            said, files, _, _ = socket.recv_fds(line, LARGEST, 3)
            pid = os.fork()
            if pid == 0:
                listener.close()
                for other in lines.values():
                    other.close()
                line.close()
                _become(json.loads(said), files)
            for file in files:
                os.close(file)
            line.send(str(pid).encode())
            lines[pid] = line
        while lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            with lines.pop(pid) as line, contextlib.suppress(OSError):
                line.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(order: Mapping[str, Any], files: Sequence[int]) -> None:
    """Turns a child of the nest into what was ordered; never returns."""
    code = 1
    try:
        os.setsid()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["cwd"])
        random.seed()
        sys.argv = ["oneshot", *order["arguments"]]
        if order["what"] == "daemon":
            from torture import dying

            dying.prepare()
            dying.main(standalone_mode=True)
        else:
            from bridge.workers.child import main

            main(order["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    _load()
    _serve(sys.argv[1])
