"""A model that this computer runs, as the engine sees it: calls cost nothing, so an interrupted one is made again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bridge.config.models import Price, Row
from bridge.domain.brief import Brief
from bridge.errors import BridgeError, ModelError
from bridge.models.catalogue.base import RowModel, finished, take_seed
from bridge.models.catalogue.inputs import count_of, files_of, inputs_of
from bridge.models.errands import Errands, Stage
from bridge.models.local.host import Host, SoundAt
from bridge.models.references import path_of
from bridge.models.registry import ModelContext
from bridge.ports import CallState, Failed, Finished
from bridge.units import Seconds, Usd

FREE = Usd(0.0)
WAVE = "bridge.models.local.sounds:wave_of"
"""The task for the workers that makes of any sound what runners read."""

Asked = tuple[Mapping[str, Any], Sequence[int], Stage, Mapping[str, SoundAt]]
"""What one call asks of the process: inputs, seeds, where to tell how far it is, and sounds."""


class LocalModel(RowModel):
    """Makes takes in a process of its own on this computer; implements `bridge.ports.Model`."""

    def __init__(self, name: str, row: Row, context: ModelContext) -> None:
        super().__init__(name, row.model_copy(update={"concurrent": 1, "price": Price()}), repeatable=True)
        self._workers = context.workers
        self._references = context.references
        self._host = Host(name, row)
        self._errands: Errands[Finished] = Errands()

    @property
    def version(self) -> str:
        """Returns the weights by their name; of a folder only its last part, for this goes into every sound."""
        return version_of(self.row)

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        """Begins a call and returns its ticket; raises RequestError where the model can't take the brief."""
        files = {field: path_of(self._references, name) for field, name in files_of(self.row, brief).items()}
        inputs = inputs_of(self.row, brief, seed, {field: str(path) for field, path in files.items()})
        seeds = [take_seed(brief, seed, index) for index in range(count_of(self.row, brief))]
        sounds = {self.row.inputs["audio"].name: partial(self._wave, files["audio"])} if "audio" in files else {}
        return self._errands.start(lambda stage: self._make(brief, seed, (inputs, seeds, stage, sounds)))

    async def poll(self, ticket: str, patience: Seconds) -> CallState:
        return await self._errands.poll(ticket, patience)

    async def cancel(self, ticket: str) -> None:
        """Stops a call: at its next step, or with its process."""
        await self._errands.cancel(ticket)

    async def close(self) -> None:
        """Stops every call and ends the process."""
        await self._errands.close()
        await self._host.close()

    async def find(self, brief: Brief, seed: int, since: float) -> Sequence[str]:
        """Returns nothing: a call that this process does not know is made again for nothing."""
        return ()

    async def _wave(self, path: Path, rate: int) -> bytes:
        try:
            sound = await asyncio.to_thread(path.read_bytes)
        except OSError as problem:
            raise ModelError(f"The file {path.name} can't be read: {problem.strerror}.") from problem
        wave: bytes = await self._workers.run(WAVE, sound, rate)
        return wave

    async def _make(self, brief: Brief, seed: int, call: Asked) -> Finished | Failed:
        try:
            sounds = await self._host.run(*call)
            if not sounds:
                raise ModelError(f"{self.name} answered without a sound.")
        except BridgeError as problem:
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable)
        return await finished(self._workers, self.row, brief, seed, sounds, FREE)


def version_of(row: Row) -> str:
    """Returns what weights are called: owner/name, or the last part of their folder."""
    said = row.weights.rstrip("/\\")
    where = Path(said).expanduser()
    name = where.name if where.is_absolute() or said.startswith((".", "~")) else said
    return f"{name}@{revision}" if (revision := row.loading.get("revision")) else name
