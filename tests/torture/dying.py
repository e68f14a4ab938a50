"""The daemon, made to die by SIGKILL at one place: `DIE_AT=place:number` ends it when it passes there for the
number-th time. Without the variable it only waits less for its provider, and its workers begin cold: most lives are
too short for them to warm up.

    python -m torture.dying --config FILE run
"""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bridge.app
import bridge.models.replicate.model
import bridge.models.replicate.watch
import bridge.workers.process
from bridge.cli import main
from bridge.jobs.pipeline import Pipeline
from bridge.library import atomic
from bridge.library.folder import Library
from bridge.models.replicate.api import Api
from bridge.store.database import Database
from bridge.store.shelf import Shelf
from bridge.triggers.asked.box import Box
from bridge.triggers.inbox.place import Place

STAGES = ("queued", "generating", "checking", "shaping", "publishing")
STEPS: dict[str, tuple[Any, str]] = {
    "a commit": (Database, "write"),
    "the disk's commit": (Database, "_commit"),
    "writing a sample": (Library, "write_sample"),
    "writing a preset": (Library, "write_instrument"),
    "writing a kit": (Library, "write_kit"),
    "writing a delivery": (Library, "write_delivery"),
    "a hidden file": (atomic, "_write_hidden"),
    "a rename": (atomic, "_swap_in"),
    "a first name": (atomic, "_name_for_the_first_time"),
    "keeping a take": (Shelf, "put"),
    "a paid call": (Api, "create"),
    "taking from the inbox": (Place, "claim"),
    "putting away": (Place, "keep"),
    "taking a host's wish": (Box, "_claim"),
    "putting a wish away": (Box, "forget"),
}
MOST = {"a commit": 12, "the disk's commit": 9, "a hidden file": 12, "a rename": 9}
"""Up to the how many-th pass of a place a daemon may live, where it passes more often than `FEW`."""
FEW = 2
KINDS = {
    "at a stage's border": [f"{side} {stage}" for stage in STAGES for side in ("before", "after")],
    "around a commit": [f"{side} {name}" for name in ("a commit", "the disk's commit") for side in ("before", "after")],
    "around a file's writing": [
        f"{side} {name}" for name in list(STEPS)[2:10] for side in ("before", "after")
    ],
    "around a paid call": ["before a paid call", "after a paid call"],
    "around a move in the inbox": [f"{side} {name}" for name in list(STEPS)[11:13] for side in ("before", "after")],
    "around a move of a host's wish": [f"{side} {name}" for name in list(STEPS)[13:] for side in ("before", "after")],
}


def _die_at(place: str, number: int) -> Callable[[str], None]:
    lock, left = threading.Lock(), [number]

    def passed(here: str) -> None:
        if here != place:
            return
        with lock:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return passed


def _around(owner: Any, name: str, place: str, passed: Callable[[str], None]) -> None:
    call = getattr(owner, name)

    async def slowly(*args: Any, **more: Any) -> Any:
        passed(f"before {place}")
        answer = await call(*args, **more)
        passed(f"after {place}")
        return answer

    def at_once(*args: Any, **more: Any) -> Any:
        passed(f"before {place}")
        answer = call(*args, **more)
        passed(f"after {place}")
        return answer

    setattr(owner, name, slowly if inspect.iscoroutinefunction(call) else at_once)


def _around_stages(passed: Callable[[str], None]) -> None:
    step = Pipeline._step

    async def stepped(self: Pipeline, job: Any, delays: Any) -> Any:
        passed(f"before {job.state}")
        answer = await step(self, job, delays)
        passed(f"after {job.state}")
        return answer

    Pipeline._step = stepped  # type: ignore[method-assign]


def _hatch_workers(nest: str) -> None:
    """Takes workers from the nest that this process is from."""
    start = bridge.workers.process.asyncio.create_subprocess_exec

    async def hatch(program: str, *arguments: str, **how: Any) -> Any:
        if "bridge.workers.child" not in arguments:
            return await start(program, *arguments, **how)
        modules = arguments[arguments.index("bridge.workers.child") + 1 :]
        fledgling = Path(__file__).with_name("fledgling.py")
        return await start(program, "-I", "-S", str(fledgling), nest, *modules, **how)

    bridge.workers.process.asyncio = SimpleNamespace(**vars(asyncio) | {"create_subprocess_exec": hatch})


def prepare() -> None:
    """Puts the death in its place, and shortens what a short life need not wait for."""
    bridge.app.WARM = ()
    bridge.models.replicate.watch.STEPS = ((1e9, 0.02),)
    bridge.models.replicate.model.FIND_DELAYS = (0.0, 0.1)
    if nest := os.environ.get("TORTURE_NEST"):
        _hatch_workers(nest)
    place, _, number = os.environ.get("DIE_AT", "").partition(":")
    if place:
        passed = _die_at(place, int(number))
        _around_stages(passed)
        for name, (owner, method) in STEPS.items():
            _around(owner, method, name, passed)


if __name__ == "__main__":
    prepare()
    main()
