"""Runs in a worker process: reads tasks from its standard input and answers on what was its standard output.

Started as `python -m bridge.workers.child [module …]`; the modules are imported before it says that it is ready.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, NoReturn

from bridge import __version__
from bridge.errors import BridgeError
from bridge.workers.frames import GREETING, HEADER, pack, pack_answer, pack_error

if sys.platform == "linux":
    import fcntl

PIPE_ROOM = 1 << 20
NICENESS = 5
"""How far a worker stands back for the programs that play music (POSIX; on Windows the pool says it)."""


def main(warm: Sequence[str]) -> NoReturn:
    """Works until standard input closes, which ends the process."""
    # Ctrl-C belongs to the daemon: it closes the workers in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    if sys.platform != "win32":
        os.nice(NICENESS)
    tasks, answers = take_pipes()
    frames: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(tasks, frames), daemon=True).start()
    for module in warm:
        _import(module)
    answer = GREETING + pack(os.getpid())
    with contextlib.suppress(OSError):  # the daemon is gone: nobody to answer
        while True:
            answers.write(answer)
            answers.flush()
            answer = work(frames.get())
    os._exit(0)


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Takes standard input and output for frames alone: what a task reads is empty, what it prints goes to the log.

    On Windows this also keeps libraries that look at the standard handles while they load from waiting for the
    thread that reads there.
    """
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    _widen(answers)
    return tasks, answers


def _widen(pipe: BinaryIO) -> None:
    """Gives a pipe room for a whole sound, where the system allows it: the daemon then wakes once for it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # not so much for this user: it stays as it is
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_ROOM)


def _read(tasks: BinaryIO, frames: queue.SimpleQueue[bytes]) -> None:
    """Hands frames on until standard input closes, and then ends the process in the middle of whatever it does."""
    while len(header := tasks.read(HEADER.size)) == HEADER.size:
        frames.put(tasks.read(HEADER.unpack(header)[0]))
    os._exit(0)


def _import(module: str) -> None:
    try:
        importlib.import_module(module)
    except Exception as problem:  # warming up is a favour: the task that needs the module will say what is wrong
        sys.stderr.write(f"{module} can't be imported: {type(problem).__name__}: {problem}\n")


def work(frame: bytes) -> bytes:
    """Runs the task of a frame, `(package.module:function, arguments)`, and returns the frame of its answer."""
    task = "A task"
    try:
        task, arguments = pickle.loads(frame)
        return pack_answer(task, _function(task)(*arguments))
    except BaseException as problem:  # even SystemExit: a task may fail in any way, the worker goes on
        return pack_error(task, problem)


def work_for(task: str, frame: bytes, version: str) -> bytes:
    """Runs a task, its frame given without a length, for a bridge of a version on another machine: it must be ours."""
    if version != __version__:
        return pack_error(task, BridgeError(
            f"A machine of the cluster has oneshot-bridge {__version__}, and this one {version}.",
            f"Run there: pip install 'oneshot-bridge[ray]=={version}'",
        ))  # fmt: skip
    return work(frame)


def _function(task: str) -> Callable[..., Any]:
    module, _, name = task.partition(":")
    found: Callable[..., Any] | None = getattr(importlib.import_module(module), name, None)
    if not callable(found):
        raise BridgeError(f"There is no function {name!r} in {module}.")
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
