"""Requests, as the doors bring them, and briefs, as the models get them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from bridge.domain.family import Mapping
from bridge.units import Decibels, MidiNote, Seconds

LARGEST_SEED = 2**32 - 1
LARGEST_COUNT = 16
"""Variations of one brief."""

SLOWEST_BPM, FASTEST_BPM = 20, 400

Origin = Literal["osc", "midi", "command", "http", "inbox", "host", "again"]
Priority = Literal["pad", "command", "batch"]
AudioUse = Literal["melody", "continue", "init", "finish"]
"""What a model makes of a sound that it is given: it follows its tune, goes on from its end, starts from it, or leaves
it as it is, to be finished."""
FINISH: AudioUse = "finish"
Enhance = Literal["never", "always", "ask"]
Layers = Literal["none", "made", "variations"]
"""Where the velocity layers of a sound come from: there are none, they are made from it, or its variations are they."""
LARGEST_TURNS = 8
MOST_ROOTS = 5
Setting = str | int | float | bool
"""The value of one of a model's own inputs."""


_SOUND = frozenset({"prompt", "negative", "model", "seed", "seconds", "note", "family", "energy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Holds what a door heard: a pad, a prompt or both, and whatever the user set for this one sound.

    None means "not said": the pad, its family or the config decides. `audio` and `image` are absolute paths of files,
    `audio` may be a sample's id; used to `finish`, it is made a sample itself. `ref` is the asker's own word for this
    request: it comes back in every reply, and the same `ref` again is the same job.
    """

    pad: str = ""
    prompt: str | None = None
    negative: str | None = None
    model: str | None = None
    seed: int | None = None
    seconds: Seconds | None = None
    note: MidiNote | None = None
    pad_note: MidiNote | None = None
    mapping: Mapping | None = None
    family: str | None = None
    energy: float | None = None
    count: int | None = None
    bpm: float | None = None
    key: str | None = None
    audio: str | None = None
    audio_use: AudioUse | None = None
    strength: float | None = None
    image: str | None = None
    inputs: Dict[str, Setting] | None = None
    enhance: Enhance | None = None
    ref: str = ""
    origin: Origin = "command"
    priority: Priority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Says what to make, fully resolved: enough to make the same sound again. Never changed.

    `seed` is explicit, 1 … 2³²−1. `note` is the pitch asked for (None: whatever comes), `pad_note` the key on
    which the sound sits in a kit. `energy` is how hard it is played, 0 < energy ≤ 1. `count` variations are made
    from one brief. `pad` is empty for a sound that belongs to no pad. `targets` are `(host, target)` pairs. `shape` are
    the steps of shaping (`bridge.domain.recipe`); empty: those of the family. `bpm` and `key` ("F# minor") are the
    song's. `audio` and `image` name kept references (`bridge.ports.References`), `source` the user's file behind them;
    `audio_use` and `strength` (0 … 1, how much of it stays) say what for. `inputs` are inputs of that very model, by
    its own names. `enhance` says whether a chat model may improve the words, `fallback` which model makes the sound if
    this one can't. `layers` and `turns` make an instrument of the sound that answers to velocity and takes turns;
    `roots` are the pitches at which it is made instead of at `note`, joined into one instrument. `loudness` (LUFS of
    its loudest 400 ms) is how loud it should be; None: as loud as its peak allows.
    """

    prompt: str
    model: str
    seed: int
    family: str
    mapping: Mapping
    negative: str = ""
    seconds: Seconds | None = None
    note: MidiNote | None = None
    pad_note: MidiNote | None = None
    energy: float = 1.0
    count: int = 1
    layers: Layers = "none"
    turns: int = 1
    roots: tuple[MidiNote, ...] = ()
    loudness: Decibels | None = None
    pad: str = ""
    targets: tuple[tuple[str, str], ...] = ()
    shape: tuple[str, ...] = ()
    bpm: float | None = None
    key: str = ""
    audio: str = ""
    audio_use: AudioUse | None = None
    strength: float | None = None
    image: str = ""
    inputs: tuple[tuple[str, Setting], ...] = ()
    enhance: Enhance = "never"
    fallback: str = ""
    source: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values, for the store and the sidecar."""
        return {
            **asdict(self),
            "targets": [list(target) for target in self.targets],
            "shape": list(self.shape),
            "roots": list(self.roots),
            "inputs": [list(pair) for pair in self.inputs],
        }

    @property
    def takes(self) -> int:
        """Returns how many takes it wants: its variations, or one for each root."""
        return len(self.roots) or self.count

    @property
    def joins(self) -> bool:
        """Tells whether all its takes make one instrument, instead of a sound each."""
        return bool(self.roots) or (self.layers == "variations" and self.count > 1)

    @classmethod
    def from_dict(cls, values: Dict[str, Any]) -> Brief:
        """Reads what `to_dict` wrote; unknown keys of a newer version are left out."""
        known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        known["targets"] = tuple((host, target) for host, target in known.get("targets", ()))
        known["shape"] = tuple(known.get("shape", ()))
        known["roots"] = tuple(known.get("roots", ()))
        known["inputs"] = tuple((name, value) for name, value in known.get("inputs", ()))
        return cls(**known)

    def random_key(self, variation: int = 0) -> int:
        """Returns the 128-bit number from which everything random about this sound derives.

        SHA-256 over what the sound itself is; where it goes (pad, key, targets), how it is shaped afterwards and what
        only other models hear change nothing. The roots of one instrument share it: they are one sound at several
        pitches.
        """
        sound = {key: value for key, value in self.to_dict().items() if key in _SOUND}
        if self.roots:
            del sound["note"]
        text = json.dumps([sound, variation], sort_keys=True, ensure_ascii=True)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])
