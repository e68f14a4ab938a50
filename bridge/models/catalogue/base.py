"""What a row is enough for: who a model is, what it can, what it costs, and takes out of its files."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.config.models import Row
from bridge.domain.brief import LARGEST_COUNT, LARGEST_SEED, Brief
from bridge.domain.licence import Licence
from bridge.domain.prompt import Question
from bridge.errors import BridgeError
from bridge.models.catalogue.inputs import check
from bridge.models.catalogue.price import estimate, estimate_question
from bridge.models.catalogue.takes import TAKES
from bridge.ports import Capabilities, Failed, Finished, RawTake, Workers
from bridge.units import Usd

PIN = 12
"""How many characters of a version are shown."""


class RowMaker:
    """Says who a model of the catalogue is."""

    def __init__(self, name: str, row: Row) -> None:
        self.name = name
        self.row = row

    @property
    def version(self) -> str:
        """Returns the model as its provider knows it: `owner/name:version`, or `owner/name` where it pins itself."""
        pin = f":{self.row.version[:PIN]}" if self.row.version else ""
        return f"{self.row.reference or self.name}{pin}"

    @property
    def provider(self) -> str:
        return self.row.provider or ""

    @property
    def licence(self) -> Licence:
        terms = self.row.licence
        if terms is None:
            return Licence(id="unknown", commercial="no")
        return Licence(id=terms.id, link=terms.link, commercial=terms.commercial, note=terms.note)


class RowModel(RowMaker):
    """Is the part of `bridge.ports.Model` that a row says; `repeatable` where a call costs nothing."""

    def __init__(self, name: str, row: Row, *, repeatable: bool = False) -> None:
        super().__init__(name, row)
        self.capabilities = capabilities_of(row, repeatable=repeatable)

    async def estimate(self, brief: Brief) -> Usd:
        """Returns the most that a call costs; raises RequestError where the model can't take the brief."""
        check(self.row, brief)
        return estimate(self.row, brief)


class RowChat(RowMaker):
    """Is the part of `bridge.ports.ChatModel` that a row says."""

    repeatable = False

    @property
    def sees(self) -> bool:
        return self.row.sees

    async def estimate(self, question: Question) -> Usd:
        return estimate_question(self.row, question)


def capabilities_of(row: Row, *, repeatable: bool) -> Capabilities:
    """Returns what a row declares."""
    many = row.inputs.get("count")
    return Capabilities(
        seconds=row.seconds, negative="negative" in row.inputs, repeatable=repeatable, concurrent=row.concurrent,
        variations=int(min(many.high or LARGEST_COUNT, LARGEST_COUNT)) if many else 1, seeded="seed" in row.inputs,
        loops=row.output.loops, tempo="bpm" in row.inputs, key="key" in row.inputs, guide=row.guide,
        audio=frozenset(row.audio), image="image" in row.inputs,
    )


async def finished(
    workers: Workers, row: Row, brief: Brief, seed: int, sounds: Sequence[bytes], cost: Usd
) -> Finished | Failed:
    """Returns the takes in the files of a call, as many as the brief asked for at most."""
    in_a_row = brief.count if row.output.takes == "row" else 1
    try:
        takes = await workers.run(TAKES, tuple(sounds), in_a_row)
    except BridgeError as problem:
        return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable, cost=cost)
    raw = tuple(
        RawTake(sound=take, seed=1 + (seed - 1 + number) % LARGEST_SEED) for number, take in enumerate(takes)
    )
    return Finished(takes=raw[: brief.count], cost=cost)
