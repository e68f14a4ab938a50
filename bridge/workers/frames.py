"""Frames: a length and a pickle, the only thing that goes over the pipes of a worker.

Both ends are this program and the pipes are private, so a pickle is as trustworthy as the code itself.
"""

from __future__ import annotations

import pickle
import struct
import traceback
from typing import Any

from bridge.errors import BridgeError

HEADER = struct.Struct(">Q")
GREETING = b"\0oneshot worker\0"
"""The first bytes a worker sends; whatever an interpreter's start-up printed before them is thrown away."""


def pack(value: object) -> bytes:
    """Returns a value as one frame; raises what pickle raises for a value that can't travel."""
    payload = pickle.dumps(value, protocol=5)
    return HEADER.pack(len(payload)) + payload


def pack_answer(task: str, value: object) -> bytes:
    """Returns what a task returned as a frame; a value that can't travel becomes an error."""
    try:
        return pack((value, None))
    except Exception as problem:  # pickle runs the code of whatever it is given
        return pack_error(task, BridgeError(f"What {task} returned can't leave its worker: {_text(problem)}."))


def pack_error(task: str, problem: BaseException) -> bytes:
    """Returns what a task raised as a frame.

    An error of the bridge travels with all its attributes. Any other becomes a BridgeError that names its type:
    reading it would import the library that it comes from into the daemon. The traceback goes along as a note.
    """
    if not isinstance(problem, BridgeError):
        told = BridgeError(f"{task} failed: {_text(problem)}.", "The log shows where: please report it.")
        told.__traceback__ = problem.__traceback__
        problem = told
    problem.add_note("In the worker:\n" + "".join(traceback.format_tb(problem.__traceback__)))
    try:
        frame = pack((None, (type(problem), problem.args, problem.__dict__)))
        _revive(*pickle.loads(frame[HEADER.size :])[1])
    except Exception:  # as above: an attribute or the class itself may refuse
        plain = BridgeError(f"{type(problem).__name__}: {problem.message}", problem.hint, retryable=problem.retryable)
        return pack((None, (BridgeError, plain.args, plain.__dict__)))
    return frame


def unpack_answer(payload: bytes) -> Any:
    """Returns what a task returned, or raises what it raised; `payload` is a frame without its length."""
    try:
        value, error = pickle.loads(payload)
        problem = _revive(*error) if error else None
    except Exception as unreadable:  # reading a pickle imports and runs the classes that it names
        raise BridgeError(f"The answer of a worker can't be read: {_text(unreadable)}.") from unreadable
    if problem is not None:
        raise problem
    return value


def _revive(kind: type[BridgeError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> BridgeError:
    """Rebuilds an error without calling its constructor, whose parameters only its own class knows."""
    problem = kind.__new__(kind)
    problem.args = arguments
    problem.__dict__.update(attributes)
    return problem


def _text(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}".rstrip(". ")
