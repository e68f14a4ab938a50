"""What every model of a row has in common, whoever provides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.config.models import Row, Terms
from bridge.domain.brief import LARGEST_SEED, Brief
from bridge.domain.licence import Licence
from bridge.domain.prompt import Question
from bridge.errors import BridgeError, ModelError, SoundError
from bridge.models.catalogue import price
from bridge.models.catalogue.inputs import check, count_of, variations
from bridge.ports import Capabilities, Failed, Finished, RawTake, Workers
from bridge.units import Usd

TAKES = "bridge.models.catalogue.takes:takes_of"
"""The task for the workers that makes takes of a model's files."""
VERSION_LETTERS = 12
"""Of a version's 64 hexadecimal ones: enough to tell it, short enough to read."""
ATTEMPTS = 3
"""How often files are taken apart if a worker dies of something else: they are paid, so they are not given up."""

UNKNOWN_LICENCE = Licence(id="unknown", commercial="no", note="The model's row does not say its licence.")


class RowMaker:
    """Says who the model of a row is; `bridge.ports.Maker`, but for what the provider does."""

    def __init__(self, name: str, row: Row) -> None:
        self.name = name
        self.row = row

    @property
    def version(self) -> str:
        """Returns `owner/name:` and the beginning of the pinned version; without one only `owner/name`."""
        return version_of(self.row) or self.name

    @property
    def provider(self) -> str:
        return self.row.provider or ""

    @property
    def licence(self) -> Licence:
        return licence_of(self.row.licence)


class RowModel(RowMaker):
    """Has what of `bridge.ports.Model` follows from a row that makes sounds; a provider adds the calls.

    `repeatable` says that a call costs nothing and may be made again.
    """

    def __init__(self, name: str, row: Row, *, repeatable: bool = False) -> None:
        super().__init__(name, row)
        self.capabilities = capabilities_of(row, repeatable=repeatable)

    async def estimate(self, brief: Brief) -> Usd:
        """Returns the most that a call costs; RequestError if the model can't be asked for this brief."""
        check(self.row, brief)
        return price.estimate(self.row, brief)


class RowChat(RowMaker):
    """Has what of `bridge.ports.ChatModel` follows from a row that answers in words; a provider adds the calls."""

    repeatable = False

    @property
    def sees(self) -> bool:
        return self.row.sees

    async def estimate(self, question: Question) -> Usd:
        """Returns the most that an answer costs."""
        return price.estimate_question(self.row, question)


def version_of(row: Row) -> str:
    """Returns `owner/name:0123456789ab`, as far as a row says it."""
    return ":".join(part for part in (row.reference, row.version[:VERSION_LETTERS]) if part)


def licence_of(terms: Terms | None) -> Licence:
    """Returns the licence of a row; one that it does not say is treated as forbidding commercial use."""
    if terms is None:
        return UNKNOWN_LICENCE
    return Licence(id=terms.id, link=terms.link, commercial=terms.commercial, note=terms.note)


def capabilities_of(row: Row, *, repeatable: bool = False) -> Capabilities:
    """Returns what a row's model can do: what it has inputs for."""
    has = row.inputs.keys()
    return Capabilities(
        seconds=row.seconds,
        negative="negative" in has,
        seeded="seed" in has,
        loops=row.output.loops,
        tempo="bpm" in has,
        key="key" in has,
        guide=row.guide,
        audio=frozenset(row.audio),
        image="image" in has,
        variations=variations(row),
        repeatable=repeatable,
        concurrent=row.concurrent,
    )


async def finished(
    workers: Workers, row: Row, brief: Brief, seed: int, sounds: Sequence[bytes], cost: Usd
) -> Finished | Failed:
    """Returns the takes in the files of a call, made in a worker process, or why there are none; the cost stays.

    No more takes than the brief asks for.
    """
    in_a_row = count_of(row, brief) if row.output.takes == "row" else 1
    for left in reversed(range(ATTEMPTS)):
        try:
            takes: tuple[bytes, ...] = await workers.run(TAKES, tuple(sounds), in_a_row, row.output.extra)
            break
        except (ModelError, SoundError) as problem:
            return Failed(reason=problem.message, hint=problem.hint, retryable=problem.retryable, cost=cost)
        except BridgeError as problem:
            if not (problem.retryable and left):
                return Failed(reason=problem.message, hint=problem.hint, cost=cost)
    if not takes:
        return Failed(reason="The model answered without a sound.", cost=cost)
    wanted = takes[: max(1, brief.count)]
    return Finished(
        takes=tuple(RawTake(sound=take, seed=take_seed(brief, seed, index)) for index, take in enumerate(wanted)),
        cost=cost,
    )


def take_seed(brief: Brief, seed: int, index: int) -> int:
    """Returns the seed that tells a call's take from its others, 1 … 2³²−1: the call's own for the first."""
    return seed if index == 0 else replace(brief, seed=seed).random_key(index) % LARGEST_SEED + 1
