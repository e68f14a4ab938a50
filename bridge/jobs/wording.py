"""Brings a model's words for a job: by rule, or through a chat model whose every answer is kept, so that none is paid
twice."""

from __future__ import annotations

import logging
from sqlite3 import Connection

from bridge.domain.ids import new_id
from bridge.domain.job import Job
from bridge.domain.prompt import Question, Written
from bridge.domain.take import Call
from bridge.errors import BridgeError, ModelError
from bridge.jobs.budget import Budget
from bridge.jobs.lines import Line, Lines, ParkedError
from bridge.jobs.workshop import Workshop
from bridge.ports import Answered, ChatModel, Failed
from bridge.prompts.chain import Writing
from bridge.store import jobs as job_store

log = logging.getLogger(__name__)

WORDS = "words"
"""The purpose of calls to chat models."""
ATTEMPTS = 2
RULES = "rules"
"""What the config says for words by rule."""


class Wording:
    """Writes the words of jobs whose models like to be asked in their own way, and of pictures."""

    def __init__(self, shop: Workshop, lines: Lines, budget: Budget) -> None:
        self._database = shop.database
        self._clock = shop.clock
        self._model_of = shop.models.at_work
        self._chat_of = shop.models.chat
        self._shop = shop
        self._lines = lines
        self._budget = budget

    def is_needed(self, job: Job) -> bool:
        """Tells whether a job's words are to be written before its sound is asked for."""
        guide = self._model_of(job.brief.model).capabilities.guide
        return bool(job.brief.image) or (job.brief.enhance != "never" and guide is not None)

    async def write(self, job: Job) -> Written:
        """Returns the words; raises ModelError where there is a picture that nobody could look at, and no prompt.

        Takes up the answers that are there already. A chat model that fails costs its words, not the sound.
        """
        prompts = self._shop.config.prompts
        writer = None if prompts.writer == RULES or job.brief.enhance == "never" else prompts.writer
        capabilities = self._model_of(job.brief.model).capabilities
        writing = Writing.begin(job.brief, capabilities, writer=writer, looker=prompts.looks)
        answers = [call.answer for call in await self._calls(job) if call.outcome == "answered"]
        trouble = ""
        while (question := writing.pending(answers)) is not None:
            try:
                answers.append(await self._answer(job, question))
            except BridgeError as problem:
                log.warning("job %s: the words could not be written: %s", job.id, problem)
                trouble = str(problem)
                break
        return writing.finish(answers, trouble)

    async def _calls(self, job: Job) -> list[Call]:
        calls = await self._database.read(lambda store: job_store.calls_of(store, job.id))
        return [call for call in calls if call.purpose == WORDS]

    async def _answer(self, job: Job, question: Question) -> str:
        prompts = self._shop.config.prompts
        chat = self._chat_of(prompts.looks if question.images or prompts.writer == RULES else prompts.writer)
        reason = ModelError(f"{chat.name} gave no answer.")
        for attempt in range(ATTEMPTS):
            calls = await self._calls(job)
            call = calls[-1] if calls and not calls[-1].outcome else await self._open(job, chat, question, attempt)
            try:
                state = await self._lines.carry(job, call, _line(chat, question, call))
            except ParkedError as problem:
                # A few thousandths of a dollar are not worth a question to the user; they are booked as spent.
                await self._end(call, "lost", reason=problem.message, cost=call.estimate)
                raise
            if isinstance(state, Answered):
                await self._end(call, "answered", answer=state.text, cost=state.cost)
                return state.text
            failed = state if isinstance(state, Failed) else Failed(reason="The answer is lost.", retryable=True)
            await self._end(call, "failed", reason=failed.reason, cost=failed.cost)
            reason = ModelError(failed.reason, failed.hint)
            if not failed.retryable:
                break
        raise reason

    async def _open(self, job: Job, chat: ChatModel, question: Question, attempt: int) -> Call:
        call = Call(
            id=new_id("c"), job=job.id, model=chat.name, attempt=attempt, seed=0, purpose=WORDS,
            estimate=await chat.estimate(question), created=self._clock.now(),
        )
        self._lines.expect(call)

        def write(store: Connection) -> None:
            self._budget.reserve(store, call)
            job_store.add_call(store, call)

        await self._database.write(write)
        return call

    async def _end(self, call: Call, outcome: str, *, reason: str = "", answer: str = "", cost: float = 0.0) -> None:
        now = self._clock.now()
        await self._database.write(
            lambda store: job_store.end_call(
                store, call.id, outcome=outcome, reason=reason, answer=answer, cost=cost, now=now
            )
        )


def _line(chat: ChatModel, question: Question, call: Call) -> Line[Answered]:
    return Line(
        send=lambda: chat.submit(question),
        find=lambda: chat.find(question, call.created),
        poll=chat.poll,
        free_to_repeat=chat.repeatable,
    )
