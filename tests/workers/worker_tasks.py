"""Tasks that the tests send to real worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bridge.errors import BridgeError, ConfigError, RequestError, SoundError


class StubbornError(BridgeError):
    """An error whose constructor only its own class knows."""

    def __init__(self, *, voltage: float) -> None:
        super().__init__(f"{voltage} V is too much", "Use less.", retryable=True)
        self.voltage = voltage


class UnsendableError(BridgeError):
    def __init__(self) -> None:
        super().__init__("holds a lambda", "Hold none.", retryable=True)
        self.thing = lambda: None


ERRORS = {
    "sound": lambda: SoundError("too quiet", "Play louder.", verdict="silence", retryable=True),
    "config": lambda: ConfigError(["a: wrong", "b: wrong"], "Mend it."),
    "request": lambda: RequestError("no"),
    "stubborn": lambda: StubbornError(voltage=230.0),
    "unsendable": UnsendableError,
    "foreign": lambda: subprocess.CalledProcessError(7, ["tool"]),
    "exit": lambda: SystemExit(4),
    "stop": lambda: StopIteration(5),
    "interrupt": lambda: KeyboardInterrupt(),
}


def pid() -> int:
    return os.getpid()


def echo(*values: object) -> tuple[object, ...]:
    return values


def fail(kind: str) -> None:
    raise ERRORS[kind]()


def end(code: int) -> None:
    os._exit(code)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def unsendable_answer() -> object:
    return lambda: None


def chatter() -> str:
    """Writes to everything that looks like standard output, and reads what looks like standard input."""
    print("a stray print " * 100)
    sys.__stdout__.write("the old one\n")
    sys.__stdout__.flush()
    os.write(1, b"straight to the file\n" * 1000)
    subprocess.run([sys.executable, "-c", "print('a child of the child')"], check=True)
    return sys.stdin.read()


def hold(began: str, released: str) -> None:
    """Says that it began by making a file, and goes on until another file appears."""
    Path(began).write_text(str(os.getpid()))
    while not Path(released).exists():
        time.sleep(0.005)


def spin(began: str) -> None:
    """Works in Python code for ever, and says that it began."""
    Path(began).write_text(str(os.getpid()))
    while True:
        pass


def world() -> dict[str, object]:
    return {
        "niceness": os.getpriority(os.PRIO_PROCESS, 0),
        "group": os.getpgid(0),
        "threads": os.environ["OPENBLAS_NUM_THREADS"],
        "interrupt": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
    }


def loaded(module: str) -> bool:
    return module in sys.modules
