"""Holds a model's process: started with the first call, loaded once, one call at a time, unloaded when nobody calls."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.config.models import Row
from bridge.errors import ModelError
from bridge.models.errands import Stage
from bridge.models.local.child import RUNNERS, Child, environment
from bridge.units import Seconds

log = logging.getLogger(__name__)

START_SECONDS = Seconds(300.0)
"""How long a process may take to import its library: a cold disk and a large one take a minute."""
GRACE_SECONDS = Seconds(5.0)
"""How long a cancelled call may take to its next step; then its process is ended."""

SoundAt = Callable[[int], Awaitable[bytes]]
"""Returns a WAV file of 32-bit floats at a sample rate; 0 leaves it as it is."""

_HINTS: Mapping[str, str] = {
    "weights": "Fetch them, after a look at their licence: oneshot models fetch {name}",
    "library": "Install it there, or name the Python that has it: [models.{name}] python",
    "corrupt": "Fetch the weights again, or look whether they fit the runner: oneshot models check {name}",
    "memory": "Ask for less at once (shorter, fewer variations), use half = true, or device = \"cpu\".",
    "refused": "oneshot models show {name}",
}
"""The cure for each kind of failure, where the runner says none itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Says how a model was loaded: on which device, at which precision, by which versions of what."""

    device: str
    half: bool
    versions: Mapping[str, str]
    rate: int = 0
    """The sample rate that it works at, as far as it says."""

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {version or 'of its own'}" for name, version in self.versions.items())
        return f"on {self.device}, {'half' if self.half else 'full'} precision, {versions}"


class Host:
    """Runs the calls of one row, one after the other."""

    def __init__(self, name: str, row: Row) -> None:
        self.name, self.row = name, row
        self.loaded: Loaded | None = None
        """How it is loaded right now; None while it is not."""
        self._child: Child | None = None
        self._loading: asyncio.Task[Child] | None = None
        self._turn = asyncio.Lock()
        self._idle: asyncio.Task[None] | None = None
        self._stage = Stage()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def run(
        self, inputs: Mapping[str, Any], seeds: Sequence[int], stage: Stage, sounds: Mapping[str, SoundAt] | None = None
    ) -> list[bytes]:
        """Returns the sounds of one call; raises ModelError, retryable where the process broke.

        `sounds` are inputs that are sounds themselves, handed over as WAV files at the rate that the model works at.
        """
        async with self._turn:
            self._stage = stage
            self._stay()
            try:
                child = await self._ready()
                given = {name: await self._handed(at) for name, at in (sounds or {}).items()}
                try:
                    told = {**inputs, **{name: str(path) for name, path in given.items()}}
                    return await self._run(child, told, seeds, stage)
                finally:
                    _remove(given.values())
            finally:
                self._idle = asyncio.create_task(self._unload_later())

    async def close(self) -> None:
        """Ends the process and removes what it wrote."""
        self._stay()
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
        await self._unload()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.cleanup)
            self._folder = None

    @property
    def folder(self) -> Path:
        """Returns where sounds are handed over; made with the first of them."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="oneshot-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    async def _handed(self, sound: SoundAt) -> Path:
        path = self.folder / f"{secrets.token_hex(6)}.wav"
        wave = await sound(self.loaded.rate if self.loaded else 0)
        await asyncio.to_thread(path.write_bytes, wave)
        return path

    async def _run(
        self, child: Child, inputs: Mapping[str, Any], seeds: Sequence[int], stage: Stage
    ) -> list[bytes]:
        call = secrets.token_hex(6)
        where = f" on {self.loaded.device}" if self.loaded else ""
        child.tell({"op": "generate", "id": call, "inputs": dict(inputs), "seeds": list(seeds),
                    "folder": str(self.folder)})
        try:
            ended = await child.answer(_progress(stage, where), "takes", "failed")
        except ModelError:
            await self._unload()
            raise
        except asyncio.CancelledError:
            await self._stop(child, call)
            raise
        if ended["is"] == "failed":
            if ended["kind"] == "memory":
                await self._unload()
            raise self._failure(ended)
        return await asyncio.to_thread(_collected, _files(ended))

    async def _stop(self, child: Child, call: str) -> None:
        """Cancels a call at its next step; a process that has none soon is ended."""
        child.tell({"op": "cancel", "id": call})
        # In a task of its own: the first Pythons 3.11 know no timeout in a task that is being cancelled.
        answer = asyncio.create_task(child.answer(lambda _: None, "takes", "failed"))
        await asyncio.wait({answer}, timeout=GRACE_SECONDS)
        answer.cancel()
        try:
            _remove(_files(await answer))
        except (asyncio.CancelledError, ModelError):
            child.kill()
            await self._unload()

    async def _ready(self) -> Child:
        """Returns the loaded process. A call that is cancelled meanwhile leaves the loading to the next one."""
        if self._child is not None and not self._child.gone.is_set():
            return self._child
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        loading = self._loading
        try:
            return await asyncio.shield(loading)
        finally:
            if loading.done():
                self._loading = None

    async def _load(self) -> Child:
        await self._unload()
        row = self.row
        self._stage.set("starting")
        child = await Child.start(
            command_of(row.runner, row.python), environment(row.python), self.name, row.memory
        )
        try:
            hello = await greeting(child)
            device = self._device(hello["devices"])
            half = row.half if row.half is not None else device != "cpu"
            self._stage.set(f"loading on {device}")
            child.tell({"op": "load", "weights": row.weights, "device": device, "half": half, "loading": row.loading})
            answer = await child.answer(lambda _: None, "loaded", "failed")
            if answer["is"] == "failed":
                raise self._failure(answer)
        except BaseException:
            await child.quit()
            raise
        self._child = child
        self.loaded = Loaded(device=device, half=half, versions=hello["versions"], rate=answer.get("rate", 0))
        log.info("%s is loaded %s", self.name, self.loaded)
        return child

    def _device(self, there: Sequence[str]) -> str:
        if self.row.device == "auto":
            return there[0]
        if self.row.device not in there:
            raise ModelError(
                f"{self.name} is to work on {self.row.device}, and there is only {', '.join(there)}.",
                f'Name another, or let it choose: [models.{self.name}] device = "auto"',
            )
        return self.row.device

    def _failure(self, told: Mapping[str, Any]) -> ModelError:
        hint = told.get("hint") or _HINTS.get(told["kind"], "").format(name=self.name)
        return ModelError(f"{self.name}: {told['reason']}", hint)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    async def _unload_later(self) -> None:
        await asyncio.sleep(self.row.unload)
        if self._loading is not None:
            await asyncio.gather(self._loading, return_exceptions=True)
            self._loading = None
        if self._child is not None:
            log.info("%s is unloaded: nobody asked for %g s", self.name, self.row.unload)
        await self._unload()

    async def _unload(self) -> None:
        child, self._child, self.loaded = self._child, None, None
        if child is not None:
            await child.quit()


def command_of(runner: str, python: str) -> list[str]:
    """Returns the command that runs a runner: one of the bridge's, or a script of the user's own."""
    script = Path(runner).expanduser() if runner.endswith(".py") else RUNNERS / f"{runner.replace('-', '_')}_runner.py"
    return [str(Path(python).expanduser()) if python else sys.executable, "-u", str(script)]


async def greeting(child: Child) -> dict[str, Any]:
    """Returns what a process says of itself once its library is imported; ModelError where it can't be."""
    try:
        async with asyncio.timeout(START_SECONDS):
            return await child.answer(lambda _: None, "hello")
    except TimeoutError:
        child.kill()
        raise ModelError(f"The process of a model said nothing for {START_SECONDS:g} s.", retryable=True) from None


def _progress(stage: Stage, where: str) -> Callable[[Mapping[str, Any]], None]:
    """Returns what hears a call's progress: `step 3 of 20 on cuda`, and when it will end at this speed."""
    begun: list[float] = []

    def told(message: Mapping[str, Any]) -> None:
        done, of = message.get("done", 0), message.get("of", 0)
        if not of:
            stage.set(f"{message.get('stage', 'running')}{where}")
            return
        now = time.monotonic()
        if not begun:
            begun.extend((now, done))
        since, first = begun
        left = (now - since) / (done - first) * (of - done) if done > first else 0.0
        stage.set(f"step {done} of {of}{where}", min(done / of, 1.0), left)

    return told


def _files(ended: Mapping[str, Any]) -> list[Path]:
    return [Path(take["file"]) for take in ended.get("takes", ())]


def _collected(files: Sequence[Path]) -> list[bytes]:
    sounds = [file.read_bytes() for file in files]
    _remove(files)
    return sounds


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink()
