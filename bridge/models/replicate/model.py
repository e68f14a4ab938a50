"""Models at Replicate as the engine sees them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from bridge.config.models import Row
from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.errors import DoubtfulError, ModelError
from bridge.models.catalogue import price
from bridge.models.catalogue.base import RowChat, RowModel, finished
from bridge.models.catalogue.inputs import files_of, inputs_of, question_inputs
from bridge.models.catalogue.outputs import sound_links, text_of
from bridge.models.errands import Errands, Stage
from bridge.models.fetching import fetched
from bridge.models.references import data_uri, path_of
from bridge.models.registry import ModelContext
from bridge.models.replicate import failures
from bridge.models.replicate.api import Api, Prediction
from bridge.models.replicate.watch import TERMINAL, Watch, Watched
from bridge.ports import Answered, CallState, ChatState, Failed, Finished, Lost, Progress
from bridge.units import Seconds, Usd

LARGEST_INLINE_BYTES = 256 * 1024
"""Files up to this size travel in the call itself."""
COLD_SECONDS = 5.0
"""A call that has not started after so long waits for a machine to boot."""
FIND_DELAYS = (0.0, 2.0, 5.0, 10.0)
"""Seconds between the looks for a call among the newest ones: after the last, none is a sure answer."""
SKEW_SECONDS = 120.0
"""By how much this computer's clock may differ from the provider's."""
A_DAY = 86_400.0
KEPT_SECONDS = 3600.0
"""How long the provider keeps an answer: it is paid, so nothing less than that makes us give it up."""

_PERCENT = re.compile(r"(\d{1,3})%\|")
_SEED = re.compile(r"[Uu]sing seed:? (\d+)")
_LINK = re.compile(r"^(?:https?://|data:)")


class Office:
    """Holds what all models of one account share."""

    def __init__(self, context: ModelContext) -> None:
        self.context = context
        self.api = Api(context.key_of, context.clock.now)
        self.watch = Watch(self.api.get)
        self._models = 0

    async def send(self, row: Row, inputs: Mapping[str, Any]) -> str:
        """Sends a call, once, and returns its ticket."""
        prediction = await self.api.create(row, inputs)
        ticket = prediction.get("id")
        if not isinstance(ticket, str) or not ticket:
            raise DoubtfulError("Replicate answered a call without its number.")
        self.watch.follow(ticket, prediction)
        return ticket

    async def news(
        self, ticket: str, patience: Seconds, *, longest: Callable[[Prediction], float] = lambda prediction: 0.0
    ) -> Prediction | Progress | Lost:
        """Returns a prediction that ended, else what goes on with it.

        One that has worked for more than `longest` seconds (0: any time) is stopped: it would cost more than reserved.
        """
        call = self.watch.follow(ticket)
        if not call.ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, patience)):
                    await call.news.wait()
            call.news.clear()
        if not call.known:
            self.watch.leave(ticket)
            return Lost()
        prediction = call.prediction or {}
        if prediction.get("status") in TERMINAL:
            return prediction
        if not call.stopped and 0 < longest(prediction) < call.running(asyncio.get_running_loop().time()):
            call.stopped = True
            with suppress(ModelError):
                await self.api.cancel(ticket)
        return _progress(call, prediction)

    async def matching(self, row: Row, inputs: Mapping[str, Any], since: float) -> Sequence[str]:
        """Returns the tickets of the account's calls with these inputs since then.

        The API forgets inputs after an hour: where none is known to be the call, those that may be it are returned.
        Where the clock was set back since, nobody knows when it was sent: then a day is looked through, and a
        ModelError says so if it is not found.
        """
        now = self.context.clock.now()
        lost = since > now + SKEW_SECONDS
        since = now - A_DAY if lost else min(since, now)
        for delay in FIND_DELAYS:
            await asyncio.sleep(delay)
            recent = [
                prediction
                async for prediction in self.api.recent(since - SKEW_SECONDS)
                if _same_model(row, prediction)
            ]
            found = [one for one in recent if _same_inputs(inputs, one)]
            found = found or [one for one in recent if _forgotten(one) and not lost]
            if found:
                return [str(one["id"]) for one in found]
        if lost:
            raise ModelError("The clock of this computer was set back, so nobody can tell which calls are newer.")
        return ()

    async def cancel(self, ticket: str) -> None:
        """Stops a call; one that ended or is unknown is no error."""
        await self.api.cancel(ticket)

    def join(self) -> Office:
        """Counts one more model that works here."""
        self._models += 1
        return self

    async def leave(self) -> None:
        """Lets go of the connections with the last model; what goes on at the provider goes on."""
        self._models -= 1
        if self._models == 0:
            await self.watch.close()
            await self.api.close()

    async def link_of(self, name: str) -> str:
        """Returns a kept reference as the API takes it: in the call where it is small, else uploaded."""
        path = path_of(self.context.references, name)
        if path.stat().st_size > LARGEST_INLINE_BYTES:
            return await self.api.upload(path)
        return await asyncio.to_thread(data_uri, path)


class ReplicateModel(RowModel):
    """Makes takes at Replicate; implements `bridge.ports.Model`. A ticket is the prediction's id."""

    def __init__(self, name: str, row: Row, office: Office) -> None:
        super().__init__(name, row)
        self._office = office.join()
        self._arrivals: Errands[Finished] = Errands()
        """The answers under way from the provider to us, by their calls' tickets."""
        self._unwanted: set[str] = set()

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        """Sends the call, once, and returns its ticket; files go first."""
        files = {field: await self._office.link_of(name) for field, name in files_of(self.row, brief).items()}
        return await self._office.send(self.row, inputs_of(self.row, brief, seed, files))

    async def poll(self, ticket: str, patience: Seconds) -> CallState:
        """Returns the state of a call; one that ended is fetched whole first, if anybody still wants it."""
        if ticket not in self._arrivals:
            prediction = await self._office.news(ticket, patience, longest=self._longest)
            if isinstance(prediction, Progress | Lost):
                return prediction
            self._office.watch.leave(ticket)
            self._arrivals.start(lambda stage: self._ended(ticket, prediction, stage), ticket)
        return await self._arrivals.poll(ticket, patience)

    async def cancel(self, ticket: str) -> None:
        """Stops a call; of one that ended only the cost is told from now on."""
        self._unwanted.add(ticket)
        await self._arrivals.cancel(ticket)
        await self._office.cancel(ticket)

    async def close(self) -> None:
        await self._arrivals.close()
        await self._office.leave()

    async def find(self, brief: Brief, seed: int, since: float) -> Sequence[str]:
        inputs = inputs_of(self.row, brief, seed, dict.fromkeys(files_of(self.row, brief), "data:,"))
        return await self._office.matching(self.row, inputs, since)

    def _longest(self, prediction: Prediction) -> float:
        return price.longest_seconds(self.row, prediction.get("input") or {})

    async def _ended(self, ticket: str, prediction: Prediction, stage: Stage) -> Finished | Failed:
        unwanted = ticket in self._unwanted
        self._unwanted.discard(ticket)
        if prediction["status"] != "succeeded":
            return _failed(self.name, self.row, prediction, self._office.api.hidden)
        brief, seed = _asked(self.name, self.row, prediction)
        cost = price.cost(self.row, seconds=_worked(prediction), sounds=brief.count)
        try:
            links = sound_links(self.row, prediction.get("output"))
            cost = price.cost(self.row, seconds=_worked(prediction), sounds=len(links))
            if unwanted:
                return Failed(reason="The call was cancelled.", cost=cost)
            if not links:
                return _without_sound(self.name, prediction, cost)
            api = self._office.api
            stage.set("fetching", 1.0)
            async with fetched(
                api.plain, links, self._office.context.room, token_for=api.token_for, nearby=api.nearby,
                longest=KEPT_SECONDS, waiting=lambda trouble: stage.set(f"waiting ({trouble.rstrip('.')})", 1.0),
            ) as sounds:
                return await finished(self._office.context.workers, self.row, brief, seed, sounds, cost)
        except ModelError as problem:
            return Failed(reason=problem.message, hint=f"It was paid. {problem.hint}".strip(), cost=cost)


class ReplicateChat(RowChat):
    """Answers questions at Replicate; implements `bridge.ports.ChatModel`."""

    def __init__(self, name: str, row: Row, office: Office) -> None:
        super().__init__(name, row)
        self._office = office.join()

    async def submit(self, question: Question) -> str:
        """Sends the question, once, and returns its ticket; pictures go first."""
        images = [await self._office.link_of(name) for name in question.images]
        return await self._office.send(self.row, question_inputs(self.row, question, images))

    async def poll(self, ticket: str, patience: Seconds) -> ChatState:
        prediction = await self._office.news(ticket, patience)
        if isinstance(prediction, Progress | Lost):
            return prediction
        self._office.watch.leave(ticket)
        if prediction["status"] != "succeeded":
            return _failed(self.name, self.row, prediction, self._office.api.hidden)
        asked = str((prediction.get("input") or {}).get("prompt", ""))
        try:
            text = text_of(prediction.get("output"))
        except ModelError as problem:
            cost = price.cost(self.row, seconds=_worked(prediction), question=asked)
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable, cost=cost)
        return Answered(text=text, cost=price.cost(self.row, seconds=_worked(prediction), text=text, question=asked))

    async def cancel(self, ticket: str) -> None:
        await self._office.cancel(ticket)

    async def close(self) -> None:
        await self._office.leave()

    async def find(self, question: Question, since: float) -> Sequence[str]:
        inputs = question_inputs(self.row, question, ["data:,"] * len(question.images))
        return await self._office.matching(self.row, inputs, since)


def _progress(call: Watched, prediction: Prediction) -> Progress:
    """Returns what goes on, in the words of the stages that people know."""
    if call.trouble:
        return Progress(stage=f"waiting ({call.trouble.rstrip('.')})")
    if prediction.get("status") == "processing":
        percents = _PERCENT.findall(str(prediction.get("logs") or ""))
        percent = min(int(percents[-1]), 100) if percents else 0
        return Progress(stage=f"running {percent} %" if percent else "running", fraction=percent / 100)
    age = asyncio.get_running_loop().time() - call.since
    return Progress(stage="cold start" if age > COLD_SECONDS else "queued")


def _failed(name: str, row: Row, prediction: Prediction, hidden: Callable[[str], str]) -> Failed:
    """Returns what a prediction that did not succeed means, and what it cost up to then."""
    cost = price.cost(row, seconds=_worked(prediction) or 0.0, sounds=0)
    status = prediction["status"]
    if status == "aborted":
        return Failed(reason=f"Replicate did not start {name} in time.", retryable=True, cost=Usd(0.0))
    if status == "canceled":
        return Failed(
            reason=f"The call to {name} was stopped at Replicate: by you, or because it took longer than its price"
            " allows.", cost=cost,
        )
    error = hidden(str(prediction.get("error") or "no reason given")).strip()[:300]
    retryable, hint = failures.failure(error)
    return Failed(reason=f"{name} failed: {error}", hint=hint, retryable=retryable, cost=cost)


def _without_sound(name: str, prediction: Prediction, cost: Usd) -> Failed:
    if prediction.get("data_removed"):
        return Failed(
            reason=f"Replicate deleted the answer of {name} before it could be fetched.",
            hint="It keeps answers for an hour. It was paid; ask again if you want it anyway.", cost=cost,
        )
    return Failed(reason=f"{name} answered without a sound.", cost=cost)


def _worked(prediction: Prediction) -> float | None:
    """Returns the seconds of work that are billed; None where the provider does not say."""
    seconds = (prediction.get("metrics") or {}).get("predict_time")
    return float(seconds) if isinstance(seconds, int | float) else None


def _asked(name: str, row: Row, prediction: Prediction) -> tuple[Brief, int]:
    """Returns of the brief behind a prediction what its takes need: how many, and from which seed.

    Read from the prediction, because the process that sent it may be gone.
    """
    said = prediction.get("input") or {}
    count = said.get(row.inputs["count"].name) if "count" in row.inputs else 1
    logged = _SEED.search(str(prediction.get("logs") or ""))
    seed = int(logged.group(1)) if logged else said.get(row.inputs["seed"].name) if "seed" in row.inputs else 0
    brief = Brief(
        prompt="", model=name, seed=int(seed or 1), family="fx", mapping="drum",
        count=count if isinstance(count, int) and count > 0 else 1,
    )
    return brief, brief.seed


def _same_model(row: Row, prediction: Prediction) -> bool:
    """Tells whether a prediction is the row's; where another version is told than was asked for, the name decides."""
    asked = bool(row.version) and prediction.get("version") in (row.version, None)
    named = prediction.get("model") == row.reference or (not row.version and prediction.get("model") is None)
    return asked or named


def _forgotten(prediction: Prediction) -> bool:
    return bool(prediction.get("data_removed")) and not prediction.get("input")


def _same_inputs(inputs: Mapping[str, Any], prediction: Prediction) -> bool:
    """Tells whether a prediction was made of these inputs; links to files are new with every sending."""
    said = prediction.get("input")
    return isinstance(said, dict) and all(said.get(name) == value or _is_file(value) for name, value in inputs.items())


def _is_file(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, str) and _LINK.match(first) is not None
