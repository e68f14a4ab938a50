"""The requests that come in from outside, checked for shape: names, types, length of texts.

Whether a note is on the keyboard or a pad exists is for the engine to say; every door gets the same answer there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.config.fields import Text, Words
from bridge.config.problems import sentences
from bridge.domain.brief import AudioUse, Enhance, Priority, Request, Setting
from bridge.domain.family import Mapping as MappingName
from bridge.domain.text import LONGEST_WORD
from bridge.errors import RequestError
from bridge.units import Decibels

LONGEST_WAIT_SECONDS = 60.0
LONGEST_LIST = 1_000

Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Limit = Annotated[int, Field(ge=1, le=LONGEST_LIST)]
Few = Annotated[Text, Field(max_length=LONGEST_WORD)]
"""A few words: each of them is looked for by itself."""
Origin = Literal["http", "command"]


class Asked(BaseModel):
    """Holds what somebody outside asked; a field that does not exist is named, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Trigger(Asked):
    """Asks for a sound: the fields of `bridge.domain.brief.Request`."""

    pad: Text = ""
    prompt: Words | None = None
    negative: Words | None = None
    model: Text | None = None
    seed: Whole | None = None
    seconds: Number | None = None
    note: Whole | None = None
    pad_note: Whole | None = None
    mapping: MappingName | None = None
    family: Text | None = None
    energy: Number | None = None
    count: Whole | None = None
    bpm: Number | None = None
    key: Text | None = None
    audio: Words | None = None
    audio_use: AudioUse | None = None
    strength: Number | None = None
    image: Words | None = None
    inputs: dict[Text, Setting] | None = None
    enhance: Enhance | None = None
    ref: Text = ""
    origin: Origin = "http"
    priority: Priority | None = None

    def request(self) -> Request:
        return Request(**self.model_dump())


class Accept(Asked):
    """Lets a job that asks go on."""

    prompt: Words | None = None
    original: Annotated[bool, Field(strict=True)] = False
    pay: Annotated[bool, Field(strict=True)] = False


class Again(Asked):
    """Asks for one more of the same."""

    ref: Text = ""
    same_seed: Annotated[bool, Field(strict=True)] = False
    origin: Origin = "http"


class PadSetting(Asked):
    """Sets one key of a pad; the engine says what it may be."""

    key: Text
    value: Setting | list[Setting]


class Play(Asked):
    """Asks for a sound to be heard: a sample, a pad, or a file by its absolute path. `level` is in dB, `wait` how many
    seconds to wait for its end; see `ports.Listening.play`."""

    sound: Annotated[str, Field(min_length=1, max_length=4_096)]
    level: Annotated[Decibels, Field(ge=-60, le=0, allow_inf_nan=False)] | None = None
    device: Text | None = None
    channel: Annotated[int, Field(strict=True, ge=1, le=127)] | None = None
    wait: Annotated[float, Field(ge=0, le=LONGEST_WAIT_SECONDS, allow_inf_nan=False)] = 0.0


class Nothing(Asked):
    """Takes no fields at all."""


class JobsWanted(Asked):
    unfinished: bool = False
    limit: Limit = 50


class JobWanted(Asked):
    """`wait` is how many seconds to wait for the end of the job."""

    wait: Annotated[float, Field(ge=0, le=LONGEST_WAIT_SECONDS, allow_inf_nan=False)] = 0.0


class OutcomesWanted(Asked):
    """`refs` are the asker's own words for some jobs, `wait` how many seconds to wait for one of them to end. The
    samples are shown only on demand."""

    refs: Annotated[list[Text], Field(max_length=LONGEST_LIST)]
    samples: Annotated[bool, Field(strict=True)] = False
    wait: Annotated[float, Field(ge=0, le=LONGEST_WAIT_SECONDS, allow_inf_nan=False)] = 0.0


class MidiWanted(Asked):
    """`since` is the number of the last message that is known already; without it only the newest number is told."""

    since: Annotated[int, Field(ge=0)] | None = None
    wait: Annotated[float, Field(ge=0, le=LONGEST_WAIT_SECONDS, allow_inf_nan=False)] = 0.0


class SamplesWanted(Asked):
    """Says which samples; `tag` are tags behind commas, `longer` and `shorter` seconds, `before` a sample.
    See `ports.Engine.samples`."""

    pad: Text = ""
    job: Text = ""
    family: Text = ""
    kept: bool = False
    longer: Length | None = None
    shorter: Length | None = None
    note: Annotated[int, Field(ge=0, le=127)] | None = None
    tag: Few = ""
    text: Few = ""
    near: Text = ""
    before: Text = ""
    limit: Limit = 50


class InstrumentWanted(Asked):
    """`targets` are a pad, a kit or a sample, or several pads and samples behind commas."""

    targets: Words


class EventsWanted(Asked):
    """`after` is the last event that was seen; without it only what happens from now on is wanted."""

    after: Annotated[int, Field(ge=0)] | None = None


class DeliveriesWanted(Asked):
    host: Text = ""
    waiting: bool = False
    limit: Limit = 50


A = TypeVar("A", bound=Asked)


def read(kind: type[A], fields: Mapping[str, Any]) -> A:
    """Returns the request that some fields make; raises RequestError that names every wrong one."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        problems = sentences(error, kind, unknown="unknown field")
    known = ", ".join(kind.model_fields)
    raise RequestError("; ".join(problems) + ".", f"The fields are: {known}." if known else "Send no fields.")
