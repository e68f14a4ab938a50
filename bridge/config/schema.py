"""The configuration as a value: every setting with its range, its default and its sentence for the default file.

The description of a field is what the user reads above the setting, so it is written for them. `examples` holds
what is shown where the default is "not said".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from bridge.config.fields import (
    Address,
    Cluster,
    Endpoint,
    FamilyName,
    Folder,
    Name,
    Network,
    Note,
    Port,
    Prompt,
    Recipe,
    Switch,
    Target,
    Tempo,
    Text,
    Words,
    did_you_mean,
)
from bridge.config.midi import (
    DEFAULT_ACTIONS,
    DEFAULT_CONTROLS,
    Action,
    ActionText,
    ControllerText,
    ParameterText,
    SourceText,
    parse_action,
)
from bridge.config.models import Row
from bridge.config.places import default_library, state_folder
from bridge.domain.brief import LARGEST_COUNT, LARGEST_TURNS, MOST_ROOTS, Enhance, Layers, Setting
from bridge.domain.delivery import Swap
from bridge.domain.family import DEFAULT_FAMILY, FAMILIES, family_of
from bridge.domain.family import Mapping as MappingName
from bridge.units import MidiNote, Seconds

Busy = Literal["queue", "newest", "ignore"]
MidiApi = Literal["", "alsa", "jack", "coremidi", "winmm"]
Problem = tuple[tuple[str | int, ...], str]
"""Where a setting is wrong (`("kits", "main", "pads", 2)`), and the sentence that says what."""


class Section(BaseModel):
    """Reads a table of the file: never changed afterwards, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class LibrarySettings(Section):
    folder: Folder = Field(
        default_factory=default_library,
        description="The folder that finished sounds appear in. Point your sampler's browser at it.",
    )
    sample_rate: Annotated[int, Field(strict=True, ge=8_000, le=192_000)] = Field(
        default=44_100,
        description="The sample rate of finished sounds in Hz. Nearly every sampler is happy with 44100.",
    )
    formats: tuple[Name, ...] = Field(
        default=("sfz",),
        description='The formats in which the instruments of your pads and kits are kept, like ["sfz", "multisample"] '
        "for Bitwig Studio; all of them: oneshot export --list",
    )
    commercial: Switch = Field(
        default=False,
        description="Whether you sell what you make with it: models whose terms forbid that are then refused.",
    )
    middle_c_octave: Annotated[int, Field(strict=True, ge=3, le=5)] = Field(
        default=4,
        description="The octave that your DAW writes middle C (note 60) in: Ableton and Logic say C3, so 3 there.",
    )


class OscSettings(Section):
    enabled: Switch = Field(default=True, description="Whether the bridge listens to OSC messages.")
    host: Address = Field(
        default="127.0.0.1",
        description="The address it listens on. WARNING: any other than 127.0.0.1 lets other machines make sounds, "
        "those that you allow.",
    )
    port: Port = Field(default=9127, description="The UDP port it listens on; 0 takes any free one.")
    allow: tuple[Network, ...] = Field(
        default=(),
        description="The machines that may make sounds beside this one, where host lets them come: addresses or "
        'networks, like ["192.168.1.20", "10.0.0.0/24"].',
    )
    tcp: Switch = Field(
        default=False, description="Whether it listens on the TCP port of the same number too (docs/osc.md)."
    )
    announce: Switch = Field(
        default=False,
        description="Whether programs find the bridge by themselves (zeroconf, Bonjour); needs the package zeroconf.",
    )

    @property
    def is_open(self) -> bool:
        """Tells whether other machines can reach it."""
        return self.host != "localhost" and not ip_address(self.host).is_loopback


class ControlSettings(Section):
    port: Port = Field(
        default=9128,
        description="The TCP port on this computer that the oneshot command talks to; 0 takes any free one.",
    )


class MidiSettings(Section):
    enabled: Switch = Field(default=True, description="Whether the bridge listens to MIDI.")
    virtual_port: Text = Field(
        default="Oneshot Bridge",
        description='The name of the MIDI port that the bridge opens itself (macOS and Linux); "" opens none.',
    )
    ports: tuple[Text, ...] = Field(
        default=(), description='The MIDI inputs to listen to as well, by name or a part of it, like ["MPK mini"].'
    )
    channel: Annotated[int, Field(strict=True, ge=0, le=16)] = Field(
        default=0, description="The MIDI channel that triggers, 1 to 16; 0 listens to all of them."
    )
    api: MidiApi = Field(
        default="",
        description='The MIDI system to use, "alsa" or "jack" on Linux; "" takes the first that answers.',
    )


    clock: Switch = Field(
        default=False, description="Whether the tempo of the song follows the MIDI clock that your DAW or box sends."
    )
    actions: dict[SourceText, ActionText] = Field(
        default=DEFAULT_ACTIONS,
        description="What other messages do: trigger PAD, again, keep, discard, cancel, play (the pad touched last, or "
        'a pad by name) or kit; "cc 20 channel 10 port MPK" is as exact as can be. What you write here replaces all.',
    )
    controls: dict[ControllerText, ParameterText] = Field(
        default=DEFAULT_CONTROLS,
        description="The knobs: brightness, length, energy and model, for the pads pressed afterwards.",
    )
    models: tuple[Name, ...] = Field(
        default=(), description="The models that a knob for the model chooses from; none: it does nothing."
    )
    hosts: tuple[Text, ...] = Field(
        default=(),
        description="The MIDI ports through which hosts speak with the bridge by System Exclusive, as FL Studio does: "
        "those of other programs by a part of their name, or the virtual_port for an output beside it.",
    )
    devices: dict[Text, Name] = Field(
        default={},
        description="The controllers whose lights show how the pads are, by a part of the port's name, like "
        '{ "Launchpad Mini" = "launchpad-mini-mk3" }; they are listened to as well. Others: launchpad-x, '
        "launchpad-pro-mk3, generic.",
    )


class InboxSettings(Section):
    enabled: Switch = Field(
        default=True, description="Whether files that are dropped into the inbox of the library become sounds."
    )
    settle_seconds: Annotated[float, Field(ge=0.2, le=60, allow_inf_nan=False)] = Field(
        default=2.0,
        description="How long nothing about a file may change before it is taken; more for slow clouds and networks.",
    )


class AuditionSettings(Section):
    play: Literal["off", "quiet", "on"] = Field(
        default="off", description='Whether new sounds are heard by themselves: "off", "quiet" or "on".'
    )
    device: Text = Field(
        default="", description="The sound device, by name or a part of it; left empty, the one of your system."
    )
    channel: Annotated[int, Field(strict=True, ge=1, le=127)] = Field(
        default=1, description="The first of the two outputs that are used: 3 plays on 3 and 4."
    )
    level: Annotated[float, Field(ge=-60, le=0, allow_inf_nan=False)] = Field(
        default=-6.0, description="How loud, in dB under the sounds themselves."
    )


class JobSettings(Section):
    workers: Annotated[int, Field(strict=True, ge=0, le=64)] = Field(
        default=0, description="How many sounds are worked on at once; 0 is one for each core of the computer."
    )
    on: Cluster = Field(
        default="",
        description='Where sounds are computed: left empty, on this computer; "ray": on the Ray cluster that it is in; '
        '"ray://HOST:10001": on another one.',
    )
    attempts: Annotated[int, Field(strict=True, ge=1, le=10)] = Field(
        default=3, description="How often a sound that turned out silent or broken is tried before the bridge gives up."
    )
    keep_takes_days: Annotated[int, Field(strict=True, ge=0, le=3_650)] = Field(
        default=14, description="For how many days the raw sounds behind the finished ones are kept."
    )

    finish_seconds: Annotated[Seconds, Field(ge=0, le=60, allow_inf_nan=False)] = Field(
        default=Seconds(5.0),
        description="How long sounds that are being made may take to end when the bridge is stopped; those that do not "
        "are taken up by the next start.",
    )

    @property
    def worker_count(self) -> int:
        """Returns how many worker processes that is on this computer."""
        return self.workers or os.cpu_count() or 1


Money = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]


class BudgetSettings(Section):
    day: Money = Field(default=2.0, description="The most that may be spent in a day, in US dollars; 0: nothing.")
    month: Money = Field(default=20.0, description="The most that may be spent in a month, in US dollars.")
    job: Money = Field(default=0.5, description="The most that one sound may cost in US dollars, with all attempts.")


class LogSettings(Section):
    megabytes: Annotated[float, Field(ge=0.1, le=1_000, allow_inf_nan=False)] = Field(
        default=2.0, description="How large the log (`oneshot logs`) grows before a new file is begun."
    )
    files: Annotated[int, Field(strict=True, ge=0, le=100)] = Field(
        default=5, description="How many older files of the log are kept."
    )


class PromptSettings(Section):
    enhance: Enhance = Field(
        default="always",
        description='Whether your words become the model\'s words: "never", "always", or "ask" to see them first.',
    )
    writer: Name = Field(
        default="rules",
        description='Who writes them: "rules" (free, on this computer) or a chat model like "gpt-4o" (costs a little).',
    )
    looks: Name = Field(default="gpt-4o", description="The chat model that looks at pictures.")


class SongSettings(Section):
    bpm: Tempo = Field(
        default=0.0, description="The tempo of your song in beats per minute, 20 to 400; 0 says nothing."
    )
    key: Text = Field(default="", description='The key of your song, like "F# minor".')


class Pad(Section):
    """Describes a named slot: what a press asks for, and where the sound goes."""

    prompt: Prompt = Field(description="What the sound is, in your words.")
    pad_note: Note | None = Field(
        default=None,
        examples=[36],
        description="The MIDI note of the pad: pressing it asks for a new sound, and there it lies in the kit.",
    )
    note: Note | None = Field(
        default=None, examples=[60], description='The pitch that the sound should have: a number or a name like "F#2".'
    )
    negative: Words = Field(default="", description="What the sound should not be, where the model listens to that.")
    model: Name | None = Field(
        default=None, examples=["synth"], description="The model that makes this pad's sounds, if not the usual one."
    )
    seconds: Annotated[Seconds, Field(strict=True, ge=0.05, le=30, allow_inf_nan=False)] | None = Field(
        default=None,
        examples=[0.5],
        description="How long the sound is, 0.05 to 30 seconds; left out: what suits its family.",
    )
    mapping: MappingName | None = Field(
        default=None,
        examples=["drum"],
        description='"drum" plays it on one key as it is, "keys" over the keyboard; left out: what suits its family.',
    )
    family: FamilyName | None = Field(
        default=None,
        examples=["kick"],
        description="The kind of sound, where its words do not say it: " + ", ".join(FAMILIES) + ".",
    )
    shape: Recipe = Field(
        default=(),
        examples=[["trim", "tune", "fade", "level -1 dBTP"]],
        description="How the raw sound is finished, step by step; left out: what suits its family. "
        "`oneshot shape --help` explains the steps.",
    )
    count: Annotated[int, Field(strict=True, ge=1, le=LARGEST_COUNT)] = Field(
        default=1, description="How many variations one press makes; the first good one is played, the others wait."
    )
    layers: Layers = Field(
        default="none",
        description='How it answers to velocity: "none" sounds alike at all, "made" makes softer strokes from the '
        'sound, "variations" (with count) spreads its variations over them.',
    )
    turns: Annotated[int, Field(strict=True, ge=1, le=LARGEST_TURNS)] = Field(
        default=1,
        description="How many strokes take turns (round robin), made from the sound, so that no two are alike.",
    )
    roots: Annotated[tuple[Note, ...], Field(max_length=MOST_ROOTS)] = Field(
        default=(),
        examples=[[36, 48, 60]],
        description="Pitches at which the sound is made, joined into one instrument over the keyboard; left out: one.",
    )
    enhance: Enhance | None = Field(
        default=None,
        examples=["ask"],
        description='Whether its words become the model\'s words, if not as usual: "never", "always" or "ask".',
    )
    fallback: Name | None = Field(
        default=None, examples=["synth"], description="The model that makes the sound if its own can't."
    )
    inputs: dict[Text, Setting] = Field(
        default={},
        examples=[{"temperature": 1.1}],
        description="Inputs of its model, by the model's own names; `oneshot models show NAME` lists them.",
    )
    busy: Busy = Field(
        default="queue",
        description='What a press does while a sound is being made: "queue" makes one more, '
        '"newest" drops the old one, "ignore" does nothing.',
    )
    swap: Swap = Field(
        default="now",
        description='When a new sound takes the place of the old one: "now", "on-keep" (only the one that you keep) or '
        '"when-silent" (your host waits until the pad is not heard).',
    )
    lock: Switch = Field(
        default=False, description="Whether it holds on to its sound: new ones are made, and none takes its place."
    )
    match_level: Switch = Field(
        default=False, description="Whether a new sound is made as loud as the one that it replaces."
    )
    targets: dict[Name, Target] = Field(
        default={},
        examples=[{"reaper": "track:Drums"}],
        description="Where this pad goes in each of your hosts: track:NAME, pad:NOTE or selected.",
    )


class Kit(Section):
    """Names the pads that are played together."""

    pads: tuple[Name, ...] = Field(description="The pads of the kit, by name.")
    channel: Annotated[int, Field(strict=True, ge=0, le=16)] = Field(
        default=0,
        description="The MIDI channel on which it can be played, 1 to 16, even while another kit is selected; 0: none.",
    )


class Host(Section):
    """Describes a DAW or sampler that loads sounds by its script."""

    target: Target = Field(
        default="track:{pad}",
        description="Where sounds go in this host: track:NAME ({pad} is the name of the pad), pad:NOTE or selected.",
    )


SamplerName = Literal["fluidsynth", "hydrogen", "linuxsampler"]
Channel = Annotated[int, Field(strict=True, ge=1, le=16)]


class Sampler(Section):
    """Describes a sampler that has no script: the bridge itself tells it what to load."""

    address: Endpoint = Field(
        default="",
        examples=["127.0.0.1:9800"],
        description="Where it listens on this computer, as ADDRESS:PORT; left out: where it usually does.",
    )
    kit: str = Field(default="", description='The kit that it plays; "" is the one that is selected.')
    channel: Annotated[int, Field(strict=True, ge=0, le=16)] = Field(
        default=10, description="The MIDI channel on which it plays the kit, 1 to 16; 0 plays none."
    )
    channels: dict[Name, Channel] = Field(
        default={},
        examples=[{"bass": 1}],
        description="The pads that it plays over the keyboard, each on a MIDI channel of its own.",
    )


class Config(Section):
    """Holds the whole configuration. Read it with `bridge.config.load.load_config`."""

    model: Name = Field(default="synth", description="The model that makes the sounds, where a pad names none.")
    kit: str = Field(
        default="", description='The kit that MIDI notes play when the bridge starts; "" is the first one.'
    )
    state_folder: Folder = Field(
        default_factory=state_folder,
        description="The folder of the bridge's own memory. Keep it on this computer, not in a synced folder.",
    )
    library: LibrarySettings = Field(default_factory=LibrarySettings, description="Where the finished sounds go.")
    osc: OscSettings = Field(default_factory=OscSettings, description="Triggers and answers by OSC.")
    control: ControlSettings = Field(default_factory=ControlSettings, description="The door of the oneshot command.")
    midi: MidiSettings = Field(default_factory=MidiSettings, description="Triggers by MIDI.")
    inbox: InboxSettings = Field(default_factory=InboxSettings, description="Triggers by files in a folder.")
    audition: AuditionSettings = Field(
        default_factory=AuditionSettings, description="Hearing new sounds without a DAW."
    )
    jobs: JobSettings = Field(default_factory=JobSettings, description="How sounds are made.")
    budget: BudgetSettings = Field(default_factory=BudgetSettings, description="What models may cost.")
    prompts: PromptSettings = Field(default_factory=PromptSettings, description="How your words reach a model.")
    song: SongSettings = Field(default_factory=SongSettings, description="What all sounds should fit to.")
    log: LogSettings = Field(default_factory=LogSettings, description="What the daemon writes down.")
    pads: dict[Name, Pad] = Field(default={}, description="The pads: press one, get a new sound.")
    kits: dict[Name, Kit] = Field(
        default={}, description="The kits: pads that are played together, each on its pad_note."
    )
    models: dict[Name, Row] = Field(
        default={},
        description="The models: more than the bridge knows by itself, and changes to those (docs/models.md).",
    )
    hosts: dict[Name, Host] = Field(
        default={}, description="The hosts: DAWs and samplers that load the sounds by themselves."
    )
    samplers: dict[SamplerName, Sampler] = Field(
        default={}, description="The samplers without a script, which the bridge drives itself."
    )

    @model_validator(mode="after")
    def _agree(self) -> Config:
        problems = [
            InitErrorDetails(type=PydanticCustomError("sentence", "{text}", {"text": text}), loc=place, input=None)
            for place, text in (
                *osc_disagreements(self.osc), *disagreements(self.pads, self.kits, self.kit),
                *midi_disagreements(self.midi, self.pads, self.kits),
                *sampler_disagreements(self.samplers, self.pads, self.kits),
            )
        ]
        if problems:
            raise ValidationError.from_exception_data("Config", problems)
        return self


def family_of_pad(name: str, pad: Pad) -> str:
    """Returns the family that a pad makes by itself: its own word, else its prompt's, else its name's."""
    return pad.family or family_of(pad.prompt) or family_of(name) or DEFAULT_FAMILY


def pad_note_of(name: str, pad: Pad) -> MidiNote:
    """Returns the MIDI note that a pad sits on: its own, else the usual one of its family."""
    return pad.pad_note if pad.pad_note is not None else MidiNote(FAMILIES[family_of_pad(name, pad)].pad_note)


def disagreements(pads: Mapping[str, Pad], kits: Mapping[str, Kit], kit: str) -> Iterator[Problem]:
    """Yields what is wrong between the tables: missing pads and kits, two pads of a kit on one note."""
    if kit and kit not in kits:
        yield ("kit",), f"there is no kit {kit!r}{did_you_mean(kit, kits)}"
    for kit_name, table in kits.items():
        on_note: dict[int, str] = {}
        for index, name in enumerate(table.pads):
            place = ("kits", kit_name, "pads", index)
            if name not in pads:
                yield place, f"there is no pad {name!r}{did_you_mean(name, pads)}"
                continue
            note = pad_note_of(name, pads[name])
            other = on_note.setdefault(note, name)
            if other != name:
                yield place, f"{name!r} and {other!r} are both on note {note}; give one of them another pad_note"
            elif name in table.pads[:index]:
                yield place, f"{name!r} is in the kit twice"


def osc_disagreements(osc: OscSettings) -> Iterator[Problem]:
    """Yields what is missing where other machines can come: who of them may make sounds."""
    if osc.enabled and osc.is_open and not osc.allow:
        yield ("osc", "allow"), (
            f"is empty, and host = {osc.host!r} lets other machines come; name those that may make sounds, like "
            f'allow = ["192.168.1.20"], or set host to 127.0.0.1'
        )


def midi_disagreements(midi: MidiSettings, pads: Mapping[str, Pad], kits: Mapping[str, Kit]) -> Iterator[Problem]:
    """Yields what is wrong between MIDI and the tables: actions on pads and kits that do not exist, or on knobs."""
    for source, text in midi.actions.items():
        action = parse_action(text)
        what, known = ("kit", list(kits)) if action.verb == "kit" else ("pad", list(pads))
        if action.target and action.target not in known:
            cure = did_you_mean(action.target, known)
            yield ("midi", "actions", source), f"there is no {what} {action.target!r}{cure}"
        if action == Action(verb="kit") and not source.startswith("program"):
            yield ("midi", "actions", source), "kit which? Only a program has a number that says so; name the kit"
        if source in midi.controls:
            yield ("midi", "actions", source), "it is a knob under midi.controls already; take it out of one of them"


def sampler_disagreements(
    samplers: Mapping[SamplerName, Sampler], pads: Mapping[str, Pad], kits: Mapping[str, Kit]
) -> Iterator[Problem]:
    """Yields what is wrong between the samplers and the tables: missing pads and kits, two on one channel."""
    for name, sampler in samplers.items():
        if sampler.kit and sampler.kit not in kits:
            cure = did_you_mean(sampler.kit, kits)
            yield ("samplers", name, "kit"), f"there is no kit {sampler.kit!r}{cure}"
        on_channel = {sampler.channel: "the kit"}
        for pad, channel in sampler.channels.items():
            place = ("samplers", name, "channels", pad)
            if pad not in pads:
                yield place, f"there is no pad {pad!r}{did_you_mean(pad, pads)}"
            other = on_channel.setdefault(channel, repr(pad))
            if other != repr(pad):
                yield place, f"{pad!r} and {other} are both on channel {channel}"
