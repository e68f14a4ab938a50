"""The plan of a batch: every sound that it asks for, each with a ref that says what the sound is."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bridge.domain.brief import LARGEST_SEED
from bridge.domain.job import BATCH_REF
from bridge.errors import RequestError

MOST_ITEMS = 100_000
"""The most sounds that one file may plan: a product of lists grows beyond what its writer meant."""
REF_LETTERS = 32

SFZ = "sfz"
"""The preset of a pack unless it says others. It names files of letters, figures, `_` and `-` alone, as vendors do."""

Naming = Literal["vendor", "prompt", "verbose", "audio_prompt"]
Layout = Literal["families", "flat"]

WORDING = frozenset({"prompt", "negative", "seed", "note", "energy"})
"""What a price does not depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Asks for one sound, or for the variations of one call.

    `fields` are those of a trigger (`bridge.web.asked.Trigger`), seed included. `longest` are the seconds after which
    its files are cut, None: they are as long as they are. `said` is what the file said of it, in the file's own words,
    for its metadata.
    """

    ref: str
    fields: Mapping[str, Any]
    longest: float | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def price_group(self) -> str:
        """Returns what all items share that cost the same."""
        return _canonical({key: value for key, value in self.fields.items() if key not in WORDING})

    @property
    def strokes(self) -> str:
        """Returns what all velocities of one sound share: everything but how hard it is played."""
        return _canonical({key: value for key, value in self.fields.items() if key != "energy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Says how a pack is written: `folder` (None: nowhere, unless the user says where), the kind of file and of name,
    whether by families or flat, and what comes with the sounds; `presets` None: what its names allow."""

    folder: str | None = None
    format: str = "wav"
    naming: Naming = "vendor"
    layout: Layout = "families"
    metadata: bool = False
    cover: bool = True
    presets: tuple[str, ...] | None = None

    @property
    def wanted_presets(self) -> tuple[str, ...]:
        """Returns the presets; where none are said, SFZ if it can name the files."""
        if self.presets is not None:
            return self.presets
        return (SFZ,) if self.naming == "vendor" else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Holds all that a batch asks for; `merged` counts what was asked for twice and is made once."""

    name: str
    items: tuple[Item, ...]
    output: Output
    merged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Is an item before it has its seed: `fields` without one are of as many different sounds as they are wished for.
    `content` stands for the bytes of a file that the fields name."""

    fields: Mapping[str, Any]
    content: str = ""
    longest: float | None = None
    said: Mapping[str, Any] = field(default_factory=dict)


def plan_of(name: str, wishes: Iterable[Wish], output: Output, edition: str = "") -> Plan:
    """Returns the plan of some wishes.

    A seed that is not said follows from the wish itself, from which of its equals it is and from the `edition`: so the
    same file asks for the same sounds again, wherever in it their lines stand. How hard a sound is played changes no
    seed: its velocities are the same sound. Raises RequestError for too many and for none.
    """
    items: dict[str, Item] = {}
    repeats: Counter[str] = Counter()
    wished = 0
    for wish in wishes:
        wished += 1
        if wished > MOST_ITEMS:
            raise RequestError(f"{name} asks for more than {MOST_ITEMS:,} sounds.", "Split it into several files.")
        fields = {key: value for key, value in wish.fields.items() if value not in (None, "", {}, ())}
        if "seed" not in fields:
            alike = _canonical([{**fields, "energy": None}, wish.content, edition])
            turn = _canonical([alike, fields.get("energy")])
            repeats[turn] += 1
            fields["seed"] = _number(f"{alike} {repeats[turn]}") % LARGEST_SEED + 1
        ref = BATCH_REF + hashlib.sha256(_canonical([fields, wish.content]).encode()).hexdigest()[:REF_LETTERS]
        items.setdefault(ref, Item(ref=ref, fields=fields, longest=wish.longest, said=wish.said))
    if not items:
        raise RequestError(f"{name} asks for no sound.", "Give it a prompt.")
    return Plan(name=name, items=tuple(items.values()), output=output, merged=wished - len(items))


_canonical: Callable[[Any], str] = json.JSONEncoder(sort_keys=True).encode


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
