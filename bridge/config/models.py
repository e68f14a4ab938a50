"""Models as rows of a table: the catalogue that comes with the bridge, and what the user adds to it, look the same.

A row says how a brief becomes a model's inputs and how its answer becomes takes, so that a new model needs no code.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bridge.config.devices import Device
from bridge.config.fields import Name

RowUse = Literal["melody", "continue", "init"]
"""What a model out of a row makes of a sound (`bridge.domain.brief.AudioUse`)."""
BriefField = Literal[
    "prompt", "negative", "seconds", "seed", "bpm", "key", "count", "audio", "continue", "strength", "image",
    "system", "longest",
]  # fmt: skip
"""What of a brief or a question a model may take; `audio` is a melody or a start to develop, `continue` a switch that
goes on from it, `strength` 0 … 1 how much of it stays. Of a question: `prompt`, `image`, `system` (how to answer) and
`longest` (the most tokens)."""

RuleName = Literal[
    "prompt-or-audio", "continuing-needs-audio", "continuing-goes-forward", "melody-needs-melody-version",
    "diffusion-needs-mono-version",
]  # fmt: skip
"""What inputs of one call must agree on; `bridge.models.catalogue.rules` holds what each of them says."""

InputType = Literal["text", "integer", "number", "switch", "choice", "file", "files"]


class Part(BaseModel):
    """Reads a part of a row: never changed afterwards, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(Part):
    """Describes one input of a model: its name there, its type, its range and its default.

    `default` is what is sent where the user says nothing; without one nothing is sent, and the model decides.
    """

    name: str
    type: InputType = "text"
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    invert: bool = Field(default=False, description="It counts the other way: 1 − strength, how much is made anew.")
    text: str = Field(default="", description="What it does, in a user's words.")


class Output(Part):
    """Describes what comes back.

    `keys` are the fields of an object that hold sound; empty: every link in the answer that is sound. `takes` says
    whether each file is a take or one file holds `count` of them in a row. `extra` are the seconds that a file is
    longer than was asked. `rate` in Hz, 0 where it differs.
    """

    keys: tuple[str, ...] = Field(default=(), description='`*` stands for anything: "variation_*".')
    takes: Literal["files", "row"] = "files"
    extra: float = 0.0
    rate: int = 0
    channels: int = 0
    loops: bool = Field(default=False, description="It answers with loops, to be cut or kept whole.")


class Price(Part):
    """Describes what a call costs in US dollars.

    `run`: `usd` a call. `second`: `usd` for each second of work, else the price of the `hardware`; `seconds` is what a
    call usually works, `most` what it works at worst, both for inputs as `grows` has them: above these they grow in
    proportion. `output`: `usd` for each sound. `tokens`: `usd` for a thousand tokens of the
    answer, `question` for a thousand of the question. `free`: nothing.
    """

    by: Literal["free", "run", "second", "output", "tokens"] = "free"
    usd: float = 0.0
    question: float = 0.0
    hardware: str = ""
    seconds: float = 0.0
    most: float = 0.0
    grows: dict[str, float] = {}


class Terms(Part):
    """Describes the licence of a model's sounds."""

    id: str
    link: str = ""
    commercial: Literal["yes", "conditions", "no"] = "conditions"
    note: str = ""


class Guide(Part):
    """Describes how a model likes to be asked: which words, in which form.

    `form` is `sentence` (like a caption) or `tags` (comma-separated). `tempo` and `pitch` say whether these belong in
    the words; a model that has an input for one of them is not told twice. `extra` are words that it answers well to.
    """

    form: Literal["sentence", "tags"] = "tags"
    tempo: bool = False
    pitch: bool = False
    extra: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


_UNITS = {"B": 1e-9, "KB": 1e-6, "MB": 1e-3, "GB": 1.0, "TB": 1e3}


def _gigabytes(value: Any) -> Any:
    """Reads `"8 GB"` and `"512 MB"` too; a number says gigabytes."""
    if not isinstance(value, str):
        return value
    said = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?B)", value.strip().upper())
    if said is None:
        raise ValueError(f'{value!r} is no amount of memory; write it like "8 GB"')
    return float(said[1]) * _UNITS[said[2]]


Gigabytes = Annotated[float, BeforeValidator(_gigabytes), Field(ge=0.0)]


class Row(Part):
    """Describes a model: where it is, what goes in, what comes out, what it costs and under which terms.

    `like` names a row of the catalogue whose values stand where this one says nothing: a container of one's own
    (`provider = "cog"`, `servers`) takes the inputs of the model that is in it.
    """

    provider: Name | None = Field(default=None, description='Who runs it: "replicate", "cog" (your servers), "local".')
    like: Name | None = Field(default=None, description="The known model that has what this row does not say.")
    kind: Literal["sound", "chat"] = Field(default="sound", description='"chat" for a model that answers in words.')
    text: str = Field(default="", description="What it is good for, in a line.")
    reference: str = Field(default="", description="Where the provider has it: owner/name.")
    version: str = Field(default="", description="The pinned version; empty only for models that the provider pins.")
    runner: str = Field(
        default="", description="The library that runs it on this computer, for local; or a script of yours."
    )
    weights: str = Field(default="", description="Its weights, for local: owner/name at Hugging Face, or a folder.")
    python: str = Field(default="", description="The Python that has the library, for local; empty: the bridge's own.")
    device: Device = Field(default="auto", description="Where it works: cuda, mps or cpu; auto takes the first there.")
    half: bool | None = Field(default=None, description="Half precision; unless said, on cuda and mps alone.")
    memory: Gigabytes = Field(default=0.0, description='The most memory that it may take, like "8 GB"; 0: no limit.')
    unload: float = Field(default=300.0, ge=0.0, description="Seconds without work after which it is unloaded.")
    loading: dict[str, Any] = Field(default={}, description="How it is loaded, by the runner's own names.")
    loads: dict[str, Input] = Field(default={}, description="What its runner can be told under `loading`.")
    gated: bool = Field(default=False, description="Its weights are given only to those who accept their licence.")
    servers: tuple[str, ...] = Field(default=(), description="The addresses of its own servers, for cog.")
    inputs: dict[BriefField, Input] = Field(default={}, description="Its inputs for what a brief says.")
    options: dict[str, Input] = Field(default={}, description="Its other inputs, by name; a pad may set them.")
    fixed: dict[str, Any] = Field(default={}, description="Inputs that are always the same.")
    output: Output = Field(default=Output(), description="What comes back.")
    seconds: tuple[float, float] = Field(default=(0.05, 30.0), description="The lengths that may be asked for.")
    audio: tuple[RowUse, ...] = Field(default=(), description="What it makes of a sound; the first unless said.")
    rules: tuple[RuleName, ...] = Field(default=(), description="What its inputs must agree on.")
    usual: float = Field(default=0.0, description="The seconds of a sound that it makes if it can't be told how long.")
    sees: bool = Field(default=False, description="A chat model that looks at pictures.")
    concurrent: int = Field(default=4, ge=1, le=64, description="How many calls run at once.")
    price: Price = Field(default=Price(), description="What a call costs.")
    licence: Terms | None = Field(default=None, description="The licence of its sounds; none said: not for commerce.")
    guide: Guide = Field(default=Guide(), description="How it likes to be asked.")
