"""A model on Cog servers, as the engine sees it: calls cost nothing, so an interrupted one is simply made again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.config.models import Price, Row
from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.errors import BridgeError, ModelError
from bridge.models.catalogue.base import RowChat, RowModel, finished
from bridge.models.catalogue.inputs import files_of, inputs_of, question_inputs
from bridge.models.catalogue.outputs import sound_links, text_of
from bridge.models.cog.pool import Pool
from bridge.models.errands import Errands, Stage
from bridge.models.fetching import fetched
from bridge.models.references import data_uri, path_of
from bridge.models.registry import ModelContext
from bridge.ports import Answered, CallState, ChatState, Failed, Finished, References
from bridge.units import Seconds, Usd

FREE = Usd(0.0)


class CogModel(RowModel):
    """Makes takes on one's own servers; implements `bridge.ports.Model`."""

    def __init__(self, name: str, row: Row, context: ModelContext) -> None:
        # One's own servers cost nothing, whatever the row that this one is like says.
        row = row.model_copy(update={"concurrent": len(row.servers), "price": Price()})
        super().__init__(name, row, repeatable=True)
        self._workers = context.workers
        self._references = context.references
        self._room = context.room
        self._pool = Pool(name, row.servers)
        self._errands: Errands[Finished] = Errands()

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        """Begins a call and returns its ticket; raises RequestError where the model can't take the brief."""
        named = files_of(self.row, brief)
        files = {field: await _data_uri(self._references, name) for field, name in named.items()}
        inputs = inputs_of(self.row, brief, seed, files)
        return self._errands.start(lambda stage: self._make(brief, seed, inputs, stage))

    async def poll(self, ticket: str, patience: Seconds) -> CallState:
        return await self._errands.poll(ticket, patience)

    async def cancel(self, ticket: str) -> None:
        """Stops a call, on its server too."""
        await self._errands.cancel(ticket)

    async def close(self) -> None:
        """Stops what goes on at the servers and closes the connections."""
        await self._errands.close()
        await self._pool.close()

    async def find(self, brief: Brief, seed: int, since: float) -> Sequence[str]:
        """Returns nothing: a call that this process does not know is made again for nothing."""
        return ()

    async def _make(self, brief: Brief, seed: int, inputs: Mapping[str, Any], stage: Stage) -> Finished | Failed:
        try:
            links = sound_links(self.row, await self._pool.predict(inputs, stage))
            if not links:
                raise ModelError(f"{self.name} answered without a sound.", retryable=True)
            stage.set("fetching", 1.0)
            async with fetched(self._pool.client, links, self._room) as sounds:
                return await finished(self._workers, self.row, brief, seed, sounds, FREE)
        except BridgeError as problem:
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable)


class CogChat(RowChat):
    """Answers questions on one's own servers; implements `bridge.ports.ChatModel`."""

    repeatable = True

    def __init__(self, name: str, row: Row, context: ModelContext) -> None:
        super().__init__(name, row)
        self._references = context.references
        self._pool = Pool(name, row.servers)
        self._errands: Errands[Answered] = Errands()

    async def estimate(self, question: Question) -> Usd:
        """Returns 0: the servers are the user's own."""
        return FREE

    async def submit(self, question: Question) -> str:
        images = [await _data_uri(self._references, name) for name in question.images]
        inputs = question_inputs(self.row, question, images)
        return self._errands.start(lambda stage: self._ask(inputs, stage))

    async def poll(self, ticket: str, patience: Seconds) -> ChatState:
        return await self._errands.poll(ticket, patience)

    async def cancel(self, ticket: str) -> None:
        """Stops a call, on its server too."""
        await self._errands.cancel(ticket)

    async def close(self) -> None:
        """Stops what goes on at the servers and closes the connections."""
        await self._errands.close()
        await self._pool.close()

    async def find(self, question: Question, since: float) -> Sequence[str]:
        return ()

    async def _ask(self, inputs: Mapping[str, Any], stage: Stage) -> Answered | Failed:
        try:
            return Answered(text=text_of(await self._pool.predict(inputs, stage)))
        except BridgeError as problem:
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable)


async def _data_uri(references: References | None, name: str) -> str:
    path = path_of(references, name)
    try:
        return await asyncio.to_thread(data_uri, path)
    except OSError as problem:
        raise ModelError(f"The file {path.name} can't be read: {problem.strerror}.") from problem
